"""Whom an account id names that stands in another datastore than the accounts': asked of the accounts' own database.

A number in a mailing list is nobody's because no account has it any more, and only the home datastore knows that.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.sql import FromClause
from sqlalchemy.sql.elements import ColumnElement

from pamitan.storefile.model import StoreFile
from pamitan.storefile.rules import Rule
from pamitan.stores.conditions import to_sql
from pamitan.stores.ids import as_key, as_uuid, id_text, whole_number
from pamitan.stores.schema import Column, Schema, Table

Who = Literal["customer", "other"]
"""``other``: staff, or whoever else the store file does not count as a customer."""
Lookup = Callable[[Collection[str]], Mapping[str, Who]]
"""Given ids as text, those that living accounts have. An account that a closure emptied is none."""
Spot = tuple[str, str]
"""A table, and a cell of it as the store file names it."""
_AT_ONCE = 500
_DIGITS = 16
"""A pseudonym that an erasure writes into a column that is unique and never NULL has at most so many."""


class Strangers:
    """The account ids that stand in one datastore beside those of the batch; each is asked for once."""

    def __init__(self, connection: Connection, lookup: Lookup) -> None:
        self._connection = connection
        self._lookup = lookup
        self._known: dict[str, Who | None] = {}
        self._nobodys: defaultdict[Spot, set[Any]] = defaultdict(set)
        self._no_customers: defaultdict[Spot, set[Any]] = defaultdict(set)

    def ask(self, spot: Spot, ids: sa.Select[Any]) -> None:
        """Find out whom the ids name that this query gives, of that cell."""
        values = [value for (value,) in self._connection.execute(ids.distinct()) if value is not None]
        unknown = {id_text(value) for value in values} - self._known.keys()
        if unknown:
            found = self._lookup(unknown)
            self._known |= {text: found.get(text) for text in unknown}
        for value in values:
            who = self._known[id_text(value)]
            if who is None:
                self._nobodys[spot].add(value)
            if who != "customer":
                self._no_customers[spot].add(value)

    def names_nobody(self, spot: Spot, cell: ColumnElement[Any], customers: bool = False) -> ColumnElement[bool]:
        """The id that stands there exists nowhere; ``customers``: or is not a customer's."""
        values = (self._no_customers if customers else self._nobodys)[spot]
        return sa.func.coalesce(cell.in_(list(values)), sa.false()) if values else sa.false()


def who_are(
    connection: Connection, schema: Schema, file: StoreFile, ids: Collection[str], now: dt.datetime
) -> dict[str, Who]:
    """The lookup itself, in the home datastore. An id may be spelt otherwise than there."""
    table = schema.table(file.account.table)
    key, row = table.column(file.account.id), table.sql.alias()
    is_customer = to_sql(file.account.customers, table, schema, file.datastores[file.home].local(now), row)
    columns = [row.c[key.name], sa.case((is_customer, 1), else_=0)]
    query = sa.select(*columns).where(~looks_erased(file, table, row))
    found: dict[str, Who] = {}
    asked = sorted(ids)
    for start in range(0, len(asked), _AT_ONCE):
        keys = [key_ for text in asked[start : start + _AT_ONCE] for key_ in _keys(text, key)]
        if keys:
            for value, customer in connection.execute(query.where(row.c[key.name].in_(keys))):
                found[_in_one_spelling(id_text(value))] = "customer" if customer else "other"
    return {text: found[same] for text in asked if (same := _in_one_spelling(text)) in found}


def _keys(text: str, column: Column) -> Iterator[Any]:
    """The id as the key column may have it: a UUID with and without its dashes, in small or capital letters."""
    same = as_uuid(text)
    spellings = [text, str(same), same.hex, str(same).upper(), same.hex.upper()] if same else [text]
    keys = [as_key(spelling, column) for spelling in dict.fromkeys(spellings)]
    if column.kind in ("text", "choice"):
        yield from keys
    else:
        yield from (found for found in keys[:1] if found is not None)


def _in_one_spelling(text: str) -> str:
    same, number = as_uuid(text), whole_number(text, unsigned=True)
    return same.hex if same else str(number) if number is not None else text.strip().casefold()


def looks_erased(file: StoreFile, table: Table, row: FromClause) -> ColumnElement[bool]:
    """Everything that the data map empties in a row of the account table is empty: that account was closed."""
    emptied: dict[str, object] = {}
    rules: Sequence[Rule] = file.map.get(file.home, {}).get(table.name, [])
    for rule in rules:
        emptied |= dict.fromkeys(rule.clear) | rule.replace
    if emptied.keys().isdisjoint({str(file.account.email), str(file.account.phone)}):
        return sa.false()
    columns = [table.column(name) for name in emptied]
    signs = [_is_as_left(c, emptied[c.name], row.c[c.name]) for c in columns if c.kind == "text"]
    return sa.func.coalesce(sa.and_(*signs), sa.false())


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
