"""A lead's live figures, counted in our own database: who waits, how fast answers were, what goes and what hangs."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from pamitan.closure.clock import clock
from pamitan.closure.models import Closure
from pamitan.closure.states import State
from pamitan.conversation import service
from pamitan.conversation.models import AnswerTime, Channel
from pamitan.conversation.waiting import waits_from
from pamitan.desk.alarm import is_late, promise
from pamitan.desk.backlog import backlog, needs_person
from pamitan.desk.charts import Bar, bars, columns
from pamitan.desk.door import leading

DAYS = 14
RECENT = dt.timedelta(days=7)


@dataclass(frozen=True)
class Answers:
    """How the customers of one channel were answered in the last seven days."""

    channel: str
    count: int
    within_a_minute: Bar | None
    """In percent; none where nobody was answered."""
    as_promised: Bar | None


@dataclass(frozen=True)
class Day:
    """Closures of one day, in the store's own time."""

    day: dt.date
    asked: int
    closed: int


@leading
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """The page, which looks again by itself."""
    now = clock().now()
    days = closures_per_day(now)
    lines = backlog(now)
    context = {
        "waiting": waiting_now(now),
        "answers": [answers(channel, now) for channel in Channel],
        "backlog": list(zip(lines, bars([(line.state, line.count, str(line.count)) for line in lines]), strict=True)),
        "stuck": needs_person().count(),
        "days": days,
        "columns": columns([day.asked for day in days], [day.closed for day in days]),
        "highest": max((max(day.asked, day.closed) for day in days), default=0),
        "asked": sum(day.asked for day in days),
        "closed": sum(day.closed for day in days),
        "at": now,
    }
    return render(request, "desk/figures.html", context)


def waiting_now(now: dt.datetime) -> list[tuple[Bar, int]]:
    """Who waits for an answer on each channel, and how many of them for longer than promised."""
    due = [one for one in service.queue() if (since := waits_from(one)) is not None and since <= now]
    count = Counter(one.channel for one in due)
    late = Counter(one.channel for one in due if is_late(one, now))
    shown = bars([(str(channel.label), count[channel], str(count[channel])) for channel in Channel])
    return [(bar, late[channel]) for bar, channel in zip(shown, Channel, strict=True)]


def answers(channel: Channel, now: dt.datetime) -> Answers:
    """The share that was answered within a minute, and within what the store promises, of opening time."""
    promised = round(promise(channel).total_seconds())
    counted = AnswerTime.objects.filter(channel=channel, answered_at__gt=now - RECENT).aggregate(
        all=Count("pk"),
        fast=Count("pk", filter=Q(seconds__lte=60)),
        kept=Count("pk", filter=Q(seconds__lte=promised)),
    )
    fast, kept = (_share(counted[name], counted["all"]) for name in ("fast", "kept"))
    return Answers(str(channel.label), counted["all"], fast, kept)


def closures_per_day(now: dt.datetime) -> list[Day]:
    """The last fourteen days, today last: how many closings were asked for, and how many ended in a closed account."""
    zone = timezone.get_current_timezone()
    today = timezone.localdate(now)
    first = dt.datetime.combine(today - dt.timedelta(days=DAYS - 1), dt.time.min, zone)
    asked = _by_day(Closure.objects.filter(requested_at__gte=first), "requested_at")
    closed = _by_day(Closure.objects.filter(state=State.CLOSED, ended_at__gte=first), "ended_at")
    days = [today - dt.timedelta(days=back) for back in reversed(range(DAYS))]
    return [Day(day, asked[day], closed[day]) for day in days]


def _by_day(rows: QuerySet[Closure], column: str) -> Counter[dt.date]:
    grouped = rows.annotate(day=TruncDate(column)).values("day").annotate(number=Count("pk")).order_by("day")
    return Counter({line["day"]: line["number"] for line in grouped})


def _share(part: int, whole: int) -> Bar | None:
    if not whole:
        return None
    percent = part / whole * 100
    return bars([("", percent, f"{percent:.0f}")], full=100)[0]
