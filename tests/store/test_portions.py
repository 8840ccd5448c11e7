"""Whatever a table is like, what the scan fetches through a sieve is what stands in its rows, with the right keys."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from pamitan.content.patterns import APART, Matcher, needles
from pamitan.content.search import Sieve, hits_in
from pamitan.stores.engine import engine_for
from pamitan.stores.scan import chunks
from pamitan.stores.schema import refresh

ANNA = "anna@rossi.example"
MATCHER = Matcher(needles("email", ANNA, "IT"))
ROWS = 300
# Every hundredth row of each names Anna
FILLED = "INSERT INTO t ({columns}) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) "
FILLED += "SELECT {cells} FROM n"


def database(url: str, *statements: str) -> Engine:
    engine = engine_for(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    refresh(engine)
    return engine


def filled(columns: str, cells: str) -> str:
    return FILLED.format(columns=columns, cells=cells, rows=ROWS)


SAID = f"CASE WHEN i % 100 = 0 THEN '{ANNA}' ELSE 'line' END"


def found(engine: Engine, table: str = "t") -> tuple[set[tuple[Any, ...]], int]:
    """The keys of the rows in which Anna stands, and how many rows were fetched for that."""
    keys, fetched = set(), 0
    for chunk in chunks(engine, refresh(engine).table(table), Sieve(MATCHER)):
        fetched += len(chunk.keys)
        keys |= {tuple(chunk.keys[row]) for row in hits_in(MATCHER, chunk.cells)}
    return keys, fetched


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("INTEGER PRIMARY KEY", "i"),
        ("BIGINT PRIMARY KEY", "9000000000000000 - i * 1000000"),
        ("VARCHAR(20) PRIMARY KEY", "CONCAT('k', i)"),
    ],
)
def test_only_what_the_sieve_lets_through_is_fetched(any_url: str, key: str, value: str) -> None:
    dialect = engine_for(any_url).dialect.name
    value = value if dialect != "sqlite" else value.replace("CONCAT('k', i)", "'k' || i")
    engine = database(
        any_url,
        f"CREATE TABLE t (k {key}, body VARCHAR(100), note TEXT)",
        filled("k, body", f"{value}, {SAID}"),
    )
    with engine.connect() as connection:
        expected = {tuple(row) for row in connection.execute(sa.text("SELECT k FROM t WHERE body <> 'line'"))}
    assert len(expected) == ROWS // 100
    assert found(engine) == (expected, len(expected))


def test_a_key_of_two_columns_will_do(any_url: str) -> None:
    engine = database(
        any_url,
        "CREATE TABLE t (a INTEGER, b INTEGER, body VARCHAR(100), PRIMARY KEY (a, b))",
        filled("a, b, body", f"1, i, {SAID}"),
    )
    assert found(engine) == ({(1, 100), (1, 200), (1, 300)}, 3)


@pytest.mark.parametrize(
    ("columns", "cells", "key"),
    [
        ("a VARCHAR(20) NOT NULL, b INTEGER NOT NULL, PRIMARY KEY (a, b)", "CONCAT('k', MOD(i, 3)), i", ("k1", 100)),
        ("a INTEGER NOT NULL, b VARCHAR(9) NOT NULL, UNIQUE (a, b)", "FLOOR(i / 150), i", (0, "100")),
        ("a DECIMAL(9, 2) NOT NULL, b BINARY(4) NOT NULL, PRIMARY KEY (a, b)", "i / 4, UNHEX('00010203')", None),
        ("a UUID NOT NULL, b BIGINT UNSIGNED NOT NULL, PRIMARY KEY (b, a)", "UUID(), 1", None),
        (
            "a INET6 NOT NULL, b YEAR, c POINT, d BIT(3), id INTEGER PRIMARY KEY",
            "'::1', 2026, POINT(1, i), 5, i",
            (100,),
        ),
    ],
)
def test_on_mariadb_keys_of_any_columns_part_a_table(
    mariadb_url: str, columns: str, cells: str, key: tuple[Any, ...] | None
) -> None:
    names = ", ".join(part.split()[0] for part in columns.split(", ") if part[0] in "abcdi" and " " in part)
    engine = database(
        mariadb_url, f"CREATE TABLE t ({columns}, body VARCHAR(100))", filled(f"{names}, body", f"{cells}, {SAID}")
    )
    keys, fetched = found(engine)
    assert (len(keys), fetched) == (3, 3)
    assert key is None or key in keys


def test_on_mariadb_a_key_with_the_signs_that_part_rows_is_read(mariadb_url: str) -> None:
    engine = database(
        mariadb_url, "CREATE TABLE t (a VARCHAR(20), b VARCHAR(20), body VARCHAR(100), PRIMARY KEY (a, b))"
    )
    rows = [{"a": f"{sign}x", "b": sign, "body": ANNA} for sign in ("\x1d", "\x1e", "\x1f", "\x1a", "é", "")]
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO t VALUES (:a, :b, :body)"), rows)
    assert found(engine)[0] == {(row["a"], row["b"]) for row in rows}


def test_cells_with_the_signs_that_part_rows_hide_nothing(any_url: str) -> None:
    engine = database(any_url, "CREATE TABLE t (id INTEGER PRIMARY KEY, body VARCHAR(100))")
    texts = [f"one{APART}two", f"{ANNA}\x1f\x1a", "\x1f", ANNA, "line"]
    with engine.begin() as connection:
        rows = [{"id": number, "body": text} for number, text in enumerate(texts)]
        connection.execute(sa.text("INSERT INTO t VALUES (:id, :body)"), rows)
    assert found(engine)[0] == {(1,), (3,)}


def test_long_cells_and_bytes_are_read_whole(any_url: str) -> None:
    binary = "bytea" if any_url.startswith("postgresql") else "longblob"
    engine = database(any_url, f"CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT, raw {binary})")
    long = "x " * 10_000
    cells: list[tuple[str | None, bytes | None]] = [
        (long + ANNA, None),
        (None, long.encode() + ANNA.encode()),
        (None, ANNA.encode()),
        (None, ANNA.encode("utf-16-le")),
        (long, b"line"),
        (None, b""),
    ]
    with engine.begin() as connection:
        rows = [{"id": number, "body": text, "raw": raw} for number, (text, raw) in enumerate(cells)]
        connection.execute(sa.text("INSERT INTO t VALUES (:id, :body, :raw)"), rows)
    assert found(engine)[0] == {(0,), (1,), (2,), (3,)}


def test_an_empty_table_is_read(any_url: str) -> None:
    assert found(database(any_url, "CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)")) == (set(), 0)


def test_partitions_are_read_once_with_their_parent(postgres_url: str) -> None:
    engine = database(
        postgres_url,
        "CREATE TABLE t (id int, body text) PARTITION BY RANGE (id)",
        "CREATE TABLE t_low PARTITION OF t FOR VALUES FROM (0) TO (150)",
        "CREATE TABLE t_high PARTITION OF t FOR VALUES FROM (150) TO (1000)",
        filled("id, body", f"i, {SAID}"),
    )
    keys, fetched = found(engine)
    assert (len(keys), fetched) == (3, 3)


def test_names_that_need_quotes_are_read(postgres_url: str) -> None:
    engine = database(
        postgres_url,
        'CREATE SCHEMA "Side 1"',
        'CREATE TABLE "Side 1"."The Table" ("The Id" int PRIMARY KEY, "a.b" text)',
        f"INSERT INTO \"Side 1\".\"The Table\" VALUES (1, '{ANNA}'), (2, 'line')",
    )
    assert found(engine, "Side 1.The Table") == ({(1,)}, 1)


def test_a_table_without_rowids_is_read(sqlite_url: str) -> None:
    engine = database(
        sqlite_url,
        "CREATE TABLE t (k TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID",
        filled("k, body", f"'k' || i, {SAID}"),
    )
    assert found(engine)[0] == {("k100",), ("k200",), ("k300",)}


def test_a_column_called_rowid_is_no_rowid(sqlite_url: str) -> None:
    engine = database(sqlite_url, "CREATE TABLE t (rowid TEXT, body TEXT)", filled("rowid, body", f"'same', {SAID}"))
    keys, fetched = found(engine)
    assert (len(keys), fetched) == (3, 3)


def test_texts_of_any_type_are_read_where_the_declared_type_says_little(sqlite_url: str) -> None:
    engine = database(
        sqlite_url,
        "CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)",
        f"INSERT INTO t VALUES (1, CAST('{ANNA}' AS BLOB)), (2, 3), (3, NULL), (4, 2.5), (5, '{ANNA}')",
    )
    assert found(engine)[0] == {(1,), (5,)}


def test_binary_keys_are_read(mariadb_url: str) -> None:
    engine = database(
        mariadb_url,
        "CREATE TABLE t (k BINARY(16) PRIMARY KEY, body VARCHAR(100) CHARACTER SET latin1)",
        filled("k, body", f"UNHEX(MD5(i)), {SAID}"),
    )
    keys, fetched = found(engine)
    assert (len(keys), fetched) == (3, 3)


def test_portions_beyond_the_servers_packets_are_made_smaller(mariadb_url: str) -> None:
    engine = database(
        mariadb_url,
        "CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT, note TEXT)",
        filled("id, body, note", f"i, REPEAT('long ', 1500), {SAID}"),
    )
    with engine.connect() as connection:
        connection.exec_driver_sql("SET GLOBAL max_allowed_packet = 65536")
    engine.dispose()
    try:
        assert found(engine)[0] == {(100,), (200,), (300,)}
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql("SET GLOBAL max_allowed_packet = DEFAULT")
        engine.dispose()
