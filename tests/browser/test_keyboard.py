"""The whole closing by keyboard alone, from the first page to the request, and back by undo."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from pamitan.demo.shop.people import PASSWORD
from tests.browser.tour import opened_chromium
from tests.running_demo import RunningDemo, running_demo

pytestmark = pytest.mark.browser

MOST_TABS = 60
SEEN = """() => {
    const here = document.activeElement;
    const area = here.getBoundingClientRect();
    return [here, here.closest('label')].some(e => e && getComputedStyle(e).outlineStyle !== 'none')
        && area.bottom > 0 && area.top < innerHeight;
}"""


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


def tab_to(page: Page, words: str) -> None:
    """Press Tab until the control with these words, or this label, has the focus; each stop on the way is seen."""
    wanted = re.compile(rf"^\W*{re.escape(words)}")
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        here = page.locator(":focus")
        if not here.count():
            continue
        assert page.evaluate(SEEN), f"the focus cannot be seen at {here.inner_html()}"
        label = page.evaluate("document.activeElement.labels?.[0]?.innerText || document.activeElement.innerText")
        if wanted.search(label or ""):
            return
    raise AssertionError(f"Tab does not reach '{words}'")


def unfold(page: Page, words: str) -> None:
    tab_to(page, words)
    page.keyboard.press("Space")


def follow(page: Page, words: str, key: str = "Enter") -> None:
    """Press the key there, and wait for the page that it leads to."""
    tab_to(page, words)
    leads_on(page, key)


def leads_on(page: Page, key: str) -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


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
