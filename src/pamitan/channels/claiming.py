"""Claiming due rows, so that each is worked on once at a time and none is lost when its worker dies.

For any model with ``due_at``, ``attempt`` and ``claimed``: a claim pushes ``due_at`` on by the lease and raises
``attempt``. Who works on the row writes back only while the row still has that attempt; when a worker dies, the row is
due again after the lease, or as soon as a new start finds that nobody else is alive.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, models, transaction
from django.db.models import F

LEASE = dt.timedelta(minutes=10)


def claim_due(rows: models.QuerySet[Any], now: dt.datetime, limit: int) -> list[tuple[Any, int]]:
    """Claim up to ``limit`` of the due rows, the longest due first; each with the attempt it was claimed under.

    An empty look costs one read of the index on ``due_at`` and takes no lock.
    """
    due = rows.filter(due_at__lte=now)
    if not due.exists():
        return []
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        claimed = [(row.pk, row.attempt + 1) for row in due.order_by("due_at").only("pk", "attempt")[:limit]]
        model = rows.model._default_manager.filter(pk__in=[pk for pk, _ in claimed])
        model.update(due_at=now + LEASE, attempt=F("attempt") + 1, claimed=True)
    return claimed


def release(rows: models.QuerySet[Any], now: dt.datetime) -> int:
    """Make the claimed rows due again, for when their workers are known to be dead. How many there were."""
    return rows.filter(claimed=True, due_at__isnull=False).update(due_at=now, claimed=False)
