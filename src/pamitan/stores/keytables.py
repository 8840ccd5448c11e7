"""Temporary tables of keys: which rows of a table are tied to which account of a batch.

They live on one connection, inside its transaction. A key table has the columns ``account`` (the account's number in
the batch), ``rule`` and ``link`` (their positions in the data map), ``seeded`` (1 for a key that came from a case file,
:data:`GONE` for one that only leads to others), then the row's key as ``k0``, ``k1`` … and the cells that links of
other tables go through as ``l0``, ``l1`` …, all in the types and collations of the source; what is in JSON as text.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any, Literal, NamedTuple
from zlib import crc32

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.sql import FromClause
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import UserDefinedType

from pamitan.storefile.paths import parse_cell
from pamitan.stores.paths import Cell, cell_of_lead, lead_of
from pamitan.stores.schema import Column, Table

GONE = 2
"""The value of ``seeded`` for a row that is no longer there; its key only leads to others."""
CLEAN = 3
"""The value of ``seeded`` for a row that is already as it should be."""
SHARED = 4
"""The value of ``seeded`` for a row that is another customer's as well and stays (:mod:`pamitan.stores.sharing`)."""
SEPARATED = 5
"""The value of ``seeded`` for a shared row whose tie to the leaving account is already cut."""
CHUNK = 1000
"""Rows per insert into a key table, and per read from one."""
_LASTING = {"SMALLINT", "INTEGER", "BIGINT", "UUID"}
_ASSUMED_ROWS = 5_000  # PostgreSQL takes a table that was never analysed for at least ten pages long
_INDEXABLE_CHARACTERS = 700  # InnoDB's index entries hold 3,072 bytes; a character takes up to 4


class _Position(UserDefinedType[Any]):
    """PostgreSQL's ``tid`` and ``oid``: where a row lies. Its own text form goes in and out."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_options: Any) -> str:
        return self.name

    def bind_expression(self, bindvalue: Any) -> Any:
        return sa.cast(sa.type_coerce(bindvalue, sa.Text), self)


@dataclass(frozen=True)
class StoredKey:
    """One key as a case file keeps it, apart from any connection."""

    rule: int
    link: int
    gone: bool
    """The row itself was deleted; the key is kept because other rows are found through it."""
    key: tuple[Any, ...]
    leads: tuple[Any, ...]
    shared: bool = False
    """The row stayed, because it is another customer's as well."""

    def to_plain(self) -> list[Any]:
        """In JSON's own types."""
        values = [to_plain(value) for value in (*self.key, *self.leads)]
        return [self.rule, self.link, 2 if self.shared else int(self.gone), len(self.key), *values]

    @classmethod
    def from_plain(cls, plain: list[Any]) -> StoredKey:
        """Read what :meth:`to_plain` wrote."""
        rule, link, state, width, *values = plain
        read = [from_plain(value) for value in values]
        return cls(rule, link, state == 1, tuple(read[:width]), tuple(read[width:]), state == 2)


class AlikeKeys(NamedTuple):
    """Keys of one column, of rows that stay and that one link led to: ``listed`` as JSON, as the database wrote it."""

    rule: int
    link: int
    kind: str
    """Of the column: ``integer``, ``text`` or ``uuid``."""
    listed: str

    def read(self) -> Iterator[StoredKey]:
        """Each of them."""
        typed: Any = uuid.UUID if self.kind == "uuid" else _as_it_is
        return (StoredKey(self.rule, self.link, False, (typed(value),), ()) for value in json.loads(self.listed))


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class RowKey:
    """What tells a row of a table from all others.

    ``whole``: nothing but the row itself does, so equal rows share one fate (MariaDB's tables without any key).
    ``position``: the place where the row lies, which is good for one transaction only.
    """

    kind: Literal["unique", "position", "whole"]
    columns: tuple[str, ...]

    @property
    def lasting(self) -> bool:
        """Whether it names the same row in a later transaction."""
        return self.kind == "unique"


def row_key(table: Table, dialect: str) -> RowKey:
    """The primary key, else a unique key without NULLs, else the row's place, else the row itself."""
    if table.primary_key:
        return RowKey("unique", table.primary_key)
    for unique in table.uniques:
        if not any(table.columns[column].nullable for column in unique):
            return RowKey("unique", unique)
    if dialect == "sqlite":
        taken = {name.lower() for name in table.columns}
        return RowKey("position", (next(name for name in ("rowid", "_rowid_", "oid") if name not in taken),))
    if dialect == "postgresql":
        return RowKey("position", ("tableoid", "ctid"))
    return RowKey("whole", tuple(name for name, column in table.columns.items() if not column.generated))


class KeyTable:
    """The key table of one table. ``sql`` is for statements; ``source`` is the table itself, with its place columns."""

    def __init__(self, connection: Connection, table: Table, leads: Iterable[str], serial: int) -> None:
        self.table = table
        self.leads = tuple(sorted(set(leads)))
        self.dialect = connection.dialect.name
        self.key = row_key(table, self.dialect)
        self.rows = 0
        """How many keys were added."""
        self._each_once = not any(parse_cell(lead).many for lead in self.leads)
        self._connection = connection
        self._width = len(self.key.columns)
        known = table.sql.info.setdefault("pamitan", {})  # SQLAlchemy compiles once what names the very same objects
        if (self.leads, serial) not in known:
            self.source = _with_place(table.sql, self.key)
            known[self.leads, serial] = self.source, self._describe(serial)
        self.source, self.sql = known[self.leads, serial]

    def create(self) -> None:
        """Make it, empty, in the types of the source."""
        if "create" not in self.sql.info:
            self.sql.info["create"] = [*self._statements()]
        for statement in self.sql.info["create"]:
            self._connection.exec_driver_sql(statement)

    def drop(self) -> None:
        """Drop it, or leave it to be emptied by the end of the transaction."""
        if not self._stays:
            drop_temporary(self._connection, self.sql.name)

    def analyse(self) -> None:
        """Tell the planner how few keys there are.

        MariaDB sees by itself, and its ANALYZE would commit; PostgreSQL sees how large a table of many pages is.
        """
        few = self.dialect == "postgresql" and self.rows <= _ASSUMED_ROWS
        if self.rows and (few or self.dialect == "sqlite"):
            self._connection.exec_driver_sql(f"ANALYZE {self.sql.name}")

    def keys(self, source: FromClause | None = None) -> list[ColumnElement[Any]]:
        """The key columns: of the key table, or of ``source``, an alias of the table."""
        if source is None:
            return [self.sql.c[f"k{i}"] for i in range(self._width)]
        return [source.c[column] for column in self.key.columns]

    def lead(self, name: str, keys: FromClause) -> Cell:
        """The row's cell of that name, as the key table (or an alias of it) has it."""
        held = f"k{self.key.columns.index(name)}" if name in self.key.columns else f"l{self.leads.index(name)}"
        return cell_of_lead(self.table, keys.c[held], name, self.dialect)

    def matches(self, source: FromClause, keys: FromClause | None = None) -> ColumnElement[bool]:
        """Row and key are of one another."""
        held = self.sql if keys is None else keys
        pairs = [(cell, held.c[f"k{i}"]) for i, cell in enumerate(self.keys(source))]
        if self.key.kind == "whole":
            return sa.and_(*(cell.is_not_distinct_from(key) for cell, key in pairs))
        return sa.and_(*(cell == key for cell, key in pairs))

    def same_row(self, one: FromClause, other: FromClause) -> ColumnElement[bool]:
        """Two aliases of key tables of this table hold the same row."""
        names = [f"k{i}" for i in range(self._width)]
        if self.key.kind == "whole":
            return sa.and_(*(one.c[name].is_not_distinct_from(other.c[name]) for name in names))
        return sa.and_(*(one.c[name] == other.c[name] for name in names))

    def insert(self, select: sa.Select[Any]) -> int:
        """Add the keys that the SELECT gives, in the order of :meth:`selected`; how many those were."""
        # without the option psycopg's cursor is closed before it can tell
        counted = {"preserve_rowcount": True}
        insert = sa.insert(self.sql).from_select(self._names(), select)
        added = self._connection.execute(insert, execution_options=counted).rowcount
        self._each_once = self._each_once and not (self.rows and added)
        self.rows += added
        return added

    def selected(
        self, source: FromClause, account: ColumnElement[Any], rule: int, link: int, seeded: int = 0
    ) -> list[ColumnElement[Any]]:
        """What to SELECT for :meth:`insert`."""
        marks: list[ColumnElement[Any]] = [sa.literal_column(str(number)) for number in (rule, link, seeded)]
        labels = [mark.label(name) for mark, name in zip(marks, ("rule", "link", "seeded"), strict=True)]
        return [account.label("account"), *labels, *self._of(source, labelled=True)]

    def insert_plain(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Add rows of (account, rule, link, seeded, key and lead columns …), in chunks."""
        names, rest = self._names(), iter(rows)
        self._each_once = False
        while chunk := list(islice(rest, CHUNK)):
            self._connection.execute(sa.insert(self.sql), [dict(zip(names, row, strict=True)) for row in chunk])
            self.rows += len(chunk)

    def sort_out_seeds(self) -> None:
        """Tell keys of rows that are there from keys that only lead on; drop those that a new row was given since."""
        there = sa.exists().where(self.matches(self.source.alias("t"))).correlate(self.sql)
        self._connection.execute(sa.delete(self.sql).where(self.sql.c.seeded == GONE, there))
        self._connection.execute(sa.update(self.sql).values(seeded=GONE).where(self.sql.c.seeded == 1, ~there))

    def forget_collected(self) -> None:
        """Take out what links led to, but for what is marked as shared."""
        self._connection.execute(sa.delete(self.sql).where(self.sql.c.seeded == 0))

    def distinct_rows(self, *where: ColumnElement[bool]) -> sa.Subquery:
        """Each (account, row) once, however many links found it."""
        rows = sa.select(self.sql.c.account, *self.keys()).where(*where)
        return (rows if self._each_once else rows.distinct()).subquery()

    def stream(self, account: int, *where: ColumnElement[bool]) -> Iterator[Any]:
        """The rows of the key table that belong to one account."""
        query = sa.select(self.sql).where(self.sql.c.account == account, *where).order_by(*self.keys())
        yield from self._connection.execute(query, execution_options={"yield_per": CHUNK})

    def _names(self) -> list[str]:
        return [column.name for column in self.sql.c]

    def _of(self, source: FromClause, labelled: bool) -> list[ColumnElement[Any]]:
        leads = [column for column in self.leads if column not in self.key.columns]
        cells = self.keys(source) + [lead_of(self.table, source, column, self.dialect) for column in leads]
        return [cell.label(name) for cell, name in zip(cells, self._cell_names(), strict=True)] if labelled else cells

    def _cell_names(self) -> list[str]:
        leads = [f"l{i}" for i, column in enumerate(self.leads) if column not in self.key.columns]
        return [f"k{i}" for i in range(self._width)] + leads

    def _describe(self, serial: int) -> sa.Table:
        marks: list[sa.Column[Any]] = [sa.Column(n, sa.Integer) for n in ("account", "rule", "link", "seeded")]
        cells = zip(self._cell_names(), self._of(self.source, labelled=False), strict=True)
        columns = [*marks, *(sa.Column(name, cell.type) for name, cell in cells)]
        shape = repr([self.table.name, *zip(self._cell_names(), self._types(), strict=True)])
        suffix = f"_{crc32(shape.encode()):08x}" if self._stays else ""
        return sa.Table(f"pamitan_keys_{serial}{suffix}", sa.MetaData(), *columns)

    def _statements(self) -> Iterator[str]:
        names = ("account", "rule", "link", "seeded")
        marks: list[ColumnElement[Any]] = [sa.literal_column("0").label(name) for name in names]
        empty = sa.select(*marks, *self._of(self.source, labelled=True)).where(sa.literal_column("1=0"))
        body = str(empty.compile(self._connection, compile_kwargs={"literal_binds": True}))
        name = self.sql.name
        if self._stays:
            yield f"CREATE TEMPORARY TABLE IF NOT EXISTS {name} ON COMMIT DELETE ROWS AS {body}; DELETE FROM {name}"  # noqa: S608
            return
        yield f"CREATE TEMPORARY TABLE {name} {self._options()} AS {body}"
        if self.dialect == "sqlite":
            yield f"CREATE INDEX temp.{name}_k ON {name} ({self._indexed()})"

    @property
    def _stays(self) -> bool:
        """On PostgreSQL it is made once per connection, which costs more than all that one customer's keys do.

        Only where all its types are PostgreSQL's own: a type of the shop's could not be altered meanwhile.
        """
        return self.dialect == "postgresql" and self.key.kind == "unique" and _LASTING.issuperset(self._types())

    def _types(self) -> list[str]:
        """The declared types of the key and of what links go through."""
        return [self.table.columns[name].sql_type if name in self.table.columns else "" for name in self._cells()]

    def _cells(self) -> list[str]:
        return [*self.key.columns, *(name for name in self.leads if name not in self.key.columns)]

    def _options(self) -> str:
        if self.dialect == "postgresql":
            return "ON COMMIT DROP"
        if self.dialect == "sqlite" or not self._may_be_indexed():
            return ""
        return f"(KEY ({self._indexed()}))"

    def _indexed(self) -> str:
        return ", ".join(f"k{i}" for i in range(self._width))

    @property
    def is_indexed(self) -> bool:
        """Whether the key can be looked up by an index."""
        return self.key.kind == "position" or self._may_be_indexed()

    def _may_be_indexed(self) -> bool:
        return self.key.kind == "unique" and sum(self._room(c) for c in self.key.columns) <= _INDEXABLE_CHARACTERS

    def _room(self, name: str) -> int:
        column: Column = self.table.columns[name]
        unlimited = column.kind in ("text", "json", "binary", "other") and column.length is None
        return _INDEXABLE_CHARACTERS + 1 if unlimited else (column.length or 8)


def drop_temporary(connection: Connection, name: str) -> None:
    """Drop a temporary table. On MariaDB a plain DROP TABLE would commit the transaction, even of a temporary one."""
    word = "TEMPORARY TABLE" if connection.dialect.name in ("mysql", "mariadb") else "TABLE"
    connection.exec_driver_sql(f"DROP {word} {name}")


def _with_place(table: sa.Table, key: RowKey) -> sa.Table:
    """The table with its place columns, which a reflection does not list."""
    if key.kind != "position":
        return table
    copy = table.to_metadata(sa.MetaData())
    types = {"tableoid": _Position("oid"), "ctid": _Position("tid")}
    for name in key.columns:
        copy.append_column(sa.Column(name, types.get(name, sa.Integer()), system=True))
    return copy


def to_plain(value: Any) -> Any:
    """A key's value in JSON's own types."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case bytes() | bytearray() | memoryview():
            return {"bytes": bytes(value).hex()}
        case uuid.UUID():
            return {"uuid": str(value)}
        case Decimal():
            return {"decimal": str(value)}
        case dt.datetime():
            return {"datetime": value.isoformat()}
        case dt.date():
            return {"date": value.isoformat()}
        case dt.time():
            return {"time": value.isoformat()}
        case dt.timedelta():
            return {"seconds": value.total_seconds()}
    raise TypeError(f"a key of type {type(value).__name__} cannot be written down")


_READERS: dict[str, Any] = {
    "bytes": bytes.fromhex,
    "uuid": uuid.UUID,
    "decimal": Decimal,
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "seconds": lambda seconds: dt.timedelta(seconds=seconds),
}


def from_plain(value: Any) -> Any:
    """Read what :func:`to_plain` wrote."""
    if not isinstance(value, dict):
        return value
    [(kind, text)] = value.items()
    return _READERS[kind](text)
