"""Without JavaScript: every page is whole, quiet and as wide as the screen, and the closing works to its end."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.addresses import name_of
from tests.browser.stops import SIGN_IN, SIZES, STOPS_IN_TURN, STRANGER, Stop, press, sign_in
from tests.browser.tour import Tour

pytestmark = pytest.mark.browser


class Watched:
    """Notes what the browser complains of, and whom it asks for anything."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        self.origins: set[str] = set()
        page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda asked: self.origins.add("{0.scheme}://{0.netloc}".format(urlsplit(asked.url))))


@pytest.mark.parametrize(("stop", "language"), STOPS_IN_TURN)
def test_every_page_is_quiet_and_fits(tour: Tour, stop: Stop, language: str) -> None:
    context = tour.context(stop.who, language, java_script_enabled=False)
    page = context.new_page()
    watched = Watched(page)
    tour.visit(stop, page)
    assert name_of(urlsplit(page.url).path) == stop.view
    own = page.locator("script:not([src^='/static/']), style, [style], [onclick], [onload]").count()
    assert own == 0 or "mail as designed" in stop.name  # a letter brings its look along
    wide = {}
    for width, height in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        wide[width] = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    context.close()
    assert set(wide.values()) == {0}, wide
    # that the answer itself was an error is the browser's word for 403, 404, 410 and 422
    told = [words for words in watched.complaints if not (stop.faulty and "Failed to load resource" in words)]
    assert told == []
    assert watched.origins == {tour.demo.url}


def test_thomas_closes_at_once_with_a_code(tour: Tour) -> None:
    """Decide, see what is lost, choose *now*, get the code by mail, confirm; the account is gone at once."""
    context = tour.context(STRANGER, java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{tour.demo.url}/")
    press(page, "Close my account")
    sign_in(page, SIGN_IN["thomas"])
    page.get_by_text("Close anyway", exact=True).click()
    press(page, "Yes, close anyway")
    press(page, "Continue")
    page.get_by_role("radio", name="Now").check()
    press(page, "Send me a code")
    expect(page.get_by_role("status")).to_be_focused()
    code = re.search(r"\b\d{6}\b", tour.mail(SIGN_IN["thomas"], "Your code").text)
    assert code
    page.get_by_label("Code from the e-mail").fill(code.group())
    press(page, "Yes, close my account")
    expect(page.get_by_role("heading", level=1)).to_have_text("Request received")
    tour.mail(SIGN_IN["thomas"], "Account closed")
    page.goto(f"{tour.demo.url}/close")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    context.close()


def test_back_shows_nothing_after_signing_out(tour: Tour) -> None:
    """At a shared computer the next person presses Back."""
    context = tour.context(STRANGER)
    page = context.new_page()
    page.goto(f"{tour.demo.url}/sign-in")
    sign_in(page, SIGN_IN["dewi"])
    expect(page.get_by_text("Dewi Anggraini")).to_be_visible()
    with page.expect_navigation():
        page.locator("header").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Close my account")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(page.get_by_text("Dewi Anggraini")).to_have_count(0)
    context.close()


def test_a_store_that_is_down_says_so_and_comes_back(tour: Tour) -> None:
    away = tour.demo.shop_database.with_suffix(".away")
    context = tour.context("sari", java_script_enabled=False)
    page = context.new_page()
    tour.demo.shop_database.rename(away)
    try:
        answer = page.goto(f"{tour.demo.url}/close")
        assert answer
        assert answer.status == 503
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_text("Traceback")).to_have_count(0)
    finally:
        away.rename(tour.demo.shop_database)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Before you close")
    context.close()
