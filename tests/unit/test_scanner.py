"""The tests' own scanner finds what it is to find; else the tests that trust it would prove nothing."""

from __future__ import annotations

import base64
import json
import sqlite3
import zlib

import pytest

from tests.scanner import broken_foreign_keys, find_values, foreign_keys_hold, snapshot

VALUES = ["Anna@x.it", "Anna Rossi", "+62 812-3456-7890"]


def run(url: str, *statements: str) -> None:
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_plain_values_are_found_with_table_column_and_key(sqlite_url: str) -> None:
    run(
        sqlite_url,
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT)",
        "INSERT INTO t VALUES (7, 'x', 'ANNA@x.it')",
    )
    assert [(f.table, f.column, f.pk, f.value) for f in find_values(sqlite_url, VALUES)] == [
        ("t", "b", "7", "Anna@x.it")
    ]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (json.dumps({"m": "anna@x.it"}).replace("@", "\\u0040"), "Anna@x.it"),
        (base64.b64encode(zlib.compress(b"to: anna@x.it")).decode(), "Anna@x.it"),
        ('a:1:{s:1:"m";s:9:"anna@x.it";}', "Anna@x.it"),
        ("ÀNNA  Rossi", "Anna Rossi"),
        ("0812 3456 7890", "+62 812-3456-7890"),
        ("tel 6281234567890", "+62 812-3456-7890"),
    ],
)
def test_other_spellings_and_encodings_are_found(sqlite_url: str, cell: str, value: str) -> None:
    run(sqlite_url, "CREATE TABLE t (a TEXT)", f"""INSERT INTO t VALUES ('{cell.replace("'", "''")}')""")
    assert [found.value for found in find_values(sqlite_url, VALUES)] == [value]


def test_parts_of_longer_words_are_not_found(sqlite_url: str) -> None:
    run(sqlite_url, "CREATE TABLE t (a TEXT)", "INSERT INTO t VALUES ('joanna@x.it Rossini 10812345678901')")
    assert not find_values(sqlite_url, VALUES)


def test_a_snapshot_tells_every_change(sqlite_url: str) -> None:
    run(sqlite_url, "CREATE TABLE t (a TEXT)", "INSERT INTO t VALUES ('x'), ('x')")
    before = snapshot(sqlite_url)
    run(sqlite_url, "DELETE FROM t WHERE rowid = 1")
    assert before != snapshot(sqlite_url)


def test_a_broken_foreign_key_is_told(sqlite_url: str) -> None:
    run(sqlite_url, "CREATE TABLE p (id INTEGER PRIMARY KEY)", "CREATE TABLE c (p_id INTEGER REFERENCES p)")
    assert foreign_keys_hold(sqlite_url)
    run(sqlite_url, "INSERT INTO c VALUES (5), (NULL)")
    assert broken_foreign_keys(sqlite_url) == ["c(p_id) -> p: 1"]
