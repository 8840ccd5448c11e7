"""When a customer can be called back."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from pamitan.conversation.models import Author, Conversation, Notice
from pamitan.conversation.waiting import opening_hours

LATEST = dt.timedelta(days=14)
"""A call can be wanted for so far ahead."""
PAUSE = dt.timedelta(minutes=30)
"""So long after a call that nobody answered we call again, if the desk is open."""
MOST_TRIES = 3


class CallTimeError(ValueError):
    """Not a time for a call; the sentence says the mend."""


def check_call_time(at: dt.datetime, now: dt.datetime) -> None:
    """Raises :class:`CallTimeError` for a time that is past, too far ahead, or when the desk is closed."""
    if at <= now:
        raise CallTimeError(_("This time has passed. Choose a later one."))
    if at > now + LATEST:
        raise CallTimeError(_("Choose a time within the next 14 days."))
    hours = opening_hours()
    if not hours.is_open(at):
        opens = hours.opens_at(at)
        raise CallTimeError(_("Nobody is here at that time.") + " " + _next_opening(opens))


def next_try(now: dt.datetime) -> dt.datetime:
    """When to call again."""
    at = now + PAUSE
    return opening_hours().opens_at(at) or at


def tries(conversation: Conversation) -> int:
    """How often we have called in vain since the customer last said something or asked for a call."""
    asked = Q(author=Author.CUSTOMER) | Q(notice=Notice.NEW_NUMBER)
    latest = conversation.messages.filter(asked).order_by("-id").values_list("id", flat=True).first() or 0
    return conversation.messages.filter(notice=Notice.CALL_NO_ANSWER, id__gt=latest).count()


def _next_opening(opens: dt.datetime | None) -> str:
    if opens is None:
        return _("Please choose another way to reach us.")
    local = timezone.localtime(opens)
    return _("We are here again from %(time)s.") % {"time": f"{date_format(local, 'l j E')}, {local:%H:%M}"}
