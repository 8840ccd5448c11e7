"""A customer's conversations go with the account, and some time after their last word where the account stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.apps import apps
from django.db import transaction

from pamitan.closure.store import current_store
from pamitan.closure.traces import Trace
from pamitan.conversation.attachments import remove_with
from pamitan.conversation.models import Conversation, HeldMail

BATCH = 200


def erase_conversations(account_id: str) -> list[Trace]:
    """Delete every conversation of the account, all that was said and sent in it, and mails that wait for a yes.

    What was deleted, by table; files by their number.
    """
    held, _ = HeldMail.objects.filter(account_id=account_id).delete()
    return [Trace(HeldMail._meta.db_table, held), *_delete(Conversation.objects.filter(account_id=account_id))]


def forget_old(now: dt.datetime) -> int:
    """Delete conversations in which nothing was said for the declared number of days; how many.

    One whose closing is under way stays: it goes with the account.
    """
    last = now - dt.timedelta(days=current_store().file.store.conversations_kept_days)
    old = Conversation.objects.filter(last_message_at__lt=last).select_related("closure").order_by("last_message_at")
    forgotten = [talk for talk in old[:BATCH] if talk.closure is None or not talk.closure.is_open]
    with transaction.atomic():
        _delete(forgotten)
    return len(forgotten)


def _delete(conversations: Iterable[Conversation]) -> list[Trace]:
    rows = list(conversations)
    files = Trace("files", remove_with(rows))
    _, deleted = Conversation.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return [files, *(Trace(apps.get_model(label)._meta.db_table, n) for label, n in sorted(deleted.items()))]
