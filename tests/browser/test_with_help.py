"""Two people at once, in real browsers: a customer on a phone asks for help, an operator at a desk gives it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from pamitan.closure.clock import use_clock
from pamitan.conversation.models import Conversation
from pamitan.desk.operators import create_operator, current_code
from pamitan.kit.clock import SetClock
from tests.flow.corner_shop import OPERATOR_PASSWORD, PASSWORD, SECRET, WEDNESDAY_MORNING, build_shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
LONGER_THAN_A_REFRESH_MS = 40_000


@pytest.fixture
def chromium(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed (Debian: chromium)")
    # Playwright's loop makes Django think that the test itself is asynchronous
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def address(tmp_path: Path, settings: Any, live_server: LiveServer) -> Iterator[str]:
    settings.PAMITAN_STORE = str(build_shop(tmp_path)[1])
    with use_clock(SetClock(WEDNESDAY_MORNING)):
        yield live_server.url


class Person:
    """Somebody at a browser without JavaScript, who minds what the page complains of."""

    def __init__(self, chromium: Browser, screen: dict[str, int]) -> None:
        context = chromium.new_context(viewport=screen, locale="en", java_script_enabled=False)  # type: ignore[arg-type]
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    def tap(self, name: str) -> None:
        main, begins = self.page.get_by_role("main"), re.compile(f"^{re.escape(name)}")
        main.get_by_role("link", name=begins).or_(main.get_by_role("button", name=begins)).first.click()

    def reads(self, words: str, patience: int = 10_000) -> None:
        expect(self.page.get_by_role("main").get_by_text(words).first).to_be_visible(timeout=patience)


def asks_for_help(alice: Person, address: str, channel: str, send: str) -> None:
    """Help, then area, topic, detail, channel; the message is already written."""
    alice.page.goto(f"{address}/help/")
    alice.tap("Contact us")
    alice.page.get_by_label("E-mail or mobile number").fill("alice@example.com")
    alice.page.get_by_label("Password").fill(PASSWORD)
    alice.tap("Sign in")
    for choice in ("My account", "Update or edit account information", "Close my account", channel):
        alice.tap(choice)
    expect(alice.page.get_by_label("Your message")).to_have_value("Hello, I would like to close my account. Thank you.")
    alice.tap(send)
    alice.reads("We have your message.")


def sits_down(chromium: Browser, address: str) -> Person:
    """An operator signs in with both factors."""
    operator = create_operator("anna@toko.example", OPERATOR_PASSWORD, SECRET)
    anna = Person(chromium, DESK)
    anna.page.goto(f"{address}/desk/")
    anna.page.get_by_label("E-mail address").fill(operator.email)
    anna.page.get_by_label("Password").fill(OPERATOR_PASSWORD)
    anna.tap("Continue")
    anna.page.get_by_label("Code").fill(current_code(operator))
    anna.tap("Continue")
    return anna


@pytest.mark.parametrize(
    ("channel", "send"), [("E-mail us (recommended)", "Send"), ("Phone", "Continue"), ("Start chat", "Start chat")]
)
def test_help_from_the_first_tap_to_the_start(chromium: Browser, address: str, channel: str, send: str) -> None:
    alice, anna = Person(chromium, PHONE), sits_down(chromium, address)
    asks_for_help(alice, address, channel, send)
    anna.tap("Refresh")
    anna.tap("Close my account")
    anna.tap("Closing prepared")
    anna.tap("Send the reply")
    anna.tap("Start the closure for this customer")
    anna.reads("The customer sees a card and confirms it there.")

    if channel != "Start chat":  # a chat looks again by itself
        alice.page.reload()
    alice.reads("The operator has prepared the closing of your account", LONGER_THAN_A_REFRESH_MS)
    alice.tap("Yes, close my account")
    alice.reads("The procedure has started")
    anna.page.reload()
    anna.reads("The procedure has started")

    closure = Conversation.objects.get().closure
    assert closure
    for person in (alice, anna):
        person.reads(closure.reference)
        assert person.complaints == []
