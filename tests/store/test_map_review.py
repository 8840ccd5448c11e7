"""``pamitan map --review``: what a reviewer wrote stays, what is new is added and marked, what is gone is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from pamitan.draft.draft import draft
from pamitan.draft.review import reviewed, settings_of
from pamitan.storefile.load import load_store_file
from pamitan.stores.engine import engine_for, writing
from tests.store.mapping_shops import warung


@pytest.fixture
def file(sqlite_url: str, tmp_path: Path) -> Path:
    """A draft that a reviewer worked on: a comment, another category, and a decision against what was proposed."""
    text = draft(warung(sqlite_url)).text
    text = text.replace("    buletin:\n", "    buletin:  # asked the marketing people: delete\n")
    text = text.replace("name: My store  # ? as customers know it", "name: Warung Batik")
    path = tmp_path / "store.yaml"
    path.write_text(text)
    return path


def again(url: str, file: Path) -> str:
    return reviewed(file, draft(url, account_table=settings_of(file).account_table))


def change(url: str, *statements: str) -> None:
    with writing(engine_for(url)) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_on_an_unchanged_database_nothing_is_new(sqlite_url: str, file: Path) -> None:
    assert "# new" not in again(sqlite_url, file)
    assert "# gone" not in again(sqlite_url, file)


def test_what_the_reviewer_wrote_stays_with_the_comments(sqlite_url: str, file: Path) -> None:
    text = again(sqlite_url, file)
    assert "buletin:  # asked the marketing people: delete" in text
    assert "name: Warung Batik" in text
    assert load_store_file(str(file)).model_dump() == _loaded(text, file).model_dump()


def test_run_again_and_again_it_stays_the_same(sqlite_url: str, file: Path) -> None:
    first = again(sqlite_url, file)
    file.write_text(first)
    assert again(sqlite_url, file) == first


def test_a_new_table_and_a_new_column_are_added_and_marked(sqlite_url: str, file: Path) -> None:
    change(
        sqlite_url,
        "CREATE TABLE ulasan (id INTEGER PRIMARY KEY, pelanggan_kode TEXT, nama_lengkap TEXT)",
        "INSERT INTO ulasan SELECT rowid, kode, nama_lengkap FROM pelanggan",
        "ALTER TABLE pesanan ADD COLUMN hp_penerima TEXT",
        "UPDATE pesanan SET hp_penerima = '+628123456' || rowid",
    )
    text = again(sqlite_url, file)
    assert "    ulasan:  # new" in text
    assert "# new: column pesanan.hp_penerima: phone" in text
    rule = _loaded(text, file).map["main"]["pesanan"][0]
    assert "hp_penerima" in rule.clear


def test_a_new_table_without_a_customer_is_ignored_and_marked(sqlite_url: str, file: Path) -> None:
    change(sqlite_url, "CREATE TABLE warna (id INTEGER PRIMARY KEY, nama TEXT)")
    assert "warna: empty when it was looked at  # new" in again(sqlite_url, file)


def test_what_the_reviewer_took_out_is_not_proposed_again(sqlite_url: str, file: Path) -> None:
    lines = file.read_text().splitlines(keepends=True)
    start = next(i for i, line in enumerate(lines) if line.startswith("    buletin:"))
    end = next(i for i in range(start + 1, len(lines)) if not lines[i].startswith("      "))
    file.write_text("".join([*lines[:start], *lines[end:]]))
    text = again(sqlite_url, file)
    assert "buletin" not in _loaded(text, file).map["main"]


def test_what_is_gone_is_listed(sqlite_url: str, file: Path) -> None:
    change(sqlite_url, "DROP TABLE buletin", "ALTER TABLE log_kunjungan DROP COLUMN peramban")
    text = again(sqlite_url, file)
    assert "# gone: table buletin, which the map names" in text


def test_a_new_state_of_orders_is_asked_about(sqlite_url: str, file: Path) -> None:
    change(sqlite_url, "UPDATE pesanan SET status = 'ditahan' WHERE id = 101")
    assert "# new: state 'ditahan' in pesanan.status: 1 rows; is it open?" in again(sqlite_url, file)


def _loaded(text: str, file: Path):  # type: ignore[no-untyped-def]
    path = file.with_name("again.yaml")
    path.write_text(text)
    return load_store_file(str(path), {})
