"""Two people at once, in real browsers: a customer on a phone and an operator at a desk, in the corner shop."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from pamitan.desk.operators import create_operator, current_code
from tests.flow.corner_shop import OPERATOR_PASSWORD, PASSWORD, SECRET

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 800}


class Person:
    """Somebody at a browser, with or without JavaScript, who minds what the page complains of."""

    def __init__(self, chromium: Browser, screen: ViewportSize, *, script: bool = False) -> None:
        context = chromium.new_context(viewport=screen, locale="en", java_script_enabled=script)
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


def sits_down(chromium: Browser, address: str, *, script: bool = False) -> Person:
    """An operator signs in with both factors."""
    operator = create_operator("anna@toko.example", OPERATOR_PASSWORD, SECRET)
    anna = Person(chromium, DESK, script=script)
    anna.page.goto(f"{address}/desk/")
    anna.page.get_by_label("E-mail address").fill(operator.email)
    anna.page.get_by_label("Password").fill(OPERATOR_PASSWORD)
    anna.tap("Continue")
    anna.page.get_by_label("Code").fill(current_code(operator))
    anna.tap("Continue")
    return anna


@contextlib.contextmanager
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """Chromium; skips where it is not installed."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed (Debian: chromium)")
    # Playwright's loop makes Django think that the test itself is asynchronous
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()
