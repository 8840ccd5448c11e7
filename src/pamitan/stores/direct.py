"""Tables that are counted and written by their link itself, without a key table: most tables of most shops.

On PostgreSQL a transaction sees one state of the database from its first statement to its last (REPEATABLE READ), and
fails where somebody else changed a row that it writes. So a link leads to the same rows whenever it is followed, as
long as we ourselves leave alone what it goes by. Where in addition nobody else asks for a table's keys, writing them
into a temporary table first would double the work: each statement here follows the link by the index that serves it.
Rows that are reached through another table are cleared by the keys that came along with the count.
:func:`direct_tables` says which tables these are; all others go through :mod:`pamitan.stores.writes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql import FromClause
from sqlalchemy.sql.elements import ColumnElement

from pamitan.storefile.conditions import is_of_row_alone
from pamitan.storefile.links import Link
from pamitan.storefile.model import StoreFile
from pamitan.storefile.rules import Action, Rule
from pamitan.stores.cells import cell_value
from pamitan.stores.conditions import to_sql
from pamitan.stores.keys import Keys
from pamitan.stores.keytables import CHUNK, AlikeKeys, StoredKey, row_key
from pamitan.stores.links import Place
from pamitan.stores.paths import cell_of, same
from pamitan.stores.prepared import Prepared
from pamitan.stores.schema import Column, Schema, Table
from pamitan.stores.sharing import is_unique
from pamitan.stores.steps import Fate

_BY_THE_INDEX = "SET LOCAL plan_cache_mode = force_generic_plan"
"""One plan for every batch: from the accounts by the indexes to their rows, however large the tables are. Planning anew
takes longer than all the work for one customer."""
_NO_KEYS = "[]"
AT_ONCE = 2_000
"""So many keys of one account are read as one array; more are streamed."""
DIRECT = Place(0, 0)
"""The one rule and the one link that a direct table has."""
_KEYS: dict[str, Any] = {"integer": sa.BigInteger(), "uuid": sa.Uuid(), "text": None}
"""The kinds of key that are read at once, and as what they are given back, if they are."""
_PADDED = ("CHAR", "BPCHAR", "CITEXT")
"""Texts that are equal to others; as an array's element they would lose what makes them so."""
Counts = dict[str, int]


# which tables


def direct_tables(file: StoreFile, datastore: str, schema: Schema, fates: Sequence[Fate]) -> frozenset[str]:
    """The tables of a datastore that can be counted and written by their link."""
    if schema.dialect != "postgresql":
        return frozenset()
    return _Judge(file, datastore, schema, fates).direct()


class _Judge:
    def __init__(self, file: StoreFile, datastore: str, schema: Schema, fates: Sequence[Fate]) -> None:
        self._file = file
        self._schema = schema
        self._map = file.map.get(datastore, {})
        self._fates = {fate.table: fate for fate in fates}
        self._is_home = datastore == file.home

    def direct(self) -> frozenset[str]:
        found = {table for table in self._fates if self._is_plain(table) and self._has_plain_link(table)}
        while left := {t for t in found if not self._may_be_followed(t, found) or self._is_asked_for(t, found)}:
            found -= left
        return frozenset(found)

    def _is_plain(self, table: str) -> bool:
        """One rule that either deletes or changes whole cells, of rows that are nobody else's."""
        fate, rules = self._fates[table], self._map[table]
        entangled = fate.kept or fate.needs or fate.cascades or fate.loosened or fate.shares or fate.mentions
        if entangled or len(rules) != 1 or bool(fate.deletes) == bool(fate.assignments):
            return False
        rewrites = any(assignment.value.kind == "rewritten" for assignment in fate.assignments)
        if rewrites or rules[0].files or rules[0].where is not None or not self._has_plain_accounts(table):
            return False
        return bool(fate.deletes) or self._key_kind(table) in _KEYS

    def _has_plain_accounts(self, table: str) -> bool:
        """If these are the accounts, each row alone says whether it is a customer's."""
        account = self._file.account
        if not self._is_home or table != account.table:
            return True
        return account.guests is None and is_of_row_alone(account.where)

    def _key_kind(self, table: str) -> str | None:
        key = row_key(self._schema.table(table), self._schema.dialect)
        if key.kind != "unique" or len(key.columns) > 1:
            return None
        column = self._schema.table(table).column(key.columns[0])
        return None if re.split(r"\W", column.sql_type.upper())[0] in _PADDED else column.kind

    def _has_plain_link(self, table: str) -> bool:
        """One link, by plain columns that an index serves, without a condition."""
        links = self._map[table][0].link
        if len(links) != 1 or links[0].on is None or links[0].where is not None:
            return False
        pairs = links[0].pairs()
        cells = [cell for own, target in pairs for cell in (own, target.cell)]
        plain = not any(cell.steps for cell in cells) and not any(target.is_template for _own, target in pairs)
        indexed = self._schema.table(table).has_index_on(own.column for own, _target in pairs)
        return plain and indexed and len(links[0].targets()) == 1

    def _may_be_followed(self, table: str, direct: set[str]) -> bool:
        """The link goes by the account's id, or by the key of a direct table, where we leave alone what it goes by."""
        pairs = self._map[table][0].link[0].pairs()
        through = pairs[0][1].table
        cells = {str(target.cell) for _own, target in pairs}
        if through == "account":
            is_account = self._is_home and table == self._file.account.table
            own_id = not is_account or pairs[0][0].column == self._file.account.id
            return len(pairs) == 1 and own_id and cells <= {"id", self._file.account.id}
        if through not in direct or self._fates[through].deletes:
            return False
        other = self._schema.table(through)
        written = {assignment.column for assignment in self._fates[through].assignments}
        left_alone = written.isdisjoint(cells | self._map[through][0].link[0].columns())
        return left_alone and cells == set(row_key(other, self._schema.dialect).columns) and is_unique(other, cells)

    def _is_asked_for(self, table: str, direct: set[str]) -> bool:
        """Another table's writer asks for the keys of this one's rows."""
        return any(self._asks(name, table) for name in self._fates if name not in direct)

    def _asks(self, name: str, table: str) -> bool:
        fate = self._fates[name]
        linked = {target for rule in self._map[name] for link in rule.link for target in _tables_of(link)}
        return table in linked | {need.child for need in fate.needs} | {cascade.child for cascade in fate.cascades}


def _tables_of(link: Link) -> set[str]:
    return link.targets() - {"account"}


# counting and writing


class Found(NamedTuple):
    """What one table has of one account. Keys and personal values come along where they are few enough."""

    number: int
    rows: int
    keys: str | None
    """A list of keys in JSON: it goes into the case file as it is."""
    filled: str | None
    """Those of rows in which there is anything to clear, where they are written by them."""
    personal: Sequence[Sequence[str | None]] | None


@dataclass(frozen=True)
class Way:
    """From a table's ``row``, link by link, to the cell that names the account. ``named``: the column of that cell."""

    row: FromClause
    owner: ColumnElement[Any]
    named: Column
    conditions: tuple[ColumnElement[bool], ...]
    """What ties the rows on the way to one another."""


class DirectTables:
    """The rows that a batch has in its direct tables. ``prepared`` has the statements."""

    def __init__(self, keys: Keys, fates: Sequence[Fate], prepared: Prepared) -> None:
        self.fates = {fate.table: fate for fate in fates}
        self._keys = keys
        self._batch = keys.batch.unfilled()
        self._map: Mapping[str, list[Rule]] = self._batch.file.map.get(self._batch.datastore, {})
        self._prepared = prepared

    def count(self, table: str, action: Action) -> Counts:
        """The rows that are deleted, cleared, replaced or detached, by account."""
        fate = self.fates[table]
        concerned = bool(fate.deletes) if action == "delete" else any(a.action == action for a in fate.assignments)
        counts: Counts = {}
        for found in self._found[table] if concerned else ():
            account = self._keys.account_of(found.number)
            counts[account] = counts.get(account, 0) + found.rows
        return counts

    def holds_more_than(self, table: str, rows: int) -> bool:
        """Whether the table itself, other people's rows included, has more rows than that."""
        some = sa.select(sa.literal_column("1")).select_from(self._table(table).sql).limit(rows + 1).subquery()
        query = sa.select(sa.func.count()).select_from(some)
        return bool(self._batch.connection.execute(query).scalar_one() > rows)

    def lasting_keys(self, table: str) -> Iterator[tuple[str, AlikeKeys | Iterator[StoredKey]]]:
        """(account id, its keys, as a stream where they are many)."""
        if self.fates[table].deletes:
            return
        kind = self._kind_of_key(table)
        for found in self._found[table]:
            account = self._keys.account_of(found.number)
            if found.keys is None:
                yield account, self._streamed_keys(table, found.number)
            else:
                yield account, AlikeKeys(DIRECT.rule, DIRECT.link, kind, found.keys)

    def personal_values(self, table: str) -> Iterator[tuple[str, str, Any]]:
        """(account id, kind, value) of the columns that tell who the person is."""
        kinds = [kind for _rule, _column, kind in self.fates[table].personal]
        for number, values in self._personal_rows(table) if kinds else ():
            for kind, value in zip(kinds, values, strict=True):
                yield self._keys.account_of(number), kind, value

    def _personal_rows(self, table: str) -> Iterator[tuple[int, Sequence[Any]]]:
        found = self._found[table]
        if any(one.personal is None for one in found):
            for number, *values in self._run(("personal", table), lambda: self._personal(table)):
                yield number, values
        else:
            yield from ((one.number, values) for one in found for values in one.personal or ())

    def change(self, table: str) -> None:
        """Clear, replace and detach: every row is written once."""
        filled = [found.filled for found in self._found[table]]
        if None in filled:
            self._run(("change", table), lambda: self._update(table))
        elif keys := ",".join(listed[1:-1] for listed in filled if listed and listed != _NO_KEYS):
            statement = self._prepared.once(("change by key", table), lambda: self._update_by_key(table))
            self._batch.connection.execute(statement, {"pamitan_keys": f"{{{keys}}}"})

    def delete(self, table: str) -> int:
        """Delete the rows; how many the database says it deleted."""
        return int(self._run(("delete", table), lambda: self._delete(table)).rowcount)

    def has_left(self, table: str) -> bool:
        """Whether rows that were deleted are still there: a trigger or a rule of the database brought them back."""
        return self._run(("left", table), lambda: self._left(table)).first() is not None

    # statements

    @cached_property
    def _found(self) -> dict[str, list[Found]]:
        """What there is in all these tables, by one statement."""
        found: dict[str, list[Found]] = {table: [] for table in self.fates}
        names = list(self.fates)
        if names:
            self._batch.connection.exec_driver_sql(_BY_THE_INDEX)
            for place, *rest in self._run("count", lambda: self._count(names)).all():
                found[names[place]].append(Found(*rest))
        return found

    def _count(self, names: list[str]) -> sa.CompoundSelect[Any] | sa.Select[Any]:
        selects = [self._counted(place, name) for place, name in enumerate(names)]
        return sa.union_all(*selects) if len(selects) > 1 else selects[0]

    def _counted(self, place: int, name: str) -> sa.Select[Any]:
        way, accounts = self._way(name), self._batch.accounts
        told = [sa.func.count().label("rows"), self._listed(name, way), self._filled(name, way), self._told(name, way)]
        by_owner = sa.select(way.owner.label("owner"), *told).where(*way.conditions, self._is_theirs(way))
        each = by_owner.group_by(way.owner).subquery(f"in_{place}")
        mine = sa.or_(*(each.c.owner == key for key in self._batch.account_keys(way.named)))
        marks = [sa.literal_column(str(place)).label("place"), accounts.c.n]
        return sa.select(*marks, *(each.c[part.name] for part in told)).select_from(accounts.join(each, mine))

    def _listed(self, name: str, way: Way) -> ColumnElement[Any]:
        """The keys of rows that stay."""
        if self.fates[name].deletes:
            return sa.cast(sa.null(), sa.Text).label("keys")
        keys = sa.func.array_to_json(sa.func.array_agg(way.row.c[self._key_of(name)]))
        return _if_few(sa.cast(keys, sa.Text)).label("keys")

    def _filled(self, name: str, way: Way) -> ColumnElement[Any]:
        """The keys of rows in which there is anything to clear, where it is dear to follow the link once more."""
        fate, key = self.fates[name], self._key_of(name)
        is_far, nulls = way.conditions != (), all(each.value.kind == "null" for each in fate.assignments)
        if fate.deletes or not is_far or not nulls or _KEYS[self._kind_of_key(name)] is None:
            return sa.cast(sa.null(), sa.Text).label("filled")
        is_filled = sa.or_(*(way.row.c[each.column].is_not(None) for each in fate.assignments))
        keys = sa.func.array_to_json(sa.func.array_agg(way.row.c[key]).filter(is_filled))
        nothing: ColumnElement[str] = sa.literal_column(f"'{_NO_KEYS}'")
        return _if_few(sa.func.coalesce(sa.cast(keys, sa.Text), nothing)).label("filled")

    def _told(self, name: str, way: Way) -> ColumnElement[Any]:
        """The personal cells of each row, where all of them are texts."""
        columns = [self._table(name).column(column) for _rule, column, _kind in self.fates[name].personal]
        if not columns or any(column.kind != "text" for column in columns):
            return sa.type_coerce(sa.cast(sa.null(), sa.ARRAY(sa.Text)), sa.types.NullType).label("personal")
        cells = postgresql.array([sa.cast(way.row.c[column.name], sa.Text) for column in columns])
        return _if_few(sa.func.array_agg(cells, type_=sa.types.NullType())).label("personal")

    def _key_of(self, table: str) -> str:
        return row_key(self._table(table), self._batch.dialect).columns[0]

    def _kind_of_key(self, table: str) -> str:
        return self._table(table).column(self._key_of(table)).kind

    def _streamed_keys(self, table: str, number: int) -> Iterator[StoredKey]:
        way = self._way(table)
        key = way.row.c[self._key_of(table)]
        query = self._each(way, key).where(self._batch.accounts.c.n == number).order_by(key)
        for (value,) in self._batch.execute(query, yield_per=CHUNK):
            yield StoredKey(DIRECT.rule, DIRECT.link, False, (value,), ())

    def _personal(self, table: str) -> sa.Select[Any]:
        way = self._way(table)
        cells = [way.row.c[column] for _rule, column, _kind in self.fates[table].personal]
        return self._each(way, self._batch.accounts.c.n, *cells)

    def _each(self, way: Way, *columns: ColumnElement[Any]) -> sa.Select[Any]:
        """These columns of every row, with the account that it belongs to."""
        return sa.select(*columns).where(*way.conditions, self._batch.names_account(way.owner, way.named))

    def _update(self, table: str) -> sa.Update:
        way, fate = self._way(table), self.fates[table]
        values, where = self._values(table, way.row), [*way.conditions, self._is_theirs(way)]
        if all(assignment.value.kind == "null" for assignment in fate.assignments):
            where.append(sa.or_(*(cell.is_not(None) for cell in values)))  # what is empty need not be written
        return sa.update(cast("sa.Table", way.row)).values(values).where(*where)

    def _update_by_key(self, table: str) -> sa.Update:
        row, kind = self._table(table).sql.alias("t"), _KEYS[self._kind_of_key(table)]
        keys = sa.cast(sa.bindparam("pamitan_keys", type_=sa.Text), sa.ARRAY(kind))
        update = sa.update(cast("sa.Table", row)).values(self._values(table, row))
        return update.where(row.c[self._key_of(table)] == sa.any_(keys))

    def _values(self, table: str, row: FromClause) -> dict[Any, Any]:
        """What the cells of the row become."""
        values: dict[Any, Any] = {}
        for assignment in self.fates[table].assignments:
            column, cell = self._table(table).column(assignment.column), row.c[assignment.column]
            values.setdefault(cell, cell_value(assignment.value, column, cell, self._batch.dialect))
        return values

    def _delete(self, table: str) -> sa.Delete:
        way = self._way(table)
        return sa.delete(cast("sa.Table", way.row)).where(*way.conditions, self._is_theirs(way))

    def _left(self, table: str) -> sa.Select[Any]:
        way = self._way(table)
        return sa.select(sa.literal_column("1")).where(*way.conditions, self._is_theirs(way)).limit(1)

    def _is_theirs(self, way: Way) -> ColumnElement[bool]:
        """The row is of some account of the batch: one array, so that PostgreSQL reads each page of the table once."""
        arrays = [sa.select(key).correlate(None).scalar_subquery() for key in self._batch.account_keys(way.named)]
        return sa.or_(*(way.owner == sa.any_(sa.func.array(array)) for array in arrays))

    def _run(self, name: object, build: Any) -> Any:
        """Execute a statement that is built once for all batches."""
        statement = self._prepared.once((name, self._batch.shape), build)
        return self._batch.execute(statement)

    def _table(self, name: str) -> Table:
        return self._batch.schema.table(name)

    def _way(self, name: str, length: int = 0) -> Way:
        table, pairs = self._table(name), self._map[name][DIRECT.rule].link[DIRECT.link].pairs()
        row, through = table.sql.alias(f"t{length}"), pairs[0][1].table
        if through == "account":
            own = table.column(pairs[0][0].column)
            return Way(row, row.c[own.name], own, tuple(self._customers(name, row)))
        before, other, dialect = self._way(through, length + 1), self._table(through), self._batch.dialect
        ties = [
            same(cell_of(table, row, own, dialect), cell_of(other, before.row, target.cell, dialect), dialect)
            for own, target in pairs
        ]
        return Way(row, before.owner, before.named, (*ties, *before.conditions))

    def _customers(self, name: str, row: FromClause) -> Iterator[ColumnElement[bool]]:
        """In the account table itself customers' rows alone are taken."""
        batch = self._batch
        if batch.is_home and name == batch.file.account.table:
            yield to_sql(batch.file.account.where, self._table(name), batch.schema, batch.now, row)


def _if_few(all_of_them: ColumnElement[Any]) -> ColumnElement[Any]:
    """What there is of a group, or NULL where it has too many rows."""
    few = sa.func.count() <= sa.literal_column(str(AT_ONCE))
    return sa.case((few, all_of_them), else_=sa.null())
