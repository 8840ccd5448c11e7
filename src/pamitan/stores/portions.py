"""Tables in large portions: thousands of rows as one text that the database itself puts together.

A sieve says in which of its rows something may stand; only those are fetched with their keys. That is several times
quicker than fetching every row, whatever the driver, and takes less than a plain read of the table does.

A portion is a range of pages on PostgreSQL, of rowids on SQLite, of values of the key on MariaDB. A long
cell and a large binary one do not go into the text: their rows are always fetched.
"""

from __future__ import annotations

import re
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.sql import FromClause
from sqlalchemy.sql.elements import ColumnElement

from pamitan.content.patterns import APART
from pamitan.stores.columns import ColumnKind
from pamitan.stores.keytables import row_key
from pamitan.stores.schema import Column, Table

Key = tuple[Any, ...]
Sieve = Callable[[str], Collection[int]]
"""Given rows parted by :data:`pamitan.content.patterns.APART`, the numbers of those in which something may stand."""

_CELLS_APART: Final = "\x1f"
_LONG: Final = "\x1a"
"""Stands for a cell that is not in the text."""
_LONGEST = 8_000
"""Bytes of a cell that goes into the text."""
_LONGEST_BINARY = 64
_LETTERS = 2_000_000
"""The length of a portion's text that is aimed at."""
_MOST_ROWS = 20_000
_MOST_PAGES = 256
_FIRST = 16
"""Rows or pages of the first portion; the next ones grow."""
_READABLE_KEYS: dict[ColumnKind, Callable[[str], Any]] = {
    "integer": int,
    "decimal": Decimal,
    "uuid": uuid.UUID,
    "binary": bytes.fromhex,
    "text": lambda digits: bytes.fromhex(digits).decode(),
}
"""How a part of a key is read from a position; a choice sorts in another order than it compares."""
_PARTS_APART: Final = "\x1d"
_GEOMETRY = re.compile(r"geometry|point|linestring|polygon|bit|vector", re.IGNORECASE)
_LIES_AT = "(tableoid || '/' || ctid)"
_TID_RANGES_SINCE = (14,)
"""The version of PostgreSQL that reads a range of pages without reading all others."""
_PAGES = """
WITH RECURSIVE part AS (
    SELECT CAST(:name AS regclass)::oid AS oid UNION SELECT inhrelid FROM pg_inherits JOIN part ON inhparent = part.oid)
SELECT max(pg_relation_size(part.oid) / current_setting('block_size')::int), bool_and(relkind IN ('r', 'p', 'm'))
FROM part JOIN pg_class USING (oid)
"""


@dataclass(frozen=True)
class Portion:
    """Some rows of a table. ``text`` is ``None`` where they could not be put together: then all are to be fetched."""

    within: ColumnElement[bool]
    text: str | None

    def suspects(self, sieve: Sieve) -> Iterator[str]:
        """The positions of the rows to fetch."""
        if not self.text:
            return
        rows = self.text.split(APART)
        found = set(sieve(self.text))
        if _LONG in self.text:
            found |= {number for number, row in enumerate(rows) if _LONG in row}
        yield from (rows[number].split(_CELLS_APART, 1)[0] for number in sorted(found))


class Ranges(ABC):
    """How a table is parted: by where its rows lie, or by its key."""

    position: ColumnElement[Any]
    """Tells a row of the table from the others, as text."""

    def __init__(self, connection: Connection, source: FromClause, cells: Sequence[ColumnElement[Any]]) -> None:
        self._connection = connection
        self._source = source
        self._cells = cells
        self._size = _FIRST

    @abstractmethod
    def portions(self) -> Iterator[Portion]:
        """The whole table, portion by portion."""

    @abstractmethod
    def at(self, positions: Sequence[str]) -> ColumnElement[bool]:
        """The rows at these positions."""

    @abstractmethod
    def _joined(self, row: ColumnElement[Any]) -> ColumnElement[Any]:
        """All rows as one text."""

    def _portion(self, within: ColumnElement[bool], most: int) -> Portion:
        apart: ColumnElement[Any] = sa.literal_column(f"'{_CELLS_APART}'")
        row = self.position
        for cell in self._cells:
            row = self._beside(row, apart, cell)
        query = sa.select(sa.func.count(), self._joined(row)).select_from(self._source).where(within)
        count, found = self._connection.execute(query).one()
        text = found.decode(errors="replace") if isinstance(found, bytes) else found or ""
        self._size = min(most, 4 * self._size, max(1, self._size * _LETTERS // max(len(text), 1)))
        whole = not count or (text.endswith(APART) and text.count(APART) == count)
        return Portion(within, text[:-1] if whole else None)

    def _beside(self, *texts: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.func.concat(*texts)


class _Pages(Ranges):
    """PostgreSQL: by the pages of the table or, at once, of all its partitions."""

    _tid: ColumnElement[Any] = sa.literal_column("ctid")
    position = sa.literal_column(_LIES_AT, sa.Text)

    def __init__(self, pages: int, *given: Any) -> None:
        super().__init__(*given)
        self._pages = pages

    def portions(self) -> Iterator[Portion]:
        start = 0
        while start < self._pages:
            end = start + self._size
            yield self._portion(sa.and_(self._tid >= _place(start), self._tid < _place(end)), _MOST_PAGES)
            start = end

    def at(self, positions: Sequence[str]) -> ColumnElement[bool]:
        placed = [position.split("/") for position in positions]
        tids = ", ".join(f"'{tid}'" for _table, tid in placed)
        pairs = ", ".join(f"'{position}'" for position in positions)
        return sa.and_(
            sa.literal_column(f"ctid = ANY (ARRAY[{tids}]::tid[])", sa.Boolean),
            sa.literal_column(f"{_LIES_AT} IN ({pairs})", sa.Boolean),
        )

    def _joined(self, row: ColumnElement[Any]) -> ColumnElement[Any]:
        apart: ColumnElement[Any] = sa.literal_column(f"'{APART}'")
        return sa.func.string_agg(row, apart).op("||")(apart)

    def _beside(self, *texts: ColumnElement[Any]) -> ColumnElement[Any]:
        joined = texts[0]
        for text in texts[1:]:
            joined = joined.op("||")(text)
        return joined


class _Keys(Ranges):
    """By the order of a key, of one column or several."""

    def __init__(self, keys: Sequence[ColumnElement[Any]], kinds: Sequence[ColumnKind], *given: Any) -> None:
        super().__init__(*given)
        self._keys = keys
        self._read = [_READABLE_KEYS[kind] for kind in kinds]

    def portions(self) -> Iterator[Portion]:
        low: Key | None = None
        while True:
            after = sa.true() if low is None else self._beyond(low)
            bound = sa.select(*self._keys).select_from(self._source).where(after).order_by(*self._keys)
            high = self._connection.execute(bound.limit(1).offset(self._size - 1)).first()
            if high is None:
                yield self._portion(after, _MOST_ROWS)
                return
            yield self._portion(sa.and_(after, self._until(tuple(high))), _MOST_ROWS)
            low = tuple(high)

    def at(self, positions: Sequence[str]) -> ColumnElement[bool]:
        read = [self._key(position) for position in positions]
        if len(self._keys) == 1:
            return self._keys[0].in_([key[0] for key in read])
        return sa.or_(*(sa.and_(*(c == v for c, v in zip(self._keys, key, strict=True))) for key in read))

    def _key(self, position: str) -> Key:
        parts = position.split(_PARTS_APART)
        return tuple(read(part) for read, part in zip(self._read, parts, strict=True))

    def _beyond(self, low: Key) -> ColumnElement[bool]:
        """The keys after that one: spelt out, because MariaDB goes by no index for ``(a, b) > (1, 2)``."""
        return self._compared(low, lambda cell, value: cell > value)

    def _until(self, high: Key) -> ColumnElement[bool]:
        """The keys up to that one."""
        same = sa.and_(*(cell == value for cell, value in zip(self._keys, high, strict=True)))
        return sa.or_(self._compared(high, lambda cell, value: cell < value), same)

    def _compared(
        self, key: Key, compare: Callable[[ColumnElement[Any], Any], ColumnElement[bool]]
    ) -> ColumnElement[bool]:
        ways = []
        for place, (cell, value) in enumerate(zip(self._keys, key, strict=True)):
            same = (c == v for c, v in zip(self._keys[:place], key[:place], strict=True))
            ways.append(sa.and_(*same, compare(cell, value)))
        return sa.or_(*ways)


class _Rowids(_Keys):
    """SQLite."""

    def __init__(self, name: str, *given: Any) -> None:
        key = sa.literal_column(name, sa.Integer)
        super().__init__([key], ["integer"], *given)
        self.position = key

    def _joined(self, row: ColumnElement[Any]) -> ColumnElement[Any]:
        apart: ColumnElement[Any] = sa.literal_column(f"'{APART}'")
        together = sa.func.group_concat(row.op("||")(apart), sa.literal_column("''"))
        return sa.cast(together, sa.LargeBinary)  # a text that is no UTF-8 would raise

    def _beside(self, *texts: ColumnElement[Any]) -> ColumnElement[Any]:
        joined = texts[0]
        for text in texts[1:]:
            joined = joined.op("||")(text)
        return joined


class _KeyValues(_Keys):
    """MariaDB and MySQL."""

    def __init__(self, keys: Sequence[ColumnElement[Any]], columns: Sequence[Column], *given: Any) -> None:
        super().__init__(keys, [column.kind for column in columns], *given)
        parts = [_shown_key(key, column) for key, column in zip(keys, columns, strict=True)]
        apart: ColumnElement[Any] = sa.literal_column(f"'{_PARTS_APART}'")
        self.position = parts[0]
        for part in parts[1:]:
            self.position = sa.func.concat(self.position, apart, part)
        # what is cut off all the same, by the server's max_allowed_packet, is noticed by the missing end
        self._connection.exec_driver_sql("SET SESSION group_concat_max_len = 1073741824")

    def _joined(self, row: ColumnElement[Any]) -> ColumnElement[Any]:
        ended = sa.func.concat(row, sa.literal_column(f"'{APART}'"))
        return sa.func.group_concat(ended.op("SEPARATOR")(sa.literal_column("''")))


def ranges(connection: Connection, table: Table, source: FromClause, columns: Sequence[Column]) -> Ranges | None:
    """How to part the table with these of its columns; ``None`` where it must be read row by row."""
    dialect = connection.dialect.name
    cells = [_cell(source.c[column.name], column, dialect) for column in columns]
    given = (connection, source, cells)
    if dialect == "postgresql":
        pages = _pages(connection, table)
        return None if pages is None else _Pages(pages, *given)
    if dialect == "sqlite":
        name = _rowid(connection, table)
        return _Rowids(name, *given) if name else None
    named = row_key(table, dialect)
    columns_of_key = [table.column(name) for name in named.columns]
    if not named.lasting or any(column.kind not in _READABLE_KEYS for column in columns_of_key):
        return None
    return _KeyValues([source.c[column.name] for column in columns_of_key], columns_of_key, *given)


def _shown_key(key: ColumnElement[Any], column: Column) -> ColumnElement[Any]:
    """In digits, where a text may hold the very signs that part keys, cells and rows."""
    if column.kind == "binary":
        return sa.func.hex(key)
    return sa.func.hex(_in_unicode(key)) if column.kind == "text" else _in_unicode(key)


def _pages(connection: Connection, table: Table) -> int | None:
    """How many; ``None`` where the table is read from elsewhere, or by an older server."""
    version = connection.dialect.server_version_info or ()
    name = connection.dialect.identifier_preparer.format_table(table.sql)
    pages, here = connection.execute(sa.text(_PAGES), {"name": name}).one()
    return int(pages) if here and version >= _TID_RANGES_SINCE else None


def _place(page: int) -> ColumnElement[Any]:
    return sa.literal_column(f"'({page},0)'::tid")


def _rowid(connection: Connection, table: Table) -> str | None:
    """The name by which SQLite knows a row's number; ``None`` in a table WITHOUT ROWID."""
    taken = {name.lower() for name in table.columns}
    options = sa.text("SELECT wr FROM pragma_table_list WHERE name = :name AND schema = 'main'")
    if connection.execute(options, {"name": table.sql.name}).scalar():
        return None
    return next((name for name in ("rowid", "_rowid_", "oid") if name not in taken), None)


def _cell(cell: ColumnElement[Any], column: Column, dialect: str) -> ColumnElement[Any]:
    """The cell as text, never NULL."""
    plain = sa.type_coerce(cell, sa.types.NullType())
    if dialect == "postgresql":
        return _on_postgresql(plain, column)
    if dialect == "sqlite":
        kind = sa.func.typeof(plain)
        text = _unless_long(sa.func.length(plain), _LONGEST, plain)
        blob = _unless_long(sa.func.length(plain), _LONGEST_BINARY, sa.func.hex(plain))
        return sa.case((kind == "null", ""), (kind == "blob", blob), else_=text)
    if column.kind == "binary" or _GEOMETRY.search(column.sql_type):
        shown = _unless_long(sa.func.length(plain), _LONGEST_BINARY, sa.func.hex(plain))
    else:
        shown = _shortened(sa.func.length(plain), column, _in_unicode(plain))
    return sa.func.coalesce(shown, "")


def _on_postgresql(cell: ColumnElement[Any], column: Column) -> ColumnElement[Any]:
    if column.kind == "binary":
        size = sa.func.octet_length(cell)
        return sa.func.coalesce(_unless_long(size, _LONGEST_BINARY, sa.func.encode(cell, "hex")), "")
    text = sa.cast(cell, sa.Text)
    return sa.func.coalesce(_shortened(sa.func.octet_length(text), column, text), "")


def _shortened(size: ColumnElement[Any], column: Column, text: ColumnElement[Any]) -> ColumnElement[Any]:
    short = column.kind in ("uuid", "choice", "integer", "decimal") or (column.length or _LONGEST) * 4 <= _LONGEST
    return text if short else _unless_long(size, _LONGEST, text)


def _unless_long(size: ColumnElement[Any], most: int, text: ColumnElement[Any]) -> ColumnElement[Any]:
    return sa.case((size > most, _LONG), else_=text)


def _in_unicode(cell: ColumnElement[Any]) -> ColumnElement[Any]:
    return sa.func.convert(cell.op("USING")(sa.literal_column("utf8mb4")), type_=sa.Text)
