"""Samples of a live database: quick on a table of any size, and never writing.

How a table is sampled: one with few rows is read whole. Of a larger one come the first and the last rows by primary key
and, between them, rows from evenly spaced places of the key's range, each found by the key's own index. Without a key
of whole numbers PostgreSQL gives ``TABLESAMPLE SYSTEM``, the others their first rows. How many rows there are is
taken from the database's own statistics.
"""

from __future__ import annotations

import contextlib
import math
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.sql.elements import ColumnElement

from pamitan.stores.columns import ColumnKind, is_structured
from pamitan.stores.engine import engine_for, reading
from pamitan.stores.schema import Column, Schema, Table, current

ROWS = 300
"""Rows of one table that are looked at."""
FREELY_READ = 200_000
"""Rows up to which a table may be searched without an index."""
_PLACES = 12
_LONGEST = 100_000
"""Characters of one cell that are looked at."""
_AT_ONCE = 400
_TEXT_FORMS: set[ColumnKind] = {"json", "uuid", "other", "choice", "text", "time"}

Row = dict[str, Any]


@dataclass(frozen=True)
class Sample:
    """Some rows of a table, in all columns. ``rows`` is how many the table has, counted or estimated."""

    table: Table
    rows: int
    is_whole: bool
    """Every row of the table is in it."""
    found: tuple[Row, ...]
    is_refused: bool = False
    """The user of the database may not read it."""

    def cells(self, column: str) -> list[Any]:
        """The filled cells of a column."""
        return [row[column] for row in self.found if row[column] not in (None, "")]


class Sampler:
    """Reads samples of one database on one read-only connection."""

    def __init__(self, connection: Connection, schema: Schema) -> None:
        self.schema = schema
        self._connection = connection
        self._dialect = connection.dialect.name

    def sample(self, table: Table, rows: int = ROWS) -> Sample:
        """Some rows of the table; none where the database's user may not read it, which the sample says."""
        try:
            with self._connection.begin_nested() if self._dialect == "postgresql" else nullcontext():
                return self._sampled(table, rows)
        except sa.exc.DBAPIError as error:
            if not _is_refused(error):
                raise
            return Sample(table, 0, True, (), is_refused=True)

    def _sampled(self, table: Table, rows: int) -> Sample:
        first = self._rows(self._select(table).limit(rows + 1))
        if len(first) <= rows:
            return Sample(table, len(first), True, tuple(first))
        found = self._spread(table, rows) or first[:rows]
        return Sample(table, max(self.estimate(table), rows + 1), False, tuple(_distinct(found, table)))

    def rows_where(
        self, table: Table, columns: Sequence[str], values: Sequence[Sequence[Any]], limit: int
    ) -> list[Row]:
        """Rows whose columns hold one of the values, whatever type those come in."""
        kinds = [table.columns[column].kind for column in columns]
        fitting = [tuple(fitted(v, kind) for v, kind in zip(value, kinds, strict=True)) for value in values]
        wanted = list(dict.fromkeys(value for value in fitting if None not in value))
        found: list[Row] = []
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            query = self._select(table).where(_is_one_of(table, columns, some)).limit(limit)
            found += self._rows(query)
            if len(found) >= limit:
                break
        return found[:limit]

    def may_search(self, table: Table, columns: Sequence[str], rows: int) -> bool:
        """Whether looking rows up by these columns is quick."""
        return rows <= FREELY_READ or table.has_index_on(columns)

    def counts(self, sample: Sample, column: str, most: int = 40) -> tuple[list[tuple[Any, int]], bool]:
        """Each value of the column with its rows, and whether they are counted in the whole table or in a sample."""
        if sample.rows > FREELY_READ * 10:
            held = [row[column] for row in sample.found]
            return sorted(((value, held.count(value)) for value in set(held)), key=_most_first)[:most], False
        cell = self._cell(sample.table, sample.table.columns[column])
        query = sa.select(cell, sa.func.count()).select_from(sample.table.sql).group_by(cell).limit(most)
        return sorted(((row[0], row[1]) for row in self._connection.execute(query)), key=_most_first), True

    def estimate(self, table: Table) -> int:
        """About how many rows the table has, without counting them."""
        return self._estimates.get(table.name) or self._highest(table) or FREELY_READ + 1

    @cached_property
    def _estimates(self) -> dict[str, int]:
        if self._dialect == "postgresql":
            query = (
                "SELECT n.nspname, c.relname, c.reltuples, n.nspname = current_schema() FROM pg_class c "
                "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND c.reltuples > 0"
            )
            rows = self._connection.exec_driver_sql(query)
            return {name if own else f"{schema}.{name}": int(count) for schema, name, count, own in rows}
        if self._dialect == "sqlite":
            return {}
        query = "SELECT TABLE_NAME, TABLE_ROWS FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()"
        return {name: int(count or 0) for name, count in self._connection.exec_driver_sql(query)}

    def _highest(self, table: Table) -> int:
        """The highest of the running numbers of the rows, where they have such."""
        key = self._number_key(table)
        if key is None:
            return 0
        return int(self._connection.execute(sa.select(sa.func.max(key)).select_from(table.sql)).scalar() or 0)

    def _number_key(self, table: Table) -> ColumnElement[Any] | None:
        if len(table.primary_key) == 1 and table.columns[table.primary_key[0]].kind == "integer":
            return table.sql.c[table.primary_key[0]]
        if self._dialect == "sqlite" and not table.primary_key:
            return sa.literal_column("rowid", sa.Integer)
        return None

    def _spread(self, table: Table, rows: int) -> list[Row]:
        number = self._number_key(table)
        if number is not None:
            return self._by_number(table, number, rows)
        if self._dialect == "postgresql":
            return self._by_pages(table, rows)
        return self._by_key(table, rows)

    def _by_number(self, table: Table, key: ColumnElement[Any], rows: int) -> list[Row]:
        ends = sa.select(sa.func.min(key), sa.func.max(key)).select_from(table.sql)
        low, high = self._connection.execute(ends).one()
        query = self._select(table)
        found = self._rows(query.order_by(key.asc()).limit(rows // 4))
        found += self._rows(query.order_by(key.desc()).limit(rows // 4))
        for place in range(1, _PLACES + 1):
            start = low + (high - low) * place // (_PLACES + 1)
            found += self._rows(query.where(key >= start).order_by(key).limit(math.ceil(rows / 2 / _PLACES)))
        return found

    def _by_pages(self, table: Table, rows: int) -> list[Row]:
        share = min(100.0, max(0.001, rows * 400 / self.estimate(table)))
        sampled = sa.tablesample(table.sql, sa.func.system(share))
        cells = [self._cell_of(sampled.c[name], column).label(f"c{i}") for i, (name, column) in _numbered(table)]
        found = self._named(table, self._connection.execute(sa.select(*cells).limit(rows)).all())
        return found if len(found) >= rows // 4 else found + self._by_key(table, rows)

    def _by_key(self, table: Table, rows: int) -> list[Row]:
        query = self._select(table)
        keys = [table.sql.c[name] for name in table.primary_key]
        if not keys:
            return self._rows(query.limit(rows))
        last = self._rows(query.order_by(*(key.desc() for key in keys)).limit(rows // 2))
        return [*self._rows(query.order_by(*keys).limit(rows // 2)), *last]

    def _select(self, table: Table) -> sa.Select[Any]:
        cells = [self._cell(table, column).label(f"c{i}") for i, (_name, column) in _numbered(table)]
        return sa.select(*cells).select_from(table.sql)

    def _rows(self, query: sa.Select[Any]) -> list[Row]:
        table = query.get_final_froms()[0]
        return self._named(table, self._connection.execute(query).all())

    def _named(self, table: Any, rows: Sequence[Sequence[Any]]) -> list[Row]:
        names = list(table.columns.keys())
        return [dict(zip(names, map(_plain, row), strict=True)) for row in rows]

    def _cell(self, table: Table, column: Column) -> ColumnElement[Any]:
        return self._cell_of(table.sql.c[column.name], column)

    def _cell_of(self, cell: ColumnElement[Any], column: Column) -> ColumnElement[Any]:
        if self._dialect == "postgresql" and is_structured(column.sql_type):
            cell = sa.cast(sa.func.to_jsonb(cell), sa.Text)
        elif self._dialect == "postgresql" and column.kind in _TEXT_FORMS:
            cell = sa.cast(cell, sa.Text)
        if column.length is None and column.kind in ("text", "json", "other", "binary"):
            cell = sa.func.substr(cell, 1, _LONGEST)
        return sa.type_coerce(cell, sa.types.NullType())


@contextmanager
def sampling(url: str) -> Iterator[Sampler]:
    """A sampler of the database at that URL. The transaction is read-only by the database's own means.

    Raises :class:`pamitan.stores.errors.StoreUnavailable` and :class:`pamitan.stores.errors.StoreMismatch`.
    """
    engine = engine_for(url)
    schema = current(engine)
    with _reading_only(engine) as connection:
        yield Sampler(connection, schema)


@contextmanager
def _reading_only(engine: Engine) -> Iterator[Connection]:
    with reading(engine) as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA query_only=ON")
        else:
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        yield connection


def _is_refused(error: sa.exc.DBAPIError) -> bool:
    """PostgreSQL's insufficient_privilege; MariaDB's refusals of a table and of a column."""
    original: Any = error.orig
    return getattr(original, "sqlstate", None) == "42501" or (*original.args, "")[0] in (1142, 1143)


def fitted(value: Any, kind: ColumnKind) -> Any:
    """The value as a column of that kind holds it; ``None`` where it cannot."""
    if value is None or isinstance(value, (bool, float)):
        return None
    with contextlib.suppress(ValueError, OverflowError):
        if kind in ("integer", "decimal"):
            number = int(value)
            return number if abs(number) < 2**63 else None
        if kind == "uuid":
            return uuid.UUID(str(value))
        if kind == "binary":
            return value if isinstance(value, bytes) else bytes.fromhex(str(value).replace("-", ""))
        if kind == "text":
            return str(value)
    return None


def as_text(value: Any) -> str:
    """A key in one spelling, whatever type it came in."""
    if isinstance(value, bytes):
        return value.hex()
    text = str(value).strip()
    if len(text) == 36 and text.count("-") == 4:
        return text.lower()
    return text


def _is_one_of(table: Table, columns: Sequence[str], values: Sequence[tuple[Any, ...]]) -> ColumnElement[bool]:
    if len(columns) == 1:
        return table.sql.c[columns[0]].in_([value[0] for value in values])
    return sa.or_(
        *(sa.and_(*(table.sql.c[c] == v for c, v in zip(columns, value, strict=True))) for value in values[:100])
    )


def _numbered(table: Table) -> Iterator[tuple[int, tuple[str, Column]]]:
    return enumerate(table.columns.items())


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, (bytearray, memoryview)) else value


def _distinct(rows: Sequence[Row], table: Table) -> Iterator[Row]:
    """Without the rows that came twice; told by the key."""
    seen: set[tuple[Any, ...]] = set()
    for row in rows:
        key = tuple(row[name] for name in table.primary_key)
        if not key or key not in seen:
            seen.add(key)
            yield row


def _most_first(pair: tuple[Any, int]) -> tuple[int, str]:
    return -pair[1], str(pair[0])


def by_values(rows: Sequence[Row], columns: Sequence[str]) -> Mapping[tuple[str, ...], Row]:
    """The rows by what their columns hold."""
    return {tuple(as_text(row[column]) for column in columns): row for row in rows}


def without_password(url: str) -> str:
    """The URL as it may be shown."""
    return make_url(url)._replace(password=None).render_as_string(hide_password=False)


def has_password(url: str) -> bool:
    """Whether the URL carries a secret."""
    return make_url(url).password is not None
