"""Keys alone: how somebody without a mouse comes to a control, and sees where they are."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

MOST_TABS = 90
HERE = """() => {
    const here = document.activeElement;
    // the calendar button within a field for a date has the focus itself, and shows it as the browser does
    if (!here || here === document.body || !here.matches(':focus')) return null;
    const area = here.getBoundingClientRect();
    const outlined = [here, here.closest('label')].some(e => e && getComputedStyle(e).outlineStyle !== 'none');
    const words = here.labels?.[0]?.innerText || here.innerText || '';
    return {words, seen: outlined && area.bottom > 0 && area.top < innerHeight};
}"""


def tab_to(page: Page, words: str) -> None:
    """Press Tab until the control with these words, or this label, has the focus; each stop on the way is seen."""
    wanted = re.compile(rf"^\W*{re.escape(words)}")
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here is None:
            continue
        assert here["seen"], f"the focus cannot be seen at '{here['words']}'"
        if wanted.search(here["words"]):
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
