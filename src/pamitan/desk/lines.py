"""One conversation as a line of the queue."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pamitan.conversation.models import Conversation
from pamitan.conversation.service import topic_labels
from pamitan.conversation.waiting import waits_from


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

    @classmethod
    def of(cls, conversation: Conversation, now: dt.datetime) -> QueueLine:
        labels = topic_labels(conversation)
        since = waits_from(conversation)
        wait = now - since if since is not None and since <= now else None
        return cls(conversation, labels[-1], " › ".join(labels), wait)
