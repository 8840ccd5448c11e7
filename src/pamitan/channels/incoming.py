"""Mails that came in: written down whole, once each, before the server is told that we have them.

A crash in between makes the same mail come again; its identity (Message-ID and sender, as a keyed hash) shows that it
is known. Once it is settled, words and sender are gone; the identity stays for a while.
"""

from __future__ import annotations

import datetime as dt
from email.header import Header
from email.parser import BytesHeaderParser
from email.utils import parseaddr

from django.conf import settings

from pamitan.channels.models import IncomingMail
from pamitan.kit.hashing import keyed_hash

LARGEST = 28 * 1024 * 1024
"""Bytes of a whole mail: 20 MB of files as they are encoded for mailing."""
IDENTITIES_KEPT = dt.timedelta(days=90)
SENDERS_KEPT = dt.timedelta(days=1)


def keep(raw: bytes, now: dt.datetime, *, too_large: bool = False) -> bool:
    """Write the mail down, in a transaction of its own; whether it is new.

    ``too_large``: ``raw`` is its header alone. What is larger than :data:`LARGEST` is cut to that.
    """
    if len(raw) > LARGEST:
        raw, too_large = _header_of(raw), True
    message = BytesHeaderParser().parsebytes(raw[:1_000_000])
    sender = parseaddr(_text(message.get("From")))[1].lower()
    named = _text(message.get("Message-ID")).strip() or keyed_hash(b"content", raw.hex())
    _mail, new = IncomingMail.objects.get_or_create(
        identity=_hash("mail", named, sender),
        defaults={
            "raw": raw,
            "too_large": too_large,
            "sender_hash": sender_hash(sender),
            "received_at": now,
            "due_at": now,
        },
    )
    return new


def sender_hash(address: str) -> str:
    """Tells mails of one sender together without naming them."""
    return _hash("sender", address.lower())


def sent_by(address: str, since: dt.datetime) -> int:
    """How many mails that sender has sent since then."""
    return IncomingMail.objects.filter(sender_hash=sender_hash(address), received_at__gte=since).count()


def forget_old(now: dt.datetime) -> int:
    """Forget senders after a day and identities after some months; how many mails it was about."""
    settled = IncomingMail.objects.filter(due_at=None)
    old, _ = settled.filter(received_at__lt=now - IDENTITIES_KEPT).delete()
    return old + settled.filter(received_at__lt=now - SENDERS_KEPT).exclude(sender_hash="").update(sender_hash="")


def _header_of(raw: bytes) -> bytes:
    ends = [end for end in (raw.find(b"\r\n\r\n"), raw.find(b"\n\n")) if end >= 0]
    return raw[: min([*ends, 100_000])] + b"\r\n\r\n"


def _hash(*parts: str) -> str:
    return keyed_hash(settings.SECRET_KEY.encode(), *parts)


def _text(value: str | Header | None) -> str:
    return str(value or "").encode("utf-8", "replace").decode()
