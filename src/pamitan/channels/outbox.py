"""The outbox: a mail is written down in the transaction of what it tells of; the sweep sends it, never a request.

A crash between the mail server's acceptance and our receipt makes the same mail go out again with the same Message-ID,
so that the receiver's mail program sees one mail.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from pamitan.channels.models import Mail, MailFile
from pamitan.kit.hashing import digest


def message_id(*parts: str) -> str:
    """The local part of a Message-ID: the same for the same parts; a random one for none."""
    return digest("\0".join(parts))[:40] if parts else uuid.uuid4().hex


def queue_mail(
    *,
    identity: str,
    sender: str,
    recipient: str,
    subject: str,
    text: str,
    html: str = "",
    now: dt.datetime,
    sender_name: str = "",
    reply_to: str = "",
    in_reply_to: str = "",
    references: str = "",
    files: Iterable[MailFile] = (),
) -> Mail:
    """Put a mail into the outbox, in the caller's transaction. The same ``identity`` is queued once only.

    ``identity`` comes from :func:`message_id`; the Message-ID is ``<identity@domain of the sender>``. For conversations
    ``in_reply_to`` and ``references`` are Message-IDs with their brackets. ``files`` lie in the folder of attachments.
    """
    mail, new = Mail.objects.get_or_create(
        message_id=f"<{identity}@{sender.rpartition('@')[2]}>",
        defaults={
            "sender_name": sender_name,
            "sender": sender,
            "reply_to": reply_to,
            "recipient": recipient,
            "subject": " ".join(subject.split()),
            "text": text,
            "html": html,
            "in_reply_to": in_reply_to,
            "references": references,
            "queued_at": now,
            "due_at": now,
        },
    )
    for file in files if new else ():
        file.mail = mail
        file.save()
    return mail


def waiting_mails() -> int:
    """How many mails no mail server has taken yet."""
    return Mail.objects.filter(due_at__isnull=False).count()
