"""The help centre's pictures in a real browser: they show what the pages show, and fit each screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from pamitan.demo.pictures.album import stale_pictures
from pamitan.demo.pictures.camera import Shot, look, take
from tests.browser.test_with_help import address, chromium  # noqa: F401
from tests.browser.tour import CHROMIUM

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SCREENS = {"phone": {"width": 390, "height": 844}, "computer": {"width": 1280, "height": 800}}
PAGE = "<main><h1>Close my account</h1><button style='color: COLOUR; font-size: 20px'>WORDS</button></main>"


def test_no_picture_is_stale() -> None:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed (Debian: chromium)")
    assert stale_pictures(CHROMIUM) == {}, "run `pamitan screenshots`, look at the pictures, and commit them"


@pytest.mark.parametrize(("words", "colour"), [("Continue", "red"), ("Go on", "blue")])
def test_a_changed_word_or_colour_is_seen(chromium: Browser, words: str, colour: str) -> None:  # noqa: F811
    page, shot = chromium.new_page(), Shot("button")
    page.set_content(PAGE.replace("WORDS", "Continue").replace("COLOUR", "blue"))
    before = look(page, "phone", shot)
    assert before == look(page, "phone", shot)
    page.set_content(PAGE.replace("WORDS", words).replace("COLOUR", colour))
    assert look(page, "phone", shot) != before


def test_the_same_page_gives_the_same_picture_and_keeps_no_ring(chromium: Browser) -> None:  # noqa: F811
    page, shot = chromium.new_page(), Shot("button")
    page.set_content(PAGE.replace("WORDS", "Continue").replace("COLOUR", "blue"))
    look(page, "phone", shot)
    taken = take(page, "phone", shot)
    assert take(page, "phone", shot) == taken
    expect(page.locator("#ring")).to_have_count(0)
    assert take(page, "phone", Shot("h1")) != taken


@pytest.mark.parametrize(("device", "other"), [("phone", "computer"), ("computer", "phone")])
def test_the_device_at_hand_is_shown_first_and_the_other_on_a_tap(
    chromium: Browser,  # noqa: F811
    address: str,  # noqa: F811
    device: str,
    other: str,
) -> None:
    context = chromium.new_context(viewport=SCREENS[device], java_script_enabled=False)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{address}/help/articles/close")
    expect(page.locator(f"#{device}")).to_be_visible()
    expect(page.locator(f"#{other}")).to_be_hidden()
    page.locator(f".tabs [href='#{other}']").click()
    expect(page.locator(f"#{other}")).to_be_visible()
    expect(page.locator(f"#{device}")).to_be_hidden()


@pytest.mark.parametrize("slug", ["close", "manage", "start-again"])
def test_pictures_load_when_they_come_near_and_are_not_wider_than_a_phone(
    chromium: Browser,  # noqa: F811
    address: str,  # noqa: F811
    slug: str,
) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{address}/help/articles/{slug}")
    for image in page.locator("main img:visible").all():
        image.scroll_into_view_if_needed()
        expect(image).to_have_js_property("complete", True)
        box = image.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert "-phone-" in _loaded(page, image.get_attribute("alt") or "")


def _loaded(page: Page, described: str) -> str:
    """The file that the browser chose for the picture of that description."""
    chosen: str = page.get_by_alt_text(described).locator("visible=true").first.evaluate("image => image.currentSrc")
    return chosen
