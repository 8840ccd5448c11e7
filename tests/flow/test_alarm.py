"""How many wait and for how many the promise is broken: what the desk's pages ask for in the background."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from pamitan.conversation import service
from pamitan.conversation.models import Channel, Conversation
from pamitan.kit.clock import SetClock
from tests.flow.corner_shop import ALICE, BOB, operator_client

pytestmark = pytest.mark.usefixtures("clock")


def talk(account: str = ALICE) -> Conversation:
    return service.open_conversation(account, Channel.CHAT, service.Request(), "Hello", language="en")


def test_the_alarm_is_silent_until_the_promise_is_broken(anna: User, clock: SetClock) -> None:
    client = operator_client(anna)
    assert client.get("/desk/waiting/").json() == {"waiting": 0, "late": 0, "words": ""}
    talk()
    assert client.get("/desk/waiting/").json() == {"waiting": 1, "late": 0, "words": ""}
    clock.pass_time(minutes=2)
    words = "1 person has waited longer than promised."
    assert client.get("/desk/waiting/").json() == {"waiting": 1, "late": 1, "words": words}


def test_an_answer_ends_the_alarm(anna: User, clock: SetClock) -> None:
    conversation, client = talk(), operator_client(anna)
    clock.pass_time(minutes=2)
    assert client.get("/desk/waiting/").json()["late"] == 1
    service.reply(conversation, anna, "Good morning.")
    assert client.get("/desk/waiting/").json() == {"waiting": 0, "late": 0, "words": ""}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "2 people have waited longer than promised."),
        ("id", "2 orang menunggu lebih lama dari yang dijanjikan."),
        ("it", "2 persone aspettano più del tempo promesso."),
    ],
)
def test_the_sentence_is_in_the_operators_language(anna: User, clock: SetClock, language: str, words: str) -> None:
    client = operator_client(anna, language=language)
    talk()
    talk(BOB)
    clock.pass_time(minutes=2)
    assert client.get("/desk/waiting/").json()["words"] == words
