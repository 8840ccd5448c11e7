"""Codes by text message, through a provider's hook on the loopback: what goes out, and what a stranger learns."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from pamitan.channels.models import Mail, TextMessage
from pamitan.channels.texts import KEPT, MOST_PER_DAY, MOST_PER_HOUR, forget_texts
from pamitan.closure import codes, service
from pamitan.closure.clock import use_clock
from pamitan.closure.errors import TooManyCodes
from pamitan.closure.models import Closure, OneTimeCode
from pamitan.closure.states import State
from pamitan.closure.texts import send_due_texts
from pamitan.conversation import identity
from pamitan.conversation import service as conversations
from pamitan.conversation.models import Channel, Conversation, Notice
from pamitan.desk.operators import create_operator
from pamitan.kit.clock import SetClock
from pamitan.stores.hooks import sign
from pamitan.worker.sweep import run_until_idle, sweep_once
from tests.flow.corner_shop import (
    ALICE,
    BOB,
    OPERATOR_PASSWORD,
    PASSWORD,
    SECRET,
    WEDNESDAY_MORNING,
    Shop,
    build_shop,
    operator_client,
)

pytestmark = pytest.mark.django_db
SMS_SECRET = "kunci-pesan"
BOBS_NUMBER = "+6281298765432"
ALICES_NUMBER = "+6281234567890"
LATE = "Text messages do not get through just now."


@dataclass
class Provider:
    """What the provider is asked to send, and how it answers."""

    url: str = ""
    status: int = 200
    heard: list[dict[str, Any]] = field(default_factory=list)
    signatures: list[tuple[bytes, str]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    silent: threading.Event | None = None
    """While it is not set, the provider takes the call and says nothing."""


@pytest.fixture
def provider() -> Iterator[Provider]:
    seen = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.heard.append(json.loads(body))
            seen.signatures.append((body, self.headers["X-Pamitan-Signature"]))
            seen.keys.append(self.headers["Idempotency-Key"])
            if seen.silent:
                seen.silent.wait()
            self.send_response(seen.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Be silent."""

        def handle(self) -> None:
            with contextlib.suppress(ConnectionError):  # nobody waited for the answer
                super().handle()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        seen.url = f"http://127.0.0.1:{server.server_port}/send"
        yield seen
        if seen.silent:
            seen.silent.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def shop(tmp_path: Path, settings: Any, provider: Provider) -> Shop:
    section = f'sms: {{url: "{provider.url}", secret: {SMS_SECRET}, timeout_seconds: 0.5, most_per_hour: 12}}\n'
    built, file = build_shop(tmp_path, section)
    file.write_text(file.read_text().replace("  country: ID", "  country: ID\n  codes_by: [email, sms]"))
    settings.PAMITAN_STORE = str(file)
    return built


@pytest.fixture
def standing(shop: Shop) -> Iterator[SetClock]:
    clock = SetClock(WEDNESDAY_MORNING)
    with use_clock(clock):
        yield clock


@pytest.fixture
def anna(standing: SetClock) -> User:
    return create_operator("anna@toko.example", OPERATOR_PASSWORD, SECRET)


def asks(login: str, language: str = "en") -> Client:
    """Somebody asks for a code on the sign-in page."""
    client = Client(headers={"accept-language": language})
    assert client.post("/sign-in/code", {"login": login}).headers["Location"].startswith("/sign-in/code/enter")
    return client


def code_in(words: str) -> str:
    [code] = re.findall(r"\b\d{6}\b", words)
    return str(code)


def enters(client: Client, code: str) -> int:
    return client.post("/sign-in/code/enter", {"code": code}).status_code


# what goes out


def test_who_has_a_mobile_number_only_signs_in_by_a_code(standing: SetClock, provider: Provider) -> None:
    bob = asks("0812 9876 5432")
    assert provider.heard == []  # never within a request
    assert send_due_texts() == 1
    [message] = provider.heard
    assert (message["event"], message["number"], message["language"]) == ("sms", BOBS_NUMBER, "en")
    assert message["text"].startswith("Toko Pojok: your code is ")
    assert enters(bob, code_in(message["text"])) == 302
    assert bob.get("/close").status_code == 200
    assert not Mail.objects.exists()


def test_the_message_is_in_the_customers_language(standing: SetClock, provider: Provider) -> None:
    asks(BOBS_NUMBER, "id")
    asks(BOBS_NUMBER, "it")
    send_due_texts()
    assert [message["language"] for message in provider.heard] == ["id", "it"]
    assert "kode" in provider.heard[0]["text"]
    assert "codice" in provider.heard[1]["text"]


def test_the_hook_is_signed_and_named_once(standing: SetClock, provider: Provider) -> None:
    asks(BOBS_NUMBER)
    send_due_texts()
    [(body, signature)], [key] = provider.signatures, provider.keys
    assert signature == sign(SMS_SECRET, body, int(WEDNESDAY_MORNING.timestamp()))
    assert key == f"sms:{TextMessage.objects.get().key.hex}"


def test_who_has_an_e_mail_address_gets_the_code_there(standing: SetClock, provider: Provider) -> None:
    asks(ALICES_NUMBER)
    assert send_due_texts() == 0
    assert [mail.recipient for mail in Mail.objects.all()] == ["alice@example.com"]


def test_a_store_may_prefer_text_messages(standing: SetClock, provider: Provider, settings: Any) -> None:
    file = Path(settings.PAMITAN_STORE)
    file.write_text(file.read_text().replace("codes_by: [email, sms]", "codes_by: [sms, email]"))
    asks("alice@example.com")
    send_due_texts()
    assert [message["number"] for message in provider.heard] == [ALICES_NUMBER]
    assert not Mail.objects.exists()


def test_a_number_that_is_no_mobile_one_gets_nothing(shop: Shop, standing: SetClock, provider: Provider) -> None:
    shop.run("UPDATE customer SET phone = '+62215550123' WHERE id = 2")
    asks("+62215550123")
    assert send_due_texts() == 0
    assert not TextMessage.objects.exists()


def test_one_message_for_several_accounts_of_a_number(shop: Shop, standing: SetClock, provider: Provider) -> None:
    shop.run("INSERT INTO customer VALUES (4, NULL, 1, ?, 'Bob Toko', 'en', NULL)", BOBS_NUMBER)
    bob = asks(BOBS_NUMBER)
    assert send_due_texts() == 1
    answer = bob.post("/sign-in/code/enter", {"code": code_in(provider.heard[0]["text"])})
    assert answer.headers["Location"].startswith("/sign-in/which")


def test_the_code_proves_the_number_in_the_closure(standing: SetClock, provider: Provider) -> None:
    bob = asks(BOBS_NUMBER)
    send_due_texts()
    enters(bob, code_in(provider.heard[0]["text"]))
    bob.post("/close/confirm", {"pace": "withdrawal", "password": PASSWORD})
    assert [item["value"] for item in Closure.objects.get().proven] == [BOBS_NUMBER]


def test_without_a_password_and_an_address_an_account_is_closed_at_once_by_text_message(
    shop: Shop, standing: SetClock, provider: Provider
) -> None:
    shop.run("UPDATE customer SET password = NULL WHERE id = 2")
    bob = asks(BOBS_NUMBER)
    send_due_texts()
    enters(bob, code_in(provider.heard[0]["text"]))
    assert b"Code from the text message" in bob.get("/close/confirm").content
    bob.post("/close/confirm", {"pace": "now", "send_code": "1"})
    send_due_texts()
    assert not Closure.objects.exists()
    bob.post("/close/confirm", {"pace": "now", "code": code_in(provider.heard[1]["text"])})
    assert Closure.objects.get().account_id == BOB


# the call, and the signed-out way


def call_of(account: str) -> Conversation:
    wanted = conversations.Request(call=conversations.Call(BOBS_NUMBER))
    return conversations.open_conversation(account, Channel.PHONE, wanted, "Please call me", language="en")


def test_who_speaks_on_the_phone_reads_out_the_code_of_a_text_message(
    standing: SetClock, provider: Provider, anna: User
) -> None:
    call = call_of(BOB)
    desk, page = operator_client(anna), f"/desk/conversations/{call.reference}/"
    assert desk.post(f"{page}identity/").status_code == 302
    send_due_texts()
    [message] = provider.heard
    assert message["number"] == BOBS_NUMBER
    assert "does not close your account" in message["text"]
    assert call.messages.last().notice == Notice.IDENTITY_TEXTED  # type: ignore[union-attr]
    desk.post(f"{page}identity/check/", {"code": code_in(message["text"])})
    assert call.messages.last().notice == Notice.IDENTITY_SHOWN  # type: ignore[union-attr]
    assert not Closure.objects.exists()


def test_the_operator_chooses_where_there_are_both(standing: SetClock, provider: Provider, anna: User) -> None:
    call = call_of(ALICE)
    desk, page = operator_client(anna), f"/desk/conversations/{call.reference}/"
    shown = desk.get(page).content.decode()
    assert "Send the code by text message" in shown
    assert "Send the code by e-mail" in shown
    desk.post(f"{page}identity/", {"by": "phone"})
    send_due_texts()
    assert [message["number"] for message in provider.heard] == [ALICES_NUMBER]
    assert not Mail.objects.exists()


def test_the_signed_out_way_to_a_person_goes_by_text_message(standing: SetClock, provider: Provider) -> None:
    bob = Client()
    shown = bob.get("/help/write").content.decode()
    assert "to the e-mail address or the mobile number of your account" in shown
    bob.post("/sign-in/code?next=/help/contact", {"login": BOBS_NUMBER})
    send_due_texts()
    code = code_in(provider.heard[0]["text"])
    answer = bob.post("/sign-in/code/enter?next=/help/contact", {"code": code})
    assert answer.headers["Location"] == "/help/contact"
    bob.post("/help/contact/chat?area=other", {"text": "I have lost my password."})
    assert Conversation.objects.get().account_id == BOB


# what a stranger learns


def test_known_and_unknown_numbers_have_the_same_pages(standing: SetClock, provider: Provider) -> None:
    pages = []
    for number in (BOBS_NUMBER, "+6281211112222"):
        client = asks(number)
        shown = client.get("/sign-in/code/enter").content
        wrong = client.post("/sign-in/code/enter", {"code": "000000"})
        pages.append((_without_token(shown), wrong.status_code, _without_token(wrong.content)))
    assert pages[0] == pages[1]
    assert TextMessage.objects.count() == 1


def test_who_asks_too_often_sees_the_same_page(standing: SetClock, provider: Provider) -> None:
    shown = [_without_token(asks(BOBS_NUMBER).get("/sign-in/code/enter").content) for _ in range(MOST_PER_HOUR + 2)]
    assert len(set(shown)) == 1
    assert TextMessage.objects.count() == MOST_PER_HOUR


def test_a_number_gets_no_more_than_so_many_messages_a_day(standing: SetClock, provider: Provider) -> None:
    for _ in range(MOST_PER_DAY // MOST_PER_HOUR):
        for _ in range(MOST_PER_HOUR):
            asks(BOBS_NUMBER)
        standing.pass_time(hours=2)
    with pytest.raises(TooManyCodes):
        codes.send_code(BOB, "sign-in")
    assert TextMessage.objects.count() == MOST_PER_DAY
    standing.pass_time(days=1)
    forget_texts(standing.now())
    codes.send_code(BOB, "sign-in")


def test_so_many_messages_an_hour_are_sent_in_all(shop: Shop, standing: SetClock, provider: Provider) -> None:
    for number in range(10, 24):
        phone = f"+628121111{number:04}"
        shop.run("INSERT INTO customer VALUES (?, NULL, 1, ?, 'Someone', 'en', NULL)", number, phone)
        asks(phone)
    assert TextMessage.objects.count() == 12


def test_a_message_that_is_not_queued_leaves_no_code(standing: SetClock, provider: Provider, anna: User) -> None:
    call = call_of(BOB)
    for _ in range(MOST_PER_HOUR):
        asks(BOBS_NUMBER)
    before = OneTimeCode.objects.count()
    with pytest.raises(TooManyCodes):
        identity.ask(call, anna)
    assert OneTimeCode.objects.count() == before
    assert call.messages.count() == 2


# a provider that fails


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_failing_provider_is_asked_again_and_nothing_is_lost(
    standing: SetClock, provider: Provider, status: int
) -> None:
    provider.status = status
    bob = asks(BOBS_NUMBER)
    assert LATE.encode() not in bob.get("/sign-in/code/enter").content
    send_due_texts()
    for client in (bob, asks("+6281211112222")):  # everybody reads it, known or not
        assert LATE.encode() in client.get("/sign-in/code/enter").content
    assert send_due_texts() == 0
    provider.status = 200
    standing.pass_time(seconds=6)
    assert send_due_texts() == 1
    first, second = provider.heard
    assert first == second
    assert len(set(provider.keys)) == 1
    assert LATE.encode() not in bob.get("/sign-in/code/enter").content
    assert enters(bob, code_in(second["text"])) == 302


def test_a_provider_that_says_nothing_is_asked_again(standing: SetClock, provider: Provider) -> None:
    provider.silent = threading.Event()
    asks(BOBS_NUMBER)
    send_due_texts()
    row = TextMessage.objects.get()
    assert (row.failing, row.number, row.sent_at) == (True, BOBS_NUMBER, None)
    provider.silent.set()
    standing.pass_time(seconds=6)
    send_due_texts()
    assert TextMessage.objects.get().sent_at == standing.now()


def test_while_the_provider_says_nothing_it_is_asked_once_for_all(
    shop: Shop, standing: SetClock, provider: Provider
) -> None:
    shop.run("INSERT INTO customer VALUES (4, NULL, 1, '+6281211110004', 'Dina', 'en', NULL)")
    provider.silent = threading.Event()
    asks(BOBS_NUMBER)
    asks("+6281211110004")
    assert send_due_texts() == 2
    assert [message["number"] for message in provider.heard] == [BOBS_NUMBER]
    provider.silent.set()
    standing.pass_time(seconds=6)
    assert send_due_texts() == 2
    assert [message["number"] for message in provider.heard[1:]] == [BOBS_NUMBER, "+6281211110004"]
    assert TextMessage.objects.filter(sent_at=standing.now()).count() == 2


def test_the_operator_reads_that_messages_are_late(standing: SetClock, provider: Provider, anna: User) -> None:
    provider.status = 503
    call = call_of(BOB)
    desk, page = operator_client(anna), f"/desk/conversations/{call.reference}/"
    desk.post(f"{page}identity/")
    assert LATE not in desk.get(page).content.decode()
    send_due_texts()
    assert LATE in desk.get(page).content.decode()


def test_a_message_is_given_up_when_its_code_has_ended(standing: SetClock, provider: Provider) -> None:
    provider.status = 503
    asks(BOBS_NUMBER)
    send_due_texts()
    provider.status = 200
    standing.pass_time(minutes=11)
    send_due_texts()
    row = TextMessage.objects.get()
    assert (row.due_at, row.sent_at, row.number, row.words) == (None, None, "", "")
    assert len(provider.heard) == 1


def test_a_message_that_the_provider_refuses_is_given_up(standing: SetClock, provider: Provider) -> None:
    provider.status = 422
    bob = asks(BOBS_NUMBER)
    send_due_texts()
    assert TextMessage.objects.get().due_at is None
    assert LATE.encode() in bob.get("/sign-in/code/enter").content


# what is left


def test_number_and_words_are_gone_once_it_is_sent_and_the_row_a_day_later(
    standing: SetClock, provider: Provider
) -> None:
    asks(BOBS_NUMBER)
    assert TextMessage.objects.get().number == BOBS_NUMBER
    send_due_texts()
    row = TextMessage.objects.get()
    assert (row.number, row.words) == ("", "")
    assert forget_texts(standing.now() + KEPT - dt.timedelta(minutes=1)) == 0
    assert forget_texts(standing.now() + KEPT) == 1
    assert not TextMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_message_goes_with_the_account_with_a_receipt(
    shop: Shop, standing: SetClock, provider: Provider, settings: Any, tmp_path: Path
) -> None:
    settings.PAMITAN_CLOSURE_KEYS = tmp_path / "keys"
    settings.PAMITAN_CLOSURE_KEYS.mkdir()
    service.request_closure(BOB, language="en")
    run_until_idle()
    standing.pass_time(days=8)
    asks(BOBS_NUMBER)
    assert TextMessage.objects.get().number == BOBS_NUMBER
    while sweep_once():  # and nothing is sent meanwhile
        pass
    closure = Closure.objects.get()
    assert closure.state == State.CLOSED
    assert not TextMessage.objects.exists()
    assert "channels_textmessage" in {receipt["table"] for receipt in closure.receipts}


@pytest.mark.parametrize("status", [200, 422, 503])
def test_neither_number_nor_code_reaches_a_log(
    standing: SetClock, provider: Provider, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    provider.status = status
    asks(BOBS_NUMBER)
    send_due_texts()
    code = code_in(provider.heard[0]["text"])
    for secret in (BOBS_NUMBER, BOBS_NUMBER[1:], code, SMS_SECRET):
        assert secret not in caplog.text


def test_codes_are_for_one_purpose(standing: SetClock, provider: Provider, anna: User) -> None:
    bob = asks(BOBS_NUMBER)
    identity.ask(call_of(BOB), anna)
    send_due_texts()
    for_the_call = next(message["text"] for message in provider.heard if "our call" in message["text"])
    assert enters(bob, code_in(for_the_call)) == 422
    assert service.check_code(BOB, "phone", code_in(for_the_call)) is not None


def _without_token(page: bytes) -> bytes:
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", page)
