"""Every page that there is, and how one comes to it: for the tests that look at all of them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import pytest
from _pytest.mark.structures import ParameterSet
from playwright.sync_api import Page

from pamitan.demo.shop.people import ANGGRAINI_PHONE, PASSWORD, PEOPLE
from tests.browser.addresses import name_of

LANGUAGES = ("id", "en", "it")
SIZES = {320: 700, 390: 844, 820: 1180, 1280: 800, 1600: 1000}
SIGN_IN = {person.name.split()[0].lower(): person.sign_in for person in PEOPLE}
STRANGER, DESK = "stranger", "operator"


@dataclass(frozen=True)
class Stop:
    """One page: who looks at it, its address (with ``{names}`` of what is known only now), and what they do there."""

    name: str
    who: str
    path: str
    then: Callable[[Page], object] = lambda page: None
    faulty: bool = False
    """The answer is an error on purpose; the browser's console says so, too."""
    shows: str = ""
    """The name of the address of the page, where the path does not say it."""
    plain: bool = False
    """Seen without JavaScript alone: the page's script goes on from there by itself."""

    @property
    def view(self) -> str:
        return self.shows or name_of(urlsplit(self.path).path)


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


def ask_for_a_code(page: Page) -> None:
    page.locator("#id_login").fill("nobody@surat.example")
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


def nothing_said(page: Page) -> None:
    with page.expect_navigation():
        page.locator("form[data-say] button[type=submit]").click()


def empty(page: Page) -> None:
    page.locator("#id_text").fill("")
    refused_call(page)


def refused_call(page: Page) -> None:
    page.locator("#id_number").fill("12")
    submit(page)


def without_network(page: Page) -> None:
    """The page that a device shows without a network; it speaks the language of the page before."""
    page.goto(urljoin(page.url, "/offline"))


def shop_account(page: Page) -> None:
    page.locator("#id_login").fill(SIGN_IN["ayu"])
    page.locator("#id_password").fill(PASSWORD)
    with page.expect_navigation():
        page.locator("main form button").click()


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
        ask_for_a_code,
        shows="portal:enter_code",
    ),
    Stop(
        "which account",
        STRANGER,
        "/sign-in",
        lambda page: sign_in(page, ANGGRAINI_PHONE),
        shows="portal:choose_account",
    ),
    Stop("form expired", STRANGER, "/sign-in", without_token, faulty=True),
    Stop("not found", STRANGER, "/there-is-nothing-here", faulty=True),
    Stop("gone", STRANGER, "{old_download}", faulty=True, shows="portal:download"),
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
    Stop("without a network", STRANGER, "/", without_network, shows="portal:offline"),
    Stop("without a network, with a case", "raka", "/status", without_network, shows="portal:offline"),
    Stop("closed", STRANGER, "{closed}", shows="portal:status_of"),
    Stop("certificate", STRANGER, "{certificate}", shows="portal:certificate"),
    Stop("confirm by mail", STRANGER, "{confirm}", shows="portal:confirm_by_mail"),
    Stop("before, nothing open", "sari", "/close"),
    Stop("before, two open orders", "ayu", "/close", open_all),
    Stop("before, decided to wait", "budi", "/close", open_all),
    Stop("before, much to lose", "thomas", "/close", open_all),
    Stop("before, forty open orders", "raden", "/close", open_all),
    Stop("confirm", "sari", "/close/confirm", open_all),
    Stop("confirm, waiting", "budi", "/close/confirm"),
    Stop("confirm, much to lose", "thomas", "/close/confirm", shows="portal:close"),
    Stop("confirm, now", "sari", "/close/confirm", lambda page: page.locator("#id_pace_now").check()),
    Stop("confirm, refused", "sari", "/close/confirm", submit, faulty=True),
    Stop("confirm without a password", "nurul", "/close/confirm"),
    Stop("confirm, without an address", "wayan", "/close/confirm"),
    Stop("done", "raka", "/close/done"),
    Stop("status, waiting", "raka", "/status", open_all, shows="portal:status_of"),
    Stop("status, waiting for an order", "rizky", "/status", shows="portal:status_of"),
    Stop("status, question", "marco", "/status", open_all, shows="portal:status_of"),
    Stop("status, withdrawn", "zoë", "/status", shows="portal:status_of"),
    Stop("status, to be confirmed", "siti", "/status", shows="portal:status_of"),
    Stop("status, none", "wayan", "/status"),
    Stop("contact, area", "wayan", "/help/contact"),
    Stop("contact, channel", "wayan", "/help/contact?from=closing", open_all),
    Stop("contact by e-mail", "wayan", "/help/contact/email?area=account&topic=update&detail=close"),
    Stop("contact by phone", "wayan", "/help/contact/phone?area=account&topic=update&detail=close"),
    Stop("contact by chat", "wayan", "/help/contact/chat?area=account&topic=update&detail=close"),
    Stop("contact, refused", "wayan", "/help/contact/phone?area=account&topic=update&detail=close", empty, faulty=True),
    Stop("conversations, none", "wayan", "/help/conversations"),
    Stop("conversations", "siti", "/help/conversations"),
    Stop("conversation, prepared", "siti", "{prepared}", shows="portal:conversation"),
    Stop("conversation, chat that looks by itself", "raka", "{chat}", plain=True, shows="portal:conversation"),
    Stop("conversation, chat", "raka", "{chat}?still", shows="portal:conversation"),
    Stop("conversation, refused", "raka", "{chat}?still", nothing_said, faulty=True, plain=True, shows="portal:say"),
    Stop("conversation, call", "thomas", "{call}", shows="portal:conversation"),
    Stop("another call", "thomas", "{call}/call", shows="portal:another_call"),
    Stop("another call, refused", "thomas", "{call}/call", refused_call, faulty=True, shows="portal:another_call"),
    Stop("desk sign-in", STRANGER, "/desk/sign-in/"),
    Stop("desk sign-in refused", STRANGER, "/desk/sign-in/", wrong_sign_in),
    Stop("queue", DESK, "/desk/"),
    Stop("queue, nothing found", DESK, "/desk/", nothing_found, faulty=True, shows="desk:find"),
    Stop("found", DESK, "/desk/", lambda page: desk_search(page, SIGN_IN["siti"]), shows="desk:find"),
    Stop("desk closing", DESK, "{desk_closing}", open_all, shows="desk:case"),
    Stop("desk closing, hold proposed", DESK, "{desk_held}", open_all, shows="desk:case"),
    Stop("desk closing, closed", DESK, "{desk_closed}", open_all, shows="desk:case"),
    Stop("ledger", DESK, "/desk/ledger/?check=1"),
    Stop("certificates", DESK, "/desk/certificates/"),
    Stop("operators", DESK, "/desk/people/", open_all),
    Stop("figures", DESK, "/desk/figures/", open_all),
    Stop("passkeys", DESK, "/desk/second-factor/passkeys/"),
    Stop("desk, password again", DESK, "/desk/again/"),
    Stop("desk, code again", DESK, "/desk/again/code/"),
    Stop("opening hours", DESK, "/desk/hours/", open_all),
    Stop("desk password", DESK, "/desk/password/"),
    Stop("closures", DESK, "/desk/closures/"),
    Stop("desk conversation", DESK, "{desk_prepared}", shows="desk:conversation"),
    Stop("desk call", DESK, "{desk_call}?canned=orders", shows="desk:conversation"),
    Stop("desk not found", DESK, "/desk/conversations/H-0000-0000/", faulty=True),
    Stop("desk recovery codes", DESK, "/desk/codes/"),
    Stop("desk new codes", DESK, "/desk/codes/new/"),
    Stop("desk sign out", DESK, "/desk/sign-out/"),
    Stop("mailbox", STRANGER, "/mail/"),
    Stop("mail", STRANGER, "/mail/{mail_received}/", open_all, shows="mail:read"),
    *(
        Stop(f"mail as designed: {kind}", STRANGER, f"/mail/{{mail_{kind}}}/html/", shows="mail:html")
        for kind in ("received", "waiting", "question", "closed", "confirm", "withdrawn", "code", "answer")
    ),
    Stop("shop", STRANGER, "/shop/"),
    Stop("shop sign-in", STRANGER, "/shop/sign-in/"),
    Stop("shop account", STRANGER, "/shop/sign-in/", shop_account, shows="shop:account"),
    Stop("shop sign-up refused", STRANGER, "/shop/sign-up/", sign_up_refused),
)

THOROUGH = os.environ.get("PAMITAN_TESTS") == "thorough"


def in_turn(pages: Mapping[str, object]) -> list[ParameterSet]:
    """Each page in one of the languages, in turn; with ``PAMITAN_TESTS=thorough`` in all of them."""
    return [
        pytest.param(page, language, id=f"{name}-{language}")
        for number, (name, page) in enumerate(pages.items())
        for turn, language in enumerate(LANGUAGES)
        if THOROUGH or number % len(LANGUAGES) == turn
    ]


STOPS_IN_TURN = in_turn({stop.name: stop for stop in STOPS})
SCRIPTED_STOPS_IN_TURN = in_turn({stop.name: stop for stop in STOPS if not stop.plain})
