"""The walk of a customer through the pages: where each picture is taken."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page

from pamitan.demo.pictures.camera import Shot
from pamitan.demo.shop.people import PASSWORD

PATIENCE_MS = 60_000
DONE_AT_ONCE = 4
"""Lines of the timeline that are done soon after the request, where nothing stands in the way."""


@dataclass(frozen=True)
class Stop:
    """One picture: at which address (none: where the stop before ended), what is pictured, what is done there first."""

    name: str
    path: str
    shot: Shot
    then: Callable[[Page], object] = lambda page: None


def fill_in(page: Page) -> None:
    page.locator("#id_login").fill("sari@surat.example")
    page.locator("#id_password").fill(PASSWORD)


def unfold(*folds: str) -> Callable[[Page], object]:
    """Unfold what is folded there."""
    return lambda page: [page.locator(fold).first.evaluate("fold => { fold.open = true }") for fold in folds]


def fill_in_password(page: Page) -> None:
    page.locator("#id_password").fill(PASSWORD)


def ask_to_close(page: Page) -> None:
    fill_in_password(page)
    with page.expect_navigation():
        page.locator(".confirm .buttons button[type=submit]").click()


def request_received(page: Page) -> None:
    """Ask to close, and let the sweep do its part; so the timeline is the same each time."""
    ask_to_close(page)
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while page.locator(".timeline .done").count() < DONE_AT_ONCE and time.monotonic() < deadline:
        page.wait_for_timeout(200)
        page.reload()


def see_how_it_stands(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main .buttons a").first.click()


def change_my_mind(page: Page) -> None:
    with page.expect_navigation():
        page.locator(UNDO).click()


CHOOSING = "/help/contact?area=account&topic=update"
ORDER = "#orders li:first-child > details"
CANCELLING = f"{ORDER} .ask:has([value=cancel])"
KEPT = ".fold:has(.bullets)"
UNDO = "form[action$='/undo'] button"

WALKS: dict[str, tuple[Stop, ...]] = {
    "": (
        Stop("front", "/", Shot("main .buttons a[href='/close']")),
        Stop("front-status", "/", Shot("main .buttons a[href='/status']")),
        Stop("sign-in", "/sign-in", Shot("main form .buttons button"), fill_in),
    ),
    "budi.santoso@surat.example": (Stop("wait", "/close", Shot("button[value=wait]")),),
    "ayu@surat.example": (
        Stop("cancel", "/close", Shot(f"{CANCELLING} > summary"), unfold(ORDER)),
        Stop("cancel-yes", "/close", Shot("button[value=cancel]"), unfold(ORDER, CANCELLING)),
    ),
    "giulia@posta.example": (Stop("save", "/close", Shot("a[href='/download/all']")),),
    "sari@surat.example": (
        Stop("change", CHOOSING, Shot("a[href*='detail=details']")),
        Stop("channels", f"{CHOOSING}&detail=details", Shot("a[href*='/contact/email']", below=240)),
        Stop("continue", "/close", Shot("main .buttons a[href='/close/confirm']")),
        Stop("kept", "/close", Shot(f"{KEPT} > summary h2", below=440), unfold(KEPT)),
        Stop("confirm", "/close/confirm", Shot(".confirm .buttons button"), fill_in_password),
        Stop("done", "/close/confirm", Shot(".facts > div:has(.reference)", below=240), request_received),
        Stop("undo", "", Shot(UNDO), see_how_it_stands),
    ),
}
"""The customer (nobody: not signed in), and what they see."""


@contextmanager
def signed_in(browser: Browser, url: str, language: str, customer: str) -> Iterator[Page]:
    """That customer's page, in that language, in calm and light colours."""
    context = browser.new_context(locale=language, color_scheme="light", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies([{"name": "django_language", "value": language, "url": url}])
    page = context.new_page()
    if customer:
        page.goto(f"{url}/sign-in?next=/help/")
        page.locator("#id_login").fill(customer)
        page.locator("#id_password").fill(PASSWORD)
        with page.expect_navigation():
            page.locator("main form .buttons button").click()
    yield page
    context.close()


def walk(browser: Browser, url: str, language: str) -> Iterator[tuple[Stop, Page]]:
    """Each stop with its page, as it is to be pictured. In the end everything is as it was."""
    for customer, stops in WALKS.items():
        with signed_in(browser, url, language, customer) as page:
            for stop in stops:
                if stop.path:
                    page.goto(url + stop.path)
                stop.then(page)
                yield stop, page
            if stops[-1].shot.ringed == UNDO:
                change_my_mind(page)
