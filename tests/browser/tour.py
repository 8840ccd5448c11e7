"""A demo of its own, brought into many states at once, and the way to each of its pages.

Accounts that wait, are closed, were kept; conversations that wait for an answer, or for a tap. Then each stop of the
tour is one page for one of its people.
"""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from pamitan.demo.mailbox import CaughtMail, Mailbox
from pamitan.demo.shop.people import PASSWORD
from pamitan.demo.welcome import OPERATOR, OPERATOR_PASSWORD
from tests.browser.stops import DESK, SIGN_IN, STRANGER, Stop, desk_search, open_all, press, sign_in, submit
from tests.running_demo import RunningDemo

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE_SECONDS = 60


@contextmanager
def opened_chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed (Debian: chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Tour:
    """The demo in many states, and the way to each stop."""

    browser: Browser
    demo: RunningDemo
    cookies: dict[str, Any] = field(default_factory=lambda: {STRANGER: []})
    names: dict[str, str] = field(default_factory=dict)
    """What the stops' addresses need."""

    @property
    def mailbox(self) -> Mailbox:
        return Mailbox(self.demo.home / "demo" / "mails")

    def context(self, who: str, language: str = "en", **options: Any) -> BrowserContext:
        """That person's browser, signed in as they are, in that language."""
        context = self.browser.new_context(locale=language, **options)
        context.add_cookies([*self.cookies[who], {"name": "django_language", "value": language, "url": self.demo.url}])
        return context

    def visit(self, stop: Stop, page: Page) -> None:
        page.goto(self.demo.url + stop.path.format(**self.names))
        stop.then(page)

    @contextmanager
    def somebody(self, who: str) -> Iterator[Page]:
        """A page of that person's, whose cookies are kept for later; each thing that is sent leads to a next page."""
        if who not in self.cookies:
            self.cookies[who] = []
        context = self.context(who, java_script_enabled=False)
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        page = context.new_page()
        yield page
        self.cookies[who] = context.cookies()
        context.close()

    def mail(self, address: str, subject: str) -> CaughtMail:
        """The newest mail to that address with these words in its subject, as soon as it is there."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            for mail in self.mailbox.mails():
                if mail.to == address and subject in mail.subject:
                    return mail
            assert time.monotonic() < deadline, f"no mail '{subject}' to {address}"
            time.sleep(0.2)

    def path_in(self, mail: CaughtMail) -> str:
        """The address, without the host, of the link in that mail."""
        link = re.search(rf"{re.escape(self.demo.url)}(\S+)", mail.text)
        assert link, mail.text
        return link.group(1)


def prepared_tour(browser: Browser, demo: RunningDemo) -> Tour:
    """Bring the demo into all its states."""
    tour = Tour(browser, demo)
    _ship_orders(demo, "Raden %", "Rizky %")
    _who_left_long_ago(tour)
    _weeks_pass(tour, 9)
    who_is_leaving(tour, "raka", "rizky", "zoë")
    _who_is_looking(tour)
    _who_talks_with_us(tour)
    _note_mails(tour)
    return tour


def _ship_orders(demo: RunningDemo, *names: str) -> None:
    with closing(sqlite3.connect(demo.shop_database)) as database, database:
        for name in names:
            database.execute(
                "UPDATE shop_order SET status = 'shipped'"
                " WHERE customer_id = (SELECT id FROM customer WHERE full_name LIKE ?)",
                [name],
            )


def _ask_to_close(page: Page, who: str, *, decide: str = "") -> None:
    """From the sign-in page, which is open, to *Request received*."""
    sign_in(page, SIGN_IN[who])
    if decide:
        press(page, decide)
    press(page, "Continue")
    page.locator("#id_password").fill(PASSWORD)
    press(page, "Yes, close my account")


def _who_left_long_ago(tour: Tour) -> None:
    """Giulia's account is closed; Marco's order never came."""
    with tour.somebody("giulia") as page:
        page.goto(f"{tour.demo.url}/close")
        sign_in(page, SIGN_IN["giulia"])
        download = page.locator("main .rows a[href^='/download/']").first
        tour.names["old_download"] = str(download.get_attribute("href"))
        press(page, "Continue")
        page.locator("#id_password").fill(PASSWORD)
        press(page, "Yes, close my account")
    tour.names["closed"] = tour.path_in(tour.mail(SIGN_IN["giulia"], "Request received"))
    reference = re.search(r"PM-[0-9A-Z-]+", tour.names["closed"])
    assert reference
    tour.names["desk_closed"] = f"/desk/closures/{reference[0]}/"
    with tour.somebody("marco") as page:
        page.goto(f"{tour.demo.url}/close")
        _ask_to_close(page, "marco", decide="Close after delivery")


def _weeks_pass(tour: Tour, weeks: int) -> None:
    with tour.somebody(STRANGER) as page:
        page.goto(f"{tour.demo.url}/mail/")
        for _ in range(weeks):
            press(page, "Let a week pass")
    tour.names["certificate"] = tour.path_in(tour.mail(SIGN_IN["giulia"], "Account closed"))
    tour.mail(SIGN_IN["marco"], "We need your answer")


def who_is_leaving(tour: Tour, *names: str) -> None:
    """Raka's account waits, Rizky's for an order; Zoë changed her mind."""
    for who in names:
        with tour.somebody(who) as page:
            page.goto(f"{tour.demo.url}/close")
            _ask_to_close(page, who, decide="Close after delivery" if who == "rizky" else "")
            if who == "zoë":
                press(page, "I changed my mind")


def _who_is_looking(tour: Tour) -> None:
    """The others have signed in, and done nothing yet; Budi has decided to wait."""
    for who in ("sari", "ayu", "budi", "thomas", "raden", "wayan", "siti", "marco"):
        with tour.somebody(who) as page:
            page.goto(f"{tour.demo.url}/sign-in")
            sign_in(page, SIGN_IN[who])
            if who == "budi":
                press(page, "Close after delivery")
    with tour.somebody("nurul") as page:
        page.goto(f"{tour.demo.url}/sign-in/code")
        page.locator("#id_login").fill(SIGN_IN["nurul"])
        submit(page)
        code = re.search(r"\b\d{6}\b", tour.mail(SIGN_IN["nurul"], "Your code").text)
        assert code
        page.locator("#id_code").fill(code.group())
        submit(page)


def _who_talks_with_us(tour: Tour) -> None:
    """Siti's closing is prepared at the desk, Raka chats, Thomas wants to be called in two days."""
    closing = "?area=account&topic=update&detail=close"
    tour.names["prepared"] = _write(tour, "siti", f"/help/contact/email{closing}")
    tour.names["chat"] = _write(tour, "raka", "/help/contact/chat?area=digital&topic=open", "It does not open.")
    tour.names["call"] = _write(tour, "thomas", "/help/contact/phone?area=orders&topic=return", "Please call me.")
    for name in ("prepared", "call"):
        reference = tour.names[name].rsplit("/", 1)[1]
        tour.names[f"desk_{name}"] = f"/desk/conversations/{reference}/"
    with tour.somebody(DESK) as page:
        _sign_in_at_the_desk(tour, page)
        page.goto(tour.demo.url + tour.names["desk_prepared"])
        press(page, "Closing prepared")
        press(page, "Send the reply")
        press(page, "Start the closure for this customer")
        _someone_is_on_hold(tour, page)
    tour.names["confirm"] = tour.path_in(tour.mail(SIGN_IN["siti"], "Please confirm"))


def _someone_is_on_hold(tour: Tour, page: Page) -> None:
    """A hold of Rizky's closing is proposed; Raka's goes on."""
    for name, who in (("desk_closing", "raka"), ("desk_held", "rizky")):
        page.goto(f"{tour.demo.url}/desk/")
        desk_search(page, SIGN_IN[who])
        if "/find" in page.url:
            press(page, "PM-")
        tour.names[name] = page.url.removeprefix(tour.demo.url)
    open_all(page)
    page.locator("#hold_dispute").check()
    page.locator("#until").fill((dt.datetime.now(dt.UTC) + dt.timedelta(days=9 * 7 + 40)).strftime("%Y-%m-%d"))
    with page.expect_navigation():
        page.locator("button[value=propose]").click()


def _write(tour: Tour, who: str, path: str, words: str = "") -> str:
    """Open a conversation; returns its address."""
    with tour.somebody(who) as page:
        page.goto(tour.demo.url + path)
        if words:
            page.locator("#id_text").fill(words)
        if page.locator("#id_later").count():
            page.locator("#id_later").check()
            page.locator("#id_at").fill(_in_two_months())
        submit(page)
        page.wait_for_url("**/help/conversations/*")
        return page.url.removeprefix(tour.demo.url).split("?")[0]


def _in_two_months() -> str:
    """Two days after the weeks that have passed in the demo."""
    return (dt.datetime.now(dt.UTC) + dt.timedelta(days=9 * 7 + 2)).strftime("%Y-%m-%dT10:00")


def _sign_in_at_the_desk(tour: Tour, page: Page) -> None:
    page.goto(f"{tour.demo.url}/desk/")
    sign_in(page, OPERATOR, OPERATOR_PASSWORD)
    while page.locator("#id_code").count():  # once more, where the half minute of the code has just ended
        with tour.somebody(STRANGER) as other:
            other.goto(f"{tour.demo.url}/mail/")
            code = other.locator("dd code").last.inner_text()
        page.locator("#id_code").fill(code)
        submit(page)
        page.wait_for_load_state()


def _note_mails(tour: Tour) -> None:
    """One mail of each kind."""
    wanted = {
        "received": ("raka", "Request received"),
        "waiting": ("rizky", "Request received"),
        "question": ("marco", "We need your answer"),
        "closed": ("giulia", "Account closed"),
        "confirm": ("siti", "Please confirm"),
        "withdrawn": ("zoë", "Your account stays"),
        "code": ("nurul", "Your code"),
        "answer": ("siti", "Our answer"),
    }
    for kind, (who, subject) in wanted.items():
        tour.names[f"mail_{kind}"] = tour.mail(SIGN_IN[who], subject).name
