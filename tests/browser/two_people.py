"""Two people at once, in real browsers: a customer on a phone and an operator at a desk, in the corner shop."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
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
PATIENCE_MS = 30_000
"""So long a page may take to show what it is asked for, on a busy machine."""


class Person:
    """Somebody at a browser, with or without JavaScript, who minds what the page complains of."""

    def __init__(self, chromium: Browser, screen: ViewportSize, *, script: bool = False) -> None:
        context = chromium.new_context(viewport=screen, locale="en", java_script_enabled=script)
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    def tap(self, name: str) -> None:
        """Tap what begins with these words, and wait for the page that it leads to."""
        main, begins = self.page.get_by_role("main"), re.compile(f"^{re.escape(name)}")
        with self.page.expect_navigation():
            main.get_by_role("link", name=begins).or_(main.get_by_role("button", name=begins)).first.click()

    def reads(self, words: str, patience: int = PATIENCE_MS) -> None:
        expect(self.page.get_by_role("main").get_by_text(words).first).to_be_visible(timeout=patience)


def asks_for_help(alice: Person, address: str, channel: str, send: str, *, call_at: str = "") -> None:
    """Help, then area, topic, detail, channel; the message is already written. ``call_at``: a call later, not now."""
    alice.page.goto(f"{address}/help/")
    alice.tap("Contact us")
    alice.page.get_by_label("E-mail or mobile number").fill("alice@example.com")
    alice.page.get_by_label("Password").fill(PASSWORD)
    alice.tap("Sign in")
    for choice in ("My account", "Update or edit account information", "Close my account", channel):
        alice.tap(choice)
    expect(alice.page.get_by_label("Your message")).to_have_value("Hello, I would like to close my account. Thank you.")
    if call_at:
        alice.page.get_by_label("Call me later").check()
        alice.page.get_by_label("Day and time, if later").fill(call_at)
    alice.tap(send)
    alice.reads("We have your message.")


def sits_down(
    chromium: Browser, address: str, name: str = "anna", *, script: bool = False, screen: ViewportSize = DESK
) -> Person:
    """An operator signs in with both factors, and has the queue before them."""
    operator = create_operator(f"{name}@toko.example", OPERATOR_PASSWORD, SECRET)
    person = Person(chromium, screen, script=script)
    person.page.goto(f"{address}/desk/")
    person.page.get_by_label("E-mail address").fill(operator.email)
    person.page.get_by_label("Password").fill(OPERATOR_PASSWORD)
    person.tap("Continue")
    expect(person.page.get_by_role("heading", name="Your code")).to_be_visible()
    while not _is_let_in(person, operator):
        person.page.goto(person.page.url)
    return person


def _is_let_in(person: Person, operator: User) -> bool:
    """Types the code of this half minute. If that ends on the way, the code is refused, and the next one is due."""
    page, code = person.page, current_code(operator)
    page.get_by_label("Code").fill(code)
    person.tap("Continue")
    queue, refused = page.get_by_role("heading", name="Queue"), page.get_by_text("That code is not right")
    expect(queue.or_(refused)).to_be_visible()
    if queue.is_visible():
        return True
    assert current_code(operator) != code, "the code of this very half minute was refused"
    return False


@contextlib.contextmanager
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """Chromium; skips where it is not installed."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed (Debian: chromium)")
    # Playwright's loop makes Django think that the test itself is asynchronous
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()
