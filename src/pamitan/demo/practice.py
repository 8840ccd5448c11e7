"""The practice operator: answers customers when no human does, so that one person can try both sides of the desk.

Uses the same verbs as the desk, claims what it answers and leaves alone what a person has claimed; says in every
message that it is for practice.
"""

from __future__ import annotations

import datetime as dt
import logging
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from pamitan.closure.clock import clock
from pamitan.closure.errors import AlreadyOpen
from pamitan.closure.store import current_store
from pamitan.conversation import service, topics
from pamitan.conversation.errors import ConversationError
from pamitan.conversation.models import Channel, Conversation, Outcome
from pamitan.conversation.waiting import waits_from
from pamitan.desk import claims
from pamitan.desk.claims import Taken
from pamitan.desk.operators import create_operator
from pamitan.stores.errors import StoreError

ADDRESS = "latihan@senja.example"
PATIENCE = dt.timedelta(seconds=20)
"""So long a human has the first go."""
LOOK_EVERY_SECONDS = 2.0
CLOSING_WORDS = ("tutup akun", "menutup akun", "close my account", "close the account", "chiudere il", "chiudi il")

logger = logging.getLogger(__name__)


@contextmanager
def practice_operator() -> Iterator[None]:
    """Somebody answers while the block runs."""
    stop = threading.Event()
    thread = threading.Thread(target=_keep_answering, args=(stop,), name="practice-operator")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def answer_waiting() -> int:
    """Answer everybody who has waited long enough and whom nobody serves; how many were answered."""
    now = clock().now()
    waiting = [one for one in service.queue() if (since := waits_from(one)) and since <= now - PATIENCE]
    return sum(_serve(conversation, _operator()) for conversation in waiting)


def _keep_answering(stop: threading.Event) -> None:
    try:
        while not stop.wait(LOOK_EVERY_SECONDS):
            try:
                answer_waiting()
            except StoreError as error:
                logger.warning("the practice operator could not answer (%s); it tries again", type(error).__name__)
    finally:
        connection.close()


def _operator() -> User:
    known = User.objects.filter(username=ADDRESS).first()
    return known or create_operator(ADDRESS, secrets.token_urlsafe(24))


def _serve(conversation: Conversation, operator: User) -> bool:
    """Claim it, answer, and let others go on with it; false where a person serves it."""
    try:
        claims.claim(conversation, operator)
    except Taken:
        return False
    try:
        _answer(conversation, operator)
    finally:
        claims.release(conversation, operator)
    return True


def _answer(conversation: Conversation, operator: User) -> None:
    try:
        with transaction.atomic(), translation.override(conversation.language):
            words = f"{_signature()}\n\n{_words(conversation, operator)}"
            if conversation.channel == Channel.PHONE:
                service.called(conversation, operator, Outcome.REACHED)
            service.reply(conversation, operator, words)
    except ConversationError:
        # The account has gone meanwhile: nobody is there to read an answer
        service.close(conversation, operator)


def _signature() -> str:
    return _("Practice operator (a small program, not a person):")


def _words(conversation: Conversation, operator: User) -> str:
    if not _wants_to_close(conversation):
        return _(
            "Thank you for writing. At a real desk a person would help you now. To close the account, just say so."
        )
    try:
        service.start_closure(conversation, operator)
    except AlreadyOpen:
        return _("Thank you for writing. The closing of your account is under way already; the status page shows it.")
    return _(
        "Thank you for writing, and for the time with us. I have prepared the closing of your account. It starts when "
        "you confirm it yourself, with one tap, on the page of this conversation. Until then nothing happens."
    )


def _wants_to_close(conversation: Conversation) -> bool:
    if conversation.closure is not None:
        return False
    keys = [key for key in (conversation.area, conversation.topic, conversation.detail) if key]
    chosen = topics.follow(topics.tree(current_store().file.contact), keys)
    return chosen.closes or _says_so(conversation)


def _says_so(conversation: Conversation) -> bool:
    said = " ".join(message.text.lower() for message in conversation.messages.all())
    return any(words in said for words in CLOSING_WORDS)
