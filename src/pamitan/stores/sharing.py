"""Rows that two customers share: they stay whole until the last of them leaves.

Two ways lead to such a row:

- *a row of somebody else leads to it*: a link through another table (``{id: orders.address_id}``) has led from taken
  rows to a row of this table, and a row over there that was not taken leads to it by the same columns. What was not
  taken is somebody else's unless nobody is left to whom it could belong: detached rows and rows of closed accounts
  hold nothing back;
- *another owner column names somebody else*: a deletion found the row by one column of account ids, and another one of
  them names a customer who stays. So it is spared where the tie to the leaving one can be cut. Where it cannot, the row
  is a tie between two persons (a friendship) and goes with the first of them.

Their keys are marked :data:`pamitan.stores.keytables.SHARED`: no link leads on from there, nothing is written but the
cut of the columns that name the leaving account.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import FromClause
from sqlalchemy.sql.elements import ColumnElement

from pamitan.storefile.conditions import Condition
from pamitan.storefile.links import Link
from pamitan.storefile.model import StoreFile
from pamitan.storefile.rules import Rule
from pamitan.stores.batch import Batch
from pamitan.stores.conditions import to_sql
from pamitan.stores.equality import equal
from pamitan.stores.keytables import GONE, SHARED, KeyTable
from pamitan.stores.links import is_nobody
from pamitan.stores.schema import Column, Schema, Table

Cell = str | int | None
_DIGITS = 16
"""A pseudonym that an erasure writes into a column that is unique and never NULL has at most so many."""


@dataclass(frozen=True)
class Owner:
    """A column that names an account, by one link or several."""

    column: str
    conditions: tuple[tuple[Condition | None, Condition | None], ...]
    """The conditions of each link and its rule."""
    nobody: tuple[Cell, ...]
    """The values that mean nobody."""
    enforced: bool
    """A foreign key sees to it that the column can name nothing but an account."""


def owners_of(file: StoreFile, datastore: str, table: Table, rules: Sequence[Rule]) -> list[Owner]:
    """The columns of the table that name an account."""
    conditions: defaultdict[str, list[tuple[Condition | None, Condition | None]]] = defaultdict(list)
    for rule in rules:
        for link in rule.link:
            for column in owner_columns(file, datastore, link):
                conditions[column].append((rule.where, link.where))
    enforced = {key.columns for key in table.foreign_keys if key.target == file.account.table}
    return [
        Owner(column, tuple(found), tuple(_nobody(rules, column)), (column,) in enforced)
        for column, found in conditions.items()
    ]


def owner_columns(file: StoreFile, datastore: str, link: Link) -> list[str]:
    """The columns that the link compares with the account's id."""
    return [own for own, target in (link.on or {}).items() if file.names_account(target, datastore)]


def cuts_of(
    file: StoreFile, datastore: str, table: Table, rules: Sequence[Rule]
) -> dict[tuple[int, int], dict[str, Cell]]:
    """By rule and link: how the row is cut from the leaving account. Links that cannot be cut are left out."""
    found = {}
    for place, link in _places(rules):
        columns = owner_columns(file, datastore, link)
        cuts = {column: value for column in columns for value in _cut(table, rules, column)}
        if columns and len(cuts) == len(columns):
            found[place] = cuts
    return found


def may_have_two_owners(file: StoreFile, datastore: str, table: Table, rules: Sequence[Rule]) -> bool:
    """Whether a deletion may find a row by one column of account ids while another one names somebody else."""
    deletes = any(rule.delete and owner_columns(file, datastore, link) for rule in rules for link in rule.link)
    return deletes and len(owners_of(file, datastore, table, rules)) > 1


def through(link: Link) -> dict[str, list[tuple[str, str]]]:
    """Table (or ``account``) -> pairs of this table's columns and that table's."""
    pairs: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for own, target in (link.on or {}).items():
        table, _, column = target.rpartition(".")
        pairs[table].append((own, column))
    return dict(pairs)


def reverse_links(schema: Schema, file: StoreFile, table: Table, rules: Sequence[Rule]) -> Iterator[tuple[str, Any]]:
    """(other table, pairs of columns) of the links by which several rows over there may lead to one row here."""
    for _place, link in _places(rules):
        for target, pairs in through(link).items():
            name = file.account.table if target == "account" else target
            pairs = [
                (own, file.account.id if (target, theirs) == ("account", "id") else theirs) for own, theirs in pairs
            ]
            other = schema.tables.get(name)
            one_here = is_unique(table, [own for own, _ in pairs])
            if one_here and other and not is_unique(other, [theirs for _, theirs in pairs]):
                yield name, pairs


def is_unique(table: Table, columns: Iterable[str]) -> bool:
    """Whether no two rows have the same values there."""
    held = set(columns)
    return any(key and held.issuperset(key) for key in (table.primary_key, *table.uniques))


def put_shared_aside(batch: Batch, keys: KeyTable, rules: Sequence[Rule], known: Mapping[str, KeyTable]) -> int:
    """Mark the keys of shared rows; how many those are. ``known``: the key tables of the tables collected so far."""
    if batch.is_home and keys.table.name == batch.file.account.table:
        return 0
    row = keys.source.alias("t")
    claims = _Claims(batch, known)
    shared = [claims.of_rows_leading_to(keys.table, rules, row), claims.of_other_owners(keys, rules, row)]
    conditions = [condition for condition in shared if condition is not None]
    if not conditions:
        return 0
    held = sa.exists().where(keys.matches(row), sa.or_(*conditions)).correlate(keys.sql)
    update = sa.update(keys.sql).values(seeded=SHARED).where(keys.sql.c.rule >= 0, keys.sql.c.seeded < GONE, held)
    return batch.connection.execute(update).rowcount


class _Claims:
    """Conditions that hold for what belongs to somebody who stays."""

    def __init__(self, batch: Batch, known: Mapping[str, KeyTable]) -> None:
        self._batch = batch
        self._file = batch.file
        self._schema = batch.schema
        self._map = batch.file.map.get(batch.datastore, {})
        self._known = known

    def of_rows_leading_to(self, table: Table, rules: Sequence[Rule], row: FromClause) -> ColumnElement[bool] | None:
        """Somebody else's row leads to the row, by the columns of one of the links."""
        found = [
            self._led_from(table, row, name, pairs)
            for name, pairs in reverse_links(self._schema, self._file, table, rules)
            if name != self._file.account.table or self._batch.is_home
        ]
        return sa.or_(*found) if found else None

    def of_other_owners(self, keys: KeyTable, rules: Sequence[Rule], row: FromClause) -> ColumnElement[bool] | None:
        """A deletion found the row by a column that can be cut, and another column names a customer who stays."""
        if not may_have_two_owners(self._file, self._batch.datastore, keys.table, rules):
            return None
        marks = keys.sql.c
        places = [
            place for place in cuts_of(self._file, self._batch.datastore, keys.table, rules) if rules[place[0]].delete
        ]
        found = [sa.and_(marks.rule == rule, marks.link == link) for rule, link in places]
        owners = owners_of(self._file, self._batch.datastore, keys.table, rules)
        named = [self._names_who_stays(keys.table, row, owner, customers=True) for owner in owners]
        return sa.and_(sa.or_(*found), sa.or_(*named)) if found else None

    def _led_from(
        self, table: Table, row: FromClause, name: str, pairs: Sequence[tuple[str, str]]
    ) -> ColumnElement[bool]:
        other, target = self._rows_of(name), self._schema.table(name)
        equalities = [self._equal(target, other, theirs, table, row, own) for own, theirs in pairs]
        return sa.exists().where(*equalities, self._is_somebodys(name, other, (name,)))

    def _is_somebodys(self, name: str, row: FromClause, path: tuple[str, ...]) -> ColumnElement[bool]:
        """The row of that table belongs to somebody who stays."""
        if self._batch.is_home and name == self._file.account.table:
            return self._lives(row)
        table, rules = self._schema.table(name), self._map.get(name, [])
        owners = owners_of(self._file, self._batch.datastore, table, rules)
        firm = [self._names_who_stays(table, row, owner) for owner in owners]
        firm += self._through_others(table, rules, row, path)
        loose = [self._names_something_else(table, row, owner) for owner in owners if not owner.enforced]
        loose += self._held_inside(table, rules, row)
        return sa.or_(sa.false(), *firm, sa.and_(~self._is_taken(name, row), sa.or_(sa.false(), *loose)))

    def _names_who_stays(
        self, table: Table, row: FromClause, owner: Owner, customers: bool = False
    ) -> ColumnElement[bool]:
        """The column names an account that is not of the batch. ``customers``: staff do not count."""
        column = table.column(owner.column)
        cell = row.c[column.name]
        filled = ~is_nobody(cell, column, owner.nobody)
        holds = sa.true() if owner.enforced else self._any_holds(table, row, owner)
        if not self._batch.is_home:
            return sa.and_(filled, holds, self._stays(cell, column))
        accounts = self._batch.account_table
        key = accounts.column(self._file.account.id)
        other = self._rows_of(accounts.name)
        same = equal(other.c[key.name], key, cell, column.kind, self._schema.dialect)
        counts = [self._condition(self._file.account.customers, accounts, other)] if customers else []
        return sa.and_(filled, holds, sa.exists().where(same, self._lives(other), *counts))

    def _names_something_else(self, table: Table, row: FromClause, owner: Owner) -> ColumnElement[bool]:
        """The column is filled, but by the links' conditions not with an account (a polymorphic id)."""
        column = table.column(owner.column)
        filled = ~is_nobody(row.c[column.name], column, owner.nobody)
        return sa.and_(filled, ~sa.func.coalesce(self._any_holds(table, row, owner), sa.false()))

    def _any_holds(self, table: Table, row: FromClause, owner: Owner) -> ColumnElement[bool]:
        pairs = (sa.and_(*(self._condition(one, table, row) for one in both)) for both in owner.conditions)
        return sa.or_(*pairs)

    def _through_others(
        self, table: Table, rules: Sequence[Rule], row: FromClause, path: tuple[str, ...]
    ) -> Iterator[ColumnElement[bool]]:
        for _place, link in _places(rules):
            for name, pairs in through(link).items():
                if name not in path and name != "account" and name in self._schema.tables:  # a circle: nobody new
                    other, target = self._rows_of(name), self._schema.table(name)
                    same = [self._equal(target, other, theirs, table, row, own) for own, theirs in pairs]
                    yield sa.exists().where(*same, self._is_somebodys(name, other, (*path, name)))

    def _held_inside(self, table: Table, rules: Sequence[Rule], row: FromClause) -> Iterator[ColumnElement[bool]]:
        """An address, a number or an opaque value stands where the links look for the person's."""
        for _place, link in _places(rules):
            held = link.email or link.phone or (link.blob.column if link.blob else None)
            if held:
                column = table.column(held)
                cell = row.c[column.name]
                yield cell.is_not(None) if link.blob else ~is_nobody(cell, column)

    def _is_taken(self, name: str, row: FromClause) -> ColumnElement[bool]:
        keys = self._known.get(name)
        if keys is None:
            return sa.false()
        held = keys.sql.alias()
        return sa.exists().where(held.c.rule >= 0, held.c.seeded < GONE, keys.matches(row, held))

    def _rows_of(self, name: str) -> FromClause:
        keys = self._known.get(name)
        return keys.source.alias() if keys else self._schema.table(name).sql.alias()

    def _lives(self, account: FromClause) -> ColumnElement[bool]:
        """The account's row is not of the batch, and does not look as an erasure leaves it."""
        table = self._batch.account_table
        key = table.column(self._file.account.id)
        stays = [self._stays(account.c[key.name], key), ~self._looks_erased(table, account)]
        guests = [~self._is_taken(table.name, account)] if self._file.account.guests is not None else []
        return sa.and_(*stays, *guests)

    def _looks_erased(self, table: Table, account: FromClause) -> ColumnElement[bool]:
        """Everything that the data map empties in a row of the account table is empty: that account was closed."""
        emptied: dict[str, object] = {}
        for rule in self._map.get(table.name, []):
            emptied |= dict.fromkeys(rule.clear) | rule.replace
        if emptied.keys().isdisjoint({str(self._file.account.email), str(self._file.account.phone)}):
            return sa.false()
        columns = [table.column(name) for name in emptied]
        signs = [_is_as_left(c, emptied[c.name], account.c[c.name]) for c in columns if c.kind == "text"]
        return sa.func.coalesce(sa.and_(*signs), sa.false())

    def _stays(self, cell: ColumnElement[Any], column: Column) -> ColumnElement[bool]:
        """The cell of a column of account ids holds none of the batch's."""
        keys = self._batch.account_keys(column)
        return sa.and_(*(cell.not_in(sa.select(key).where(key.is_not(None))) for key in keys))

    def _condition(self, condition: Condition | None, table: Table, row: FromClause) -> ColumnElement[bool]:
        return to_sql(condition, table, self._schema, self._batch.now, row)

    def _equal(
        self, target: Table, other: FromClause, theirs: str, table: Table, row: FromClause, own: str
    ) -> ColumnElement[bool]:
        column, ours = target.column(theirs), table.column(own)
        return equal(other.c[column.name], column, row.c[ours.name], ours.kind, self._schema.dialect)


def _places(rules: Sequence[Rule]) -> Iterator[tuple[tuple[int, int], Link]]:
    yield from (((r, i), link) for r, rule in enumerate(rules) for i, link in enumerate(rule.link))


def _nobody(rules: Iterable[Rule], column: str) -> Iterator[Cell]:
    yield from (rule.detach[column] for rule in rules if rule.detach.get(column) is not None)


def _cut(table: Table, rules: Sequence[Rule], column: str) -> Iterator[Cell]:
    """What the column becomes, if it can be cut: the value that means nobody to another rule, else NULL."""
    named = next(_nobody(rules, column), None)
    described = table.columns.get(column)
    if named is not None or (described and described.nullable and column not in table.primary_key):
        yield named


def _is_as_left(column: Column, value: object, cell: ColumnElement[Any]) -> ColumnElement[bool]:
    """The cell is as ``clear`` (no value) or ``replace`` leave it."""
    if value is not None:
        before, _, after = str(value).partition("{unique}")
        return cell.like(_literal(before) + ("%" + _literal(after) if "{unique}" in str(value) else ""), escape="!")
    if column.nullable:
        return cell.is_(None)
    return sa.or_(cell == "", sa.and_(sa.func.length(cell) <= _DIGITS, cell.not_like("%@%")))


def _literal(fixed: str) -> str:
    return fixed.replace("!", "!!").replace("%", "!%").replace("_", "!_")
