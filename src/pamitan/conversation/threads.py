"""Writing in a thread: the state of a conversation changes here alone."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction

from pamitan.conversation import live
from pamitan.conversation.errors import ConversationError, Refusal
from pamitan.conversation.models import Author, Conversation, Message, Notice, State, Typing
from pamitan.conversation.waiting import note_answer

TEXT_LIMIT = 4000
UNANSWERED_LIMIT = 20


def words(text: str) -> str:
    """The text as it is kept: plain, trimmed, not empty, within the limit."""
    plain = "".join(c for c in text.replace("\r\n", "\n") if c in "\n\t" or c.isprintable()).strip()
    if not plain:
        raise ConversationError(Refusal.EMPTY)
    if len(plain) > TEXT_LIMIT:
        raise ConversationError(Refusal.TOO_LONG)
    return plain


def locked(conversation: Conversation) -> Conversation:
    """The conversation as it is now, locked until the transaction ends; refused if it is finished."""
    fresh = Conversation.objects.select_for_update().get(pk=conversation.pk)
    if fresh.state == State.CLOSED:
        raise ConversationError(Refusal.FINISHED)
    return fresh


def said(conversation: Conversation, key: UUID | None) -> Message | None:
    """What was said with that key already."""
    if key is None or not conversation.messages.filter(key=key).exists():
        return None
    return conversation.messages.get(key=key)


def add_customer(conversation: Conversation, text: str, now: dt.datetime, key: UUID | None = None) -> Message:
    """The customer says something: now it is our turn. ``key``: what was said with it before is not said again."""
    spoken = conversation.messages.exclude(author=Author.SYSTEM).order_by("-id")
    latest = list(spoken.values_list("author", "key")[:UNANSWERED_LIMIT])
    is_long = len(latest) == UNANSWERED_LIMIT
    # what is sent twice follows at once, so that a look further back is for long threads alone
    if key and (is_long or key in [known for _author, known in latest]) and (earlier := said(conversation, key)):
        return earlier
    if is_long and all(author == Author.CUSTOMER for author, _key in latest):
        raise ConversationError(Refusal.TOO_MANY_MESSAGES)
    message = _add(conversation, now, author=Author.CUSTOMER, text=words(text), key=key)
    _our_turn(conversation, now)
    return message


def add_operator(conversation: Conversation, text: str, now: dt.datetime, key: UUID | None = None) -> Message:
    """The operator answers: now it is the customer's turn."""
    message = _add(conversation, now, author=Author.OPERATOR, text=words(text), key=key)
    _answered(conversation, now)
    return message


def add_notice(conversation: Conversation, notice: Notice, now: dt.datetime, name: str = "") -> Message:
    """The thread itself says something, perhaps of somebody; whose turn it is stays."""
    message = _add(conversation, now, author=Author.SYSTEM, notice=notice, name=name)
    conversation.save()
    return message


def customer_calls(conversation: Conversation, now: dt.datetime) -> None:
    """The customer will call us: nobody waits until the phone rings."""
    conversation.state = State.ANSWERED
    conversation.waiting_since = None
    add_notice(conversation, Notice.CUSTOMER_CALLS, now)


def answered_by_call(conversation: Conversation, now: dt.datetime) -> None:
    """The customer was reached on the phone."""
    add_notice(conversation, Notice.CALL_REACHED, now)
    _answered(conversation, now)


def call_again(conversation: Conversation, at: dt.datetime, now: dt.datetime) -> None:
    """Nobody answered: we call again at that time."""
    conversation.call_at = at
    add_notice(conversation, Notice.CALL_NO_ANSWER, now)


def calls_ended(conversation: Conversation, notice: Notice, now: dt.datetime) -> None:
    """We call no more until the customer asks for it."""
    conversation.phone = ""
    conversation.state = State.ANSWERED
    conversation.waiting_since = None
    add_notice(conversation, notice, now)


def call_wanted(conversation: Conversation, number: str, at: dt.datetime | None, now: dt.datetime) -> None:
    """The customer asks for another call: now it is our turn."""
    conversation.phone, conversation.call_at = number, at
    add_notice(conversation, Notice.NEW_NUMBER, now)
    _our_turn(conversation, now)


def finish(conversation: Conversation, now: dt.datetime) -> None:
    """Nothing more can be said."""
    add_notice(conversation, Notice.FINISHED, now)
    conversation.state = State.CLOSED
    conversation.waiting_since = None
    conversation.save()


def _add(conversation: Conversation, now: dt.datetime, **values: str | UUID | None) -> Message:
    conversation.last_message_at = now
    message = Message.objects.create(conversation=conversation, created_at=now, **values)
    Typing.objects.filter(conversation=conversation, author=message.author).delete()
    transaction.on_commit(lambda: live.wake(conversation.pk))
    return message


def _our_turn(conversation: Conversation, now: dt.datetime) -> None:
    conversation.state = State.OPEN
    conversation.waiting_since = conversation.waiting_since or now
    conversation.save()


def _answered(conversation: Conversation, now: dt.datetime) -> None:
    note_answer(conversation, now)
    conversation.state = State.ANSWERED
    conversation.waiting_since = None
    conversation.save()
