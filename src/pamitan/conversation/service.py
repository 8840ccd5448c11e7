"""The verbs of a conversation, for every door: the customer's pages, the desk, the demo's practice operator.

Texts are always plain text: whoever shows them escapes them. Times come from the one clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce, Greatest

from pamitan.channels.files import File
from pamitan.closure import service as closures
from pamitan.closure.clock import clock
from pamitan.closure.models import Closure
from pamitan.closure.states import State as ClosureState
from pamitan.closure.store import current_store
from pamitan.conversation import threads, topics, waiting
from pamitan.conversation.answers import mail_answer
from pamitan.conversation.attachments import attach
from pamitan.conversation.call_times import MOST_TRIES, next_try, tries
from pamitan.conversation.errors import ConversationError, Refusal
from pamitan.conversation.models import Channel, Conversation, Message, Notice, Outcome, State
from pamitan.conversation.together import together
from pamitan.evidence import ledger
from pamitan.evidence.ledger import LedgerEvent
from pamitan.stores.types import Identifier

UNFINISHED_LIMIT = 5
"""So many conversations of one customer may be unfinished at a time."""


@dataclass(frozen=True)
class Call:
    """A wanted call: the number as E.164, and the time (``None`` means now)."""

    number: str
    at: dt.datetime | None = None


@dataclass(frozen=True)
class Request:
    """What the customer chose before writing: the keys of :mod:`pamitan.conversation.topics`."""

    area: str = topics.OTHER.key
    topic: str = ""
    detail: str = ""
    call: Call | None = None
    """Only for the phone; without one there, the customer calls us and says the case code."""


# --- the customer ------------------------------------------------------------------------------------------------


@transaction.atomic
def open_conversation(
    account_id: str, channel: Channel, request: Request, text: str, *, language: str, key: UUID | None = None
) -> Conversation:
    """Begin a conversation with the customer's first words; one for each ``key``.

    Raises :class:`ConversationError` for an empty or too long text, and when too many are unfinished already.
    """
    if key and (begun := of_customer(account_id).filter(messages__key=key).first()):
        return begun
    if of_customer(account_id).exclude(state=State.CLOSED).count() >= UNFINISHED_LIMIT:
        raise ConversationError(Refusal.TOO_MANY_CONVERSATIONS)
    now = clock().now()
    conversation = Conversation.objects.create(
        account_id=account_id,
        channel=channel,
        area=request.area,
        topic=request.topic,
        detail=request.detail,
        phone=request.call.number if request.call else "",
        call_at=request.call.at if request.call else None,
        language=language,
        created_at=now,
        last_message_at=now,
    )
    threads.add_customer(conversation, text, now, key)
    if request.call:
        threads.add_notice(conversation, Notice.CALL_LATER if request.call.at else Notice.CALL_NOW, now)
    elif channel == Channel.PHONE:
        threads.customer_calls(conversation, now)
    return conversation


def say(conversation: Conversation, text: str, key: UUID | None = None) -> Message:
    """The customer writes on. ``key``: what was said with it before is not said again."""
    return together(lambda: threads.add_customer(threads.locked(conversation), text, clock().now(), key))


@transaction.atomic
def confirm_closure(conversation: Conversation, *, proven: Collection[Identifier] = ()) -> Closure:
    """The customer confirms what the operator prepared. The caller has just made sure who is asking.

    ``proven`` are the addresses shown to be the customer's. Raises :class:`ConversationError`.
    """
    fresh = threads.locked(conversation)
    closure = waiting_closure(fresh)
    if closure is None:
        raise ConversationError(Refusal.NO_CLOSURE)
    closures.confirm(closure, proven=proven)
    threads.add_notice(fresh, Notice.CLOSURE_STARTED, clock().now())
    return closure


@transaction.atomic
def note_started(closure: Closure) -> None:
    """Say in the conversation in which it was prepared that the procedure has started, wherever it was confirmed."""
    for conversation in Conversation.objects.filter(closure=closure).exclude(state=State.CLOSED):
        fresh = threads.locked(conversation)
        if not fresh.messages.filter(notice=Notice.CLOSURE_STARTED).exists():
            threads.add_notice(fresh, Notice.CLOSURE_STARTED, clock().now())


@transaction.atomic
def want_call(conversation: Conversation, call: Call) -> None:
    """The customer asks for a call, by another number or at another time."""
    fresh = threads.locked(conversation)
    if fresh.channel != Channel.PHONE:
        raise ConversationError(Refusal.NO_CALL)
    threads.call_wanted(fresh, call.number, call.at, clock().now())


def of_customer(account_id: str) -> QuerySet[Conversation]:
    """The customer's conversations, the latest first."""
    return Conversation.objects.filter(account_id=account_id).order_by("-last_message_at")


def waiting_closure(conversation: Conversation) -> Closure | None:
    """The prepared closing that the customer has not yet confirmed."""
    closure = conversation.closure
    return closure if closure is not None and closure.state == ClosureState.REQUESTED else None


def waiting_times() -> list[waiting.WaitingTime]:
    """The measured wait on each channel."""
    now = clock().now()
    return [waiting.waiting_time(channel, now) for channel in Channel]


# --- the operator ------------------------------------------------------------------------------------------------


def queue() -> QuerySet[Conversation]:
    """What waits for an operator, the longest wait first; a call at a wanted time waits from then on."""
    due = Coalesce(Greatest("waiting_since", "call_at"), "waiting_since")
    return Conversation.objects.filter(state=State.OPEN).annotate(due=due).order_by("due", "created_at")


def by_spoken_code(code: str) -> Conversation | None:
    """The conversation of a case code as it is heard and typed: in any letter case, with or without dashes."""
    letters = "".join(letter for letter in code.upper() if letter.isalnum()).removeprefix("H")
    return Conversation.objects.filter(reference=f"H-{letters[:4]}-{letters[4:]}").first()


def look(conversation: Conversation, operator: User) -> None:
    """Write into the ledger that the operator looked at this customer."""
    _record(LedgerEvent.DESK_CUSTOMER_SEEN, conversation, operator)


@transaction.atomic
def reply(
    conversation: Conversation, operator: User, text: str, key: UUID | None = None, files: Iterable[File] = ()
) -> Message:
    """Answer, once for each ``key``. On the e-mail channel a copy, with the files, goes to the registered address."""
    fresh = threads.locked(conversation)
    if earlier := threads.said(fresh, key):
        return earlier
    message = threads.add_operator(fresh, text, clock().now(), key)
    attach(message, files)
    if fresh.channel == Channel.EMAIL:
        mail_answer(fresh, message)
    _record(LedgerEvent.DESK_CONVERSATION_ANSWERED, fresh, operator)
    return message


@transaction.atomic
def hand_over(conversation: Conversation, name: str) -> None:
    """Tell the customer of a chat that another operator goes on, under that name where they are known by one."""
    if conversation.channel == Channel.CHAT and conversation.state != State.CLOSED:
        threads.add_notice(threads.locked(conversation), Notice.HANDED_OVER, clock().now(), name)


@transaction.atomic
def called(conversation: Conversation, operator: User, outcome: Outcome) -> None:
    """Note how a call went. Nobody answered: we call again, three times at most."""
    fresh, now = threads.locked(conversation), clock().now()
    match outcome:
        case Outcome.REACHED:
            threads.answered_by_call(fresh, now)
        case Outcome.WRONG_NUMBER:
            threads.calls_ended(fresh, Notice.WRONG_NUMBER, now)
        case Outcome.NO_ANSWER:
            _call_again(fresh, now)
    _record(LedgerEvent.DESK_CUSTOMER_CALLED, fresh, operator, reached=outcome == Outcome.REACHED)


def _call_again(conversation: Conversation, now: dt.datetime) -> None:
    if tries(conversation) + 1 >= MOST_TRIES:
        threads.calls_ended(conversation, Notice.CALLS_ENDED, now)
    else:
        threads.call_again(conversation, next_try(now), now)


@transaction.atomic
def start_closure(conversation: Conversation, operator: User) -> Closure:
    """Prepare the closing of this customer's account. It waits until the customer confirms it."""
    fresh = threads.locked(conversation)
    fresh.closure = closures.start_for_customer(fresh.account_id, operator, fresh, language=fresh.language)
    threads.add_notice(fresh, Notice.CLOSURE_PREPARED, clock().now())
    return fresh.closure


@transaction.atomic
def close(conversation: Conversation, operator: User) -> None:
    """Finish the conversation."""
    fresh = threads.locked(conversation)
    threads.finish(fresh, clock().now())
    _record(LedgerEvent.DESK_CONVERSATION_FINISHED, fresh, operator)


# --- both --------------------------------------------------------------------------------------------------------


def topic_labels(conversation: Conversation) -> Sequence[str]:
    """Area, topic and detail in the reader's language; a key that the store file no longer has stands for itself."""
    keys = [key for key in (conversation.area, conversation.topic, conversation.detail) if key]
    path = topics.follow(topics.tree(current_store().file.contact), keys)
    return [str(option) for option in path.chosen] + keys[len(path.chosen) :]


def _record(event: LedgerEvent, conversation: Conversation, operator: User, **facts: bool) -> None:
    ledger.record(event, conversation.pk, clock().now(), operator=operator.pk, **facts)
