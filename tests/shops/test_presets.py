"""The presets name only what the real schemas have, and leave no table undecided."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from pamitan.storefile.load import StoreFileError, load_store_file, preset_names
from pamitan.storefile.model import StoreFile
from tests.scanner import connect_to, tables_of
from tests.shops.shop import Shop


def tables(shop: Shop) -> dict[str, list[str]]:
    engine = connect_to(shop.url)
    with engine.connect() as connection:
        found = {table: columns for table, columns, _key in tables_of(connection)}
    engine.dispose()
    return found


def test_every_table_is_mapped_or_ignored_with_a_reason_but_never_both(shop: Shop) -> None:
    mapped, ignored = shop.file.map["main"], shop.file.ignore["main"]
    decisions = {
        table: (table in mapped) + sum(fnmatchcase(table, pattern) for pattern in ignored) for table in tables(shop)
    }
    assert {table: count for table, count in decisions.items() if count != 1} == {}
    assert all(reason.strip() for reason in ignored.values())


def test_every_mapped_or_ignored_table_is_there(shop: Shop) -> None:
    there = tables(shop)
    assert set(shop.file.map["main"]) <= there.keys()
    names = {*there, *(f"{table}.{column}" for table, columns in there.items() for column in columns)}
    assert [p for p in shop.file.ignore["main"] if not any(fnmatchcase(name, p) for name in names)] == []


def test_every_column_of_the_data_map_is_there(shop: Shop) -> None:
    there = tables(shop)
    named = {(table, column) for table, rules in shop.file.map["main"].items() for column in columns_of(rules)}
    assert sorted((t, c) for t, c in named if c not in there[t]) == []


def columns_of(rules: list) -> set[str]:  # type: ignore[type-arg]
    found: set[str] = set()
    for rule in rules:
        found |= {*rule.clear, *rule.replace, *rule.detach, *rule.personal}
        if rule.keep:
            found |= {*(rule.keep.columns or []), *([rule.keep.until.column] if rule.keep.until.column else [])}
        for link in rule.link:
            found |= {*(link.on or {}), *filter(None, (link.email, link.phone, link.blob and link.blob.column))}
    return found


def test_every_kept_record_names_law_reason_and_end_in_three_languages(shop: Shop) -> None:
    kept = [rule.keep for rules in shop.file.map["main"].values() for rule in rules if rule.keep]
    assert kept
    for keep in kept:
        assert isinstance(keep.law, dict)
        assert isinstance(keep.reason, dict)
        assert keep.law.keys() == keep.reason.keys() == {"en", "id", "it"}
        assert keep.until.years == 10


@pytest.mark.parametrize("preset", preset_names())
def test_the_law_and_its_years_can_be_set(preset: str) -> None:
    env = {"STORE_URL": "sqlite:////shop.db", "RETENTION_LAW": "§ 147 AO", "RETENTION_YEARS": "8"}
    kept = [rule.keep for rules in load_store_file(f"preset:{preset}", env).map["main"].values() for rule in rules]
    assert {(str(keep.law), keep.until.years) for keep in kept if keep} == {
        ("{'en': '§ 147 AO', 'id': '§ 147 AO', 'it': '§ 147 AO'}", 8)
    }


@pytest.mark.parametrize("preset", preset_names())
def test_without_a_database_the_preset_says_what_to_set(preset: str) -> None:
    with pytest.raises(StoreFileError, match="STORE_URL is not set"):
        load_store_file(f"preset:{preset}", {})


def test_the_two_chinook_presets_say_the_same() -> None:
    def plain(preset: str) -> str:
        file: StoreFile = load_store_file(f"preset:{preset}", {"STORE_URL": "sqlite:////shop.db"})
        return file.model_dump_json().replace("_", "").lower()

    assert plain("chinook") == plain("chinook-sqlite")
