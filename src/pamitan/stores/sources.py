"""Values that a store file names by a source: a cell of the row in hand, or one in another table, to any depth."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.sql import FromClause
from sqlalchemy.sql.elements import ColumnElement

from pamitan.storefile.conditions import Attribute, Condition, Source
from pamitan.storefile.paths import parse_cell, parse_value
from pamitan.stores.paths import Cell, cell_of, require_json, same, wrapped
from pamitan.stores.schema import Schema, Table

Where = Callable[[Condition | None, Table, FromClause], ColumnElement[bool]]
"""A condition over a row of a table, as SQL."""


class SourceReader:
    """Reads sources in one database."""

    def __init__(self, schema: Schema, where: Where) -> None:
        self._schema = schema
        self._where = where

    def first(self, source: Source, table: Table, row: FromClause) -> Cell:
        """The value that belongs to the row, in a statement of its own; of several the first."""
        if isinstance(source, str):
            return self._first_element(self._cell(source, table, row))
        other = self._schema.table(source.table)
        alias = other.sql.alias()
        found = cell_of(other, alias, source.column, self._schema.dialect)
        query = sa.select(found.value).select_from(found.joined(alias, sa.true()))
        query = query.where(*self._joins(source, other, alias, table, row), self._where(source.where, other, alias))
        query = query.order_by(*(alias.c[name] for name in other.primary_key)).limit(1)
        return Cell(found.path, query.correlate(row).scalar_subquery(), found.column)

    def all(self, source: Source, table: Table, row: FromClause, rows: FromClause) -> tuple[Cell, FromClause]:
        """Every value that belongs to the row, and ``rows``, in which the row is, joined with what they are in."""
        if isinstance(source, str):
            cell = self._cell(source, table, row)
            return cell, cell.joined(rows, sa.true())
        other = self._schema.table(source.table)
        alias = other.sql.alias()
        joins = []
        for theirs, ours in source.on.items():
            cell, rows = self.all(ours, table, row, rows)
            joins.append(self._holds_same(other, alias, theirs, cell))
        rows = rows.join(alias, sa.and_(*joins, self._where(source.where, other, alias)))
        found = cell_of(other, alias, source.column, self._schema.dialect)
        return found, found.joined(rows, sa.true())

    def require(self, source: Source | None, table: Table) -> None:
        """Raise :class:`StoreMismatch` where a source names what is not there, or goes into what holds no JSON."""
        if isinstance(source, Attribute):
            other = self._schema.table(source.table)
            for theirs, ours in source.on.items():
                require_json(other, parse_cell(theirs))
                self.require(ours, table)
            require_json(other, parse_cell(source.column))
            self._where(source.where, other, other.sql)
        elif source is not None:
            require_json(table, parse_value(source).cell)

    def _cell(self, source: str, table: Table, row: FromClause) -> Cell:
        named = parse_value(source)
        return wrapped(cell_of(table, row, named.cell, self._schema.dialect), named)

    def _first_element(self, cell: Cell) -> Cell:
        if cell.elements is None:
            return cell
        first = sa.select(cell.value).select_from(cell.elements).limit(1)
        return Cell(cell.path, first.scalar_subquery(), cell.column, is_written=cell.is_written)

    def _joins(
        self, source: Attribute, other: Table, alias: FromClause, table: Table, row: FromClause
    ) -> list[ColumnElement[bool]]:
        pairs = source.on.items()
        return [self._holds_same(other, alias, theirs, self.first(ours, table, row)) for theirs, ours in pairs]

    def _holds_same(self, other: Table, alias: FromClause, name: str, value: Cell) -> ColumnElement[bool]:
        theirs = cell_of(other, alias, name, self._schema.dialect)
        return theirs.holds(same(theirs, value, self._schema.dialect))


def place_of(source: Source, table: str) -> tuple[str, str]:
    """The table and the column that a source is read from."""
    if isinstance(source, Attribute):
        return source.table, parse_cell(source.column).column
    return table, parse_value(source).cell.column
