"""Digital purchases: titles, files, codes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import fsspec
import pytest
import sqlalchemy as sa

from pamitan.stores.errors import StoreMismatch
from pamitan.stores.files import safe_name
from pamitan.stores.store import Store
from tests.store.small_shop import ALICE, BOB, DESCRIPTION, change, open_store, product


def opened(url: str, folder: Path, **shelf: Any) -> Store:
    (folder / "laut.epub").write_bytes(b"Laut" * 100_000)
    books, codes = DESCRIPTION["library"]
    return open_store(url, library=[{**books, "file": f"file://{folder}/{{file}}", **shelf}, codes])


def test_purchases_are_listed_with_title_size_and_whether_they_are_there(any_url: str, tmp_path: Path) -> None:
    laut, bumi, card = opened(any_url, tmp_path).library(ALICE)
    assert (laut.title, laut.filename, laut.size, laut.available) == (
        "Laut / Bercerita",
        "Laut - Bercerita.epub",
        400_000,
        True,
    )
    assert (bumi.filename, bumi.size, bumi.available) == ("Bumi.epub", None, False)
    assert (card.shelf, card.filename) == ("Gift cards", "GIFT-123.txt")


def test_a_file_comes_in_chunks(sqlite_url: str, tmp_path: Path) -> None:
    store = opened(sqlite_url, tmp_path)
    item, chunks = store.open_file(ALICE, store.library(ALICE)[0].key)
    pieces = list(chunks)
    assert item.title == "Laut / Bercerita"
    assert len(pieces) > 1
    assert b"".join(pieces) == b"Laut" * 100_000


def test_a_code_comes_as_a_text_file(sqlite_url: str, tmp_path: Path) -> None:
    store = opened(sqlite_url, tmp_path)
    item, chunks = store.open_file(ALICE, store.library(ALICE)[2].key)
    content = b"".join(chunks)
    assert content == b"GIFT-123\nGIFT-123\n"
    assert item.size == len(content)


def test_another_customers_purchase_is_not_there(sqlite_url: str, tmp_path: Path) -> None:
    store = opened(sqlite_url, tmp_path)
    with pytest.raises(KeyError):
        store.open_file(BOB, store.library(ALICE)[0].key)


def test_a_file_that_is_gone_says_so_before_the_first_byte(sqlite_url: str, tmp_path: Path) -> None:
    store = opened(sqlite_url, tmp_path)
    with pytest.raises(FileNotFoundError):
        store.open_file(ALICE, store.library(ALICE)[1].key)


@pytest.mark.parametrize(
    "evil", ["../secret.txt", "a/../../secret", "file:///etc/passwd", "x::file:///etc/passwd", "a\0b"]
)
def test_a_value_cannot_lead_out_of_the_folder(sqlite_url: str, tmp_path: Path, evil: str) -> None:
    store = opened(sqlite_url, tmp_path)
    change(store, sa.update(product).where(product.c.id == 1).values(file=evil))
    with pytest.raises(StoreMismatch, match="no plain file name"):
        store.library(ALICE)


def test_two_files_of_one_name_are_told_apart(sqlite_url: str, tmp_path: Path) -> None:
    store = opened(sqlite_url, tmp_path)
    change(store, sa.update(product).values(title="Bumi"))
    assert [item.filename for item in store.library(ALICE)[:2]] == ["Bumi.epub", "Bumi (2).epub"]


def test_the_shop_may_name_the_file_itself(sqlite_url: str, tmp_path: Path) -> None:
    named = {"table": "product", "on": {"id": "product_id"}, "column": "file"}
    assert opened(sqlite_url, tmp_path, filename=named).library(ALICE)[0].filename == "laut.epub"


def test_files_by_another_protocol(sqlite_url: str, tmp_path: Path) -> None:
    with fsspec.open("memory://books/laut.epub", "wb") as file:
        file.write(b"dari memori")
    store = opened(sqlite_url, tmp_path, file="memory://books/{file}")
    item, chunks = store.open_file(ALICE, store.library(ALICE)[0].key)
    assert (item.size, b"".join(chunks)) == (11, b"dari memori")


def test_an_unknown_protocol_says_the_mend(sqlite_url: str, tmp_path: Path) -> None:
    store = opened(sqlite_url, tmp_path, file="nothing-known://books/{file}")
    with pytest.raises(StoreMismatch, match="nothing-known://"):
        store.library(ALICE)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../etc/passwd", "-..-etc-passwd.epub"),
        ('Apa? Siapa: "Dia"', "Apa- Siapa- -Dia-.epub"),
        ("CON", "_CON.epub"),
        ("  titik...  ", "titik.epub"),
        ("a\r\nb\t\u202ec", "a b c.epub"),
        ("", "file.epub"),
        ("本" * 200, "本" * 58 + ".epub"),
    ],
)
def test_names_are_safe_on_every_system(title: str, name: str) -> None:
    assert safe_name(title, ".epub") == name
