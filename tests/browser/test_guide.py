"""The guide's page, opened from disk without a network: ticks, letter, reminder; with and without JavaScript."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from pamitan.guide.load import load_guide
from pamitan.guide.page import page as guide_page
from tests.browser.judging import found_by_axe, missed_by_tab, too_small, too_wide_with_large_letters
from tests.browser.stops import SIZES
from tests.browser.tour import opened_chromium

pytestmark = pytest.mark.browser

NOW = dt.datetime(2026, 5, 20, 8, 30, tzinfo=dt.UTC)
LOW_TABS = """[...document.querySelectorAll('.tab')].filter(e => e.checkVisibility()
    && e.getBoundingClientRect().height < 44).map(e => e.textContent)"""
LANGUAGES = {"id": "Bahasa Indonesia", "en": "English", "it": "Italiano"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    guide = load_guide("preset:amazon-it")
    file: Path = tmp_path_factory.mktemp("guide") / "guide.html"
    file.write_text(guide_page(guide, NOW, guide.languages), "utf-8")
    return file.as_uri()


def opened(
    browser: Browser, width: int = 1280, language: str = "en", scripts: bool = True, bypass: bool = False
) -> BrowserContext:
    """A browser of its own, cut off from every network."""
    return browser.new_context(
        viewport={"width": width, "height": SIZES[width]},
        locale=language,
        java_script_enabled=scripts,
        bypass_csp=bypass,
        offline=True,
        permissions=["clipboard-read", "clipboard-write"],
    )


def shown(page: Page, address: str) -> list[str]:
    """Open the page; what its console has to complain of is put into the list."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.extend([] if request.url == address else [request.url[:80]]))
    page.goto(address)
    return complaints


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_begins_in_the_reader_s_language(browser: Browser, address: str, language: str) -> None:
    page = opened(browser, language=language).new_page()
    complaints = shown(page, address)
    expect(page.get_by_role("radio", name=LANGUAGES[language], exact=True).first).to_be_checked()
    expect(page.locator("article:visible")).to_have_attribute("lang", language)
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert complaints == []
    page.context.close()


def test_a_phone_begins_with_the_phone_s_steps(browser: Browser, address: str) -> None:
    for width, steps, other in ((390, "phone", "computer"), (1280, "computer", "phone")):
        page = opened(browser, width).new_page()
        shown(page, address)
        expect(page.locator(f"article:visible .for-{steps}")).to_be_visible()
        expect(page.locator(f"article:visible .for-{other}")).to_be_hidden()
        page.context.close()


def test_ticks_are_counted_kept_and_seen_in_each_language(browser: Browser, address: str) -> None:
    page = opened(browser).new_page()
    shown(page, address)
    page.get_by_label("Open the store's website.").check()
    page.get_by_label("choose “Help”").check()
    page.reload()
    expect(page.get_by_label("Open the store's website.")).to_be_checked()
    page.locator("label[for=language-it]").click()
    expect(page.get_by_label("Apri il sito del negozio.")).to_be_checked()
    expect(page.get_by_label("Aspetta che arrivino")).not_to_be_checked()
    assert page.title() == "Chiudere un account Amazon"
    page.context.close()


def test_forget_everything_leaves_nothing_in_the_browser(browser: Browser, address: str) -> None:
    page = opened(browser).new_page()
    shown(page, address)
    page.get_by_label("Open the store's website.").check()
    page.get_by_label("Your name, as on the account").fill("Anna Bianchi")
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert "computer-1" in kept
    assert "Anna" not in kept
    page.get_by_role("button", name="Forget everything").click()
    expect(page.get_by_role("button", name="Forgotten")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0
    expect(page.get_by_label("Open the store's website.")).not_to_be_checked()
    expect(page.get_by_label("Your name, as on the account")).to_have_value("")
    expect(page.locator("textarea:visible")).to_have_value(re.compile(r"\[your name\]"))
    page.context.close()


def test_the_letter_is_filled_in_and_copied(browser: Browser, address: str) -> None:
    page = opened(browser).new_page()
    shown(page, address)
    page.get_by_label("Your name, as on the account").fill("Anna $& Bianchi")
    page.get_by_label("E-mail address or mobile number, as on the account").fill("anna@posta.example")
    page.locator("article:visible .letter .tab", has_text="Italiano").click()
    page.get_by_role("button", name="Copy the letter").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "Nome: Anna $& Bianchi\n" in copied
    assert "dell'account: anna@posta.example\n" in copied
    assert copied.rstrip().endswith("Cordiali saluti,\nAnna $& Bianchi")
    assert "[" not in copied
    page.context.close()


def test_what_the_reader_changed_in_the_letter_stays(browser: Browser, address: str) -> None:
    page = opened(browser).new_page()
    shown(page, address)
    letter = page.locator("textarea:visible")
    letter.fill("Dear people, please close it. [your name]")
    page.get_by_label("Your name, as on the account").fill("Anna")
    expect(letter).to_have_value(re.compile(r"^Dear people, please close it\. "))
    page.context.close()


def test_words_for_the_operator_are_copied(browser: Browser, address: str) -> None:
    page = opened(browser).new_page()
    shown(page, address)
    page.get_by_role("button", name="Copy these words").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    words = "Hello, I would like to close my account. Thank you."
    assert page.evaluate("navigator.clipboard.readText()") == words
    page.context.close()


def test_the_reminder_moves_to_the_day_that_is_chosen(browser: Browser, address: str) -> None:
    page = opened(browser).new_page()
    complaints = shown(page, address)
    page.get_by_label("Remind me on").fill("2031-02-03")
    with page.expect_download() as download:
        page.get_by_role("link", name="Save the reminder").click()
    assert download.value.suggested_filename == "amazon-it-en.ics"
    text = download.value.path().read_bytes().decode()
    assert "\r\nDTSTART:20310203T090000\r\n" in text
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert [complaint for complaint in complaints if not complaint.startswith("data:text/calendar")] == []
    page.context.close()


def test_without_javascript_everything_needed_works(browser: Browser, address: str) -> None:
    page = opened(browser, 390, scripts=False).new_page()
    page.goto(address)
    expect(page.locator("article:visible")).to_have_attribute("lang", "en")
    page.locator("label[for=language-id]").click()
    expect(page.locator("article:visible")).to_have_attribute("lang", "id")
    page.locator("label[for=id-phone]").click()
    step = page.locator("article:visible .for-phone input[type=checkbox]").first
    step.check()
    expect(step).to_be_checked()
    expect(page.locator("textarea:visible")).to_have_value(re.compile(r"\[nama Anda\]"))
    page.locator("textarea:visible").fill("Saya Budi.")
    expect(page.get_by_role("button")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("link", name="Simpan pengingat").click()
    assert b"\r\nDTSTART:20260527T090000\r\n" in download.value.path().read_bytes()
    page.context.close()


def test_on_paper_stand_the_chosen_steps_and_letter_alone(browser: Browser, address: str) -> None:
    page = opened(browser).new_page()
    shown(page, address)
    page.emulate_media(media="print")
    for kept in ("h1", ".notice", ".for-computer .tick", ".for-en textarea"):
        expect(page.locator(f"article[lang=en] {kept}").first).to_be_visible()
    for gone in (".tab", "button", ".field", ".foot", ".reminder"):
        assert page.locator(f"article[lang=en] {gone}:visible").count() == 0
    assert page.locator("article:visible").count() == 1
    page.context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_everybody_can_use_it(axe: str, browser: Browser, address: str, language: str) -> None:
    page = opened(browser, language=language, bypass=True).new_page()
    page.goto(address)
    faults = {
        "axe": found_by_axe(page, axe),
        "too small for a finger": [found for found in too_small(page) if 'class="pick' not in found],
        "too small a tab": page.evaluate(LOW_TABS),
        "not reached by Tab": missed_by_tab(page),
        "too wide with large letters": too_wide_with_large_letters(page),
    }
    page.context.close()
    assert {name: found for name, found in faults.items() if found} == {}


def test_by_keyboard_alone(browser: Browser, address: str) -> None:
    page = opened(browser).new_page()
    shown(page, address)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(page.locator("article:visible")).to_have_attribute("lang", "it")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_label("Aspetta che arrivino gli ordini in corso")).to_be_checked()
    page.context.close()
