"""The help centre's search: everyday words of three languages lead to the right article, and never to a dead end."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from tests.flow.corner_shop import Shop, build_shop

pytestmark = pytest.mark.usefixtures("clock")

LIBRARY = """
library: {label: E-books, table: orders, link: {on: {customer_id: account.id}}, title: number, code: number}
"""

CLOSING_WORDS = [
    "hapus", "batalkan", "berhenti", "tutup akun", "menghapus akun saya", "delete", "remove", "cancel", "quit", "leave",
    "close my account", "eliminare", "cancellare", "chiudere", "Elimìna", "CHIUSURA", "delet", "hapsu akun", "clsoe",
    "canccellare", "hap",
]  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path, settings: object, db: None) -> Shop:
    """The corner shop, which sells e-books, too."""
    built, file = build_shop(tmp_path, LIBRARY)
    settings.PAMITAN_STORE = str(file)  # type: ignore[attr-defined]
    return built


def page_for(query: str, language: str = "en") -> str:
    answer = Client(headers={"accept-language": language}).get("/help/", {"q": query})
    assert answer.status_code == 200
    return answer.content.decode()


def found(query: str, language: str = "en") -> list[str]:
    """The articles that are shown, in their order."""
    return re.findall(r'class="card-link" href="/help/articles/([\w-]+)"', page_for(query, language))


@pytest.mark.parametrize("language", ["id", "en", "it"])
@pytest.mark.parametrize("query", CLOSING_WORDS)
def test_words_that_mean_closing_show_it_first_with_a_button(query: str, language: str) -> None:
    page = page_for(query, language)
    assert found(query, language)[0] == "close"
    assert page.index('<a class="button" href="/close">') < page.index('class="card-link"')


@pytest.mark.parametrize(
    ("query", "slug"),
    [
        ("cancel order", "cancel-order"), ("batalkan pesanan", "cancel-order"), ("annullare un ordine", "cancel-order"),
        ("unduh buku", "save-e-books"), ("E-Book", "save-e-books"), ("scaricare libri iPhone", "save-e-books"),
        ("ganti alamat", "start-again"), ("privacy", "what-closing-means"), ("legge dati", "what-closing-means"),
        ("status", "manage"), ("undo", "manage"), ("berubah pikiran", "manage"), ("ho cambiato idea", "manage"),
        ("nomor rujukan", "manage"), ("restituire un acquisto", "cancel-order"), ("tambah surel baru", "start-again"),
    ],
)  # fmt: skip
def test_other_words_lead_to_their_own_article(query: str, slug: str) -> None:
    assert found(query)[0] == slug


@pytest.mark.parametrize("query", ["xyzzy", "?!", "a", "<script>qqq</script>", "x" * 5000])
def test_where_nothing_is_found_the_ways_to_a_person_and_to_closing_stand_open(query: str) -> None:
    page = page_for(query)
    assert found(query) == []
    assert "Sorry, we found nothing" in page
    assert 'href="/help/contact"' in page
    assert 'href="/close"' in page


def test_what_was_searched_is_shown_as_text() -> None:
    page = page_for('"><script>alert(1)</script>')
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("query", ["", "   "])
def test_an_empty_search_shows_all_articles(query: str) -> None:
    assert found(query) == ["close", "manage", "what-closing-means", "cancel-order", "save-e-books", "start-again"]
