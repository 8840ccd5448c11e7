"""A conversation by e-mail, to keep: all that was said, to the registered address alone."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from pamitan.channels.outbox import message_id, queue_mail
from pamitan.closure.clock import clock
from pamitan.closure.store import current_store
from pamitan.conversation.models import Conversation


def mail_transcript(conversation: Conversation, language: str) -> bool:
    """Send it; false where the account has no address. The same words are not sent a second time.

    Raises ``StoreUnavailable`` when the store cannot be asked for the address.
    """
    store = current_store()
    account, info = store.account(conversation.account_id), store.file.store
    if account is None or not account.email:
        return False
    thread = list(conversation.messages.all())
    with translation.override(language), timezone.override(ZoneInfo(info.timezone)):
        subject = _("Our conversation (%(reference)s)") % {"reference": conversation.reference}
        url = f"{settings.PAMITAN_URL}/help/conversations/{conversation.reference}"
        context = {"store": info, "subject": subject, "language": language, "thread": thread, "url": url}
        context["conversation"] = conversation
        queue_mail(
            identity=message_id(conversation.pk.hex, "transcript", str(thread[-1].pk if thread else 0)),
            sender=info.email,
            sender_name=info.name,
            recipient=account.email,
            subject=subject,
            text=render_to_string("conversation/mail/transcript.txt", context),
            html=render_to_string("conversation/mail/transcript.html", context),
            now=clock().now(),
        )
    return True
