"""What hangs, and for how long: the purge must never stop in silence."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Min, Q, QuerySet

from pamitan.closure.models import OPEN_STATES, Closure
from pamitan.closure.states import State


@dataclass(frozen=True)
class BacklogLine:
    """The open closures of one state."""

    state: State
    count: int
    oldest: dt.timedelta
    """How long ago the oldest of them came into this state."""


def needs_person() -> QuerySet[Closure]:
    """Closures that do not get on by themselves: stuck in erasing, or failing again and again; the oldest first."""
    stuck = Q(state=State.ERASING) & ~Q(stuck_reason="")
    failing = Q(state__in=OPEN_STATES, failures__gte=3)
    return Closure.objects.filter(stuck | failing).order_by("erasing_at", "requested_at")


def backlog(now: dt.datetime) -> list[BacklogLine]:
    """How many closures are open in each state, and how long the oldest has been."""
    since = {
        State.REQUESTED: "requested_at",
        State.WAITING: "confirmed_at",
        State.HELD: "confirmed_at",
        State.ERASING: "erasing_at",
    }
    return [line for state, column in since.items() if (line := _line(state, column, now))]


def _line(state: State, column: str, now: dt.datetime) -> BacklogLine | None:
    found = Closure.objects.filter(state=state).aggregate(count=Count("pk"), oldest=Min(column))
    return BacklogLine(state, found["count"], now - (found["oldest"] or now)) if found["count"] else None
