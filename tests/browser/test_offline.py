"""Without a network: a polite page in the customer's language, with the case reference that this device has seen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.stops import LANGUAGES, STRANGER
from tests.browser.tour import Tour, opened_chromium, who_is_leaving
from tests.running_demo import running_demo

pytestmark = pytest.mark.browser

HEADINGS = {
    "en": "No internet at the moment",
    "id": "Saat ini tidak ada internet",
    "it": "Al momento non c'è internet",
}


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tour]:
    """A demo in which Raka's account waits, and Zoë has changed her mind."""
    with opened_chromium() as browser, running_demo(tmp_path_factory.mktemp("offline")) as demo:
        people = Tour(browser, demo)
        who_is_leaving(people, "raka", "zoë")
        yield people


def without_network(context: BrowserContext, page: Page, address: str) -> None:
    """Open the address once the service worker stands ready, and the network is gone."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    context.set_offline(True)
    page.goto(address)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_stranger_without_network_sees_a_page_in_their_language_and_no_case(tour: Tour, language: str) -> None:
    context = tour.context(STRANGER, language)
    page = context.new_page()
    page.goto(f"{tour.demo.url}/")
    without_network(context, page, f"{tour.demo.url}/help/")
    expect(page.get_by_role("heading", level=1)).to_have_text(HEADINGS[language])
    assert page.locator("[data-kept]:visible").count() == 0
    context.close()


def test_who_saw_their_case_still_sees_its_reference_until_they_forget_it(tour: Tour) -> None:
    context = tour.context("raka")
    page = context.new_page()
    page.goto(f"{tour.demo.url}/status")
    reference = str(page.locator("[data-case]").get_attribute("data-case"))
    assert reference.startswith("PM-")
    without_network(context, page, f"{tour.demo.url}/status")
    expect(page.locator("[data-reference]:visible")).to_have_text(reference)
    page.get_by_role("button", name="Forget it on this device").click()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(HEADINGS["en"])
    assert page.locator("[data-kept]:visible").count() == 0
    context.close()


def test_the_page_of_a_case_that_is_over_removes_the_reference(tour: Tour) -> None:
    context = tour.context("zoë")
    page = context.new_page()
    page.goto(f"{tour.demo.url}/")
    page.evaluate("localStorage.setItem('pamitan-case', JSON.stringify({reference: 'PM-X', until: '2999-01-01'}))")
    page.goto(f"{tour.demo.url}/status")
    assert page.locator("[data-case]").get_attribute("data-case-open") == "no"
    assert page.evaluate("localStorage.getItem('pamitan-case')") is None
    context.close()


def test_no_page_of_a_customer_is_kept_on_the_device(tour: Tour) -> None:
    context = tour.context("raka")
    page = context.new_page()
    for address in ("/status", "/help/conversations"):
        page.goto(tour.demo.url + address)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    kept = page.evaluate(
        "caches.keys().then(names => Promise.all(names.map(n => caches.open(n).then(c => c.keys()))))"
        ".then(all => all.flat().map(request => new URL(request.url).pathname))"
    )
    assert sorted(kept) == [
        "/offline",
        "/static/portal/icon.svg",
        "/static/portal/offline.js",
        "/static/portal/pamitan.css",
    ]
    context.close()
