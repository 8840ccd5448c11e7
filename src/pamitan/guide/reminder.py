"""A reminder to look for the outcome, as a calendar file (iCalendar, RFC 5545)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

from django.utils import translation
from django.utils.translation import gettext

from pamitan.guide.model import Guide, Language

_OCTETS = 75
"""The longest line that RFC 5545, section 3.1, allows, without its end."""


def day_of(guide: Guide, now: dt.datetime) -> dt.date:
    """The day of the reminder, for who asks the store now."""
    return now.date() + dt.timedelta(days=guide.reminder.days)


def calendar(guide: Guide, language: Language, now: dt.datetime) -> str:
    """A calendar of one event with an alarm, at the guide's time of day wherever the reader is ("floating" time).

    One guide has one event: taken in again on another day, it moves. ``now`` is aware.
    """
    with translation.override(language):
        summary = gettext("Has %(store)s closed your account?") % {"store": guide.store.name}
        description = gettext(
            "You have asked %(store)s to close your account. Look for its answer in the mailbox of the account's "
            "address, also among the unwanted mails. Nothing there? Ask again, politely, and say when you asked first."
        ) % {"store": guide.store.name}
    start = f"{day_of(guide, now):%Y%m%d}T{guide.reminder.at.replace(':', '')}00"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Pamitan//Guide//EN",
        "BEGIN:VEVENT",
        f"UID:{uuid.uuid5(uuid.NAMESPACE_URL, f'pamitan-guide:{guide.guide.name}')}",
        f"DTSTAMP:{now.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART:{start}",
        "DURATION:PT15M",
        f"SUMMARY;LANGUAGE={language}:{_escaped(summary)}",
        f"DESCRIPTION;LANGUAGE={language}:{_escaped(description)}",
        f"URL:{guide.store.site}",
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:PT0S",
        f"DESCRIPTION:{_escaped(summary)}",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _escaped(text: str) -> str:
    """RFC 5545, section 3.3.11."""
    for sign in "\\;,":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 octets, never within a character; all but the first begin with a space."""
    piece = ""
    for character in line:
        if len((piece + character).encode()) > _OCTETS:
            yield piece
            piece = " "
        piece += character
    yield piece
