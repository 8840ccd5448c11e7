"""How far the sweep is behind: a purge that has stopped must not stay unnoticed."""

from __future__ import annotations

import datetime as dt

from django.db.models import Min

from pamitan.closure.models import Closure


def backlog_age_seconds(now: dt.datetime) -> int:
    """For how many seconds the oldest closure that is due has been waiting to be looked at; 0 when none is due."""
    oldest = Closure.objects.filter(due_at__lte=now).aggregate(oldest=Min("due_at"))["oldest"]
    return int((now - oldest).total_seconds()) if oldest else 0
