"""Sending what is due in the outbox, over SMTP."""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
from email.utils import format_datetime, formataddr
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection

from pamitan.channels.claiming import claim_due
from pamitan.channels.files import stored_path
from pamitan.channels.models import Mail, MailFile

log = logging.getLogger(__name__)

BATCH = 50
GIVE_UP_AFTER = dt.timedelta(days=3)
FORGOTTEN = {"recipient": "", "subject": "", "text": "", "html": "", "due_at": None, "claimed": False}


def send_due(now: dt.datetime) -> int:
    """Send a batch of the mails that are due; how many were taken in hand.

    Whatever goes wrong for a while is tried again, ever more rarely, for three days; what the mail server refuses for
    good is given up at once. Either way the row keeps the fact and forgets address and words.
    """
    claims = claim_due(Mail.objects.all(), now, BATCH)
    if claims:
        _send(dict(claims), now)
    return len(claims)


def _send(attempts: dict[int, int], now: dt.datetime) -> None:
    connection, away = get_connection(), None
    try:
        for mail in Mail.objects.filter(pk__in=attempts).order_by("queued_at", "pk"):
            if mail.attempt == attempts[mail.pk]:
                away = away or _open(connection)
                _finish(mail, away or _try(connection, mail), now)
    finally:
        connection.close()


def _open(connection: Any) -> Exception | None:
    """A server that cannot be reached is tried once for the whole batch."""
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as failure:
        return failure
    return None


def _try(connection: Any, mail: Mail) -> Exception | None:
    try:
        connection.send_messages([_message(mail)])
    except (smtplib.SMTPException, OSError, ValueError) as failure:
        connection.close()
        return failure
    return None


def _finish(mail: Mail, failure: Exception | None, now: dt.datetime) -> None:
    row = Mail.objects.filter(pk=mail.pk, attempt=mail.attempt)
    if failure is None:
        if row.update(sent_at=now, failure="", **FORGOTTEN):
            mail.files.all().delete()
        return
    why = _why(failure)
    if _is_final(failure) or now - mail.queued_at > GIVE_UP_AFTER:
        log.warning("mail %s was given up: %s", mail.message_id, why)
        if row.update(failed_at=now, failure=why, **FORGOTTEN):
            mail.files.all().delete()
    else:
        row.update(due_at=now + _pause(mail.attempt), failure=why, claimed=False)


def _message(mail: Mail) -> EmailMultiAlternatives:
    date = format_datetime(mail.queued_at)
    headers = {"Message-ID": mail.message_id, "Date": date, "Auto-Submitted": "auto-generated"}
    if mail.in_reply_to:
        headers["In-Reply-To"] = mail.in_reply_to
        headers["References"] = mail.references or mail.in_reply_to
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=formataddr((mail.sender_name, mail.sender)),
        to=[mail.recipient],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers=headers,
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    for file in mail.files.order_by("pk"):
        message.attach(file.name, _content(file), file.content_type)
    return message


def _content(file: MailFile) -> bytes:
    try:
        return stored_path(file.stored).read_bytes()
    except FileNotFoundError:
        raise ValueError("a file of the mail was erased meanwhile") from None


def _is_final(failure: Exception) -> bool:
    """The address or the mail is refused for good (RFC 5321: 5yz), or cannot be written; our own sign-in never is."""
    if isinstance(failure, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in failure.recipients.values())
    if isinstance(failure, smtplib.SMTPDataError):
        return failure.smtp_code >= 500
    return isinstance(failure, ValueError)  # a line break in a header, a character that no mail can carry


def _why(failure: Exception) -> str:
    """A word for the log and the desk; the server's own text may name the address."""
    if isinstance(failure, smtplib.SMTPRecipientsRefused):
        return "recipient refused: " + ", ".join(sorted({str(code) for code, _ in failure.recipients.values()}))
    if isinstance(failure, smtplib.SMTPResponseException):
        return f"{type(failure).__name__} {failure.smtp_code}"
    return type(failure).__name__


def _pause(attempt: int) -> dt.timedelta:
    return dt.timedelta(minutes=min(2 ** min(attempt - 1, 6), 60))
