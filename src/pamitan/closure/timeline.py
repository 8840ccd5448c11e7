"""The timeline of the status page: what has happened, what is happening, and what comes with its promised date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext_lazy as _

from pamitan.closure.hold import standing_hold
from pamitan.closure.models import Closure
from pamitan.closure.rules import promised_end
from pamitan.closure.states import State

Status = Literal["done", "current", "coming"]


@dataclass(frozen=True)
class TimelineEntry:
    """One line of the timeline. ``at`` is when it happened, or is promised for; ``None`` where no date is known yet."""

    key: str
    title: str
    at: dt.datetime | None
    status: Status


def timeline(closure: Closure) -> list[TimelineEntry]:
    """The closure's life so far, in order, and what is still to come."""
    return [*_behind(closure), *_ahead(closure)]


def _behind(closure: Closure) -> Iterator[TimelineEntry]:
    happened = [
        ("requested", _("Request received"), closure.requested_at),
        ("confirmed", _("You confirmed that the account shall be closed"), closure.confirmed_at),
        ("sessions", _("Signed out of the shop everywhere"), closure.sessions_ended_at),
        ("locked", _("Nothing is open any more; the account is locked"), closure.locked_at),
        ("erasing", _("The erasure of your data has begun"), closure.erasing_at),
        ("verified", _("Your data are erased"), closure.verified_at),
    ]
    for key, title, at in happened:
        if at is not None:
            yield TimelineEntry(key, str(title), at, "done")
    if closure.state in _ENDINGS:
        yield TimelineEntry(closure.state, str(_ENDINGS[State(closure.state)]), closure.ended_at, "done")


_ENDINGS = {
    State.CLOSED: _("Account closed"),
    State.WITHDRAWN: _("You changed your mind; the account stays"),
    State.REFUSED: _("The request was refused"),
    State.EXPIRED: _("The request was not confirmed in time; the account stays"),
}


def _ahead(closure: Closure) -> Iterator[TimelineEntry]:
    if closure.state == State.REQUESTED:
        yield TimelineEntry("confirm", str(_("Waiting for you to confirm it")), closure.expires_at, "current")
        yield TimelineEntry("close", str(_("The account is closed")), None, "coming")
    elif closure.state == State.HELD:
        hold = standing_hold(closure)
        yield TimelineEntry("held", str(_("On hold")), hold.until if hold else None, "current")
        yield TimelineEntry("close", str(_("The account is closed")), None, "coming")
    elif closure.question_open:
        yield TimelineEntry("question", str(_("We need your answer: an order is still open")), None, "current")
        yield TimelineEntry("close", str(_("The account is closed")), None, "coming")
    elif closure.state == State.WAITING and closure.point_of_no_return is None:
        yield TimelineEntry("orders", str(_("Waiting for your orders to be finished")), closure.wait_until, "current")
        yield TimelineEntry("close", str(_("The account is closed")), None, "coming")
    elif closure.state == State.WAITING:
        promised = closure.point_of_no_return
        yield TimelineEntry("undo", str(_("You can still change your mind")), promised, "current")
        yield TimelineEntry("close", str(_("The account is closed")), promised_end(closure), "coming")
    elif closure.verified_at is not None:
        yield TimelineEntry("verify", str(_("Last check of all data, at night")), closure.due_at, "current")
        yield TimelineEntry("close", str(_("The account is closed")), closure.due_at, "coming")
    elif closure.state == State.ERASING:
        yield TimelineEntry("verify", str(_("Erasing and checking that nothing is left")), None, "current")
        yield TimelineEntry("close", str(_("The account is closed")), None, "coming")
