"""Whose is this row? Told from the ``on`` links of the data map, followed from the row up to a living account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.sql import FromClause
from sqlalchemy.sql.elements import ColumnElement

from pamitan.storefile.conditions import Not
from pamitan.storefile.links import Link
from pamitan.storefile.model import StoreFile
from pamitan.storefile.paths import CellPath, Target
from pamitan.storefile.rules import claiming
from pamitan.stores.conditions import to_sql
from pamitan.stores.engine import reading
from pamitan.stores.ids import as_key
from pamitan.stores.keytables import KeyTable
from pamitan.stores.links import is_nobody
from pamitan.stores.paths import cell_of, there_is, tied, unwrapped
from pamitan.stores.scan import keyed_table
from pamitan.stores.schema import Column, Schema, Table
from pamitan.stores.sharing import in_account_table, through
from pamitan.stores.strangers import Lookup, Strangers

Key = tuple[Any, ...]
Pairs = list[tuple[CellPath, Target]]
"""Cells of a table, each with what it equals."""
_AT_ONCE = 200
"""Rows per query."""


@dataclass(frozen=True)
class Owners:
    """Tells the rows of other people in one datastore; ``leaving`` are the ids of the batch, who are no others."""

    engine: Engine
    schema: Schema
    file: StoreFile
    datastore: str
    leaving: Collection[str]
    now: dt.datetime
    lookup: Lookup
    """Whom account ids name, for the rows of another datastore than the accounts'."""

    def of_others(self, table: Table, keys: Sequence[Key]) -> set[Key]:
        """Those of the rows that belong to a living account outside the batch, staff included."""
        with reading(self.engine) as connection:
            return self._of_others(connection, table, keys)

    def _of_others(self, connection: Connection, table: Table, keys: Sequence[Key]) -> set[Key]:
        keyed = keyed_table(connection, table)
        source = keyed.source.alias("t")
        strangers = None if self.datastore == self.file.home else Strangers(connection, self.lookup)
        claims = _Claims(self, strangers)
        found: set[Key] = set()
        for start in range(0, len(keys), _AT_ONCE):
            some = _among(keyed, source, keys[start : start + _AT_ONCE])
            if strangers:
                claims.ask(table, source, source, some, (table.name,))
            owned = sa.or_(sa.false(), *claims.of(table, source, (table.name,)))
            found |= {tuple(row) for row in connection.execute(sa.select(*keyed.keys(source)).where(some, owned))}
        return found

    def stays(self, cell: ColumnElement[Any], column: Column) -> ColumnElement[bool]:
        """The account with that id is not of the batch."""
        keys = (as_key(account_id, column) for account_id in self.leaving)
        return cell.not_in([key for key in keys if key is not None])


class _Claims:
    """The conditions under which rows are somebody's. ``strangers``: in another datastore than the accounts'."""

    def __init__(self, owners: Owners, strangers: Strangers | None) -> None:
        self.file, self.schema, self.datastore, self.now = owners.file, owners.schema, owners.datastore, owners.now
        self._stays = owners.stays
        self._strangers = strangers

    def ask(
        self, table: Table, row: FromClause, rows: FromClause, some: ColumnElement[bool], path: tuple[str, ...]
    ) -> None:
        """Look up whom the ids name by which these rows, or those that they lead to, may be somebody's."""
        for link in self.file.links_of(self.datastore, table.name):
            for name, pairs in through(link).items():
                if name == "account":
                    self._ask_for(table, row, rows, some, pairs)
                elif name not in path:
                    target = self.schema.table(name)
                    other = target.sql.alias()
                    joined = rows.join(other, sa.and_(*self._ties(table, row, target, other, pairs)))
                    self.ask(target, other, joined, some, (*path, name))

    def _ask_for(
        self, table: Table, row: FromClause, rows: FromClause, some: ColumnElement[bool], pairs: Pairs
    ) -> None:
        for own, target in pairs:
            cell = unwrapped(cell_of(table, row, own, self.schema.dialect), target, self.schema.dialect)
            query = sa.select(cell.value).select_from(cell.joined(rows, sa.true()))
            if self._strangers:
                self._strangers.ask((table.name, str(own)), query.where(some, ~is_nobody(cell.value, cell.column)))

    def of(self, table: Table, source: FromClause, path: tuple[str, ...]) -> Iterator[ColumnElement[bool]]:
        """One condition for each way in which a row of the table is somebody's."""
        account = self.file.account
        if self.datastore == self.file.home and table.name == account.table:
            yield self._lives(table, source)
            return
        for rule in claiming(self.file.map.get(self.datastore, {}).get(table.name, [])):
            for link in rule.link:
                if link.on is not None:
                    where = [to_sql(w, table, self.schema, self.now, source) for w in (rule.where, link.where)]
                    yield sa.and_(*where, *self._through(table, source, link, path))

    def _through(
        self, table: Table, source: FromClause, link: Link, path: tuple[str, ...]
    ) -> Iterator[ColumnElement[bool]]:
        """What must hold for the link to lead from the row to a living account, table by table."""
        for name, pairs in through(link).items():
            yield (
                self._to_account(table, source, pairs)
                if name == "account"
                else self._to_row(table, source, name, pairs, path)
            )

    def _to_account(self, table: Table, source: FromClause, pairs: Pairs) -> ColumnElement[bool]:
        if self._strangers:
            return sa.and_(*(self._names_somebody(table, source, own, target) for own, target in pairs))
        accounts = self.schema.table(self.file.account.table)
        other = accounts.sql.alias()
        named = [(own, in_account_table(self.file, target)) for own, target in pairs]
        return there_is(other, *self._ties(table, source, accounts, other, named), self._lives(accounts, other))

    def _to_row(
        self, table: Table, source: FromClause, name: str, pairs: Pairs, path: tuple[str, ...]
    ) -> ColumnElement[bool]:
        if name in path:  # a circle leads to nobody new
            return sa.false()
        target = self.schema.table(name)
        other = target.sql.alias()
        claims = sa.or_(sa.false(), *self.of(target, other, (*path, name)))
        return there_is(other, *self._ties(table, source, target, other, pairs), claims)

    def _ties(
        self, table: Table, source: FromClause, other: Table, theirs: FromClause, pairs: Pairs
    ) -> list[ColumnElement[bool]]:
        dialect = self.schema.dialect
        return [tied(table, source, own, other, theirs, target, dialect) for own, target in pairs]

    def _lives(self, accounts: Table, row: FromClause) -> ColumnElement[bool]:
        """The account is not of the batch, and somebody signs in with it: a guest's row is nobody's."""
        key = accounts.column(self.file.account.id)
        guests = self.file.account.guests
        signs_in = to_sql(None if guests is None else Not(guests), accounts, self.schema, self.now, row)
        return sa.and_(self._stays(row.c[key.name], key), signs_in)

    def _names_somebody(self, table: Table, source: FromClause, own: CellPath, target: Target) -> ColumnElement[bool]:
        """In another database than the accounts': the id of a living account that is not of the batch."""
        cell = unwrapped(cell_of(table, source, own, self.schema.dialect), target, self.schema.dialect)
        exists = ~self._strangers.names_nobody((table.name, str(own)), cell.value) if self._strangers else sa.true()
        return cell.holds(sa.and_(~is_nobody(cell.value, cell.column), self._stays(cell.value, cell.column), exists))


def _among(keyed: KeyTable, source: FromClause, keys: Sequence[Key]) -> ColumnElement[bool]:
    cells = keyed.keys(source)
    if len(cells) == 1:
        return cells[0].in_([key[0] for key in keys])
    rows = (zip(cells, key, strict=True) for key in keys)
    return sa.or_(*(sa.and_(*(cell.is_(None) if v is None else cell == v for cell, v in row)) for row in rows))
