"""Who is speaking on the phone: a one-time code goes to the registered address or number; the caller reads it out.

It proves who is speaking and nothing more: no closing is confirmed by it. That the holder does alone, on a screen.
"""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from pamitan.channels.outbox import message_id, queue_mail
from pamitan.closure import texts
from pamitan.closure.clock import clock
from pamitan.closure.codes import VALID, check_code, code_addresses, draw_code
from pamitan.closure.store import current_store
from pamitan.content.identifiers import IdentifierKind
from pamitan.conversation import threads
from pamitan.conversation.models import Conversation, Notice
from pamitan.evidence import ledger
from pamitan.evidence.ledger import LedgerEvent
from pamitan.stores.errors import StoreError
from pamitan.stores.types import Account

PURPOSE = "phone"


def ways(conversation: Conversation) -> list[IdentifierKind]:
    """How a code can go to this customer, the way that the store prefers first; empty while the store is away."""
    try:
        account = current_store().account(conversation.account_id)
    except StoreError:
        return []
    return [address.kind for address in code_addresses(account)] if account else []


@transaction.atomic
def ask(conversation: Conversation, operator: User, kind: IdentifierKind | None = None) -> None:
    """Send the code, by mail or text message; without a ``kind`` as the store prefers.

    Raises as :func:`pamitan.closure.codes.send_code`, and where the conversation is finished.
    """
    fresh, now = threads.locked(conversation), clock().now()
    account, address, code = draw_code(fresh.account_id, PURPOSE, kind)
    with translation.override(fresh.language):
        if address.kind == "phone":
            _text(fresh, account, address.value, code, now)
        else:
            _mail(fresh, address.value, code, now)
    threads.add_notice(fresh, Notice.IDENTITY_TEXTED if address.kind == "phone" else Notice.IDENTITY_ASKED, now)
    ledger.record(LedgerEvent.DESK_IDENTITY_ASKED, fresh.pk, now, operator=operator.pk)


def _mail(conversation: Conversation, address: str, code: str, now: dt.datetime) -> None:
    info = current_store().file.store
    subject = _("The code for our call (%(reference)s)") % {"reference": conversation.reference}
    context = {"store": info, "subject": subject, "language": conversation.language, "code": code}
    context["conversation"] = conversation
    queue_mail(
        identity=message_id(),
        sender=info.email,
        sender_name=info.name,
        recipient=address,
        subject=subject,
        text=render_to_string("conversation/mail/identity.txt", context),
        html=render_to_string("conversation/mail/identity.html", context),
        now=now,
    )


def _text(conversation: Conversation, account: Account, number: str, code: str, now: dt.datetime) -> None:
    words = _("%(store)s: the code for our call is %(code)s. Read it out only to us. It does not close your account.")
    words = words % {"store": current_store().file.store.name, "code": code}
    texts.queue(account, number, words, language=conversation.language, until=now + VALID)


@transaction.atomic
def show(conversation: Conversation, operator: User, code: str) -> bool:
    """Whether the code that the caller read out is right; a right one is right once."""
    fresh, now = threads.locked(conversation), clock().now()
    right = check_code(fresh.account_id, PURPOSE, code) is not None
    if right:
        threads.add_notice(fresh, Notice.IDENTITY_SHOWN, now)
    ledger.record(LedgerEvent.DESK_IDENTITY_CHECKED, fresh.pk, now, operator=operator.pk, right=right)
    return right
