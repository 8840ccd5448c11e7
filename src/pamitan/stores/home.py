"""The datastore of the account table, and how its rows are read: what all parts of the store share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.sql import FromClause
from sqlalchemy.sql.elements import ColumnElement

from pamitan.kit.clock import Clock
from pamitan.storefile.conditions import Condition
from pamitan.storefile.links import Source
from pamitan.storefile.model import Datastore, StoreFile
from pamitan.stores.conditions import number_in, source_reader, to_sql
from pamitan.stores.engine import engine_for, reading
from pamitan.stores.ids import as_key
from pamitan.stores.keys import Keys, collect, vet
from pamitan.stores.keytables import KeyTable
from pamitan.stores.paths import cell_of
from pamitan.stores.schema import Schema, Table, reflect
from pamitan.stores.sources import SourceReader
from pamitan.stores.strangers import Who, who_are
from pamitan.stores.types import Identifier, Subject
from pamitan.stores.wildcards import LiveFile


@dataclass(frozen=True)
class Home:
    """The home datastore as the store file describes it, or another one that a section of the file reads."""

    live: LiveFile
    clock: Clock
    elsewhere: str | None = None
    """The name of another datastore."""

    def at(self, datastore: str | None) -> Home:
        """The same store, seen from that datastore; ``None`` is home."""
        return Home(self.live, self.clock, None if datastore == self.file.home else datastore)

    @property
    def file(self) -> StoreFile:
        return self.live.now().file

    @property
    def place(self) -> Datastore:
        """The datastore as the store file describes it."""
        return self.file.datastores[self.elsewhere or self.file.home]

    @property
    def engine(self) -> Engine:
        return engine_for(self.place.url)

    @property
    def schema(self) -> Schema:
        return reflect(self.engine)

    @property
    def account_table(self) -> Table:
        """Only at home."""
        return self.schema.table(self.file.account.table)

    def now(self) -> dt.datetime:
        """On the wall clock of the datastore, as :func:`to_sql` wants it."""
        return self.place.local(self.clock.now())

    def condition(self, condition: Condition | None, table: Table, row: FromClause) -> ColumnElement[bool]:
        """The condition over a row of the table."""
        return to_sql(condition, table, self.schema, self.now(), row)

    def flag(self, condition: Condition | None, table: Table, row: FromClause) -> ColumnElement[int]:
        """The condition as something to select: 1 where it holds, else 0."""
        return sa.case((self.condition(condition, table, row), 1), else_=0)

    def cell(self, source: Source | None, table: Table, row: FromClause) -> ColumnElement[Any]:
        """A cell of the row, or a value in another table; NULL for no source. Of several rows there, the first."""
        if source is None:
            return sa.null()
        return self.sources.first(source, table, row).value

    def amount(self, name: str, table: Table, row: FromClause) -> ColumnElement[Any]:
        """A cell of the row as a number to sum up; what is no number in JSON counts nothing."""
        cell = cell_of(table, row, name, self.schema.dialect)
        return number_in(cell.value) if cell.in_json else cell.value

    @property
    def sources(self) -> SourceReader:
        """What reads the store file's sources here."""
        return source_reader(self.schema, self.now())

    def is_account(self, account_id: str, row: FromClause) -> ColumnElement[bool]:
        """The row of the account table is the one with that id."""
        column = self.account_table.column(self.file.account.id)
        value = as_key(account_id, column)
        return sa.false() if value is None else row.c[column.name] == value

    @contextmanager
    def keys(self, connection: Connection, account_id: str, proven: frozenset[Identifier]) -> Iterator[Keys]:
        """The keys of the rows that are tied to one account."""
        subjects: Sequence[Subject] = [Subject(account_id, proven)]
        now, place = self.clock.now(), self.elsewhere or self.file.home
        if self.elsewhere is None:
            vetted = vet(connection, self.schema, self.file, subjects, now)
        else:
            home = self.at(None)
            with reading(home.engine) as at_home:
                vetted = vet(at_home, home.schema, self.file, subjects, now)
        lookup = self.at(None).who_are
        with collect(
            connection, self.schema, self.file, place, vetted, now, spares_shared=False, lookup=lookup
        ) as keys:
            yield keys

    def who_are(self, ids: Collection[str]) -> dict[str, Who]:
        """Those of the account ids that living accounts have; only of the home datastore itself."""
        with reading(self.engine) as connection:
            return who_are(connection, self.schema, self.file, ids, self.clock.now())


def is_tied(tied: KeyTable, row: FromClause) -> ColumnElement[bool]:
    """The row is among those keys, whoever of the batch it is tied to, and however often."""
    return sa.exists().where(tied.matches(row))
