"""What many say at once: each is told its own outcome, and those who wait are committed together."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import pytest
from django.db import IntegrityError, connection, connections, transaction

from pamitan.conversation import service, together
from pamitan.conversation.errors import ConversationError
from pamitan.conversation.models import Channel, Conversation, Message
from tests.flow.corner_shop import Shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shop")]

PATIENCE_SECONDS = 60
Answer = TypeVar("Answer")


def talk(account: int) -> Conversation:
    return service.open_conversation(str(account), Channel.CHAT, service.Request(), "Hello", language="en")


def on_a_thread(threads: ThreadPoolExecutor, deed: Callable[[], Answer]) -> Future[Answer]:
    """The deed on a thread of its own, with a connection of its own, as a page is answered."""

    def doing() -> Answer:
        try:
            return deed()
        finally:
            connections.close_all()

    return threads.submit(doing)


def test_each_of_many_at_once_is_said_once_and_told_its_own_message() -> None:
    talks = [talk(number) for number in range(8)]
    assert Message.objects.count() == 8
    with ThreadPoolExecutor(8) as threads:
        said = [on_a_thread(threads, partial(service.say, one, f"I am {one.account_id}")) for one in talks]
        found = [one.result(PATIENCE_SECONDS) for one in said]
    assert [message.text for message in found] == [f"I am {number}" for number in range(8)]
    assert Message.objects.count() == 16
    assert {message.conversation_id for message in found} == {one.pk for one in talks}


def test_a_refusal_is_told_to_the_one_who_is_refused_and_harms_nobody() -> None:
    talks = [talk(number) for number in range(6)]
    with ThreadPoolExecutor(6) as threads:
        words = ["", *("Good morning." for _ in talks[1:])]
        said = [on_a_thread(threads, partial(service.say, one, text)) for one, text in zip(talks, words, strict=True)]
        with pytest.raises(ConversationError):
            said[0].result(PATIENCE_SECONDS)
        assert [one.result(PATIENCE_SECONDS).text for one in said[1:]] == ["Good morning."] * 5
    assert Message.objects.filter(text="Good morning.").count() == 5
    assert talks[0].messages.count() == 1


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL writes side by side")
def test_those_who_wait_are_done_by_one_of_them() -> None:
    goes_on, begun, by = threading.Event(), threading.Event(), list[str]()

    def first() -> None:
        begun.set()
        assert goes_on.wait(PATIENCE_SECONDS)

    with ThreadPoolExecutor(4) as threads:
        held = on_a_thread(threads, lambda: together.together(first))
        assert begun.wait(PATIENCE_SECONDS)
        rest = [
            on_a_thread(threads, lambda: together.together(lambda: by.append(threading.current_thread().name)))
            for _ in range(3)
        ]
        end = time.monotonic() + PATIENCE_SECONDS
        while len(together._waiting) < 3 and time.monotonic() < end:
            time.sleep(0.01)
        assert by == []
        goes_on.set()
        for one in (held, *rest):
            one.result(PATIENCE_SECONDS)
    assert len(by) == 3
    assert len(set(by)) == 1


def test_a_commit_that_fails_is_told_to_who_asked_and_leaves_nothing(shop: Shop) -> None:
    one = talk(1)

    def breaks() -> None:
        service.say(one, "Never to be seen.")
        transaction.on_commit(_raise)
        connection.cursor().execute(
            "INSERT INTO conversation_message (conversation_id, author, text, notice, name, file_count, created_at)"
            " VALUES ('00000000000000000000000000000000', 'customer', 'x', '', '', 0, '2026-11-25')"
        )

    assert one.messages.count() == 1
    with pytest.raises(IntegrityError):
        together.together(breaks)
    assert one.messages.count() == 1
    assert service.say(one, "Afterwards all is well.").text == "Afterwards all is well."


def test_within_a_transaction_it_is_part_of_it() -> None:
    one = talk(1)
    with transaction.atomic():
        service.say(one, "Taken back.")
        assert one.messages.count() == 2
        transaction.set_rollback(True)
    assert one.messages.count() == 1


def _raise() -> None:
    raise AssertionError("a hook ran although nothing was committed")
