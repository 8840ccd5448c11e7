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
        engine = connect_to(self.url)
        with engine.connect() as connection:
            rows = [tuple(row) for row in connection.execute(sa.text(statement), values)]
        engine.dispose()
        return rows

    def column(self, statement: str, **values: Any) -> list[Any]:
        return [row[0] for row in self.select(statement, **values)]

    def run(self, statement: str, **values: Any) -> None:
        engine = connect_to(self.url)
        with engine.begin() as connection:
            connection.execute(sa.text(statement), values)
        engine.dispose()

    def rows(self) -> dict[Row, tuple[Any, ...]]:
        """Every row of every table, by its name."""
        engine = connect_to(self.url)
        found = {}
        with engine.connect() as connection:
            for table, columns, key in tables_of(connection):
                places = [columns.index(name) for name in key]
                for row in raw_rows(connection, table):
                    found[table, tuple(str(row[place]) for place in places)] = tuple(map(repr, row))
        engine.dispose()
        return found

    def cell(self, table: str, column: str, key: str, value: Any) -> Any:
        return self.column(f"SELECT {column} FROM {table} WHERE {key} = :value", value=value)[0]


def changed(before: dict[Row, Any], after: dict[Row, Any]) -> set[Row]:
    """The rows that are new, gone or different."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def names_of(table: str, keys: Iterable[Any]) -> set[Row]:
    return {(table, tuple(map(str, key)) if isinstance(key, tuple) else (str(key),)) for key in keys}
