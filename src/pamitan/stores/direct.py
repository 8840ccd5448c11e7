"""Tables that are counted and written by their link itself, without a key table: most tables of most shops.

On PostgreSQL a transaction sees one state of the database from its first statement to its last (REPEATABLE READ), and
fails where somebody else changed a row that it writes. So a link leads to the same rows whenever it is followed, as
long as we ourselves leave alone what it goes by. Where in addition nobody else asks for a table's keys, writing them
into a temporary table first would double the work: each statement here follows the link by the index that serves it.
:func:`direct_tables` says which tables these are; all others go through :mod:`pamitan.stores.writes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.elements import ColumnElement

from pamitan.storefile.conditions import is_of_row_alone
from pamitan.storefile.links import Link
from pamitan.storefile.model import StoreFile
from pamitan.storefile.rules import Action, Rule
from pamitan.stores.cells import cell_value
from pamitan.stores.keys import Keys
from pamitan.stores.keytables import CHUNK, KeyTable, StoredKey, row_key
from pamitan.stores.links import Linker, Place, Tie
from pamitan.stores.prepared import Prepared
from pamitan.stores.schema import Schema, Table
from pamitan.stores.sharing import is_unique
from pamitan.stores.steps import Fate

_BY_THE_INDEX = "SET LOCAL plan_cache_mode = force_generic_plan"
"""One plan for every batch: from the accounts by the indexes to their rows, however large the tables are. Planning anew
takes longer than all the work for one customer."""
AT_ONCE = 2_000
"""So many keys of one account are read as one array; more are streamed."""
DIRECT = Place(0, 0)
"""The one rule and the one link that a direct table has."""
_KEYS = {"integer": sa.BigInteger(), "uuid": sa.Uuid(), "text": sa.Text()}
"""The kinds of key that are read as arrays, and the arrays' types."""
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
            return cells <= {"id", self._file.account.id}
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


@dataclass(frozen=True)
class Found:
    """What one table has of one account. Keys and personal values come along where they are few enough."""

    number: int
    rows: int
    keys: Sequence[Any] | None
    personal: Sequence[Sequence[str | None]] | None


class DirectTables:
    """The rows that a batch has in its direct tables. ``prepared`` has the statements."""

    def __init__(self, keys: Keys, fates: Sequence[Fate], prepared: Prepared) -> None:
        self.fates = {fate.table: fate for fate in fates}
        self._keys = keys
        self._batch = keys.batch.unfilled()
        self._map: Mapping[str, list[Rule]] = self._batch.file.map.get(self._batch.datastore, {})
        self._prepared = prepared
        self._linkers: dict[str, Linker] = {}
        self._views: dict[str, KeyTable] = {}

    def count(self, table: str, action: Action) -> Counts:
        """The rows that are deleted, cleared, replaced or detached, by account."""
        fate = self.fates[table]
        concerned = bool(fate.deletes) if action == "delete" else any(a.action == action for a in fate.assignments)
        return {self._keys.account_of(found.number): found.rows for found in self._found[table]} if concerned else {}

    def holds_more_than(self, table: str, rows: int) -> bool:
        """Whether the table itself, other people's rows included, has more rows than that."""
        some = sa.select(sa.literal_column("1")).select_from(self._table(table).sql).limit(rows + 1).subquery()
        query = sa.select(sa.func.count()).select_from(some)
        return bool(self._batch.connection.execute(query).scalar_one() > rows)

    def lasting_keys(self, table: str) -> Iterator[tuple[str, Sequence[Any] | None, Iterator[StoredKey]]]:
        """(account id, its keys as plain values or ``None`` where they are too many, those as a stream)."""
        if self.fates[table].deletes:
            return
        for found in self._found[table]:
            many = self._streamed_keys(table, found.number) if found.keys is None else iter(())
            yield self._keys.account_of(found.number), found.keys, many

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
        self._run(("change", table), lambda: self._update(table))

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
            for place, number, rows, personal, *keys in self._run("count", lambda: self._count(names)).all():
                known = next((array for array in keys if array is not None), None)
                found[names[place]].append(Found(number, rows, known, personal))
        return found

    def _count(self, names: list[str]) -> sa.CompoundSelect[Any] | sa.Select[Any]:
        selects = [self._counted(place, name) for place, name in enumerate(names)]
        return sa.union_all(*selects) if len(selects) > 1 else selects[0]

    def _counted(self, place: int, name: str) -> sa.Select[Any]:
        tie, fate = self._tie(name), self.fates[name]
        key = self._linker(name).into.keys(tie.row)[0]
        kind = None if fate.deletes else self._table(name).column(self._key_of(name)).kind
        arrays = [self._array(key, type_, other == kind).label(other) for other, type_ in _KEYS.items()]
        marks = [sa.literal_column(str(place)).label("place"), tie.account.label("n"), sa.func.count().label("rows")]
        return tie.select(*marks, self._told(name, tie), *arrays).group_by(tie.account)

    def _array(self, key: ColumnElement[Any], type_: Any, wanted: bool) -> ColumnElement[Any]:
        return _if_few(sa.cast(key, type_), sa.ARRAY(type_)) if wanted else sa.cast(sa.null(), sa.ARRAY(type_))

    def _told(self, name: str, tie: Tie) -> ColumnElement[Any]:
        """The personal cells of each row, where all of them are texts."""
        columns = [self._table(name).column(column) for _rule, column, _kind in self.fates[name].personal]
        if not columns or any(column.kind != "text" for column in columns):
            return sa.cast(sa.null(), sa.ARRAY(sa.Text)).label("personal")
        cells = postgresql.array([sa.cast(tie.row.c[column.name], sa.Text) for column in columns])
        return _if_few(cells, sa.ARRAY(sa.Text)).label("personal")

    def _key_of(self, table: str) -> str:
        return self._linker(table).into.key.columns[0]

    def _streamed_keys(self, table: str, number: int) -> Iterator[StoredKey]:
        tie = self._tie(table)
        key = self._linker(table).into.keys(tie.row)[0]
        query = tie.select(key).where(tie.account == number).order_by(key)
        for (value,) in self._batch.execute(query, yield_per=CHUNK):
            yield StoredKey(DIRECT.rule, DIRECT.link, False, (value,), ())

    def _personal(self, table: str) -> sa.Select[Any]:
        tie = self._tie(table)
        return tie.select(tie.account, *(tie.row.c[column] for _rule, column, _kind in self.fates[table].personal))

    def _update(self, table: str) -> sa.Update:
        tie, fate, described = self._tie(table), self.fates[table], self._table(table)
        values: dict[Any, Any] = {}
        for assignment in fate.assignments:
            cell = tie.row.c[assignment.column]
            value = cell_value(assignment.value, described.column(assignment.column), cell, self._batch.dialect)
            values.setdefault(cell, value)
        where = list(tie.conditions)
        if all(assignment.value.kind == "null" for assignment in fate.assignments):
            where.append(sa.or_(*(cell.is_not(None) for cell in values)))  # what is empty need not be written
        return sa.update(cast("sa.Table", tie.row)).values(values).where(*where)

    def _delete(self, table: str) -> sa.Delete:
        tie = self._tie(table)
        return sa.delete(cast("sa.Table", tie.row)).where(*tie.conditions)

    def _left(self, table: str) -> sa.Select[Any]:
        tie = self._tie(table)
        return tie.select(tie.account).limit(1)

    def _run(self, name: object, build: Any) -> Any:
        """Execute a statement that is built once for all batches."""
        statement = self._prepared.once((name, self._batch.shape), build)
        return self._batch.execute(statement)

    def _table(self, name: str) -> Table:
        return self._batch.schema.table(name)

    def _tie(self, table: str) -> Tie:
        return self._linker(table).tie(DIRECT)

    def _linker(self, table: str) -> Linker:
        if table not in self._linkers:
            into = KeyTable(self._batch.connection, self._table(table), (), serial=0)
            self._linkers[table] = Linker(self._batch, into, self._map[table], self._view)
        return self._linkers[table]

    def _view(self, table: str) -> KeyTable:
        """What another table's link goes through: the keys as the link gives them, written down nowhere."""
        if table not in self._views:
            linker = self._linker(table)
            view = KeyTable(self._batch.connection, self._table(table), (), serial=0)
            tie = linker.tie(DIRECT)
            selected = tie.select(*view.selected(tie.row, tie.account, DIRECT.rule, DIRECT.link))
            view.sql = cast("sa.Table", selected.subquery(f"of_{len(self._views)}"))
            self._views[table] = view
        return self._views[table]


def _if_few(value: ColumnElement[Any], type_: Any) -> ColumnElement[Any]:
    """The values of a group as an array, or NULL where they are too many."""
    few = sa.func.count() <= sa.literal_column(str(AT_ONCE))
    return sa.case((few, sa.func.array_agg(value, type_=type_)), else_=sa.null())
