"""Fetching mails by IMAP (RFC 3501), over TLS alone.

Each is first written down and then deleted from the mailbox (or moved away), so that what lies there is what is still
to be fetched. Nothing is lost by a crash at any point, and nothing is taken in twice.
"""

from __future__ import annotations

import datetime as dt
import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.conf import settings

from pamitan.channels.incoming import LARGEST, keep

TIMEOUT_SECONDS = 20
BATCH = 100
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class MailboxAway(Exception):  # noqa: N818
    """The mailbox cannot be read now. ``str()`` says why, in words for the operator of the machine."""


def fetch(now: dt.datetime) -> int:
    """Take in what lies in the mailbox, up to a batch; how many mails were new. 0 where none is set.

    Raises :class:`MailboxAway`.
    """
    if not settings.PAMITAN_IMAP_HOST:
        return 0
    try:
        with _mailbox() as box:
            return sum(_take(box, uid, now) for uid in _waiting(box))
    except (imaplib.IMAP4.error, OSError) as error:
        raise MailboxAway(_why(error)) from None


@contextmanager
def _mailbox() -> Iterator[imaplib.IMAP4]:
    host, port, context = settings.PAMITAN_IMAP_HOST, settings.PAMITAN_IMAP_PORT, ssl.create_default_context()
    box: imaplib.IMAP4
    if settings.PAMITAN_IMAP_STARTTLS:
        box = imaplib.IMAP4(host, port, timeout=TIMEOUT_SECONDS)
        box.starttls(context)
    else:
        box = imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=TIMEOUT_SECONDS)
    try:
        box.login(settings.PAMITAN_IMAP_USER, settings.PAMITAN_IMAP_PASSWORD)
        _done(box.select(_quoted(settings.PAMITAN_IMAP_FOLDER)))
        yield box
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            box.logout()


def _waiting(box: imaplib.IMAP4) -> list[str]:
    found = _done(box.uid("SEARCH", "UNDELETED"))[0]
    return found.decode().split()[:BATCH] if isinstance(found, bytes) else []


def _take(box: imaplib.IMAP4, uid: str, now: dt.datetime) -> bool:
    answer = _done(box.uid("FETCH", uid, "(RFC822.SIZE)"))
    size = _SIZE.search(b" ".join(part for part in answer if isinstance(part, bytes)))
    too_large = size is not None and int(size[1]) > LARGEST
    answer = _done(box.uid("FETCH", uid, "(BODY.PEEK[HEADER])" if too_large else "(BODY.PEEK[])"))
    raw = next((part[1] for part in answer if isinstance(part, tuple)), None)
    if raw is None:
        return False  # somebody else has just taken it
    new = keep(raw, now, too_large=too_large)
    _put_away(box, uid)
    return new


def _put_away(box: imaplib.IMAP4, uid: str) -> None:
    if settings.PAMITAN_IMAP_DONE_FOLDER:
        _done(box.uid("COPY", uid, _quoted(settings.PAMITAN_IMAP_DONE_FOLDER)))
    _done(box.uid("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)"))
    if "UIDPLUS" in box.capabilities:
        _done(box.uid("EXPUNGE", uid))
    else:
        _done(box.expunge())


def _done(answer: tuple[str, list[Any]]) -> list[Any]:
    """What the server answered, if it did what it was asked for."""
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(f"the server said {status}")
    return data


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _why(error: Exception) -> str:
    """A word for the log; never what was in a mail."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid ({error.verify_message})"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return "it refused the sign-in or the folder"
