"""Help by keyboard alone: a customer asks on each channel, an operator serves at the desk, the customer confirms."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from pamitan.conversation import service
from pamitan.conversation.models import Author, Channel, Conversation
from pamitan.desk.models import Claim
from pamitan.desk.operators import create_operator, current_code
from tests.browser.keyboard import follow, heading, leads_on, tab_to
from tests.browser.test_with_help import address, chromium  # noqa: F401
from tests.flow.corner_shop import ALICE, OPERATOR_PASSWORD, PASSWORD, SECRET

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def opened(chromium: Browser, address: str, width: int) -> Page:  # noqa: F811
    page = chromium.new_context(locale="en", viewport={"width": width, "height": 800}).new_page()
    page.goto(address)
    return page


def types(page: Page, field: str, words: str) -> None:
    tab_to(page, field)
    page.keyboard.type(words)


def signs_in(page: Page) -> None:
    types(page, "E-mail or mobile number", "alice@example.com")
    types(page, "Password", PASSWORD)
    leads_on(page, "Enter")


def sits_down(page: Page) -> None:
    """Both factors; once more, where the half minute of the code has just ended."""
    anna = create_operator("anna@toko.example", OPERATOR_PASSWORD, SECRET)
    types(page, "E-mail address", anna.email)
    types(page, "Password", OPERATOR_PASSWORD)
    leads_on(page, "Enter")
    while page.get_by_role("heading", name="Your code").count():
        types(page, "Code", current_code(anna))
        leads_on(page, "Enter")
    heading(page, "Queue")


@pytest.mark.parametrize(
    ("channel", "send"), [("E-mail us (recommended)", "Send"), ("Phone", "Continue"), ("Start chat", "Start chat")]
)
def test_a_customer_asks_for_help(chromium: Browser, address: str, channel: str, send: str) -> None:  # noqa: F811
    page = opened(chromium, f"{address}/help/", 390)
    follow(page, "Contact us")
    signs_in(page)
    for choice in ("My account", "Update or edit account information", "Close my account", channel):
        follow(page, choice)
    assert not Conversation.objects.exists()
    follow(page, send)
    expect(page.get_by_text("We have your message.").first).to_be_visible()
    assert Conversation.objects.get().messages.filter(author=Author.CUSTOMER).count() == 1


def test_an_operator_serves_and_the_customer_confirms(chromium: Browser, address: str) -> None:  # noqa: F811
    wanted = service.Request("account", "update", "close")
    talk = service.open_conversation(ALICE, Channel.EMAIL, wanted, "Please close my account.", language="en")
    create_operator("berta@toko.example", OPERATOR_PASSWORD, SECRET)
    anna = opened(chromium, f"{address}/desk/", 1280)
    sits_down(anna)
    types(anna, "Case code, reference", talk.reference)
    leads_on(anna, "Enter")
    expect(anna.get_by_text("Please close my account.")).to_be_visible()
    follow(anna, "I serve it")
    types(anna, "Your reply", "Gladly.")
    tab_to(anna, "Send the reply")
    anna.keyboard.press("Enter")
    expect(anna.get_by_text("Gladly.", exact=True)).to_be_visible()
    follow(anna, "Start the closure for this customer")
    expect(anna.get_by_text("The customer sees a card and confirms it there.")).to_be_visible()

    alice = opened(chromium, f"{address}/help/conversations/{talk.reference}", 390)
    signs_in(alice)
    follow(alice, "Yes, close my account")
    heading_of_card = alice.get_by_role("heading", name="The procedure has started")
    expect(heading_of_card).to_be_visible()

    types(anna, "A note", "She has confirmed it.")
    follow(anna, "Give it over, with the note")
    assert Claim.objects.get(conversation=talk).operator.email == "berta@toko.example"
