"""A real shop's database under test, looked at without any of the product's own code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from pamitan.kit.clock import SystemClock
from pamitan.storefile.load import load_store_file
from pamitan.storefile.model import StoreFile
from pamitan.stores.store import Store
from tests.scanner import connect_to, raw_rows, tables_of

Row = tuple[str, tuple[Any, ...]]
"""A row's name: its table, and its primary key."""

_engines: dict[str, sa.Engine] = {}


def engine_of(url: str) -> sa.Engine:
    """One engine with open connections per shop, until :func:`forget`."""
    if url not in _engines:
        _engines[url] = sa.create_engine(connect_to(url).url)
    return _engines[url]


def forget() -> None:
    for engine in _engines.values():
        engine.dispose()
    _engines.clear()


@dataclass(frozen=True)
class Shop:
    """The preset that knows this shop, and the URL of a database of its own."""

    preset: str
    url: str

    @property
    def env(self) -> dict[str, str]:
        return {"STORE_URL": self.url, "STORE_COUNTRY": "GB"}

    @property
    def file(self) -> StoreFile:
        return load_store_file(f"preset:{self.preset}", self.env)

    @cached_property
    def store(self) -> Store:
        return Store(self.file, SystemClock())

    def select(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        with engine_of(self.url).connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(statement), values)]

    def column(self, statement: str, **values: Any) -> list[Any]:
        return [row[0] for row in self.select(statement, **values)]

    def run(self, statement: str, **values: Any) -> None:
        with engine_of(self.url).begin() as connection:
            connection.execute(sa.text(statement), values)

    def rows(self) -> dict[Row, tuple[Any, ...]]:
        """Every row of every table, by its name."""
        found = {}
        with engine_of(self.url).connect() as connection:
            for table, columns, key in tables_of(connection):
                places = [columns.index(name) for name in key]
                for row in raw_rows(connection, table):
                    found[table, tuple(str(row[place]) for place in places)] = tuple(map(repr, row))
        return found

    def cell(self, table: str, column: str, key: str, value: Any) -> Any:
        return self.column(f"SELECT {column} FROM {table} WHERE {key} = :value", value=value)[0]


def changed(before: dict[Row, Any], after: dict[Row, Any]) -> set[Row]:
    """The rows that are new, gone or different."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def names_of(table: str, keys: Iterable[Any]) -> set[Row]:
    return {(table, tuple(map(str, key)) if isinstance(key, tuple) else (str(key),)) for key in keys}
