"""One conversation as a line of the queue."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from pamitan.conversation.models import Conversation
from pamitan.conversation.service import topic_labels
from pamitan.conversation.waiting import waits_from
from pamitan.desk.alarm import is_late
from pamitan.desk.claims import name_of
from pamitan.desk.models import Claim

SCANNED = 1000
"""So many of the longest waits are asked whether they are late."""


@dataclass(frozen=True)
class QueueLine:
    """What the desk says of a conversation at a glance."""

    conversation: Conversation
    topic: str
    """The deepest label that the customer chose."""
    topics: str
    """All of them, from area to detail."""
    wait: dt.timedelta | None
    """For how long an answer has been due; ``None`` if none is due yet."""
    late: bool
    """For longer than was promised."""
    holder: str
    """Who serves it; empty for nobody."""
    holder_id: int | None
    given_by: str
    """Who gave it to the one who serves it; empty for nobody."""
    given_words: str
    """What they said of it."""

    @classmethod
    def of(cls, conversation: Conversation, now: dt.datetime) -> QueueLine:
        labels = topic_labels(conversation)
        since = waits_from(conversation)
        wait = now - since if since is not None and since <= now else None
        row: Claim | None = getattr(conversation, "claim", None)
        if row is not None and row.until <= now:
            row = None
        return cls(
            conversation=conversation,
            topic=labels[-1],
            topics=" › ".join(labels),
            wait=wait,
            late=is_late(conversation, now),
            holder=name_of(row.operator) if row else "",
            holder_id=row.operator_id if row else None,
            given_by=name_of(row.given_by) if row and row.given_by else "",
            given_words=row.note.text if row and row.note else "",
        )


def queue_lines(waiting: QuerySet[Conversation], now: dt.datetime) -> list[QueueLine]:
    """The waiting conversations: what is late first, then the longest wait."""
    rows = waiting.select_related("claim__operator", "claim__given_by", "claim__note")[:SCANNED]
    return sorted((QueueLine.of(row, now) for row in rows), key=lambda line: not line.late)
