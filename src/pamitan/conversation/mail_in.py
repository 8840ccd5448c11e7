"""What a mail that came in means. It can say something; it can never do anything: no mail closes an account.

- To a conversation's own address, from its customer's registered address: it is said there.
- From a registered address otherwise (or with the conversation's address from elsewhere): anybody can write that into
  ``From``. It is held back; a link goes to the *registered* address, and only who opens it there lets the mail in.
- From anybody else: nothing is begun or kept. A neutral mail tells the way to us, once a day.
- From a machine, from ourselves, or too often: nothing at all.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from enum import StrEnum
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from pamitan.channels.claiming import claim_due
from pamitan.channels.files import File
from pamitan.channels.incoming import sent_by
from pamitan.channels.models import IncomingMail
from pamitan.channels.reading import Letter, read
from pamitan.closure.language import fitting_language
from pamitan.closure.store import current_store
from pamitan.content.identifiers import normalise_email
from pamitan.conversation import mail_notes, mail_threads, service
from pamitan.conversation.attachments import attach
from pamitan.conversation.errors import ConversationError
from pamitan.conversation.models import Channel, Conversation, HeldMail, MailPart, MailThread, Message, State
from pamitan.conversation.threads import TEXT_LIMIT
from pamitan.stores.types import Account, Identifier

log = logging.getLogger(__name__)

BATCH = 20
MOST_PER_HOUR = 30
"""So many mails of one sender within an hour; what comes beyond is a loop or an attack."""
MOST_INVITED_PER_HOUR = 100
MOST_HELD = 5
"""So many mails for one account wait for a confirmation at a time."""
LONGEST_PAUSE = dt.timedelta(hours=1)
_NAMES = UUID("6f0c7f5e-3f0e-4c53-9a39-6d1f1d9a5a0b")


class Outcome(StrEnum):
    """What became of a mail; all that is remembered of it."""

    SAID = "said"
    HELD = "held"
    INVITED = "invited"
    NOT_INVITED = "not invited"
    TOO_LARGE = "too large"
    REFUSED = "refused"
    OWN = "own"
    AUTOMATIC = "automatic"
    FORGED = "forged"
    NAMELESS = "nameless"
    TOO_MANY = "too many"


def settle_due(now: dt.datetime) -> int:
    """Settle a batch of what came in; how many mails were taken in hand. What fails is tried again later."""
    claims = claim_due(IncomingMail.objects.all(), now, BATCH)
    for pk, attempt in claims:
        try:
            _settle(pk, attempt, now)
        except Exception as fault:  # one mail must not hold up the others; it stays, and is tried again
            log.error("a mail could not be settled: %s", type(fault).__name__)
            _try_again(pk, attempt, now)
    return len(claims)


@transaction.atomic
def _settle(pk: int, attempt: int, now: dt.datetime) -> None:
    row = IncomingMail.objects.select_for_update().filter(pk=pk, attempt=attempt).first()
    if row is None:
        return
    row.outcome = _meaning(bytes(row.raw), row.too_large, now)
    row.raw, row.due_at, row.claimed = b"", None, False
    row.save()


def _try_again(pk: int, attempt: int, now: dt.datetime) -> None:
    pause = min(dt.timedelta(minutes=2 ** min(attempt, 6)), LONGEST_PAUSE)
    IncomingMail.objects.filter(pk=pk, attempt=attempt).update(due_at=now + pause, claimed=False)


def _meaning(raw: bytes, too_large: bool, now: dt.datetime) -> Outcome:
    letter = read(raw)
    sender = normalise_email(letter.sender)
    silent = _silent(letter, sender, now)
    if silent or sender is None:
        return silent or Outcome.NAMELESS
    talk = mail_threads.named([*letter.recipients, *letter.thread_ids])
    account = current_store().account(talk.account_id) if talk else _account_of(sender)
    if account is None or not account.email:
        return _invite(letter, sender, now)
    if too_large:
        return _too_large(letter, sender, account, now)
    if talk and account.email == sender:
        return _say(talk, letter, account, now)
    return _hold(raw, letter, account, talk, now)


def _silent(letter: Letter, sender: str | None, now: dt.datetime) -> Outcome | None:
    """What is never answered."""
    if _is_own(letter, sender):
        return Outcome.OWN
    if letter.automatic:
        return Outcome.AUTOMATIC
    if _is_forged(letter):
        return Outcome.FORGED
    if sender and sent_by(sender, now - dt.timedelta(hours=1)) > MOST_PER_HOUR:
        return Outcome.TOO_MANY
    return None


def _is_own(letter: Letter, sender: str | None) -> bool:
    """Written by us: from one of our addresses, or under a Message-ID of ours."""
    own = {normalise_email(address) for address in (mail_threads.own_address(), current_store().file.store.email)}
    plain = re.sub(r"\+[^@]*@", "@", sender or "")
    return plain in own or mail_threads.named([letter.message_id]) is not None


def _is_forged(letter: Letter) -> bool:
    """What our own mail server found out (RFC 8601), where its name is set. Other servers' words count for nothing."""
    server = settings.PAMITAN_MAIL_AUTHSERV.lower()
    if not server:
        return False
    own = [words for words in letter.authentication if words.lower().split(";")[0].split()[:1] == [server]]
    return bool(own) and re.search(r"\bdmarc\s*=\s*fail\b", own[0], re.IGNORECASE) is not None


def _account_of(sender: str) -> Account | None:
    """The one account of that address; several cannot be told apart by a mail."""
    found = [one for one in current_store().find(Identifier("email", sender)) if one.email == sender]
    return found[0] if len(found) == 1 else None


def _invite(letter: Letter, sender: str, now: dt.datetime) -> Outcome:
    recently = IncomingMail.objects.filter(outcome=Outcome.INVITED, received_at__gte=now - dt.timedelta(hours=1))
    if recently.count() >= MOST_INVITED_PER_HOUR:
        return Outcome.NOT_INVITED
    mail_notes.invite(letter, sender, now)
    return Outcome.INVITED


def _too_large(letter: Letter, sender: str, account: Account, now: dt.datetime) -> Outcome:
    if account.email == sender:
        mail_notes.too_large(letter, sender, fitting_language(account.language), now)
    return Outcome.TOO_LARGE


def _hold(raw: bytes, letter: Letter, account: Account, talk: Conversation | None, now: dt.datetime) -> Outcome:
    if HeldMail.objects.filter(account_id=account.id).count() >= MOST_HELD:
        return _invite(letter, normalise_email(letter.sender) or "", now)
    held = HeldMail.objects.create(account_id=account.id, conversation=talk, raw=raw, received_at=now)
    mail_notes.ask_holder(held, account, fitting_language(account.language), now)
    return Outcome.HELD


@transaction.atomic
def release(held: HeldMail) -> Conversation:
    """The holder of the registered address says that the mail is theirs. The conversation in which it is now said.

    Raises :class:`ConversationError`; then it stays held.
    """
    letter, account = read(bytes(held.raw)), current_store().account(held.account_id)
    language = fitting_language(account.language if account else None)
    talk = _add(held.conversation, held.account_id, letter, language)
    held.delete()
    return talk


def forget_held(now: dt.datetime) -> int:
    """Delete what nobody has confirmed; how many mails."""
    return HeldMail.objects.filter(received_at__lt=now - mail_notes.HELD).delete()[0]


def _say(talk: Conversation, letter: Letter, account: Account, now: dt.datetime) -> Outcome:
    sender = account.email or ""
    try:
        with transaction.atomic():
            _add(talk, account.id, letter, talk.language)
    except ConversationError as error:
        with translation.override(talk.language):
            mail_notes.refused(letter, sender, talk.language, str(error), now)
        return Outcome.REFUSED
    if letter.some_refused:
        mail_notes.files_refused(letter, sender, talk.language, now)
    return Outcome.SAID


def _add(talk: Conversation | None, account_id: str, letter: Letter, language: str) -> Conversation:
    """Say it in the conversation; in a new one if there is none, or if it is finished."""
    key = uuid5(_NAMES, f"{letter.message_id} {letter.sender}") if letter.message_id else None
    if talk is None or talk.state == State.CLOSED:
        wanted = service.Request(talk.area, talk.topic, talk.detail) if talk else service.Request()
        first = _words(letter, with_subject=True)
        talk = service.open_conversation(account_id, Channel.EMAIL, wanted, first, language=language, key=key)
        message = talk.messages.order_by("id")[0]
    else:
        message = service.say(talk, _words(letter), key)
    _attach(message, letter)
    thread = mail_threads.thread_of(talk)
    MailThread.objects.filter(pk=thread.pk).update(last_received=letter.message_id)
    return talk


def _words(letter: Letter, *, with_subject: bool = False) -> str:
    """What is shown in the thread; the whole text of a very long mail goes with it as a file."""
    subject = letter.subject if with_subject or not letter.words else ""
    text = "\n\n".join(filter(None, [subject, letter.words])) or _("(an e-mail without words)")
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…"


def _attach(message: Message, letter: Letter) -> None:
    _part, new = MailPart.objects.get_or_create(
        message=message,
        defaults={"rest": letter.rest, "damaged": letter.damaged, "some_refused": letter.some_refused},
    )
    if not new:
        return  # said before
    shortened = len(letter.words) > TEXT_LIMIT - len(letter.subject) - 2
    long = [File("mail.txt", "text/plain", letter.words.encode())] if shortened else []
    attach(message, [*long, *letter.files])
