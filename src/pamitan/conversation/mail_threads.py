"""How mails and conversations find each other: by an address of its own, and by the headers of RFC 5322, 3.6.4.

Both carry the conversation's token, which nobody can guess. Mail programs answer to ``Reply-To``
(``name+TOKEN@domain``, RFC 5233), and put our Message-IDs (``<TOKEN.N@domain>``) into ``In-Reply-To`` and
``References``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext as _

from pamitan.channels.quoting import MARK
from pamitan.closure.store import current_store
from pamitan.conversation.models import Conversation, MailThread

_TOKEN = re.compile(r"[a-z2-7]{32}")


def reads_mail() -> bool:
    """Whether customers' mails come in here at all."""
    return bool(settings.PAMITAN_IMAP_HOST or settings.PAMITAN_MAIL_HOOK)


def own_address() -> str:
    """The address to which customers write."""
    return settings.PAMITAN_MAIL_ADDRESS or current_store().file.store.email


def thread_of(conversation: Conversation) -> MailThread:
    """The conversation's thread of mails, begun on first use."""
    return MailThread.objects.get_or_create(conversation=conversation)[0]


def reply_address(thread: MailThread) -> str:
    """Where answers to this conversation go; empty where no mail comes in, so that they go to the store itself."""
    if not reads_mail():
        return ""
    local, _at, domain = own_address().rpartition("@")
    return f"{local}+{thread.token}@{domain}"


def identity(thread: MailThread, what: str) -> str:
    """The local part of the Message-ID of one of our mails in the thread."""
    return f"{thread.token}.{what}"


def root_id(thread: MailThread, sender: str) -> str:
    """The Message-ID that all mails of a conversation refer to, so that mail programs keep them together."""
    return f"<{thread.token}@{sender.rpartition('@')[2]}>"


def references(thread: MailThread, sender: str) -> str:
    """The ``References`` of our next mail."""
    return " ".join(filter(None, [root_id(thread, sender), thread.last_received]))


def marker() -> str:
    """The line above which the customer writes an answer."""
    return f"{MARK} {_('Please write your answer above this line')} {MARK}"


def named(words: Iterable[str]) -> Conversation | None:
    """The conversation whose token stands in one of the addresses or Message-IDs."""
    tokens = {token for text in words for token in _TOKEN.findall(text.lower())}
    thread = MailThread.objects.filter(token__in=tokens).select_related("conversation").first() if tokens else None
    return thread.conversation if thread else None
