"""The shop's own database. The shop knows nothing of Pamitan: plain SQLite, as a small shop would have it."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Iterator
from pathlib import Path

SCHEMA = Path(__file__).with_name("schema.sql")
Row = sqlite3.Row


@contextlib.contextmanager
def connect(path: Path) -> Iterator[sqlite3.Connection]:
    """One transaction: committed at the end, rolled back when something is raised."""
    connection = sqlite3.connect(path, timeout=20, isolation_level="IMMEDIATE")
    connection.row_factory = Row
    connection.execute("PRAGMA foreign_keys = ON")
    try:
        with connection:
            yield connection
    finally:
        connection.close()


def make_tables(connection: sqlite3.Connection) -> None:
    """Make all tables in an empty database."""
    connection.executescript(SCHEMA.read_text(encoding="utf-8"))


def insert(connection: sqlite3.Connection, table: str, **values: object) -> int:
    """Write one row; its number is returned. Table and columns are named by our own code, never by a visitor."""
    columns, places = ", ".join(values), ", ".join("?" for _ in values)
    cursor = connection.execute(
        f"INSERT INTO {table} ({columns}) VALUES ({places})",  # noqa: S608
        list(values.values()),
    )
    return cursor.lastrowid or 0


def moment(at: dt.datetime) -> str:
    """A time as the database writes it: UTC, without a zone."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def read_moment(text: str) -> dt.datetime:
    """The time that :func:`moment` wrote."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
