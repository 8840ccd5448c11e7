"""Reading the caught mails, and answering one as its receiver would."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parsedate_to_datetime
from pathlib import Path

from pamitan.conversation import service
from pamitan.conversation.models import Conversation
from pamitan.demo.catcher import keep_mail

_NAME = re.compile(r"[0-9]{20}-[0-9a-f]{8}")
_CASE = re.compile(r"H-[0-9A-Z]{4}-[0-9A-Z]{4}")


@dataclass(frozen=True)
class CaughtMail:
    name: str
    sender: str
    to: str
    subject: str
    message_id: str
    at: dt.datetime | None
    text: str
    html: str


class Mailbox:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def mails(self) -> list[CaughtMail]:
        """All mails, the latest first."""
        return [_read(path) for path in sorted(self.folder.glob("*.eml"), reverse=True)]

    def mail(self, name: str) -> CaughtMail:
        """Raises ``KeyError`` if there is no mail of that name."""
        path = self.folder / f"{name}.eml"
        if not _NAME.fullmatch(name) or not path.is_file():
            raise KeyError(name)
        return _read(path)

    def reply(self, mail: CaughtMail, words: str, now: dt.datetime) -> Conversation | None:
        """Answer the mail. The answer is kept here, and said in the conversation that the mail belongs to, if any.

        Raises :class:`pamitan.conversation.errors.ConversationError` when it cannot be said there.
        """
        conversation = _conversation(mail)
        if conversation is not None:
            service.say(conversation, words)
        keep_mail(self.folder, _answer(mail, words, now).as_bytes())
        return conversation


def _read(path: Path) -> CaughtMail:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    return CaughtMail(
        name=path.stem,
        sender=str(message.get("From", "")),
        to=str(message.get("To", "")),
        subject=str(message.get("Subject", "")),
        message_id=str(message.get("Message-ID", "")),
        at=_date(message),
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def _date(message: EmailMessage) -> dt.datetime | None:
    try:
        at = parsedate_to_datetime(str(message.get("Date", "")))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()).replace("\r\n", "\n") if body is not None else ""


def _conversation(mail: CaughtMail) -> Conversation | None:
    case = _CASE.search(f"{mail.subject}\n{mail.text}")
    return Conversation.objects.filter(reference=case.group()).first() if case else None


def _answer(mail: CaughtMail, words: str, now: dt.datetime) -> EmailMessage:
    answer = EmailMessage()
    answer["From"], answer["To"] = mail.to, mail.sender
    answer["Subject"] = mail.subject if mail.subject.startswith("Re: ") else f"Re: {mail.subject}"
    answer["Date"] = format_datetime(now)
    answer["Message-ID"] = make_msgid(domain="senja.example")
    if mail.message_id:
        answer["In-Reply-To"] = mail.message_id
    answer.set_content(words)
    return answer
