"""Reads whole databases in a stream: every column that may hold text, of every table, in chunks and flat memory."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.sql.elements import ColumnElement

from pamitan.stores.columns import ColumnKind
from pamitan.stores.engine import reading
from pamitan.stores.keytables import KeyTable, RowKey
from pamitan.stores.portions import Sieve, ranges
from pamitan.stores.schema import Column, Table

_TEXT_LIKE: set[ColumnKind] = {"text", "json", "uuid", "binary", "choice", "other"}
_NUMBERS: set[ColumnKind] = {"integer", "decimal"}
# A number column that is called so may hold phone numbers
_TELEPHONE = re.compile(r"phone|tele|(^|_)tel(_|$)|mobile|msisdn|whats|cell|fax|(^|_)hp(_|$)|ponsel", re.IGNORECASE)
_ROWS = 5_000
_LARGE_ROWS = 1_000
"""Per chunk, where a column has no limit to its length."""
_AT_ONCE = 500
"""So many rows are fetched by their positions."""


@dataclass(frozen=True)
class Chunk:
    """Some rows of one table: their keys, and the cells of each column in the same order."""

    key: RowKey
    keys: Sequence[tuple[Any, ...]]
    cells: Mapping[str, Sequence[Any]]


def chunks(engine: Engine, table: Table, sieve: Sieve | None = None) -> Iterator[Chunk]:
    """All rows of the table with those of its columns that may hold text; nothing where there is no such column.

    With a ``sieve``, where the database allows it, only those rows that it lets through, and far quicker. The cells are
    texts, bytes or numbers, as the driver has them. Raises :class:`pamitan.stores.errors.StoreUnavailable` where the
    database goes away.
    """
    columns = [column for column in table.columns.values() if may_hold_text(column)]
    if not columns:
        return
    with reading(engine) as connection:
        reader = _Reader(connection, table, columns)
        parted = ranges(connection, table, reader.source, columns) if sieve else None
        if parted is None or sieve is None:
            yield from reader.where(sa.true())
            return
        for portion in parted.portions():
            if portion.text is None:
                yield from reader.where(portion.within)
            positions = portion.suspects(sieve)
            while some := list(islice(positions, _AT_ONCE)):
                yield from reader.where(sa.and_(portion.within, parted.at(some)))


class _Reader:
    """Reads rows with their keys and cells."""

    def __init__(self, connection: Connection, table: Table, columns: Sequence[Column]) -> None:
        keyed = keyed_table(connection, table)
        self.source = keyed.source
        self._connection = connection
        self._key = keyed.key
        self._names = [column.name for column in columns]
        self._portion = _LARGE_ROWS if any(column.length is None for column in columns) else _ROWS
        cells = [readable(keyed.source.c[column.name], column, connection.dialect.name) for column in columns]
        self._query = sa.select(*keyed.keys(keyed.source), *(cell.label(f"c{i}") for i, cell in enumerate(cells)))

    def where(self, condition: ColumnElement[bool]) -> Iterator[Chunk]:
        """In a stream."""
        width = len(self._key.columns)
        options = {"yield_per": self._portion}
        for rows in self._connection.execute(self._query.where(condition), execution_options=options).partitions():
            by_column = list(zip(*rows, strict=True))
            keys = list(zip(*by_column[:width], strict=True))
            yield Chunk(self._key, keys, dict(zip(self._names, by_column[width:], strict=True)))


def sample(engine: Engine, table: Table, rows: int) -> Chunk:
    """At most so many rows, half from either end of the table, as :func:`chunks` gives them. Quick on any table."""
    columns = [column for column in table.columns.values() if may_hold_text(column)]
    with reading(engine) as connection:
        keyed = keyed_table(connection, table)
        cells = [readable(keyed.source.c[column.name], column, engine.dialect.name) for column in columns]
        first = sa.select(*keyed.keys(keyed.source), *(cell.label(f"c{i}") for i, cell in enumerate(cells)))
        found = [tuple(row) for row in connection.execute(first.limit(rows // 2))]
        if keyed.key.lasting and len(found) == rows // 2:
            last = first.order_by(*(key.desc() for key in keyed.keys(keyed.source))).limit(rows // 2)
            found = list(dict.fromkeys([*found, *(tuple(row) for row in connection.execute(last))]))
    width = len(keyed.key.columns)
    by_column = {column.name: [row[width + i] for row in found] for i, column in enumerate(columns)}
    return Chunk(keyed.key, [row[:width] for row in found], by_column)


def has_more_rows_than(engine: Engine, table: Table, rows: int) -> bool:
    """Whether the table is that large; reads no more than it must."""
    with reading(engine) as connection:
        some = sa.select(sa.literal(1)).select_from(table.sql).limit(rows + 1).subquery()
        return bool(connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one() > rows)


def may_hold_text(column: Column) -> bool:
    """Whether an address, a number or a name can stand in it."""
    return column.kind in _TEXT_LIKE or (column.kind in _NUMBERS and bool(_TELEPHONE.search(column.name)))


def keyed_table(connection: Connection, table: Table) -> KeyTable:
    """The table with what tells its rows apart; nothing is created."""
    return KeyTable(connection, table, (), 0)


def readable(cell: ColumnElement[Any], column: Column, dialect: str) -> ColumnElement[Any]:
    """The cell as text, or as the driver gives it where that is good enough."""
    if dialect == "postgresql" and column.kind != "binary":
        return sa.cast(cell, sa.Text)
    return sa.type_coerce(cell, sa.types.NullType())
