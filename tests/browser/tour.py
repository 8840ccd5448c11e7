"""Every page that there is, and how one comes to it: for the tests that look at all of them.

A demo of its own is brought into many states at once: accounts that wait, are closed, were kept; conversations that
wait for an answer, or for a tap. Then each stop of the tour is one page for one of its people.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from pamitan.demo.mailbox import CaughtMail, Mailbox
from pamitan.demo.shop.people import ANGGRAINI_PHONE, PASSWORD, PEOPLE
from pamitan.demo.welcome import OPERATOR, OPERATOR_PASSWORD
from tests.running_demo import RunningDemo

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
LANGUAGES = ("id", "en", "it")
SIZES = {320: 700, 390: 844, 820: 1180, 1280: 800, 1600: 1000}
PATIENCE_SECONDS = 60
SIGN_IN = {person.name.split()[0].lower(): person.sign_in for person in PEOPLE}
STRANGER, DESK = "stranger", "operator"


@contextmanager
def opened_chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed (Debian: chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass(frozen=True)
class Stop:
    """One page: who looks at it, its address (with ``{names}`` of what is known only now), and what they do there."""

    name: str
    who: str
    path: str
    then: Callable[[Page], object] = lambda page: None
    faulty: bool = False
    """The answer is an error on purpose; the browser's console says so, too."""


def press(page: Page, name: str) -> None:
    """Press the first button or link of the content that begins with these words, and wait where it leads."""
    words = re.compile(rf"^\W*{re.escape(name)}")
    place = page.locator("main")
    with page.expect_navigation():
        place.get_by_role("button", name=words).or_(place.get_by_role("link", name=words)).first.click()


def submit(page: Page) -> None:
    """Press the main button, in whatever language."""
    with page.expect_navigation():
        page.locator("main button[type=submit]:not(.hidden, .quiet)").last.click()


def sign_in(page: Page, login: str, password: str = PASSWORD) -> None:
    page.locator("#id_login").fill(login)
    page.locator("#id_password").fill(password)
    submit(page)


def wrong_sign_in(page: Page) -> None:
    sign_in(page, "nobody@surat.example", "not-the-password")


def open_all(page: Page) -> None:
    """Unfold everything that can be unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")


def without_token(page: Page) -> None:
    """Send a form as from a tab that was left open for too long."""
    page.context.clear_cookies(name="pamitan_csrf")
    submit(page)


def desk_search(page: Page, words: str) -> None:
    page.locator("#words").fill(words)
    with page.expect_navigation():
        page.locator("form[role=search] button").click()


def sign_up_refused(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main form button").click()


def nothing_found(page: Page) -> None:
    desk_search(page, "H-0000-0000")


STOPS = (
    Stop("front", STRANGER, "/"),
    Stop("delete-account", STRANGER, "/delete-account"),
    Stop("sign-in", STRANGER, "/sign-in"),
    Stop("sign-in refused", STRANGER, "/sign-in", wrong_sign_in, faulty=True),
    Stop("old hand-over link", STRANGER, "/enter?token=old", faulty=True),
    Stop("ask for a code", STRANGER, "/sign-in/code"),
    Stop(
        "enter the code",
        STRANGER,
        "/sign-in/code",
        lambda page: (page.locator("#id_login").fill("nobody@surat.example"), submit(page)),
    ),
    Stop("which account", STRANGER, "/sign-in", lambda page: sign_in(page, ANGGRAINI_PHONE)),
    Stop("form expired", STRANGER, "/sign-in", without_token, faulty=True),
    Stop("not found", STRANGER, "/there-is-nothing-here", faulty=True),
    Stop("gone", STRANGER, "{old_download}", faulty=True),
    Stop("help", STRANGER, "/help/"),
    Stop("help, found", STRANGER, "/help/?q=hapus"),
    Stop("help, nothing found", STRANGER, "/help/?q=xyzzy"),
    Stop("manage", STRANGER, "/help/manage"),
    *(
        Stop(f"article {slug}", STRANGER, f"/help/articles/{slug}")
        for slug in ("close", "what-closing-means", "cancel-order", "save-e-books", "start-again")
    ),
    Stop("contact, signed out", STRANGER, "/help/write"),
    Stop("mail to confirm, too old", STRANGER, "/help/mail/old", faulty=True),
    Stop("closed", STRANGER, "{closed}"),
    Stop("certificate", STRANGER, "{certificate}"),
    Stop("confirm by mail", STRANGER, "{confirm}"),
    Stop("before, nothing open", "sari", "/close"),
    Stop("before, two open orders", "ayu", "/close", open_all),
    Stop("before, decided to wait", "budi", "/close", open_all),
    Stop("before, much to lose", "thomas", "/close", open_all),
    Stop("before, forty open orders", "raden", "/close", open_all),
    Stop("confirm", "sari", "/close/confirm", open_all),
    Stop("confirm, waiting", "budi", "/close/confirm"),
    Stop("confirm, much to lose", "thomas", "/close/confirm"),
    Stop("confirm, now", "sari", "/close/confirm", lambda page: page.locator("#id_pace_now").check()),
    Stop("confirm, refused", "sari", "/close/confirm", submit, faulty=True),
    Stop("confirm without a password", "nurul", "/close/confirm"),
    Stop("confirm, without an address", "wayan", "/close/confirm"),
    Stop("done", "raka", "/close/done"),
    Stop("status, waiting", "raka", "/status", open_all),
    Stop("status, waiting for an order", "rizky", "/status"),
    Stop("status, question", "marco", "/status", open_all),
    Stop("status, withdrawn", "zoë", "/status"),
    Stop("status, to be confirmed", "siti", "/status"),
    Stop("status, none", "wayan", "/status"),
    Stop("contact, area", "wayan", "/help/contact"),
    Stop("contact, channel", "wayan", "/help/contact?from=closing", open_all),
    Stop("contact by e-mail", "wayan", "/help/contact/email?area=account&topic=update&detail=close"),
    Stop("contact by phone", "wayan", "/help/contact/phone?area=account&topic=update&detail=close"),
    Stop("contact by chat", "wayan", "/help/contact/chat?area=account&topic=update&detail=close"),
    Stop(
        "contact, refused",
        "wayan",
        "/help/contact/phone?area=account&topic=update&detail=close",
        lambda page: (page.locator("#id_text").fill(""), page.locator("#id_number").fill("12"), submit(page)),
        faulty=True,
    ),
    Stop("conversations, none", "wayan", "/help/conversations"),
    Stop("conversations", "siti", "/help/conversations"),
    Stop("conversation, prepared", "siti", "{prepared}"),
    Stop("conversation, chat", "raka", "{chat}"),
    Stop("conversation, call", "thomas", "{call}"),
    Stop("desk sign-in", STRANGER, "/desk/sign-in/"),
    Stop("queue", DESK, "/desk/"),
    Stop("queue, nothing found", DESK, "/desk/", nothing_found, faulty=True),
    Stop("found", DESK, "/desk/", lambda page: desk_search(page, SIGN_IN["siti"])),
    Stop("desk closing", DESK, "{desk_closing}", open_all),
    Stop("desk closing on hold", DESK, "{desk_held}", open_all),
    Stop("ledger", DESK, "/desk/ledger/?check=1"),
    Stop("certificates", DESK, "/desk/certificates/"),
    Stop("operators", DESK, "/desk/people/", open_all),
    Stop("figures", DESK, "/desk/figures/", open_all),
    Stop("passkeys", DESK, "/desk/second-factor/passkeys/"),
    Stop("opening hours", DESK, "/desk/hours/", open_all),
    Stop("desk password", DESK, "/desk/password/"),
    Stop("closures", DESK, "/desk/closures/"),
    Stop("desk conversation", DESK, "{desk_prepared}"),
    Stop("desk call", DESK, "{desk_call}?canned=orders"),
    Stop("desk not found", DESK, "/desk/conversations/H-0000-0000/", faulty=True),
    Stop("desk recovery codes", DESK, "/desk/codes/"),
    Stop("desk new codes", DESK, "/desk/codes/new/"),
    Stop("desk sign out", DESK, "/desk/sign-out/"),
    Stop("mailbox", STRANGER, "/mail/"),
    Stop("mail", STRANGER, "/mail/{mail_received}/", open_all),
    *(
        Stop(f"mail as designed: {kind}", STRANGER, f"/mail/{{mail_{kind}}}/html/")
        for kind in ("received", "waiting", "question", "closed", "confirm", "withdrawn", "code", "answer")
    ),
    Stop("shop", STRANGER, "/shop/"),
    Stop("shop sign-in", STRANGER, "/shop/sign-in/"),
    Stop("shop sign-up refused", STRANGER, "/shop/sign-up/", sign_up_refused),
)

THOROUGH = os.environ.get("PAMITAN_TESTS") == "thorough"
STOPS_IN_TURN = [
    pytest.param(stop, language, id=f"{stop.name}-{language}")
    for number, stop in enumerate(STOPS)
    for turn, language in enumerate(LANGUAGES)
    if THOROUGH or number % len(LANGUAGES) == turn
]
"""Each stop in one of the languages, in turn; with ``PAMITAN_TESTS=thorough`` in all of them."""


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
        page.goto(self.demo.url)
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
    _who_is_leaving(tour)
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
    with tour.somebody("marco") as page:
        page.goto(f"{tour.demo.url}/close")
        _ask_to_close(page, "marco", decide="Close after delivery")


def _weeks_pass(tour: Tour, weeks: int) -> None:
    with tour.somebody(STRANGER) as page:
        for _ in range(weeks):
            page.goto(f"{tour.demo.url}/mail/")
            press(page, "Let a week pass")
    tour.mail(SIGN_IN["giulia"], "Account closed")
    tour.mail(SIGN_IN["marco"], "We need your answer")


def _who_is_leaving(tour: Tour) -> None:
    """Raka's account waits, Rizky's for an order; Zoë changed her mind."""
    for who, decide in (("raka", ""), ("rizky", "Close after delivery"), ("zoë", "")):
        with tour.somebody(who) as page:
            page.goto(f"{tour.demo.url}/close")
            _ask_to_close(page, who, decide=decide)
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
    tour.names["certificate"] = tour.path_in(tour.mail(SIGN_IN["giulia"], "Account closed"))
