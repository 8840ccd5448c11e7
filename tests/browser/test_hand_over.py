"""A chat goes from one operator to another before the customer's eyes, with and without JavaScript."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, expect

from pamitan.conversation.models import Conversation
from pamitan.desk.operators import give_public_name
from tests.browser.test_live_chat import address, chromium, store  # noqa: F401
from tests.browser.two_people import PHONE, Person, asks_for_help, sits_down

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without-script"])
def test_the_customer_is_told_and_the_colleague_knows_why(
    chromium: Browser,  # noqa: F811
    address: str,  # noqa: F811
    script: bool,
) -> None:
    alice, anna, budi = Person(chromium, PHONE, script=script), *(
        sits_down(chromium, address, name, script=script) for name in ("anna", "budi")
    )  # fmt: skip
    give_public_name(User.objects.get(username="budi@toko.example"), "Budi")
    asks_for_help(alice, address, "Start chat", "Start chat")
    reference = Conversation.objects.get().reference

    anna.page.goto(f"{address}/desk/conversations/{reference}/")
    anna.page.get_by_label("A note").fill("She sounds upset.")
    anna.page.get_by_label("Give the conversation to").select_option(label="budi")
    anna.tap("Give it over, with the note")
    expect(anna.page.get_by_role("heading", name="Queue")).to_be_visible()

    if not script:
        alice.page.reload()
    alice.reads("You are now talking with Budi.")
    budi.page.reload()
    budi.reads("from anna")
    budi.page.locator(".queue-line").first.click()
    budi.reads("anna gave you this conversation.")
    budi.reads("She sounds upset.")
    budi.page.get_by_label("Your reply").fill("Hello, this is Budi.")
    budi.page.get_by_role("button", name="Send the reply").click()
    budi.reads("Hello, this is Budi.")
    if not script:
        alice.page.reload()
    alice.reads("Hello, this is Budi.")
    assert "upset" not in alice.page.content()
    assert [person.complaints for person in (alice, anna, budi)] == [[], [], []]
