"""The mail copy of an operator's answer, to the registered address."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from pamitan.channels.models import MailFile
from pamitan.channels.outbox import queue_mail
from pamitan.closure.store import current_store
from pamitan.conversation import mail_threads
from pamitan.conversation.errors import ConversationError, Refusal
from pamitan.conversation.models import Attachment, Conversation, Message


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
    info, thread = store.file.store, mail_threads.thread_of(conversation)
    reply_to = mail_threads.reply_address(thread)
    with translation.override(conversation.language):
        subject = _("Our answer to you (%(reference)s)") % {"reference": conversation.reference}
        context = {
            "store": info,
            "subject": subject,
            "language": conversation.language,
            "conversation": conversation,
            "message": message,
            "url": page_url(conversation),
            "marker": mail_threads.marker() if reply_to else "",
        }
        queue_mail(
            identity=mail_threads.identity(thread, str(message.pk)),
            sender=info.email,
            sender_name=info.name,
            reply_to=reply_to,
            recipient=account.email,
            subject=subject,
            text=render_to_string("conversation/mail/answer.txt", context),
            html=render_to_string("conversation/mail/answer.html", context),
            in_reply_to=thread.last_received or mail_threads.root_id(thread, info.email),
            references=mail_threads.references(thread, info.email),
            files=[_sent(file) for file in message.attachments.all()],
            now=message.created_at,
        )


def _sent(file: Attachment) -> MailFile:
    return MailFile(stored=file.stored, name=file.name, content_type=file.content_type)


def page_url(conversation: Conversation) -> str:
    """Where the customer reads and answers; opens after signing in only."""
    return f"{settings.PAMITAN_URL}/help/conversations/{conversation.reference}"
