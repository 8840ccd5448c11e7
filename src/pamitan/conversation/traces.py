"""A customer's conversations go with the account."""

from __future__ import annotations

from django.apps import apps

from pamitan.closure.traces import Trace
from pamitan.conversation.models import Conversation


def erase_conversations(account_id: str) -> list[Trace]:
    """Delete every conversation of the account with all that was said in it and of it. What was deleted, by table."""
    _, deleted = Conversation.objects.filter(account_id=account_id).delete()
    return [Trace(apps.get_model(label)._meta.db_table, rows) for label, rows in sorted(deleted.items())]
