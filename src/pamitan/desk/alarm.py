"""The promise of an answer, and what is late: counted in opening time, so that a night is nobody's fault."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from pamitan.closure.store import current_store
from pamitan.conversation.models import Conversation
from pamitan.conversation.waiting import opening_hours, waits_from


def promise(channel: str) -> dt.timedelta:
    """Within which time the store wants to answer on that channel (``store.answer_within`` of the store file)."""
    return dt.timedelta(minutes=getattr(current_store().file.store.answer_within, channel))


def is_late(conversation: Conversation, now: dt.datetime) -> bool:
    """Whether the customer has waited longer than was promised."""
    since = waits_from(conversation)
    if since is None or since >= now:
        return False
    return opening_hours().open_seconds(since, now) > promise(conversation.channel).total_seconds()


def count_late(conversations: Iterable[Conversation], now: dt.datetime) -> int:
    return sum(is_late(conversation, now) for conversation in conversations)
