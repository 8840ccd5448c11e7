"""Every page: three languages, a strict content policy, plain words when something is wrong."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

import pytest
from django.test import Client

import pamitan
from pamitan.closure import service
from tests.flow.book_shop import CHARLIE, Shop, browser, clock, shop, signed_in, text_of  # noqa: F401

pytestmark = pytest.mark.usefixtures("clock")

PACKAGE = Path(pamitan.__file__).parent
TEMPLATES = sorted((PACKAGE / "portal" / "templates").rglob("*.html"))
PUBLIC = ["/", "/delete-account", "/sign-in", "/sign-in/code", "/enter?token=x", "/nowhere"]
PRIVATE = ["/close", "/close/confirm", "/status"]
LANGUAGES = ["id", "en", "it"]


def words_of(page: str) -> set[str]:
    """The texts between the tags."""
    return {text.strip() for text in re.findall(r">([^<>]+)<", page) if len(text.strip()) > 3}


def every_page(language: str) -> dict[str, str]:
    pages = {address: text_of(browser(language).get(address)) for address in PUBLIC}
    alice = signed_in("alice@example.com", language)
    pages |= {f"alice {address}": text_of(alice.get(address, follow=True)) for address in PRIVATE}
    pages["charlie"] = text_of(signed_in("charlie@example.com", language).get("/close/confirm", follow=True))
    bob = signed_in("+6281298765432", language)
    pages["bob"] = text_of(bob.get("/close"))
    pages["wrong"] = text_of(browser(language).post("/sign-in", {"login": "x", "password": "y"}))
    charlie = signed_in("charlie@example.com", language)
    if service.open_closure_for(CHARLIE) is None:
        service.request_closure(CHARLIE, language=language)
    pages |= {address: text_of(charlie.get(address, follow=True)) for address in ("/close/done", "/status")}
    return pages


# Texts that are rightly the same in English: the store's own words, names, and words that both languages share
SAME = {"Toko Buku", "Bahasa Indonesia", "English", "Italiano", "Account", "Menu", "Password", "Laut", "Bumi", "Hilang"}
FIGURES = re.compile(r"^(Account: .*|PM-.*|Rp.*|[\d.,/: ·]+|A-\d|\d+\sNovember\s2026.*|\d+\sbytes)$")


@pytest.mark.parametrize("language", ["id", "it"])
def test_no_page_leaves_a_text_in_english(language: str) -> None:
    english, other = every_page("en"), every_page(language)
    left = {
        address: {text for text in words_of(english[address]) & words_of(page) if not FIGURES.match(text)} - SAME
        for address, page in other.items()
    }
    assert {address: texts for address, texts in left.items() if texts} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_page_says_its_language_and_has_its_landmarks(language: str) -> None:
    for page in every_page(language).values():
        assert f'<html lang="{language}">' in page
        assert page.count("<h1") == page.count("<main") == page.count("<header") == page.count("<footer") == 1
        assert re.search(r"<title>\s*\S", page)
        assert 'name="language"' in page


@pytest.mark.parametrize("language", ["id", "it"])
def test_every_string_of_the_portal_is_translated(language: str) -> None:
    catalogue = PACKAGE / "portal" / "locale" / language / "LC_MESSAGES" / "django.po"
    text = catalogue.read_text()
    assert "fuzzy" not in text
    empty = re.findall(r'^msgid "(.+)"\nmsgstr ""\n\n', text, re.MULTILINE)
    assert empty == []
    with catalogue.with_suffix(".mo").open("rb") as compiled:
        assert gettext.GNUTranslations(compiled).gettext("Close my account") != "Close my account"


def test_the_browsers_language_counts_where_the_store_speaks_it() -> None:
    assert '<html lang="it">' in text_of(browser("fr, it-CH;q=0.8, en;q=0.5").get("/"))
    assert '<html lang="id">' in text_of(browser("fr").get("/"))


def test_the_language_is_switched_on_the_same_page() -> None:
    client = browser("en")
    answer = client.post("/language", {"language": "it", "next": "/sign-in?next=/status"})
    assert answer.headers["Location"] == "/sign-in?next=/status"
    assert '<html lang="it">' in text_of(client.get("/"))


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", ""])
def test_the_switch_leads_nowhere_else(target: str) -> None:
    assert browser().post("/language", {"language": "it", "next": target}).headers["Location"] == "/"


def test_a_language_that_the_store_does_not_speak_changes_nothing() -> None:
    client = browser("en")
    client.post("/language", {"language": "de", "next": "/"})
    assert '<html lang="en">' in text_of(client.get("/"))


# --- the content policy --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [*PUBLIC, "/close", "/help/", "/desk/", "/api/openapi.json"])
def test_each_answer_has_a_strict_policy(address: str) -> None:
    policy = browser().get(address).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_script_or_style_inside(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", text, re.IGNORECASE)


def test_private_pages_are_not_kept_by_the_browser() -> None:
    client = signed_in("alice@example.com")
    for address in [*PRIVATE, "/sign-in"]:
        assert "no-store" in client.get(address).headers["Cache-Control"]


def test_closing_is_one_tap_from_the_first_page_and_help_on_every_page() -> None:
    front = text_of(browser().get("/"))
    assert re.search(r'class="button" href="/close"', front)
    for page in every_page("en").values():
        assert 'href="/help/"' in page


def test_the_public_address_says_what_goes_what_stays_and_leads_in() -> None:
    page = text_of(browser().get("/delete-account"))
    for words in ("What is erased", "Account", "What the law makes us keep", "Tax law", 'href="/close"'):
        assert words in page


# --- when something is wrong ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/sign-in", "/sign-out", "/close", "/close/confirm", "/language"])
def test_a_form_from_elsewhere_is_refused(address: str) -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    answer = client.post(address, {"login": "alice@example.com", "password": "x"})
    assert answer.status_code == 403
    assert "This form is too old" in text_of(answer)


def test_a_page_that_is_not_there_says_so_in_plain_words() -> None:
    answer = browser().get("/nowhere")
    assert answer.status_code == 404
    assert "This page is not here" in text_of(answer)


@pytest.fixture
def store_down(shop: Shop) -> None:  # noqa: F811
    (shop.folder / "shop.db").rename(shop.folder / "away.db")


@pytest.mark.usefixtures("store_down")
def test_a_store_that_does_not_answer_is_told_with_a_retry() -> None:
    answer = browser().post("/sign-in", {"login": "alice@example.com", "password": "x"})
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "The store does not answer just now" in text_of(answer)
    assert "Traceback" not in text_of(answer)


@pytest.mark.parametrize("address", ["/", "/delete-account", "/sign-in", "/help/", "/health"])
@pytest.mark.usefixtures("store_down")
def test_pages_that_need_no_store_stay_up(address: str) -> None:
    assert browser().get(address).status_code == 200


def test_who_is_signed_in_while_the_store_goes_away_stays_signed_in(shop: Shop) -> None:  # noqa: F811
    client = signed_in("alice@example.com")
    (shop.folder / "shop.db").rename(shop.folder / "away.db")
    assert client.get("/close").status_code == 503
    (shop.folder / "away.db").rename(shop.folder / "shop.db")
    assert client.get("/close").status_code == 200


def test_a_fault_of_ours_shows_no_trace(settings: object) -> None:
    client = Client(raise_request_exception=False)
    settings.PAMITAN_STORE = "/nowhere/store.yaml"  # type: ignore[attr-defined]
    answer = client.get("/")
    assert answer.status_code == 500
    assert "nowhere" not in text_of(answer)
