"""The streams behind open conversations: who is let in, what comes, and what comes again after a break."""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.contrib.auth.models import User
from django.core import signing
from django.db import connections
from django.test import Client

from pamitan.closure.clock import use_clock
from pamitan.conversation import live, service
from pamitan.conversation.models import Author, Channel, Conversation, Message
from pamitan.desk.operators import create_operator
from pamitan.kit.clock import SetClock
from tests.flow.corner_shop import (
    ALICE,
    BOB,
    OPERATOR_PASSWORD,
    SECRET,
    WEDNESDAY_MORNING,
    build_shop,
    customer_client,
    operator_client,
)
from tests.live_server import serving

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 10.0


@pytest.fixture
def address(tmp_path: Path, settings: Any) -> Iterator[str]:
    settings.PAMITAN_STORE = str(build_shop(tmp_path)[1])
    with use_clock(SetClock(WEDNESDAY_MORNING)), serving() as address:
        yield address
    connections.close_all()


@pytest.fixture
def anna(address: str) -> User:
    return create_operator("anna@toko.example", OPERATOR_PASSWORD, SECRET)


def talk(account: str = ALICE, text: str = "Hello") -> Conversation:
    return service.open_conversation(account, Channel.CHAT, service.Request(), text, language="en")


def ticket(client: Client, path: str) -> str:
    """The address of the stream that the page is sent on to."""
    answer = client.get(path)
    assert answer.status_code == 307
    return answer["Location"]


@contextlib.contextmanager
def stream(address: str, **headers: str) -> Iterator[Iterator[tuple[str, dict[str, Any]]]]:
    """The events of a stream: name and data."""
    with httpx.stream("GET", address, headers=headers, timeout=PATIENCE_SECONDS) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _events(answer)


def _events(answer: httpx.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    name = ""
    for line in answer.iter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def messages(events: Iterator[tuple[str, dict[str, Any]]], count: int) -> list[str]:
    """The words of the next messages."""
    found = []
    for name, data in events:
        if name == "message":
            found.append(re.sub(r"<[^>]+>", "", re.findall(r'class="words"[^>]*>(.*?)</div>', data["html"], re.S)[0]))
        if len(found) == count:
            return found
    raise AssertionError(found)


def test_what_the_operator_says_comes_to_the_customers_page(address: str, anna: User) -> None:
    chat = talk()
    place = ticket(customer_client("alice@example.com"), f"/help/conversations/{chat.reference}/live")
    with stream(address + place) as events:
        assert messages(events, 1) == ["Hello"]
        service.reply(chat, anna, "How can I help?")
        assert messages(events, 1) == ["How can I help?"]


def test_what_the_customer_says_comes_to_the_desk(address: str, anna: User) -> None:
    chat = talk()
    place = ticket(operator_client(anna), f"/desk/conversations/{chat.reference}/live/")
    with stream(address + place) as events:
        messages(events, 1)
        service.say(chat, "Please close my account")
        assert messages(events, 1) == ["Please close my account"]


def test_only_what_the_page_has_not_seen_comes_after_a_break(address: str, anna: User) -> None:
    chat, client = talk(), customer_client("alice@example.com")
    seen = service.reply(chat, anna, "One").pk
    service.reply(chat, anna, "Two")
    place = ticket(client, f"/help/conversations/{chat.reference}/live?after=0")
    with stream(address + place, **{"Last-Event-ID": str(seen)}) as events:
        assert messages(events, 1) == ["Two"]


def test_the_page_says_by_its_address_what_it_has_seen(address: str, anna: User) -> None:
    chat, client = talk(), customer_client("alice@example.com")
    seen = service.reply(chat, anna, "One").pk
    service.reply(chat, anna, "Two")
    with stream(address + ticket(client, f"/help/conversations/{chat.reference}/live?after={seen}")) as events:
        assert messages(events, 1) == ["Two"]


def test_what_is_said_in_another_conversation_stays_there(address: str, anna: User) -> None:
    alices, bobs = talk(), talk(BOB)
    place = ticket(customer_client("alice@example.com"), f"/help/conversations/{alices.reference}/live")
    with stream(address + place) as events:
        messages(events, 1)
        service.reply(bobs, anna, "For Bob alone")
        service.reply(alices, anna, "For Alice")
        assert messages(events, 1) == ["For Alice"]


def test_scripts_come_as_text(address: str) -> None:
    chat = talk(text="<script>alert(1)</script>")
    place = ticket(customer_client("alice@example.com"), f"/help/conversations/{chat.reference}/live")
    with stream(address + place) as events:
        _name, data = next(events)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in data["html"]
    assert "<script>" not in data["html"]


def test_the_line_is_in_the_readers_language(address: str) -> None:
    chat = talk()
    client = customer_client("alice@example.com", language="it")
    with stream(address + ticket(client, f"/help/conversations/{chat.reference}/live")) as events:
        _name, data = next(events)
    assert "Tu" in data["html"]


def test_the_sign_of_writing_comes_and_goes(address: str) -> None:
    chat, standing = talk(), SetClock(WEDNESDAY_MORNING)
    place = ticket(customer_client("alice@example.com"), f"/help/conversations/{chat.reference}/live")
    with use_clock(standing), stream(address + place) as events:
        live.writes(chat, Author.OPERATOR, WEDNESDAY_MORNING)
        assert _next(events, "writing") == {"writing": True}
        standing.pass_time(seconds=live.TYPING_SECONDS + 1)
        assert _next(events, "writing") == {"writing": False}


def test_ones_own_writing_is_no_news(address: str) -> None:
    chat, client = talk(), customer_client("alice@example.com")
    place = ticket(client, f"/help/conversations/{chat.reference}/live")
    assert client.post(f"/help/conversations/{chat.reference}/typing").status_code == 204
    with stream(address + place) as events:
        messages(events, 1)
        live.writes(chat, Author.OPERATOR, WEDNESDAY_MORNING)
        assert _next(events, "writing") == {"writing": True}


def test_the_place_in_the_queue_goes_down(address: str, anna: User) -> None:
    first, second = talk(BOB), talk()
    place = ticket(customer_client("alice@example.com"), f"/help/conversations/{second.reference}/live")
    with stream(address + place) as events:
        assert _next(events, "place") == {"place": 2}
        service.reply(first, anna, "Good morning")
        assert _next(events, "place") == {"place": 1}


def test_nobody_gets_the_stream_of_anothers_conversation(address: str) -> None:
    bobs = talk(BOB)
    client = customer_client("alice@example.com")
    assert client.get(f"/help/conversations/{bobs.reference}/live").status_code == 404
    assert client.post(f"/help/conversations/{bobs.reference}/typing").status_code == 404


def test_a_stranger_is_sent_to_the_sign_in(address: str) -> None:
    chat = talk()
    assert Client().get(f"/help/conversations/{chat.reference}/live").status_code == 302
    assert Client().get(f"/desk/conversations/{chat.reference}/live/").status_code == 302


def test_a_forged_ticket_opens_nothing(address: str) -> None:
    chat = talk()
    forged = signing.dumps([chat.pk.hex, "operator", "en"], salt="pamitan.live", key="another key", compress=True)
    assert httpx.get(f"{address}/live/{forged}").status_code == 404
    assert httpx.get(f"{address}/live/").status_code == 404


def test_an_old_ticket_opens_nothing(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place = ticket(customer_client("alice@example.com"), f"/help/conversations/{talk().reference}/live")
    later = time.time() + live.TICKET_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert httpx.get(address + place).status_code == 404


def test_words_that_are_sent_twice_are_said_once(address: str) -> None:
    chat, client = talk(), customer_client("alice@example.com")
    form = {"text": "Only once", "key": "0f" * 16}
    for _ in range(2):
        answer = client.post(f"/help/conversations/{chat.reference}/say", form, headers={"X-Live": "1"})
        assert answer.status_code == 204
    assert Message.objects.filter(text="Only once").count() == 1


def test_a_reply_that_is_sent_twice_is_said_once(address: str, anna: User) -> None:
    chat, client = talk(), operator_client(anna)
    form = {"text": "Only once", "key": "0f" * 16}
    for _ in range(2):
        client.post(f"/desk/conversations/{chat.reference}/reply/", form)
    assert Message.objects.filter(text="Only once").count() == 1


def test_a_first_message_that_is_sent_twice_begins_one_conversation(address: str) -> None:
    client = customer_client("alice@example.com")
    form = {"text": "Only once", "key": "0f" * 16}
    for _ in range(2):
        assert client.post("/help/contact/chat?area=other", form).status_code == 302
    assert Conversation.objects.count() == 1


def test_streams_end_when_the_server_is_told_to_stop(address: str) -> None:
    place = ticket(customer_client("alice@example.com"), f"/help/conversations/{talk().reference}/live")
    with httpx.Client(timeout=PATIENCE_SECONDS) as client:
        with serving() as other:
            answer = client.send(client.build_request("GET", other + place), stream=True)
            lines = answer.iter_lines()
            next(lines)
        for _line in lines:
            pass
        assert answer.is_stream_consumed


def _next(events: Iterator[tuple[str, dict[str, Any]]], wanted: str) -> dict[str, Any]:
    return next(data for name, data in events if name == wanted)
