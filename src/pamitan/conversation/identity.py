"""Who is speaking on the phone: a one-time code goes to the registered address, and the caller reads it out.

It proves who is speaking and nothing more: no closing is confirmed by it. That the holder does alone, on a screen.
"""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from pamitan.channels.outbox import message_id, queue_mail
from pamitan.closure.clock import clock
from pamitan.closure.codes import check_code, draw_code
from pamitan.closure.store import current_store
from pamitan.conversation import threads
from pamitan.conversation.models import Conversation, Notice
from pamitan.evidence import ledger
from pamitan.evidence.ledger import LedgerEvent

PURPOSE = "phone"


@transaction.atomic
def ask(conversation: Conversation, operator: User) -> None:
    """Send the code. Raises as :func:`pamitan.closure.codes.send_code`, and where the conversation is finished."""
    fresh, now = threads.locked(conversation), clock().now()
    account, code = draw_code(fresh.account_id, PURPOSE)
    info = current_store().file.store
    with translation.override(fresh.language):
        subject = _("The code for our call (%(reference)s)") % {"reference": fresh.reference}
        context = {"store": info, "subject": subject, "language": fresh.language, "code": code, "conversation": fresh}
        queue_mail(
            identity=message_id(),
            sender=info.email,
            sender_name=info.name,
            recipient=account.email or "",
            subject=subject,
            text=render_to_string("conversation/mail/identity.txt", context),
            html=render_to_string("conversation/mail/identity.html", context),
            now=now,
        )
    threads.add_notice(fresh, Notice.IDENTITY_ASKED, now)
    ledger.record(LedgerEvent.DESK_IDENTITY_ASKED, fresh.pk, now, operator=operator.pk)


@transaction.atomic
def show(conversation: Conversation, operator: User, code: str) -> bool:
    """Whether the code that the caller read out is right; a right one is right once."""
    fresh, now = threads.locked(conversation), clock().now()
    right = check_code(fresh.account_id, PURPOSE, code) is not None
    if right:
        threads.add_notice(fresh, Notice.IDENTITY_SHOWN, now)
    ledger.record(LedgerEvent.DESK_IDENTITY_CHECKED, fresh.pk, now, operator=operator.pk, right=right)
    return right
