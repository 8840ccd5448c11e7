"""How long customers wait for an answer: measured, never invented."""

from __future__ import annotations

import datetime as dt
import statistics
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pamitan.closure.store import current_store
from pamitan.conversation.hours import OpeningHours
from pamitan.conversation.models import AnswerTime, Conversation

RECENT = dt.timedelta(days=28)
SAMPLE = 50
"""The median is of the latest answers, at most so many, of the last :data:`RECENT` days."""


@dataclass(frozen=True)
class WaitingTime:
    """What a page may say of the wait on one channel."""

    channel: str
    is_open: bool
    opens_at: dt.datetime | None
    """Set while the desk is closed, if the hours say when it opens."""
    median: dt.timedelta | None
    """``None`` as long as nobody has been answered on this channel."""

    @property
    def minutes(self) -> int | None:
        """The median in whole minutes, at least one."""
        return None if self.median is None else max(1, round(self.median.total_seconds() / 60))

    @property
    def hours(self) -> int | None:
        """The median in whole hours, for waits of more than 90 minutes."""
        return None if self.minutes is None or self.minutes <= 90 else round(self.minutes / 60)


def opening_hours() -> OpeningHours:
    """The hours of the store file."""
    store = current_store().file.store
    return OpeningHours({str(day): times for day, times in store.hours.items()}, ZoneInfo(store.timezone))


def waiting_time(channel: str, now: dt.datetime) -> WaitingTime:
    """The present wait on the channel."""
    hours = opening_hours()
    recent = AnswerTime.objects.filter(channel=channel, answered_at__gt=now - RECENT).order_by("-answered_at")
    seconds = list(recent.values_list("seconds", flat=True)[:SAMPLE])
    median = dt.timedelta(seconds=statistics.median(seconds)) if seconds else None
    return WaitingTime(channel, hours.is_open(now), hours.opens_at(now), median)


def note_answer(conversation: Conversation, now: dt.datetime) -> None:
    """Write down how long the customer waited, in opening time; nothing if nobody was waiting."""
    since = waits_from(conversation)
    if since is None or now < since:
        return
    seconds = round(opening_hours().open_seconds(since, now))
    AnswerTime.objects.create(channel=conversation.channel, seconds=seconds, answered_at=now)


def waits_from(conversation: Conversation) -> dt.datetime | None:
    """Since when an answer is due: a call at a wanted time is not late before that time."""
    since = conversation.waiting_since
    if since is None or conversation.call_at is None:
        return since
    return max(since, conversation.call_at)
