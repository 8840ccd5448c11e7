"""An operator prepares the closing, the customer confirms it on their own screen; both read that it has started."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from pamitan.channels.sending import send_due
from pamitan.closure import service as closures
from pamitan.closure.clock import clock as current_clock
from pamitan.closure.links import confirm_url
from pamitan.closure.models import Closure
from pamitan.closure.states import State
from pamitan.conversation import service
from pamitan.conversation.models import Channel, Conversation, Notice
from pamitan.kit.clock import SetClock
from tests.flow.closing import code_in
from tests.flow.corner_shop import ALICE, PASSWORD, customer_client, operator_client

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def conversation(anna: User) -> Conversation:
    wanted = service.Request("account", "update", "close")
    talk = service.open_conversation(ALICE, Channel.CHAT, wanted, "Please close it.", language="en")
    service.start_closure(talk, anna)
    talk.refresh_from_db()
    return talk


def status_of(closure: Closure) -> str:
    return f"/status/{closure.reference}"


def both_read_that_it_has_started(conversation: Conversation, alice: Client, anna: Client) -> None:
    closure = conversation.closure
    assert closure
    pages = [
        alice.get(status_of(closure)),
        alice.get(f"/help/conversations/{conversation.reference}"),
        anna.get(f"/desk/conversations/{conversation.reference}/"),
    ]
    for page in pages:
        assert "The procedure has started" in page.content.decode()
        assert closure.reference in page.content.decode()
    assert conversation.messages.filter(notice=Notice.CLOSURE_STARTED).count() == 1


def test_one_tap_on_the_status_page_for_who_has_just_signed_in(anna: User, conversation: Conversation) -> None:
    alice, closure = customer_client("alice@example.com"), Closure.objects.get()
    page = alice.get(status_of(closure)).content.decode()
    assert "Yes, close my account" in page
    assert "Enter your password again" not in page
    assert alice.post(f"{status_of(closure)}/confirm").headers["Location"] == status_of(closure)
    closure.refresh_from_db()
    assert closure.state == State.WAITING
    both_read_that_it_has_started(conversation, alice, operator_client(anna))


def test_after_ten_minutes_the_password_is_asked_for(conversation: Conversation, clock: SetClock) -> None:
    alice, closure = customer_client("alice@example.com"), Closure.objects.get()
    clock.pass_time(minutes=11)
    assert "Enter your password again" in alice.get(status_of(closure)).content.decode()
    for given in ({}, {"password": "wrong"}, {"code": "000000"}):
        answer = alice.post(f"{status_of(closure)}/confirm", given)
        assert answer.status_code == 422
        assert "Please check the password" in answer.content.decode()
    assert Closure.objects.get().state == State.REQUESTED
    assert alice.post(f"{status_of(closure)}/confirm", {"password": PASSWORD}).status_code == 302
    assert Closure.objects.get().state == State.WAITING


def test_the_mailed_code_confirms_instead_of_the_password(conversation: Conversation, clock: SetClock) -> None:
    alice, closure = customer_client("alice@example.com"), Closure.objects.get()
    clock.pass_time(minutes=11)
    send_due(current_clock().now())
    prepared = next(letter for letter in mail.outbox if "confirm" in letter.subject)
    assert alice.post(f"{status_of(closure)}/confirm", {"code": code_in(prepared)}).status_code == 302
    assert Closure.objects.get().state == State.WAITING


def test_confirmed_by_the_mailed_link_both_read_it_too(anna: User, conversation: Conversation) -> None:

    address = confirm_url(Closure.objects.get())
    path = "/" + address.split("/", 3)[3]
    assert Client().post(path).status_code == 302
    both_read_that_it_has_started(conversation, customer_client("alice@example.com"), operator_client(anna))


def test_another_customer_cannot_confirm(conversation: Conversation) -> None:
    charlie = customer_client("charlie@example.com")
    assert charlie.post(f"{status_of(Closure.objects.get())}/confirm").status_code == 404
    assert Closure.objects.get().state == State.REQUESTED


def test_a_stranger_cannot_confirm(conversation: Conversation) -> None:
    answer = Client().post(f"{status_of(Closure.objects.get())}/confirm")
    assert answer.headers["Location"].startswith("/sign-in")
    assert Closure.objects.get().state == State.REQUESTED


def test_what_was_refused_meanwhile_is_not_confirmed(anna: User, conversation: Conversation) -> None:

    alice, closure = customer_client("alice@example.com"), Closure.objects.get()
    closures.refuse(closure, anna, "Article 17(3)(b)")
    assert alice.post(f"{status_of(closure)}/confirm").status_code == 302
    assert Closure.objects.get().state == State.REFUSED
    assert not conversation.messages.filter(notice=Notice.CLOSURE_STARTED).exists()
