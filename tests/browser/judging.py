"""What everybody needs of a page: axe-core's rules, targets for fingers, a way by Tab, room for large letters."""

from __future__ import annotations

from itertools import product
from typing import Literal

from playwright.sync_api import Page

from tests.browser.stops import SIZES, THOROUGH

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (1280, 390)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SCREENS = tuple(product(WIDTHS, SCHEMES)) if THOROUGH else tuple(zip(WIDTHS, SCHEMES, strict=True))
"""With ``PAMITAN_TESTS=thorough`` each width in both schemes."""
REACHABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, iframe"
FINGER = 44


def faults(page: Page, axe: str) -> dict[str, object]:
    """What somebody would stumble over; the page stays narrow and dark."""
    found = {
        "axe": found_by_axe(page, axe),
        "too small for a finger": too_small(page),
        "not reached by Tab": missed_by_tab(page),
        "too wide with large letters": too_wide_with_large_letters(page),
    }
    return {name: what for name, what in found.items() if what}


def found_by_axe(page: Page, axe: str) -> dict[str, list[str]]:
    """What axe has against the page on each screen, with the first pieces of it."""
    page.evaluate(f"{axe}; 0")
    found = {}
    for width, scheme in SCREENS:
        page.set_viewport_size({"width": width, "height": SIZES[width]})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # else colours are still on their way
        result = page.evaluate("tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", RULES)
        for fault in result["violations"]:
            found[f"{fault['id']}, {width} px, {scheme}"] = [node["html"][:200] for node in fault["nodes"][:3]]
    return found


def too_small(page: Page) -> list[str]:
    """Controls of less than 44 x 44 px on a phone; links within a sentence are as high as its lines (WCAG 2.5.8)."""
    page.set_viewport_size({"width": 390, "height": SIZES[390]})
    small: list[str] = page.evaluate(TOO_SMALL, [REACHABLE, FINGER])
    return small


TOO_SMALL = """([reachable, finger]) => {
    const letters = text => text.replace(/[^\\p{L}]/gu, '').length;
    const block = e => getComputedStyle(e).display === 'inline' ? block(e.parentElement) : e;
    const inSentence = e => {
        if (e.tagName !== 'A' || getComputedStyle(e).display !== 'inline') return false;
        const around = block(e), links = [...around.querySelectorAll('a')].map(link => link.textContent).join('');
        return letters(around.textContent) > letters(links);
    };
    const sides = e => { const area = e.getBoundingClientRect(); return Math.min(area.width, area.height); };
    const ticked = e => e.matches('[type=radio], [type=checkbox]') ? [...e.labels] : [];
    return [...document.querySelectorAll(reachable)].filter(e => {
        const shown = e.checkVisibility({visibilityProperty: true}) && e.tabIndex >= 0 && !e.matches('.skip');
        return shown && !inSentence(e) && ![e, ...ticked(e)].some(target => sides(target) >= finger);
    }).map(e => e.outerHTML.slice(0, 150));
}"""


def missed_by_tab(page: Page) -> list[dict[str, object]]:
    """Tab comes to each control once, in the order of the page, and its focus can be seen. Where it does not."""
    count: int = page.evaluate(EXPECT, REACHABLE)
    missed = []
    for number in range(count):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED, number)
        while focused["same"]:
            page.keyboard.press("Tab")  # a field for a date has several stops of its own
            focused = page.evaluate(FOCUSED, number)
        if not (focused["right"] and focused["visible"]):
            missed.append(focused)
    return missed[:3]


EXPECT = """reachable => {
    const shown = e => e.checkVisibility({visibilityProperty: true}) && e.tabIndex >= 0 && !e.disabled;
    const group = e => [...document.getElementsByName(e.name)].filter(other => other.form === e.form);
    const chosen = e => e.type !== 'radio' || e.checked || !group(e).some(other => other.checked) && group(e)[0] === e;
    window.expected = [...document.querySelectorAll(reachable)].filter(e => shown(e) && chosen(e));
    document.activeElement.blur();
    document.body.tabIndex = -1;
    document.body.focus();
    return expected.length;
}"""
FOCUSED = """number => {
    const here = document.activeElement;
    const outlined = e => {
        const style = getComputedStyle(e);
        return style.outlineStyle === 'auto' || style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    };
    return {
        same: here === expected[number - 1],
        right: here === expected[number],
        here: here.outerHTML.slice(0, 150),
        wanted: expected[number].outerHTML.slice(0, 150),
        visible: here.tagName === 'IFRAME' || [here, here.closest('label')].some(e => e && outlined(e)),
    };
}"""


def too_wide_with_large_letters(page: Page) -> dict[int, int]:
    """By how many pixels the page is wider than the screen when letters are twice as large."""
    page.add_style_tag(content="html { font-size: 200% !important }")
    wide = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": SIZES[width]})
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if beyond:
            wide[width] = beyond
    return wide
