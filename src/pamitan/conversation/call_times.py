"""When a customer can be called back."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from pamitan.conversation.waiting import opening_hours

LATEST = dt.timedelta(days=14)
"""A call can be wanted for so far ahead."""


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


def _next_opening(opens: dt.datetime | None) -> str:
    if opens is None:
        return _("Please choose another way to reach us.")
    local = timezone.localtime(opens)
    return _("We are here again from %(time)s.") % {"time": f"{date_format(local, 'l j E')}, {local:%H:%M}"}
