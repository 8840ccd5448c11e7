"""Small shops for the tests of links and erasure: a schema and rows in any of the three databases, and a store file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
import yaml

from pamitan.erasure.casefile import CaseFile
from pamitan.kit.clock import SetClock
from pamitan.storefile.model import StoreFile
from pamitan.stores.engine import engine_for, reading, writing
from pamitan.stores.keys import Keys, collect, vet
from pamitan.stores.schema import refresh
from pamitan.stores.store import Store
from pamitan.stores.types import Identifier, Subject

NOW = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)
ALICE, BOB, CHARLIE = Subject("1"), Subject("2"), Subject("3")

CUSTOMERS = """
CREATE TABLE customer (id INTEGER PRIMARY KEY, email VARCHAR(100), phone VARCHAR(40), name VARCHAR(100));
INSERT INTO customer VALUES (1, 'alice@example.com', '+6281234567801', 'Alice Alisson'),
    (2, 'bob@example.com', '+6281234567802', 'Bob Bobsson'), (3, 'charlie@example.com', NULL, 'Charlie Charlson');
"""


class Shop:
    """One database with a store file on it."""

    def __init__(self, url: str, sql: str, file: str) -> None:
        self.url = url
        self.engine = engine_for(url)
        with writing(self.engine) as connection:
            for statement in filter(None, map(str.strip, sql.split(";\n"))):
                connection.exec_driver_sql(statement.rstrip(";"))
        self.schema = refresh(self.engine)
        self.file = store_file(url, file)
        self.store = Store(self.file, SetClock(NOW))

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """All rows, in the order of all their columns."""
        with reading(self.engine) as connection:
            found = connection.execute(sa.text(f"SELECT * FROM {table}"))
            return sorted((tuple(row) for row in found), key=repr)

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all tables."""
        return {name: self.rows(name) for name in self.schema.tables}

    def execute(self, sql: str, *parameters: Mapping[str, Any]) -> None:
        with writing(self.engine) as connection:
            connection.execute(sa.text(sql), list(parameters) or None)

    @contextmanager
    def keys(self, *subjects: Subject) -> Iterator[Keys]:
        with reading(self.engine) as connection:
            vetted = vet(connection, self.schema, self.file, subjects, NOW)
            with collect(connection, self.schema, self.file, self.file.home, vetted, NOW) as keys:
                yield keys

    def taken(self, table: str, *subjects: Subject) -> dict[str, list[Any]]:
        """The keys of the rows that each account leads to, by account."""
        with self.keys(*subjects) as keys:
            of = keys.of(table)
            return {subject.account_id: taken_by(keys, table, subject) for subject in subjects if of}


def taken_by(keys: Keys, table: str, subject: Subject) -> list[Any]:
    of = keys.of(table)
    found = {tuple(row)[4 : 4 + len(of.key.columns)] for row in of.stream(keys.number_of(subject.account_id))}
    return sorted(key[0] if len(key) == 1 else key for key in found)


def store_file(url: str, text: str) -> StoreFile:
    """A store file with a customer table; ``text`` is the rest, in YAML, with the datastore's tables under ``map``."""
    given = _spelt_out(yaml.safe_load(text))
    account = {"table": "customer", "id": "id", "email": "email", "phone": "phone", "name": "name"}
    plain = {
        "store": {"name": "Toko", "email": "shop@example.com", "country": "ID"},
        "datastores": {"default": {"url": url}},
        **given,
        "account": {**account, **given.get("account", {})},
        "map": {"default": given["map"]},
    }
    return StoreFile.model_validate(plain)


def _spelt_out(value: Any) -> Any:
    """YAML 1.1 reads the key ``on`` as true; the loader of real store files does not."""
    if isinstance(value, dict):
        return {"on" if key is True else key: _spelt_out(item) for key, item in value.items()}
    return [_spelt_out(item) for item in value] if isinstance(value, list) else value


def proven(subject: Subject, *identifiers: str) -> Subject:
    """The subject with these addresses and numbers proven."""
    kinds: Sequence[Identifier] = [Identifier("email" if "@" in value else "phone", value) for value in identifiers]
    return Subject(subject.account_id, frozenset(kinds))


class Shelf:
    """Case files as bytes in memory, as a real shelf would have them on disk."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def load(self, account_id: str) -> CaseFile | None:
        return CaseFile.from_bytes(self.files[account_id]) if account_id in self.files else None

    def save(self, account_id: str, casefile: CaseFile) -> None:
        self.files[account_id] = casefile.to_bytes()
