"""Carries out the fates of a batch's rows: set-based statements by key, as many as the data map is long.

Rows carry marks in their key tables beside those of the map's rules: :data:`NEEDED` for rows that a kept row points at,
:data:`DOOMED` for rows that are really deleted after all that is kept was taken out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.sql import FromClause
from sqlalchemy.sql.elements import ColumnElement

from pamitan.storefile.rules import Action
from pamitan.stores.cells import cell_value, differs_from, tells
from pamitan.stores.filenames import names_in
from pamitan.stores.keys import Keys
from pamitan.stores.keytables import CHUNK, CLEAN, GONE, SEPARATED, SHARED, KeyTable, StoredKey, drop_temporary
from pamitan.stores.rewrite import Editor, Rewritten, is_rewriting
from pamitan.stores.schema import Column, Schema
from pamitan.stores.steps import Assignment, Cascade, Fate, Need

NEEDED = -1
DOOMED = -2
Counts = dict[str, int]
"""Rows by account id."""


class TableWriter:
    """Counts and writes the rows of one table."""

    def __init__(self, connection: Connection, keys: Keys, fate: Fate) -> None:
        self.fate = fate
        self._connection = connection
        self._keys = keys
        self._table: KeyTable = keys.of(fate.table)
        self._rewritten: Rewritten | None = None
        self._counts: dict[tuple[int, ...], Counts] = {}
        self._marked = bool(fate.deletes) and bool(fate.kept or fate.needs or fate.assignments)

    # who stays, who goes

    def mark_needed(self, need: Need) -> int:
        """Take the rows that kept rows of a child point at out of the deletion; how many more that were."""
        ours, theirs = self._table, self._keys.of(need.child)
        if not ours.rows or not theirs.rows:
            return 0
        row, child = ours.source.alias("p"), theirs.source.alias("c")
        mine, kept, known = ours.sql.alias("m"), theirs.sql.alias("h"), ours.sql.alias("known")
        points = _pairs(child, need.columns, row, need.target_columns)
        joined = mine.join(row, ours.matches(row, mine)).join(child, points).join(kept, theirs.matches(child, kept))
        same = [known.c.account == mine.c.account, ours.same_row(known, mine)]
        already = sa.exists().where(known.c.rule == NEEDED, *same)
        query = sa.select(*self._copied(mine, NEEDED)).select_from(joined).distinct()
        stays: ColumnElement[bool] = kept.c.rule.in_(sorted(need.rules | {NEEDED}))
        if need.shared:
            stays = sa.or_(stays, kept.c.seeded == SHARED)
        return ours.insert(query.where(mine.c.rule >= 0, mine.c.seeded < GONE, stays, ~already))

    def mark_shared(self, need: Need) -> int:
        """Let the rows that shared rows of a child point at stay with them; how many more that were."""
        ours, theirs = self._table, self._keys.of(need.child)
        if not ours.rows or not theirs.rows:
            return 0
        row, child, held = ours.source.alias("p"), theirs.source.alias("c"), theirs.sql.alias("h")
        points = [ours.matches(row), _pairs(child, need.columns, row, need.target_columns), theirs.matches(child, held)]
        pointed_at = sa.exists().where(*points, held.c.seeded == SHARED).correlate(ours.sql)
        where = [ours.sql.c.rule >= 0, ours.sql.c.seeded < GONE, pointed_at]
        return self._connection.execute(sa.update(ours.sql).values(seeded=SHARED).where(*where)).rowcount

    def mark_doomed(self) -> None:
        """Settle which rows are deleted. To be called once, after all that is needed is marked."""
        if not self._marked or not self._table.rows:
            return
        mine = self._table.sql.alias("m")
        wanted = [mine.c.rule.in_(sorted(self.fate.deletes)), mine.c.seeded < GONE, ~self._is_protected(mine)]
        self._table.insert(sa.select(*self._copied(mine, DOOMED)).where(*wanted).distinct())

    def rewrite(self, editor: Editor) -> None:
        """Make the new values of the cells that depend on the old ones; :meth:`change` writes them."""
        groups = [group for group in self._groups if any(map(is_rewriting, group))]
        if groups and self._table.rows:
            conditions = [(group, partial(self._group_rows, group)) for group in groups]
            self._rewritten = Rewritten(self._connection, self._table, conditions)
            self._keys.adopt(self._rewritten)
            self._rewritten.fill(editor)

    def retire_clean(self) -> None:
        """Put aside the keys of rows that are already as they should be, so that late rows alone are left."""
        if not self._table.rows:
            return
        keys, row = self._table.sql, self._table.source.alias("t")
        dirty = [self._is_dirty(assignment, row) for assignment in self.fate.assignments if not assignment.shared]
        left = sa.exists().where(self._table.matches(row), sa.or_(sa.false(), *dirty)).correlate(keys)
        where = [keys.c.seeded < GONE, keys.c.rule.not_in(sorted(self.fate.deletes)), ~left]
        self._connection.execute(sa.update(keys).values(seeded=CLEAN).where(*where))
        if self.fate.shares:
            self._retire_separated()

    def _retire_separated(self) -> None:
        """The same for shared rows whose ties to the leaving account are cut."""
        keys, row = self._table.sql, self._table.source.alias("t")
        dirty = [self._is_dirty(assignment, row) for assignment in self.fate.assignments if assignment.shared]
        left = sa.exists().where(self._table.matches(row), sa.or_(sa.false(), *dirty)).correlate(keys)
        self._connection.execute(sa.update(keys).values(seeded=SEPARATED).where(keys.c.seeded == SHARED, ~left))

    # how many

    def count(self, action: Action) -> Counts:
        """The rows that are deleted, cleared, replaced or detached, by account."""
        if action == "delete":
            return self._counted(self._doomed_rows()) if self.fate.deletes else {}
        groups = [i for i, group in enumerate(self._groups) if any(item.action == action for item in group)]
        return self._rows_of_groups(tuple(groups)) if groups else {}

    def _rows_of_groups(self, groups: tuple[int, ...]) -> Counts:
        """The rows that these groups of assignments concern, counted once for all actions that they are of."""
        if groups not in self._counts:
            conditions = [self._group_rows(self._groups[i], self._table.sql) for i in groups]
            self._counts[groups] = self._counted(sa.or_(*conditions))
        return self._counts[groups]

    def count_kept(self, rule: int) -> Counts:
        """The rows that this rule keeps, by account."""
        return self._counted(sa.and_(self._table.sql.c.rule == rule, self._table.sql.c.seeded < GONE))

    def count_shared(self) -> Counts:
        """The rows that stay because they are another customer's as well, by account."""
        keys = self._table.sql
        return self._counted(sa.and_(keys.c.rule >= 0, keys.c.seeded == SHARED)) if self.fate.shares else {}

    def count_overruled(self) -> Counts:
        """The rows that a rule would delete and another keeps."""
        keys = self._table.sql
        if not self.fate.deletes or not self.fate.kept:
            return {}
        wanted = [keys.c.rule.in_(sorted(self.fate.deletes)), keys.c.seeded < GONE]
        return self._counted(sa.and_(*wanted, self._is_protected(keys)))

    def count_needed(self) -> Counts:
        """The rows that stay because kept rows point at them."""
        keys = self._table.sql
        return self._counted(sa.and_(keys.c.rule == NEEDED, keys.c.seeded < GONE)) if self.fate.needs else {}

    def holds_more_than(self, rows: int) -> bool:
        """Whether the table itself, other people's rows included, has more rows than that."""
        some = sa.select(sa.literal_column("1").label("one")).select_from(self._table.source).limit(rows + 1).subquery()
        return bool(self._connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one() > rows)

    # what is written down before

    def lasting_keys(self) -> Iterator[tuple[str, Iterator[StoredKey]]]:
        """The keys of rows that survive or lead to others, account by account, in a stream."""
        if not self._table.key.lasting or not self._table.rows:
            return
        keys, doomed = self._table.sql, self._doomed_alias()
        query = sa.select(keys, doomed.label("doomed")).where(keys.c.rule >= 0)
        query = query.where(*(keys.c.rule != rule for rule in sorted(self.fate.mentions)))
        query = query.order_by(keys.c.account, *self._table.keys())
        if not self.fate.leads:
            query = query.where(doomed == 0)
        rows = self._streamed(query)
        for number, group in groupby(rows, key=lambda row: row[0]):
            yield self._keys.account_of(number), (self._stored(row) for row in group)

    def personal_values(self) -> Iterator[tuple[str, str, Any]]:
        """(account id, kind, value) of the columns that tell who the person is."""
        if not self._table.rows:
            return
        source, joined = self._keys.joined(self._table, self._table.source.alias("t"))
        for rule in sorted({rule for rule, _, _ in self.fate.personal}):
            columns = [(column, kind) for r, column, kind in self.fate.personal if r == rule]
            cells = [source.c[column] for column, _ in columns]
            keys = self._table.sql.c
            query = sa.select(keys.account, *cells).select_from(joined).where(keys.rule == rule, keys.seeded < GONE)
            for number, *values in self._streamed(query.distinct()):
                for (_, kind), value in zip(columns, values, strict=True):
                    yield self._keys.account_of(number), kind, value

    @property
    def keys(self) -> KeyTable:
        """The keys of the batch's rows."""
        return self._table

    def staying(self, rule: int) -> ColumnElement[bool]:
        """The keys by that rule whose rows are there after the erasure and nobody else's; ``false`` if none can be."""
        keys = self._table.sql
        there = sa.and_(keys.c.rule == rule, keys.c.seeded.in_((0, 1, CLEAN)))
        if rule not in self.fate.deletes:
            return there
        return sa.and_(there, ~self._is_doomed(keys)) if self._marked else sa.false()

    def named_files(
        self, rule: int, columns: tuple[str, ...], alike: Sequence[int]
    ) -> Iterator[tuple[str, dict[str, str], bool]]:
        """(account id, columns, shared) of the rows of that rule whose files go; a law may keep the names.

        ``alike``: the rules by which the same files go.
        """
        gone = sa.or_(*(self._files_go(other, columns) for other in alike))
        for number, named, shared in names_in(
            self._connection, self._table, columns, self._files_go(rule, columns), gone
        ):
            yield self._keys.account_of(number), named, shared

    def _files_go(self, rule: int, columns: tuple[str, ...]) -> ColumnElement[bool]:
        """The keys by that rule whose rows' files go."""
        keys = self._table.sql
        mine = [keys.c.rule == rule, keys.c.seeded.in_((0, 1, CLEAN))]
        if rule in self.fate.deletes:
            mine.append(self._is_doomed(keys) if self._marked else sa.true())
        keeping = set().union(*(self._keeping(column) for column in columns))
        if keeping:
            other = self._table.sql.alias("keeping")
            mine.append(
                ~sa.exists().where(other.c.rule.in_(keeping), self._table.same_row(other, keys)).correlate(keys)
            )
        return sa.and_(*mine)

    # the writes

    def change(self) -> None:
        """Clear, replace and detach: every row is written once."""
        if len(self._groups) == 1:
            keys, group = self._table.sql, self._groups[0]
            self._update(keys, [(group, None)], sa.and_(self._group_rows(group, keys), *self._filled(group)))
        elif self._groups:
            with_flags = self._flags()
            self._update(with_flags, [(group, with_flags.c[f"g{i}"] == 1) for i, group in enumerate(self._groups)])
            drop_temporary(self._connection, with_flags.name)

    def loosen(self) -> None:
        """Cut foreign keys that run in a circle, in rows that are about to be deleted."""
        if self.fate.loosened:
            source = self._table.source
            nothing = {source.c[column]: sa.null() for column in self.fate.loosened}
            update = sa.update(source).values(nothing).where(self._table.matches(source), self._doomed_rows())
            self._connection.execute(update)

    def delete(self) -> int:
        """Delete the doomed rows; how many the database says it deleted."""
        source = self._table.source
        if self._connection.dialect.name != "sqlite":
            statement = sa.delete(source).where(self._table.matches(source), self._doomed_rows())
        else:
            chosen = sa.select(*self._table.keys()).where(self._doomed_rows())
            cells = self._table.keys(source)
            statement = sa.delete(source).where((sa.tuple_(*cells) if len(cells) > 1 else cells[0]).in_(chosen))
        return self._connection.execute(statement).rowcount

    def has_doomed_left(self) -> bool:
        """Whether rows that were deleted are still there: a trigger or a rule of the database brought them back."""
        _source, joined = self._keys.joined(self._table, self._table.source.alias("t"))
        query: sa.Select[Any] = (
            sa.select(sa.literal_column("1")).select_from(joined).where(self._doomed_rows()).limit(1)
        )
        return self._connection.execute(query).first() is not None

    def dragged_along(self, cascade: Cascade, child: TableWriter | None, child_table: sa.Table) -> Counts:
        """The rows of a child that the database would delete by itself although the data map does not, by account."""
        row, other = self._table.source.alias("p"), child_table.alias("c")
        joined = self._table.sql.join(row, self._table.matches(row))
        if child is not None:
            other = child._table.source.alias("c")
        joined = joined.join(other, _pairs(other, cascade.columns, row, cascade.target_columns))
        query = sa.select(self._table.sql.c.account, sa.func.count()).select_from(joined).where(self._doomed_rows())
        if child is not None:
            theirs = child._table.sql.alias("d")
            query = query.where(~sa.exists().where(child._table.matches(other, theirs), child._doomed_rows(theirs)))
        return self._by_account(query.group_by(self._table.sql.c.account))

    # conditions over the key table

    def _doomed_rows(self, keys: FromClause | None = None) -> ColumnElement[bool]:
        held = self._table.sql if keys is None else keys
        if self._marked:
            return held.c.rule == DOOMED
        return sa.and_(held.c.rule.in_(sorted(self.fate.deletes)), held.c.seeded < GONE)

    def _is_protected(self, keys: FromClause) -> ColumnElement[bool]:
        rules = [NEEDED, *(kept.rule for kept in self.fate.kept)]
        other = self._table.sql.alias("protecting")
        return sa.exists().where(other.c.rule.in_(rules), self._table.same_row(other, keys)).correlate(keys)

    def _is_doomed(self, keys: FromClause) -> ColumnElement[bool]:
        other = self._table.sql.alias("doomed")
        return sa.exists().where(other.c.rule == DOOMED, self._table.same_row(other, keys)).correlate(keys)

    def _doomed_alias(self) -> ColumnElement[int]:
        keys = self._table.sql
        is_doomed = self._is_doomed(keys) if self._marked else self._doomed_rows()
        return sa.case((is_doomed, 1), (keys.c.seeded == GONE, 1), else_=0)

    @cached_property
    def _groups(self) -> list[list[Assignment]]:
        """Assignments that concern the same rows, in the order of precedence."""
        groups: dict[Any, list[Assignment]] = {}
        for assignment in self.fate.assignments:
            place = (assignment.rule, assignment.links, self._keeping(assignment.column), assignment.shared)
            groups.setdefault(place, []).append(assignment)
        return list(groups.values())

    def _keeping(self, column: str) -> frozenset[int]:
        return frozenset(kept.rule for kept in self.fate.kept if kept.covers(column))

    def _group_rows(self, group: list[Assignment], keys: FromClause) -> ColumnElement[bool]:
        first = group[0]
        wanted = [keys.c.rule == first.rule, keys.c.seeded == SHARED if first.shared else keys.c.seeded < GONE]
        if first.links is not None:
            wanted.append(keys.c.link.in_(sorted(first.links)))
        if self._marked:
            wanted.append(~self._is_doomed(keys))
        if keeping := self._keeping(first.column):
            other = self._table.sql.alias("keeping")
            same = self._table.same_row(other, keys)
            wanted.append(~sa.exists().where(other.c.rule.in_(sorted(keeping)), same).correlate(keys))
        return sa.and_(*wanted)

    @property
    def _is_known_again(self) -> bool:
        """The case file's keys still name the rows after they were written: no key is among what is overwritten."""
        overwritten = {assignment.column for assignment in self.fate.assignments}
        return self._table.key.lasting and overwritten.isdisjoint(self._table.key.columns)

    def _is_dirty(self, assignment: Assignment, row: FromClause) -> ColumnElement[bool]:
        """The cell is not as the assignment leaves it."""
        keys, cell = self._table.sql, row.c[assignment.column]
        column = self._table.table.column(assignment.column)
        if is_rewriting(assignment):
            differs = self._rewritten.is_changed(column.name, row) if self._rewritten else sa.false()
        else:
            differs = differs_from(assignment.value, column, cell, self._table.dialect)
            if self._is_known_again and not tells(assignment.value, column):
                differs = sa.or_(differs, keys.c.seeded == 0)
        wanted = [keys.c.rule == assignment.rule, differs]
        if assignment.links is not None:
            wanted.append(keys.c.link.in_(sorted(assignment.links)))
        return sa.and_(*wanted)

    # statements

    def _update(
        self,
        keys: FromClause,
        groups: list[tuple[list[Assignment], ColumnElement[bool] | None]],
        where: ColumnElement[bool] | None = None,
    ) -> None:
        source = self._table.source
        cells: dict[str, list[tuple[ColumnElement[bool] | None, Any]]] = {}
        for group, condition in groups:
            for assignment in group:
                column = self._table.table.column(assignment.column)
                value = self._new_value(assignment, column, source)
                cells.setdefault(assignment.column, []).append((condition, value))
        values = {source.c[name]: _chosen(choices, source.c[name]) for name, choices in cells.items()}
        update = sa.update(source).values(values).where(self._table.matches(source, keys))
        self._connection.execute(update if where is None else update.where(where))

    def _filled(self, group: list[Assignment]) -> list[ColumnElement[bool]]:
        """Rows in which all is NULL already need not be written where nothing else is."""
        if any(item.value.kind != "null" for item in group):
            return []
        return [sa.or_(*(self._table.source.c[item.column].is_not(None) for item in group))]

    def _new_value(self, assignment: Assignment, column: Column, source: FromClause) -> Any:
        cell = source.c[column.name]
        if is_rewriting(assignment):
            return self._rewritten.value(column.name, source) if self._rewritten else cell
        return cell_value(assignment.value, column, cell, self._table.dialect)

    def _flags(self) -> sa.Table:
        """A temporary table with one row per row to change: its key, and which groups of assignments concern it."""
        keys, own = self._table.sql, self._table.keys()
        flags = [
            sa.func.max(sa.case((self._group_rows(group, keys), 1), else_=0)).label(f"g{i}")
            for i, group in enumerate(self._groups)
        ]
        name = f"{keys.name}_g"
        query = sa.select(*own, *flags).group_by(*own)
        columns = [sa.Column(column.name, column.type) for column in own] + [
            sa.Column(f"g{i}", sa.Integer) for i in range(len(flags))
        ]
        end = " ON COMMIT DROP" if self._table.dialect == "postgresql" else ""
        body = str(query.compile(self._connection, compile_kwargs={"literal_binds": True}))
        self._connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {name}{end} AS {body}")
        if self._table.dialect in ("postgresql", "sqlite"):
            self._connection.exec_driver_sql(f"ANALYZE {name}")
        return sa.Table(name, sa.MetaData(), *columns)

    def _streamed(self, query: sa.Select[Any]) -> Iterable[Any]:
        """At most so many rows as there are keys; few are fetched at once, for a cursor costs two more round trips."""
        options = {"yield_per": CHUNK} if self._table.rows > CHUNK else {}
        return self._connection.execute(query, execution_options=options)

    def _counted(self, condition: ColumnElement[bool]) -> Counts:
        if not self._table.rows:
            return {}
        rows = self._table.distinct_rows(condition)
        return self._by_account(sa.select(rows.c.account, sa.func.count()).group_by(rows.c.account))

    def _by_account(self, query: sa.Select[Any]) -> Counts:
        return {self._keys.account_of(number): rows for number, rows in self._connection.execute(query) if rows}

    def _copied(self, keys: FromClause, rule: int) -> list[ColumnElement[Any]]:
        """The columns of a key row, with another rule."""
        marks: dict[str, ColumnElement[Any]] = {"rule": sa.literal_column(str(rule)), "link": sa.literal_column("0")}
        return [marks.get(column.name, column).label(column.name) for column in keys.c]

    def _stored(self, row: Any) -> StoredKey:
        _account, rule, link, seeded, *cells, doomed = row
        width, shared = len(self._table.key.columns), seeded in (SHARED, SEPARATED)
        return StoredKey(rule, link, bool(doomed), tuple(cells[:width]), tuple(cells[width:]), shared)


def put_off_constraints(connection: Connection, schema: Schema, circles: bool) -> None:
    """Let the database check foreign keys at the end of the transaction, where it can.

    SQLite names no table when it refuses at the end, so there only where the order of deletions needs it.
    """
    if connection.dialect.name == "postgresql" and schema.may_defer:
        connection.exec_driver_sql("SET CONSTRAINTS ALL DEFERRED")
    elif connection.dialect.name == "sqlite" and circles:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")


def check_constraints_now(connection: Connection, schema: Schema) -> None:
    """Make PostgreSQL check what it put off, while we still know what we did."""
    if connection.dialect.name == "postgresql" and schema.may_defer:
        connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")


def _pairs(
    child: FromClause, columns: tuple[str, ...], parent: FromClause, target_columns: tuple[str, ...]
) -> ColumnElement[bool]:
    pairs = zip(columns, target_columns, strict=True)
    # the parent stands first: SQLite compares in the collation of what stands there, as its foreign keys do
    return sa.and_(*(parent.c[theirs] == child.c[ours] for ours, theirs in pairs))


def _chosen(choices: list[tuple[ColumnElement[bool] | None, Any]], cell: ColumnElement[Any]) -> Any:
    """The first choice whose condition holds, else the cell as it is."""
    if choices[0][0] is None:
        return choices[0][1]
    return sa.case(*((condition, value) for condition, value in choices if condition is not None), else_=cell)
