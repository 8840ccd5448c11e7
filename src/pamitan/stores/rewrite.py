"""Cells that are rewritten value by value: read in chunks, edited in Python, laid into a temporary table.

The table is then joined by the one UPDATE that makes all changes of a row, so there is no round trip per row. Two
temporary tables serve it: one numbers the rows (by key, each once, however many accounts share it), one holds the new
values by that number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects.mysql import LONGBLOB, LONGTEXT
from sqlalchemy.engine import Connection
from sqlalchemy.sql import FromClause
from sqlalchemy.sql.elements import ColumnElement

from pamitan.stores.keytables import CHUNK, KeyTable, drop_temporary
from pamitan.stores.schema import Column
from pamitan.stores.steps import Assignment

Condition = Callable[[FromClause], ColumnElement[bool]]
"""Which rows of a key table (or an alias of it) a group of assignments concerns."""


@dataclass(frozen=True)
class Touch:
    """One account's claim on a cell: by that rule, for that action."""

    account: int
    rule: int
    action: str


@dataclass(frozen=True)
class TouchedCell:
    """A cell with all that is to be done to it."""

    value: Any
    touches: frozenset[Touch]


class Editor(Protocol):
    """Knows what becomes of values."""

    def edit(self, column: Column, cells: Sequence[TouchedCell]) -> list[Any]:
        """The new value of each cell; the very same one where nothing changes."""


class Rewritten:
    """The new values of one table's cells."""

    def __init__(
        self, connection: Connection, keys: KeyTable, groups: Sequence[tuple[Sequence[Assignment], Condition]]
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._groups = [(group, condition) for group, condition in groups if any(map(is_rewriting, group))]
        names = {item.column: None for group, _ in self._groups for item in group if is_rewriting(item)}
        self._cells = keys.keys()
        self._columns = [keys.table.column(name) for name in names]
        self._rows = self._numbered()
        self._values = self._empty()

    def fill(self, editor: Editor) -> None:
        """Edit all cells, chunk by chunk."""
        last = self._connection.execute(sa.select(sa.func.max(self._rows.c.n))).scalar_one() or 0
        for start in range(1, last + 1, CHUNK):
            changed = self._edited(start, editor)
            if changed:
                self._connection.execute(sa.insert(self._values), changed)
        self._analyse(self._values.name)

    def value(self, name: str, row: FromClause) -> ColumnElement[Any]:
        """The new value of the row's cell, or the cell as it is."""
        cell = row.c[name]
        new: Any = self._lookup(row).with_only_columns(self._held(name)).scalar_subquery()
        if self._keys.dialect == "postgresql" and self._keys.table.column(name).kind == "json":
            new = sa.cast(new, cell.type)
        return sa.func.coalesce(new, cell)

    def is_changed(self, name: str, row: FromClause) -> ColumnElement[bool]:
        """The row's cell has a new value."""
        return self._lookup(row).where(self._held(name).is_not(None)).exists()

    def drop(self) -> None:
        """Drop the temporary tables."""
        for table in (self._values, self._rows):
            drop_temporary(self._connection, table.name)

    def _lookup(self, row: FromClause) -> sa.Select[Any]:
        joined = self._values.join(self._rows, self._values.c.n == self._rows.c.n)
        query = sa.select(self._values.c.n).select_from(joined).where(self._keys.matches(row, self._rows))
        return query.correlate(row)

    def _held(self, name: str) -> ColumnElement[Any]:
        return self._values.c[f"v{[column.name for column in self._columns].index(name)}"]

    def _numbered(self) -> sa.Table:
        """A temporary table of the rows' keys, each once, in the types of the source."""
        keys = self._keys.sql
        wanted = sa.or_(*(condition(keys) for _group, condition in self._groups))
        distinct = sa.select(*self._cells).where(wanted).distinct().subquery()
        number = sa.func.row_number().over(order_by=list(distinct.c)).label("n")
        body = sa.select(number, *distinct.c).compile(self._connection, compile_kwargs={"literal_binds": True})
        name = f"{keys.name}_w"
        indexes = [["n"]]
        if self._keys.key.kind != "whole" and self._keys.is_indexed:
            indexes.append([cell.key for cell in self._cells if cell.key])
        self._create(name, body, indexes)
        held = [sa.Column(cell.key, cell.type) for cell in self._cells if cell.key]
        return sa.Table(name, sa.MetaData(), sa.Column("n", sa.Integer), *held)

    def _empty(self) -> sa.Table:
        """A temporary table for the new values."""
        table = sa.Table(
            f"{self._keys.sql.name}_v",
            sa.MetaData(),
            sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
            *(sa.Column(f"v{i}", _roomy(column)) for i, column in enumerate(self._columns)),
            prefixes=["TEMPORARY"],
            postgresql_on_commit="DROP",
            mysql_charset="utf8mb4",
            mysql_collate="utf8mb4_bin",
        )
        table.create(self._connection, checkfirst=False)
        return table

    def _edited(self, start: int, editor: Editor) -> list[dict[str, Any]]:
        """The changed rows among those with these numbers."""
        rows = [(n, *_gathered(group)) for n, group in groupby(self._read(start), key=lambda row: row[0])]
        changed: dict[int, dict[str, Any]] = {}
        for i, column in enumerate(self._columns):
            cells = [TouchedCell(values[i], self._touches(column.name, claims)) for _n, values, claims in rows]
            for (n, _values, _claims), cell, new in zip(rows, cells, editor.edit(column, cells), strict=True):
                if new != cell.value:
                    changed.setdefault(n, {})[f"v{i}"] = new
        blank: dict[str, Any] = {f"v{i}": None for i in range(len(self._columns))}
        return [{"n": n, **blank, **new} for n, new in changed.items()]

    def _read(self, start: int) -> list[Any]:
        """(number, account, which groups, cells …) in the order of the numbers."""
        held, row = self._keys.sql.alias("h"), self._keys.source.alias("t")
        joined = self._rows.join(held, self._keys.same_row(held, self._rows)).join(
            row, self._keys.matches(row, self._rows)
        )
        flags = [sa.case((condition(held), 1), else_=0).label(f"f{i}") for i, (_, condition) in enumerate(self._groups)]
        cells = [_as_content(row.c[column.name], column).label(f"c{i}") for i, column in enumerate(self._columns)]
        number = self._rows.c.n
        query = sa.select(number, held.c.account, *flags, *cells).select_from(joined)
        query = query.where(number.between(start, start + CHUNK - 1)).order_by(number)
        width = len(flags)
        return [(n, account, rest[:width], rest[width:]) for n, account, *rest in self._connection.execute(query)]

    def _touches(self, column: str, claims: Mapping[int, frozenset[int]]) -> frozenset[Touch]:
        """Who wants something done to that column, and what."""
        return frozenset(
            Touch(account, item.rule, item.action)
            for place, accounts in claims.items()
            for item in self._groups[place][0]
            if item.column == column and is_rewriting(item)
            for account in accounts
        )

    def _create(self, name: str, body: object, indexes: list[list[str]]) -> None:
        run, dialect = self._connection.exec_driver_sql, self._keys.dialect
        if dialect not in ("postgresql", "sqlite"):  # MariaDB's CREATE INDEX would commit, even on a temporary table
            keys = ", ".join(f"KEY ({', '.join(columns)})" for columns in indexes)
            run(f"CREATE TEMPORARY TABLE {name} ({keys}) AS {body}")
            return
        run(f"CREATE TEMPORARY TABLE {name}{' ON COMMIT DROP' if dialect == 'postgresql' else ''} AS {body}")
        for columns in indexes:
            short = f"{name}_{columns[0]}"
            place = f"temp.{short}" if dialect == "sqlite" else short
            run(f"CREATE INDEX {place} ON {name} ({', '.join(columns)})")
        self._analyse(name)

    def _analyse(self, name: str) -> None:
        if self._keys.dialect in ("postgresql", "sqlite"):
            self._connection.exec_driver_sql(f"ANALYZE {name}")


def is_rewriting(assignment: Assignment) -> bool:
    """Whether the new value depends on the old one, so that it is made in Python."""
    return assignment.value.kind == "rewritten"


def _gathered(group: Iterator[Any]) -> tuple[Any, dict[int, frozenset[int]]]:
    """The cells of one row, and for each group of assignments the accounts that it concerns the row of."""
    claims: dict[int, frozenset[int]] = {}
    cells: Any = ()
    for _n, account, flags, values in group:
        cells = values
        for place, flag in enumerate(flags):
            if flag:
                claims[place] = claims.get(place, frozenset()) | {account}
    return cells, claims


def _as_content(cell: ColumnElement[Any], column: Column) -> ColumnElement[Any]:
    return sa.cast(cell, sa.Text) if column.kind == "json" else cell


def _roomy(column: Column) -> Any:
    if column.kind == "binary":
        return sa.LargeBinary().with_variant(LONGBLOB(), "mysql", "mariadb")
    return sa.Text().with_variant(LONGTEXT(), "mysql", "mariadb")
