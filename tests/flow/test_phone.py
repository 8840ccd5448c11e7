"""Calls: how they go, who is speaking, and what the telephone system tells and is asked."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from pamitan.channels.calls import FORGOTTEN, forget_calls, going_on
from pamitan.channels.models import Mail, PhoneCall
from pamitan.closure.clock import use_clock
from pamitan.closure.models import Closure
from pamitan.conversation import identity, service
from pamitan.conversation.call_times import MOST_TRIES, PAUSE, next_try
from pamitan.conversation.models import Channel, Conversation, Notice, Outcome, State
from pamitan.desk.operators import create_operator
from pamitan.evidence.models import LedgerEntry
from pamitan.kit.clock import SetClock
from pamitan.stores.hooks import sign
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

pytestmark = pytest.mark.django_db
CTI_SECRET = "kunci-telepon"
NUMBER = "+6281234567890"


class _TelephoneSystem(BaseHTTPRequestHandler):
    heard: list[tuple[dict[str, Any], str]] = []
    status = 204

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((json.loads(body), self.headers["X-Pamitan-Signature"]))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Be silent."""


@pytest.fixture
def telephone() -> Iterator[type[_TelephoneSystem]]:
    handler = type("Handler", (_TelephoneSystem,), {"heard": []})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        handler.url = f"http://127.0.0.1:{server.server_port}/dial"
        yield handler
        server.shutdown()
        thread.join()


@pytest.fixture
def standing(tmp_path: Path, settings: Any, telephone: Any) -> Iterator[SetClock]:
    section = f'telephone: {{secret: {CTI_SECRET}, dial_url: "{telephone.url}"}}\n'
    settings.PAMITAN_STORE = str(build_shop(tmp_path, section)[1])
    with use_clock(SetClock(WEDNESDAY_MORNING)) as clock:
        yield clock


@pytest.fixture
def anna(standing: SetClock) -> User:
    return create_operator("anna@toko.example", OPERATOR_PASSWORD, SECRET)


def wanted(account: str = ALICE, number: str = NUMBER) -> Conversation:
    request = service.Request(call=service.Call(number))
    return service.open_conversation(account, Channel.PHONE, request, "Please call me", language="en")


def notices(conversation: Conversation) -> list[str]:
    return [message.notice for message in conversation.messages.all() if message.notice]


def tell(event: dict[str, Any], secret: str = CTI_SECRET, at: dt.datetime = WEDNESDAY_MORNING) -> Any:
    body = json.dumps(event).encode()
    headers = {"X-Pamitan-Signature": sign(secret, body, int(at.timestamp()))}
    return Client().post("/api/calls", body, content_type="application/json", headers=headers)


def ring(call_id: str = "a1", number: str = "0812-3456-7890") -> Any:
    return tell({"event": "newCall", "callId": call_id, "direction": "in", "from": number, "to": "0215550100"})


# how a call went


def test_who_is_not_reached_is_called_again_later(anna: User) -> None:
    call = wanted()
    service.called(call, anna, Outcome.NO_ANSWER)
    call.refresh_from_db()
    assert (call.state, call.call_at) == (State.OPEN, WEDNESDAY_MORNING + PAUSE)
    assert notices(call)[-1] == Notice.CALL_NO_ANSWER


def test_the_next_call_waits_until_the_desk_is_open(anna: User) -> None:
    evening = WEDNESDAY_MORNING + dt.timedelta(hours=9, minutes=50)
    assert next_try(evening) == WEDNESDAY_MORNING + dt.timedelta(hours=22)


def test_after_three_calls_nobody_is_called_any_more(anna: User) -> None:
    call = wanted()
    for _ in range(MOST_TRIES):
        service.called(call, anna, Outcome.NO_ANSWER)
    call.refresh_from_db()
    assert (call.state, call.phone) == (State.ANSWERED, "")
    assert notices(call)[-1] == Notice.CALLS_ENDED
    assert not service.queue().exists()


def test_the_count_begins_anew_when_the_customer_asks_again(anna: User) -> None:
    call = wanted()
    for _ in range(MOST_TRIES):
        service.called(call, anna, Outcome.NO_ANSWER)
    service.want_call(call, service.Call(NUMBER))
    service.called(call, anna, Outcome.NO_ANSWER)
    call.refresh_from_db()
    assert (call.state, notices(call)[-1]) == (State.OPEN, Notice.CALL_NO_ANSWER)


def test_a_wrong_number_is_forgotten_and_another_one_asked_for(anna: User) -> None:
    call = wanted()
    answer = operator_client(anna).post(f"/desk/conversations/{call.reference}/called/", {"outcome": "wrong_number"})
    assert answer.status_code == 302
    call.refresh_from_db()
    assert (call.phone, call.state) == ("", State.ANSWERED)
    page = customer_client("alice@example.com").get(f"/help/conversations/{call.reference}").content.decode()
    assert "The number was not yours. Please give us another one." in page
    assert f"/help/conversations/{call.reference}/call" in page


def test_the_customer_gives_another_number(anna: User) -> None:
    call, client = wanted(), customer_client("alice@example.com")
    service.called(call, anna, Outcome.WRONG_NUMBER)
    address = f"/help/conversations/{call.reference}/call"
    assert "Ask for a call" in client.get(address).content.decode()
    assert client.post(address, {"when": "now", "number": "0812 9999 8888"}).status_code == 302
    call.refresh_from_db()
    assert (call.phone, call.state) == ("+6281299998888", State.OPEN)


def test_what_is_no_number_is_asked_for_again(anna: User) -> None:
    call, client = wanted(), customer_client("alice@example.com")
    service.called(call, anna, Outcome.WRONG_NUMBER)
    answer = client.post(f"/help/conversations/{call.reference}/call", {"when": "now", "number": "abc"})
    assert answer.status_code == 422
    call.refresh_from_db()
    assert call.phone == ""


def test_nobody_asks_for_a_call_in_anothers_conversation(anna: User) -> None:
    call = wanted(BOB)
    answer = customer_client("alice@example.com").post(
        f"/help/conversations/{call.reference}/call", {"when": "now", "number": NUMBER}
    )
    assert answer.status_code == 404
    assert notices(call)[-1] == Notice.CALL_NOW


def test_the_customer_sees_the_place_in_the_queue(anna: User) -> None:
    wanted(BOB)
    call = wanted()
    page = customer_client("alice@example.com").get(f"/help/conversations/{call.reference}").content.decode()
    assert "Your place in the queue: 2" in page


# who is speaking


def code_in_the_mail() -> str:
    return re.findall(r"\b\d{6}\b", Mail.objects.get().text)[0]


def test_the_code_goes_to_the_registered_address_and_shows_who_is_speaking(anna: User) -> None:
    call, desk = wanted(), operator_client(anna)
    assert desk.post(f"/desk/conversations/{call.reference}/identity/").status_code == 302
    assert Mail.objects.get().recipient == "alice@example.com"
    assert "it does not close your account" in Mail.objects.get().text
    answer = desk.post(f"/desk/conversations/{call.reference}/identity/check/", {"code": code_in_the_mail()})
    assert answer.status_code == 302
    assert notices(call)[-2:] == [Notice.IDENTITY_ASKED, Notice.IDENTITY_SHOWN]
    assert "The code was right" in desk.get(f"/desk/conversations/{call.reference}/").content.decode()


def test_a_wrong_code_shows_nothing(anna: User) -> None:
    call, desk = wanted(), operator_client(anna)
    identity.ask(call, anna)
    wrong = f"{(int(code_in_the_mail()) + 1) % 1_000_000:06}"
    answer = desk.post(f"/desk/conversations/{call.reference}/identity/check/", {"code": wrong})
    assert answer.status_code == 422
    assert "The code is not right, or too old." in answer.content.decode()
    assert notices(call)[-1] == Notice.IDENTITY_ASKED


def test_a_code_is_right_once(anna: User) -> None:
    call = wanted()
    identity.ask(call, anna)
    code = code_in_the_mail()
    assert [identity.show(call, anna, code), identity.show(call, anna, code)] == [True, False]


def test_the_code_confirms_no_closing(anna: User) -> None:
    call, client = wanted(), customer_client("alice@example.com")
    service.start_closure(call, anna)
    Mail.objects.all().delete()
    identity.ask(call, anna)
    code = code_in_the_mail()
    identity.show(call, anna, code)
    session = client.session
    session.pop("fresh_at", None)
    session.save()
    client.post(f"/help/conversations/{call.reference}/confirm", {"code": code, "password": ""})
    assert Closure.objects.get().state == "requested"


def test_who_has_no_address_gets_no_code(anna: User) -> None:
    call = wanted(BOB, "+6281298765432")
    answer = operator_client(anna).post(f"/desk/conversations/{call.reference}/identity/")
    assert answer.status_code == 409
    assert "The account has no address that a code can be sent to." in answer.content.decode()


def test_the_ledger_says_that_it_was_asked_and_not_the_code(anna: User) -> None:
    call = wanted()
    identity.ask(call, anna)
    code = code_in_the_mail()
    identity.show(call, anna, code)
    events = list(LedgerEntry.objects.values_list("event", flat=True))
    assert events[-2:] == ["desk:identity:ask", "desk:identity:check"]
    assert code not in str(list(LedgerEntry.objects.values()))


# the telephone system


def test_a_call_that_rings_is_shown_with_the_callers_conversation(anna: User) -> None:
    call = wanted()
    assert ring().status_code == 204
    desk = operator_client(anna)
    page = desk.get("/desk/").content.decode()
    assert "A call from" in page
    assert call.reference in page
    assert call.reference in desk.get("/desk/ringing/").content.decode()


def test_a_caller_is_found_by_the_number_of_the_account(anna: User) -> None:
    chat = service.open_conversation(BOB, Channel.CHAT, service.Request(), "Hello", language="en")
    ring(number="+62 812-9876-5432")
    assert chat.reference in operator_client(anna).get("/desk/ringing/").content.decode()


def test_an_unknown_caller_is_asked_for_the_case_code(anna: User) -> None:
    ring(number="+62 811 000 1111")
    assert "Ask for the case code." in operator_client(anna).get("/desk/ringing/").content.decode()


@pytest.mark.parametrize("number", ["", "anonymous", "+", "0"])
def test_a_withheld_number_leads_to_nobodys_conversation(anna: User, number: str) -> None:
    letter = service.open_conversation(BOB, Channel.EMAIL, service.Request(), "Hello", language="en")
    call = wanted()
    assert ring(number=number).status_code == 204
    page = operator_client(anna).get("/desk/ringing/").content.decode()
    assert (f"A call from {number}" if number else "A call without a number") in page
    assert "No open conversation has this number." in page
    assert letter.reference not in page
    assert call.reference not in page


def test_a_call_that_is_over_is_shown_no_more(anna: User) -> None:
    desk = operator_client(anna)
    ring()
    tell({"event": "answer", "callId": "a1", "direction": "in"})
    assert "On the phone" in desk.get("/desk/ringing/").content.decode()
    tell({"event": "hangup", "callId": "a1", "direction": "in"})
    assert desk.get("/desk/ringing/").content.decode().strip() == ""


def test_events_that_come_late_or_twice_change_nothing(anna: User) -> None:
    tell({"event": "hangup", "callId": "a1", "direction": "in"})
    assert not PhoneCall.objects.exists()
    ring()
    tell({"event": "hangup", "callId": "a1", "direction": "in"})
    tell({"event": "answer", "callId": "a1", "direction": "in"})
    ring()
    assert PhoneCall.objects.get().state == PhoneCall.State.ENDED


def test_a_form_is_read_as_well(anna: User) -> None:
    body = b"event=newCall&callId=b2&direction=in&from=081234567890&to=1"
    headers = {"X-Pamitan-Signature": sign(CTI_SECRET, body, int(WEDNESDAY_MORNING.timestamp()))}
    answer = Client().post("/api/calls", body, content_type="application/x-www-form-urlencoded", headers=headers)
    assert answer.status_code == 204
    assert PhoneCall.objects.get().number == NUMBER


@pytest.mark.parametrize("secret", ["another", ""])
def test_a_wrong_signature_is_refused(anna: User, secret: str) -> None:
    assert tell({"event": "newCall", "callId": "a1"}, secret).status_code == 401
    assert not PhoneCall.objects.exists()


def test_no_signature_is_refused(anna: User) -> None:
    assert Client().post("/api/calls", "{}", content_type="application/json").status_code == 401


def test_an_old_signature_is_refused(anna: User) -> None:
    late = WEDNESDAY_MORNING - dt.timedelta(minutes=6)
    answer = tell({"event": "newCall", "callId": "a1"}, at=late)
    assert (answer.status_code, answer.json()["error"][:28]) == (401, "the signature is too old; si")


@pytest.mark.parametrize("event", [{}, {"event": "dance", "callId": "1"}, {"event": "newCall", "callId": ""}, [], "x"])
def test_what_is_no_event_is_refused_with_the_mend(anna: User, event: Any) -> None:
    answer = tell(event)
    assert answer.status_code == 422
    assert "newCall, answer or hangup" in answer.json()["error"]


def test_calls_are_forgotten_after_an_hour(anna: User, standing: SetClock) -> None:
    ring()
    assert len(going_on(standing.now())) == 1
    standing.pass_time(seconds=FORGOTTEN.total_seconds())
    assert going_on(standing.now()) == []
    forget_calls(standing.now())
    assert not PhoneCall.objects.exists()


def test_the_telephone_system_is_asked_to_call(anna: User, telephone: Any) -> None:
    call = wanted()
    assert operator_client(anna).post(f"/desk/conversations/{call.reference}/dial/").status_code == 302
    [(told, signature)] = telephone.heard
    assert told == {"event": "dial", "number": NUMBER, "operator": "anna@toko.example", "reference": call.reference}
    assert signature.startswith("t=")


def test_a_telephone_system_that_does_not_answer_is_said_so(anna: User, telephone: Any) -> None:
    telephone.status = 503
    answer = operator_client(anna).post(f"/desk/conversations/{wanted().reference}/dial/")
    assert answer.status_code == 502
    assert "Please call from your own phone." in answer.content.decode()


def test_without_a_telephone_system_its_address_is_not_there(tmp_path: Path, settings: Any, anna: User) -> None:
    (tmp_path / "plain").mkdir()
    settings.PAMITAN_STORE = str(build_shop(tmp_path / "plain")[1])
    assert ring().status_code == 404
