"""The whole closing by keyboard alone, from the first page to the request, and back by undo."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from pamitan.demo.shop.people import PASSWORD
from tests.browser.keyboard import follow, heading, leads_on, tab_to, unfold
from tests.browser.tour import opened_chromium
from tests.running_demo import RunningDemo, running_demo

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with opened_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    with running_demo(tmp_path_factory.mktemp("keyboard")) as started:
        yield started


@pytest.fixture(params=[1280, 390], ids=lambda width: f"{width}px")
def page(request: pytest.FixtureRequest, chromium: Browser, demo: RunningDemo) -> Iterator[Page]:
    context = chromium.new_context(locale="en", viewport={"width": request.param, "height": 800})
    opened = context.new_page()
    opened.goto(demo.url)
    yield opened
    context.close()


def sign_in(page: Page, login: str) -> None:
    tab_to(page, "E-mail or mobile number")
    page.keyboard.type(login)
    tab_to(page, "Password")
    page.keyboard.type(PASSWORD)
    leads_on(page, "Enter")


def test_the_first_tab_skips_to_the_content(page: Page) -> None:
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("main").get_by_role("link", name="Close my account")).to_be_focused()


def test_ayu_decides_closes_and_changes_her_mind(page: Page) -> None:
    follow(page, "Close my account")
    sign_in(page, "ayu@surat.example")
    heading(page, "Before you close")
    unfold(page, "Close anyway")
    follow(page, "Yes, close anyway", "Space")
    expect(page.get_by_text("Everything is decided")).to_be_visible()
    follow(page, "Continue")
    heading(page, "Check and confirm")
    unfold(page, "What is erased and what is kept")
    expect(page.get_by_role("heading", name="What the law makes us keep")).to_be_visible()
    tab_to(page, "In 7 days")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Now")).to_be_checked()
    page.keyboard.press("ArrowUp")
    tab_to(page, "Enter your password again")
    page.keyboard.type(PASSWORD)
    follow(page, "Yes, close my account")
    heading(page, "Request received")
    follow(page, "I changed my mind")
    heading(page, "Your account stays open")


def test_a_refused_sign_in_puts_the_focus_on_the_reason(page: Page) -> None:
    follow(page, "Close my account")
    tab_to(page, "E-mail or mobile number")
    page.keyboard.type("nobody@surat.example")
    tab_to(page, "Password")
    page.keyboard.type("wrong")
    leads_on(page, "Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    sign_in_again = page.get_by_label("E-mail or mobile number")
    page.keyboard.press("Tab")
    expect(sign_in_again).to_be_focused()
    expect(sign_in_again).to_have_value("nobody@surat.example")


def test_the_language_is_switched(page: Page) -> None:
    follow(page, "Italiano", "Space")
    heading(page, "Chiudi il mio account")
