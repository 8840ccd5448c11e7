"""Addresses of contact and of the telephone: another method is refused, and told which ones there are."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from pamitan.conversation import service
from pamitan.conversation.models import Channel, Conversation, Message
from tests.flow.corner_shop import ALICE, customer_client, operator_client

pytestmark = pytest.mark.usefixtures("clock")
READ, BOTH = {"GET", "HEAD"}, {"GET", "HEAD", "POST"}
TALK = "H-2345-6789"
CUSTOMERS = {
    "/help/write": READ,
    "/help/contact": READ,
    "/help/contact/email": BOTH,
    "/help/mail/token": BOTH,
    "/help/conversations": READ,
    f"/help/conversations/{TALK}": READ,
    f"/help/conversations/{TALK}/say": BOTH,
    f"/help/conversations/{TALK}/call": BOTH,
    f"/help/conversations/{TALK}/confirm": BOTH,
    f"/help/conversations/{TALK}/transcript": BOTH,
}
DESK = {
    "/desk/ringing/": READ,
    f"/desk/conversations/{TALK}/dial/": BOTH,
    f"/desk/conversations/{TALK}/identity/": BOTH,
    f"/desk/conversations/{TALK}/identity/check/": BOTH,
}


def refused(client: Client, method: str, address: str, taken: set[str]) -> None:
    answer = client.generic(method, address)
    allowed = {name.strip() for name in answer.headers.get("Allow", "").split(",")}
    assert (answer.status_code, allowed) == (405, taken)


@pytest.fixture
def talk() -> Conversation:
    wanted = service.Request(call=service.Call("+6281234567890"))
    found = service.open_conversation(ALICE, Channel.PHONE, wanted, "Please call me", language="en")
    Conversation.objects.filter(pk=found.pk).update(reference=TALK)
    return found


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("address", CUSTOMERS)
def test_a_customers_page_takes_no_other_method(talk: Conversation, method: str, address: str) -> None:
    refused(customer_client("alice@example.com"), method, address, CUSTOMERS[address])
    assert Message.objects.exclude(text="").count() == 1


@pytest.mark.parametrize("address", [address for address, taken in CUSTOMERS.items() if taken == READ])
def test_a_customers_page_that_only_reads_is_not_written(talk: Conversation, address: str) -> None:
    refused(customer_client("alice@example.com"), "POST", address, READ)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("address", DESK)
def test_the_desks_telephone_takes_no_other_method(talk: Conversation, anna: User, method: str, address: str) -> None:
    refused(operator_client(anna), method, address, DESK[address])
    assert Message.objects.exclude(text="").count() == 1


@pytest.mark.parametrize("address", [address for address, taken in DESK.items() if taken == BOTH])
def test_a_deed_at_the_telephone_is_not_done_by_reading(talk: Conversation, anna: User, address: str) -> None:
    before = Message.objects.count()
    answer = operator_client(anna).get(address)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/desk/conversations/{TALK}/")
    assert Message.objects.count() == before


def test_who_is_calling_can_be_asked_for_by_head(anna: User) -> None:
    answer = operator_client(anna).head("/desk/ringing/")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_the_telephone_system_only_posts(method: str) -> None:
    refused(Client(), method, "/api/calls", {"POST"})


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_the_mail_provider_only_posts(settings: Any, method: str) -> None:
    settings.PAMITAN_MAIL_HOOK = "mailgun"
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": "key"}
    answer = Client().generic(method, "/hooks/mail")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert method not in answer.headers["Allow"].split(", ")
