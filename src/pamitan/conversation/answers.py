"""The mail copy of an operator's answer, to the registered address."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from pamitan.channels.outbox import message_id, queue_mail
from pamitan.closure.store import current_store
from pamitan.conversation.errors import ConversationError, Refusal
from pamitan.conversation.models import Conversation, Message


def mail_answer(conversation: Conversation, message: Message) -> None:
    """Put the answer into the outbox. A customer without an address reads it on the page alone.

    Raises ``StoreUnavailable`` when the store cannot be asked for the address.
    """
    store = current_store()
    account = store.account(conversation.account_id)
    if account is None:
        raise ConversationError(Refusal.ACCOUNT_GONE)
    if not account.email:
        return
    info = store.file.store
    with translation.override(conversation.language):
        subject = _("Our answer to you (%(reference)s)") % {"reference": conversation.reference}
        context = {
            "store": info,
            "subject": subject,
            "language": conversation.language,
            "conversation": conversation,
            "message": message,
            "url": page_url(conversation),
        }
        queue_mail(
            identity=message_id(conversation.pk.hex, str(message.pk)),
            sender=info.email,
            sender_name=info.name,
            recipient=account.email,
            subject=subject,
            text=render_to_string("conversation/mail/answer.txt", context),
            html=render_to_string("conversation/mail/answer.html", context),
            references=_thread_id(conversation, info.email),
            in_reply_to=_thread_id(conversation, info.email),
            now=message.created_at,
        )


def page_url(conversation: Conversation) -> str:
    """Where the customer reads and answers; opens after signing in only."""
    return f"{settings.PAMITAN_URL}/help/conversations/{conversation.reference}"


def _thread_id(conversation: Conversation, sender: str) -> str:
    """One Message-ID that all answers of a conversation refer to, so that mail programs keep them together."""
    return f"<{message_id(conversation.pk.hex)}@{sender.rpartition('@')[2]}>"
