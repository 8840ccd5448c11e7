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
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import FromClause
from sqlalchemy.sql.elements import ColumnElement

from pamitan.storefile.conditions import Condition
from pamitan.storefile.links import Link
from pamitan.storefile.model import StoreFile
from pamitan.storefile.paths import CellPath, Target, parse_cell, parse_target
from pamitan.storefile.rules import Rule
from pamitan.stores.batch import Batch
from pamitan.stores.conditions import to_sql
from pamitan.stores.equality import equal
from pamitan.stores.keytables import GONE, SHARED, KeyTable
from pamitan.stores.links import is_nobody
from pamitan.stores.paths import Cell, cell_of, there_is, tied, unwrapped
from pamitan.stores.schema import Column, Schema, Table
from pamitan.stores.strangers import looks_erased

Scalar = str | int | None
_LED = -3
"""The rule of a key of a row to which somebody else's row leads; only while it is looked for."""


@dataclass(frozen=True)
class Owner:
    """A cell that names an account, by one link or several."""

    name: str
    target: Target
    conditions: tuple[tuple[Condition | None, Condition | None], ...]
    """The conditions of each link and its rule."""
    nobody: tuple[Scalar, ...]
    """The values that mean nobody."""
    enforced: bool
    """A foreign key sees to it that the column can name nothing but an account."""


def owners_of(file: StoreFile, datastore: str, table: Table, rules: Sequence[Rule]) -> list[Owner]:
    """The cells of the table that name an account."""
    conditions: defaultdict[str, list[tuple[Condition | None, Condition | None]]] = defaultdict(list)
    targets: dict[str, str] = {}
    for rule in rules:
        for link in rule.link:
            for name in owner_columns(file, datastore, link):
                conditions[name].append((rule.where, link.where))
                targets |= {name: (link.on or {})[name]}
    enforced = {key.columns for key in table.foreign_keys if key.target == file.account.table}
    return [
        Owner(name, parse_target(targets[name]), tuple(found), tuple(_nobody(rules, name)), (name,) in enforced)
        for name, found in conditions.items()
    ]


def owner_columns(file: StoreFile, datastore: str, link: Link) -> list[str]:
    """The cells that the link compares with the account's id."""
    return [own for own, target in (link.on or {}).items() if file.names_account(target, datastore)]


def cuts_of(
    file: StoreFile, datastore: str, table: Table, rules: Sequence[Rule]
) -> dict[tuple[int, int], dict[str, Scalar]]:
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
    owners = owners_of(file, datastore, table, rules)
    return deletes and (len(owners) > 1 or any(parse_cell(owner.name).many for owner in owners))


def through(link: Link) -> dict[str, list[tuple[CellPath, Target]]]:
    """Table (or ``account``) -> pairs of this table's cells and that table's."""
    pairs: defaultdict[str, list[tuple[CellPath, Target]]] = defaultdict(list)
    for own, target in link.pairs():
        pairs[target.table].append((own, target))
    return dict(pairs)


def reverse_links(schema: Schema, file: StoreFile, table: Table, rules: Sequence[Rule]) -> Iterator[tuple[str, Any]]:
    """(other table, pairs of cells) of the links by which several rows over there may lead to one row here."""
    for _place, link in _places(rules):
        for target, pairs in through(link).items():
            name = file.account.table if target == "account" else target
            pairs = [(own, in_account_table(file, theirs)) for own, theirs in pairs]
            other = schema.tables.get(name)
            one_here = is_unique(table, [str(own) for own, _ in pairs])
            if one_here and other and not is_unique(other, [str(theirs.cell) for _, theirs in pairs]):
                yield name, pairs


def in_account_table(file: StoreFile, target: Target) -> Target:
    """``account.id`` by the name that the account table has for it."""
    if target.table == "account" and str(target.cell) == "id":
        return replace(target, cell=CellPath(file.account.id))
    return target


def is_unique(table: Table, columns: Iterable[str]) -> bool:
    """Whether no two rows have the same values there."""
    held = set(columns)
    return any(key and held.issuperset(key) for key in (table.primary_key, *table.uniques))


def put_shared_aside(batch: Batch, keys: KeyTable, rules: Sequence[Rule], known: Mapping[str, KeyTable]) -> int:
    """Mark the keys of shared rows; how many those are. ``known``: the key tables of the tables collected so far."""
    if batch.is_home and keys.table.name == batch.file.account.table:
        return 0
    if not keys.rows:
        return 0
    claims = _Claims(batch, known)
    claims.ask_who_others_are(keys, rules)
    return _led_to_by_others(batch, keys, rules, claims) + _named_by_others(batch, keys, rules, claims)


def _led_to_by_others(batch: Batch, keys: KeyTable, rules: Sequence[Rule], claims: _Claims) -> int:
    """Rows to which a row of somebody else leads; found by joins, so that without an index each table is read once."""
    held = keys.sql.alias("m")
    marks: dict[str, ColumnElement[Any]] = {"rule": sa.literal_column(str(_LED)), "link": sa.literal_column("0")}
    columns = [marks.get(column.name, column).label(column.name) for column in held.c]
    row = keys.source.alias("t")
    theirs = held.join(row, keys.matches(row, held))
    wanted = [held.c.rule >= 0, held.c.seeded < GONE]
    led = sum(
        keys.insert(_from_keys_on(sa.select(*columns).select_from(joined), indexed).where(*wanted).distinct())
        for joined, indexed in claims.joined_with_others(keys.table, rules, row, theirs)
    )
    if not led:
        return 0
    same = sa.exists().where(held.c.rule == _LED, keys.same_row(held, keys.sql)).correlate(keys.sql)
    marked = _mark(batch, keys, same)
    batch.connection.execute(sa.delete(keys.sql).where(keys.sql.c.rule == _LED))
    keys.rows -= led
    return marked


def _from_keys_on(query: sa.Select[Any], indexed: bool) -> sa.Select[Any]:
    """Have MariaDB, which knows nothing of a temporary table's size, begin with the keys where an index leads on."""
    if not indexed:
        return query
    return query.prefix_with("STRAIGHT_JOIN", dialect="mysql").prefix_with("STRAIGHT_JOIN", dialect="mariadb")


def _named_by_others(batch: Batch, keys: KeyTable, rules: Sequence[Rule], claims: _Claims) -> int:
    """Rows that another owner column says are somebody else's."""
    row = keys.source.alias("t")
    named = claims.of_other_owners(keys, rules, row)
    return 0 if named is None else _mark(batch, keys, there_is(row, keys.matches(row), named))


def _mark(batch: Batch, keys: KeyTable, condition: ColumnElement[bool]) -> int:
    update = sa.update(keys.sql).values(seeded=SHARED).where(keys.sql.c.rule >= 0, keys.sql.c.seeded < GONE, condition)
    update = update.where(*(keys.sql.c.rule != rule for rule in batch.mention_rules(keys.table.name)))
    return batch.connection.execute(update).rowcount


class _Claims:
    """Conditions that hold for what belongs to somebody who stays."""

    def __init__(self, batch: Batch, known: Mapping[str, KeyTable]) -> None:
        self._batch = batch
        self._file = batch.file
        self._schema = batch.schema
        self._map = batch.file.map.get(batch.datastore, {})
        self._known = known
        self._strangers = batch.strangers

    def ask_who_others_are(self, keys: KeyTable, rules: Sequence[Rule]) -> None:
        """Outside the home datastore: look up whom the ids name that make others of the table's rows owners."""
        if self._strangers is None:
            return
        held, row = keys.sql.alias("m"), keys.source.alias("t")
        rows = held.join(row, keys.matches(row, held))
        taken = sa.and_(held.c.rule >= 0, held.c.seeded < GONE)
        if may_have_two_owners(self._file, self._batch.datastore, keys.table, rules):
            self._ask_owners(keys.table, row, rows, taken)
        for name, pairs in reverse_links(self._schema, self._file, keys.table, rules):
            if name != self._file.account.table:
                other = self._rows_of(name)
                joined = rows.join(other, sa.and_(*self._ties(keys.table, row, name, other, pairs)))
                self._ask_upwards(name, other, joined, taken, (name,))

    def _ask_upwards(
        self, name: str, row: FromClause, rows: FromClause, taken: ColumnElement[bool], path: tuple[str, ...]
    ) -> None:
        """The ids in the rows of that table, and in those through which they are somebody's."""
        table, rules = self._schema.table(name), self._map.get(name, [])
        self._ask_owners(table, row, rows, taken)
        for target, other, ties in self._others_through(table, rules, row, path):
            self._ask_upwards(target, other, rows.join(other, sa.and_(*ties)), taken, (*path, target))

    def _ask_owners(self, table: Table, row: FromClause, rows: FromClause, taken: ColumnElement[bool]) -> None:
        for owner in owners_of(self._file, self._batch.datastore, table, self._map.get(table.name, [])):
            cell = self._cell(table, row, owner)
            filled = ~is_nobody(cell.value, cell.column, owner.nobody)
            query = sa.select(cell.value).select_from(cell.joined(rows, sa.true()))
            if self._strangers:
                wanted = query.where(taken, filled, self._stays(cell.value, cell.column))
                self._strangers.ask((table.name, owner.name), wanted)

    def joined_with_others(
        self, table: Table, rules: Sequence[Rule], row: FromClause, rows: FromClause
    ) -> Iterator[tuple[FromClause, bool]]:
        """``rows``, in which the table's row is, joined with others' rows that lead to it; one for each link.

        And whether an index leads to those.
        """
        for name, pairs in reverse_links(self._schema, self._file, table, rules):
            if name != self._file.account.table or self._batch.is_home:
                other = self._rows_of(name)
                indexed = self._schema.table(name).has_index_on(str(theirs.cell) for _own, theirs in pairs)
                yield rows.join(other, sa.and_(*self._leads_to(table, row, name, other, pairs))), indexed

    def of_other_owners(self, keys: KeyTable, rules: Sequence[Rule], row: FromClause) -> ColumnElement[bool] | None:
        """A deletion found the row by a column that can be cut, and another column names a customer who stays.

        Or by a list of several persons, of whom another one stays.
        """
        if not may_have_two_owners(self._file, self._batch.datastore, keys.table, rules):
            return None
        marks = keys.sql.c
        cuts = cuts_of(self._file, self._batch.datastore, keys.table, rules)
        lists = [place for place, link in _places(rules) if any(own.many for own, _target in link.pairs())]
        places = [place for place in dict.fromkeys([*cuts, *lists]) if rules[place[0]].delete]
        found = [sa.and_(marks.rule == rule, marks.link == link) for rule, link in places]
        owners = owners_of(self._file, self._batch.datastore, keys.table, rules)
        named = [self._names_who_stays(keys.table, row, owner, customers=True) for owner in owners]
        return sa.and_(sa.or_(*found), sa.or_(*named)) if found else None

    def _leads_to(
        self, table: Table, row: FromClause, name: str, other: FromClause, pairs: Sequence[tuple[CellPath, Target]]
    ) -> Iterator[ColumnElement[bool]]:
        yield from self._ties(table, row, name, other, pairs)
        yield self._is_somebodys(name, other, (name,), by_signs=not self._hangs_on(name, table, pairs))

    def _ties(
        self, table: Table, row: FromClause, name: str, other: FromClause, pairs: Sequence[tuple[CellPath, Target]]
    ) -> Iterator[ColumnElement[bool]]:
        target = self._schema.table(name)
        for own, theirs in pairs:
            yield tied(table, row, own, target, other, theirs, self._schema.dialect)

    def _hangs_on(self, name: str, table: Table, pairs: Sequence[tuple[CellPath, Target]]) -> bool:
        """The rows over there are parts of the row here (an order's keys and values): they claim nothing by signs."""
        same = [(str(theirs.cell), str(own)) for own, theirs in pairs]
        back = [through(link).get(table.name, []) for _place, link in _places(self._map.get(name, []))]
        return any([(str(own), str(theirs.cell)) for own, theirs in found] == same for found in back)

    def _is_somebodys(
        self, name: str, row: FromClause, path: tuple[str, ...], by_signs: bool = True
    ) -> ColumnElement[bool]:
        """The row of that table belongs to somebody who stays. ``by_signs``: or looks so, with no account named."""
        if self._batch.is_home and name == self._file.account.table:
            return self._lives(row)
        table, rules = self._schema.table(name), self._map.get(name, [])
        owners = owners_of(self._file, self._batch.datastore, table, rules)
        firm = [self._names_who_stays(table, row, owner) for owner in owners]
        firm += self._through_others(table, rules, row, path)
        if not by_signs:
            return sa.or_(sa.false(), *firm)
        loose = [self._names_something_else(table, row, owner) for owner in owners if not owner.enforced]
        loose += self._held_inside(table, rules, row)
        return sa.or_(sa.false(), *firm, sa.and_(~self._is_taken(name, row), sa.or_(sa.false(), *loose)))

    def _names_who_stays(
        self, table: Table, row: FromClause, owner: Owner, customers: bool = False
    ) -> ColumnElement[bool]:
        """The cell names an account that is not of the batch. ``customers``: staff do not count."""
        cell = self._cell(table, row, owner)
        filled = ~is_nobody(cell.value, cell.column, owner.nobody)
        holds = sa.true() if owner.enforced else self._any_holds(table, row, owner)
        if self._strangers:
            exists = ~self._strangers.names_nobody((table.name, owner.name), cell.value, customers)
            return sa.and_(holds, cell.holds(sa.and_(filled, self._stays(cell.value, cell.column), exists)))
        accounts = self._batch.account_table
        key = accounts.column(self._file.account.id)
        other = self._rows_of(accounts.name)
        same_id = equal(other.c[key.name], key, cell.value, cell.column.kind, self._schema.dialect)
        counts = [self._condition(self._file.account.customers, accounts, other)] if customers else []
        lives = there_is(other, same_id, self._lives(other), *counts)
        return sa.and_(holds, cell.holds(sa.and_(filled, lives)))

    def _names_something_else(self, table: Table, row: FromClause, owner: Owner) -> ColumnElement[bool]:
        """The cell is filled, but by the links' conditions not with an account (a polymorphic id)."""
        cell = self._cell(table, row, owner)
        filled = cell.holds(~is_nobody(cell.value, cell.column, owner.nobody))
        return sa.and_(filled, ~sa.func.coalesce(self._any_holds(table, row, owner), sa.false()))

    def _cell(self, table: Table, row: FromClause, owner: Owner) -> Cell:
        dialect = self._schema.dialect
        return unwrapped(cell_of(table, row, owner.name, dialect), owner.target, dialect)

    def _any_holds(self, table: Table, row: FromClause, owner: Owner) -> ColumnElement[bool]:
        pairs = (sa.and_(*(self._condition(one, table, row) for one in both)) for both in owner.conditions)
        return sa.or_(*pairs)

    def _through_others(
        self, table: Table, rules: Sequence[Rule], row: FromClause, path: tuple[str, ...]
    ) -> Iterator[ColumnElement[bool]]:
        for name, other, ties in self._others_through(table, rules, row, path):
            yield there_is(other, *ties, self._is_somebodys(name, other, (*path, name)))

    def _others_through(
        self, table: Table, rules: Sequence[Rule], row: FromClause, path: tuple[str, ...]
    ) -> Iterator[tuple[str, FromClause, list[ColumnElement[bool]]]]:
        """(table, an alias of it, what ties it to the row) for each table that a link of the row goes through."""
        for _place, link in _places(rules):
            for name, pairs in through(link).items():
                if name not in path and name != "account" and name in self._schema.tables:  # a circle: nobody new
                    other = self._rows_of(name)
                    yield name, other, [*self._ties(table, row, name, other, pairs)]

    def _held_inside(self, table: Table, rules: Sequence[Rule], row: FromClause) -> Iterator[ColumnElement[bool]]:
        """An address, a number or an opaque value stands where the links look for the person's."""
        for _place, link in _places(rules):
            held = link.email or link.phone or (link.blob.column if link.blob else None)
            if held:
                cell = cell_of(table, row, held, self._schema.dialect)
                something = cell.value.is_not(None) if link.blob else ~is_nobody(cell.value, cell.column)
                yield cell.holds(something)

    def _is_taken(self, name: str, row: FromClause) -> ColumnElement[bool]:
        keys = self._known.get(name)
        if keys is None:
            return sa.false()
        held = keys.sql.alias()
        return there_is(held, held.c.rule >= 0, held.c.seeded < GONE, keys.matches(row, held))

    def _rows_of(self, name: str) -> FromClause:
        keys = self._known.get(name)
        return keys.source.alias() if keys else self._schema.table(name).sql.alias()

    def _lives(self, account: FromClause) -> ColumnElement[bool]:
        """The account's row is not of the batch, and does not look as an erasure leaves it."""
        table = self._batch.account_table
        key = table.column(self._file.account.id)
        stays = [self._stays(account.c[key.name], key), ~looks_erased(self._file, table, account)]
        guests = [~self._is_taken(table.name, account)] if self._file.account.guests is not None else []
        return sa.and_(*stays, *guests)

    def _stays(self, cell: ColumnElement[Any], column: Column) -> ColumnElement[bool]:
        """The cell of a column of account ids holds none of the batch's."""
        keys = self._batch.account_keys(column)
        return sa.and_(*(cell.not_in(sa.select(key).where(key.is_not(None))) for key in keys))

    def _condition(self, condition: Condition | None, table: Table, row: FromClause) -> ColumnElement[bool]:
        return to_sql(condition, table, self._schema, self._batch.now, row)


def _places(rules: Sequence[Rule]) -> Iterator[tuple[tuple[int, int], Link]]:
    yield from (((r, i), link) for r, rule in enumerate(rules) for i, link in enumerate(rule.link))


def _nobody(rules: Iterable[Rule], column: str) -> Iterator[Scalar]:
    yield from (rule.detach[column] for rule in rules if rule.detach.get(column) is not None)


def _cut(table: Table, rules: Sequence[Rule], column: str) -> Iterator[Scalar]:
    """What the column becomes, if it can be cut: the value that means nobody to another rule, else NULL."""
    named = next(_nobody(rules, column), None)
    described = table.columns.get(column)
    if named is not None or (described and described.nullable and column not in table.primary_key):
        yield named
