"""A customer's conversations go with the account."""

from __future__ import annotations

from pamitan.closure.traces import Trace
from pamitan.conversation.models import Conversation, Message


def erase_conversations(account_id: str) -> list[Trace]:
    """Delete every conversation of the account with all that was said in it. What was deleted, by table."""
    _, deleted = Conversation.objects.filter(account_id=account_id).delete()
    return [Trace(model._meta.db_table, deleted.get(model._meta.label, 0)) for model in (Message, Conversation)]
