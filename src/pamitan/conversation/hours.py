"""The desk's opening hours, as the store file gives them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Span = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True)
class OpeningHours:
    """Times of day per weekday in the store's own time zone. Without any, the desk counts as always open."""

    week: Mapping[str, str]
    zone: ZoneInfo

    @property
    def stated(self) -> bool:
        """True if the store file gives hours at all."""
        return bool(self.week)

    def is_open(self, now: dt.datetime) -> bool:
        """Is somebody at the desk now?"""
        return not self.stated or any(start <= now < end for start, end in self._spans(now, days=1))

    def opens_at(self, now: dt.datetime) -> dt.datetime | None:
        """When the desk opens next; ``None`` while it is open."""
        if self.is_open(now):
            return None
        return min((start for start, _ in self._spans(now, days=8) if start > now), default=None)

    def open_seconds(self, start: dt.datetime, end: dt.datetime) -> float:
        """How much of the time from start to end the desk was open, in seconds."""
        if not self.stated:
            return max(0.0, (end - start).total_seconds())
        days = (end - start).days + 1
        overlaps = (min(end, closes) - max(start, opens) for opens, closes in self._spans(start, days))
        return sum(max(0.0, overlap.total_seconds()) for overlap in overlaps)

    def by_day(self) -> list[tuple[int, str]]:
        """The stated hours: day of the week (Monday is 0), and the times as they were written."""
        return [(number, self.week[day]) for number, day in enumerate(DAYS) if day in self.week]

    def _spans(self, start: dt.datetime, days: int) -> Iterator[Span]:
        # one day earlier too, for hours that run past midnight
        first = start.astimezone(self.zone).date() - dt.timedelta(days=1)
        for shift in range(days + 2):
            day = first + dt.timedelta(days=shift)
            for part in filter(None, self.week.get(DAYS[day.weekday()], "").split(",")):
                yield self._span(day, part)

    def _span(self, day: dt.date, part: str) -> Span:
        opens, closes = (dt.time.fromisoformat(time.strip()) for time in part.split("-"))
        start = dt.datetime.combine(day, opens, self.zone)
        end = dt.datetime.combine(day, closes, self.zone)
        if end <= start:
            end += dt.timedelta(days=1)
        # in UTC, since differences within one zone ignore the change to summer time
        return start.astimezone(dt.UTC), end.astimezone(dt.UTC)
