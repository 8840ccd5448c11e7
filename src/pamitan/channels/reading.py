"""A mail as it came, read as far as it can be read: whatever is wrong with it, there are words for a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageDefect
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parseaddr

from pamitan.channels.automatic import is_automatic
from pamitan.channels.files import MOST_FILES, File, welcome
from pamitan.channels.plain import html_to_text
from pamitan.channels.quoting import unfold

_IDS = re.compile(r"<[^<>\s]{1,310}>")
_RECIPIENTS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
LONGEST_DAMAGED = 20_000
MOST_PARTS = 200


@dataclass(frozen=True)
class Letter:
    """A mail that came in."""

    message_id: str
    sender: str
    """The address of ``From``, as it is written; anybody can write there what they like."""
    recipients: tuple[str, ...]
    thread_ids: tuple[str, ...]
    """``In-Reply-To`` and ``References``."""
    subject: str
    words: str
    rest: str
    """Quotation and signature."""
    files: tuple[File, ...] = ()
    some_refused: bool = False
    """A file was too large, of a kind that we do not take, or one too many."""
    damaged: bool = False
    automatic: bool = False
    authentication: tuple[str, ...] = ()
    """Every ``Authentication-Results``, the latest first."""


def read(raw: bytes) -> Letter:
    """Read a mail. Never raises: what is broken is handed on as plain text, marked as damaged."""
    message = message_from_bytes(raw, policy=policy.compat32)
    try:
        words, files, refused = _content(message)
        damaged = any(isinstance(fault, MessageDefect) for part in _parts(message) for fault in part.defects)
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError):
        words, files, refused, damaged = "", (), False, True
    if damaged and not words.strip():
        words = _decoded(raw.partition(b"\n\n")[2] or raw, "utf-8")[:LONGEST_DAMAGED]
    new, rest = unfold(words)
    sender = parseaddr(_header(message, "From"))[1]
    return Letter(
        message_id=next(iter(_IDS.findall(_header(message, "Message-ID"))), ""),
        sender=sender,
        recipients=tuple(_addresses(message)),
        thread_ids=tuple(_IDS.findall(_header(message, "In-Reply-To") + " " + _header(message, "References"))),
        subject=" ".join(_header(message, "Subject").split()),
        words=new,
        rest=rest,
        files=files,
        some_refused=refused,
        damaged=damaged,
        automatic=is_automatic(message, sender),
        authentication=tuple(str(value) for value in message.get_all("Authentication-Results", [])),
    )


def _content(message: Message) -> tuple[str, tuple[File, ...], bool]:
    """Words, files, and whether some file was refused. Of alternatives the plain text is taken."""
    plain: list[str] = []
    html: list[str] = []
    files: list[File] = []
    refused = False
    for part in _parts(message):
        if part.is_multipart():
            continue
        kind, content = part.get_content_type(), _bytes(part)
        if _is_words(part, kind):
            text = _decoded(content, part.get_content_charset() or "utf-8")
            html.append(html_to_text(text)) if kind == "text/html" else plain.append(text)
        elif content:
            file = welcome(_filename(part), content) if len(files) < MOST_FILES else None
            refused = refused or file is None
            files += [file] if file else []
    return "\n\n".join(filter(str.strip, plain or html)), tuple(files), refused


def _parts(message: Message) -> Iterator[Message]:
    for number, part in enumerate(message.walk()):
        if number == MOST_PARTS:
            return
        yield part


def _is_words(part: Message, kind: str) -> bool:
    return kind in ("text/plain", "text/html") and part.get_content_disposition() != "attachment"


def _bytes(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _decoded(content: bytes, charset: str) -> str:
    """In the charset that the mail names, if it is one; else as UTF-8, with marks for what cannot be read."""
    try:
        return content.decode(charset)
    except (LookupError, UnicodeDecodeError, ValueError):
        pass
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("windows-1252", "replace")


def _filename(part: Message) -> str:
    return _header_words(part.get_filename() or "")


def _header(message: Message, name: str) -> str:
    return _header_words(str(message.get(name, "")))


def _header_words(value: str) -> str:
    """Encoded words (RFC 2047) read; what cannot be read stays as it is."""
    try:
        return str(make_header(decode_header(value)))
    except (ValueError, LookupError):
        return value


def _addresses(message: Message) -> Iterator[str]:
    for name in _RECIPIENTS:
        values = [str(value) for value in message.get_all(name, [])]
        yield from (address for _name, address in getaddresses(values) if address)
