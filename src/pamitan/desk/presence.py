"""Who has a conversation open besides oneself, and who is writing there: so that two do not answer at once.

A sign lasts for a minute: pages with JavaScript renew it every twenty seconds, a page without it counts for the minute
after it was opened or sent.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.models import User

from pamitan.closure.clock import clock
from pamitan.conversation.models import Conversation
from pamitan.desk.claims import name_of
from pamitan.desk.models import Presence

LEASE = dt.timedelta(seconds=60)


@dataclass(frozen=True)
class Other:
    """Another operator at the same conversation."""

    name: str
    writes: bool


def here(conversation: Conversation, operator: User, *, typing: bool = False) -> None:
    """The operator has it open now, and is perhaps writing."""
    now = clock().now()
    signs = {"seen_at": now, "typed_at": now} if typing else {"seen_at": now}
    Presence.objects.update_or_create(conversation=conversation, operator=operator, defaults=signs)


def gone(conversation: Conversation, operator: User) -> None:
    """The operator has turned to something else."""
    Presence.objects.filter(conversation=conversation, operator=operator).delete()


def others(conversation: Conversation, operator: User) -> list[Other]:
    """Who else is there."""
    since = clock().now() - LEASE
    rows = Presence.objects.filter(conversation=conversation, seen_at__gt=since).exclude(operator=operator)
    found = rows.select_related("operator").order_by("operator__username")
    return [Other(name_of(row.operator), row.typed_at is not None and row.typed_at > since) for row in found]
