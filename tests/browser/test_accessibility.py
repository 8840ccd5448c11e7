"""Every page and mail, judged by axe-core with all its rules: languages in turn, light and dark, wide and narrow."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from playwright.sync_api import Page

from tests.browser.tour import SIZES, STOPS_IN_TURN, Stop, Tour

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (1280, 390)
SCHEMES = ("light", "dark")
REACHABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, iframe"


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core, from its npm package."""
    if not shutil.which("npm"):
        pytest.skip("npm is not installed, so axe-core cannot be had (Debian: npm)")
    folder = tmp_path_factory.mktemp("axe")
    command = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--prefix", str(folder), "axe-core@4"]
    got = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        pytest.skip(f"npm could not provide axe-core: {got.stderr.strip()[-200:]}")
    return script.read_text()


@pytest.mark.parametrize(("stop", "language"), STOPS_IN_TURN)
def test_everybody_can_use_the_page(axe: str, tour: Tour, stop: Stop, language: str) -> None:
    # Only past the policy of the pages, which lets no script in, can axe be put into them
    context = tour.context(stop.who, language, bypass_csp=True)
    page = context.new_page()
    tour.visit(stop, page)
    assert page.locator("html").get_attribute("lang") == ("en" if "mail as designed" in stop.name else language)
    faults = {
        "axe": found_by_axe(page, axe),
        "too small for a finger": too_small(page),
        "not reached by Tab": missed_by_tab(page),
        "too wide with large letters": too_wide_with_large_letters(page),
    }
    context.close()
    assert {name: found for name, found in faults.items() if found} == {}


def found_by_axe(page: Page, axe: str) -> dict[str, list[str]]:
    """What axe has against the page on each screen, with the first pieces of it."""
    page.evaluate(f"{axe}; 0")
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": SIZES[width]})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # else colours are still on their way
            result = page.evaluate("tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", RULES)
            for fault in result["violations"]:
                found[f"{fault['id']}, {width} px, {scheme}"] = [node["html"][:200] for node in fault["nodes"][:3]]
    return found


def too_small(page: Page) -> list[str]:
    """Controls less than 44 px high; links within a sentence are as high as its lines (WCAG 2.5.8)."""
    small: list[str] = page.evaluate(TOO_SMALL, REACHABLE)
    return small


TOO_SMALL = """reachable => [...document.querySelectorAll(reachable)].filter(e => {
    const target = e.closest('label') || e;
    const sentence = getComputedStyle(target).display === 'inline';
    const shown = e.checkVisibility({visibilityProperty: true}) && e.tabIndex >= 0 && !e.matches('.skip');
    return shown && !sentence && target.getBoundingClientRect().height < 44;
}).map(e => e.outerHTML.slice(0, 150))"""


def missed_by_tab(page: Page) -> list[dict[str, object]]:
    """Tab comes to each control once, in the order of the page, and its focus can be seen. Where it does not."""
    count: int = page.evaluate(EXPECT, REACHABLE)
    missed = []
    for number in range(count):
        page.keyboard.press("Tab")
        while page.evaluate("number => document.activeElement === expected[number - 1]", number):
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
