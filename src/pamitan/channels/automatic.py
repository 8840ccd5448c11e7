"""Mails that no person wrote: never answered, so that two machines never write to each other for ever."""

from __future__ import annotations

import re
from email.message import Message

_BULK = {"bulk", "junk", "list", "auto_reply"}
_SIGNS = ("List-Id", "List-Unsubscribe", "X-Loop", "X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress")
_MACHINES = re.compile(r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)([+.-].*)?@", re.IGNORECASE)


def is_automatic(message: Message, sender: str) -> bool:
    """By RFC 3834 (``Auto-Submitted``, empty return path), RFC 2919 (``List-Id``), and what was in use before them."""
    submitted = _header(message, "Auto-Submitted").split(";")[0].strip().lower()
    return (
        (submitted not in ("", "no"))
        or _header(message, "Precedence").strip().lower() in _BULK
        or any(message.get(sign) is not None for sign in _SIGNS)
        or _header(message, "Return-Path").strip() == "<>"
        or message.get_content_type() in ("multipart/report", "message/delivery-status")
        or bool(_MACHINES.match(sender))
    )


def _header(message: Message, name: str) -> str:
    return str(message.get(name, ""))
