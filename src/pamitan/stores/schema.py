"""What the store's database looks like: tables, columns, keys and constraints, as frozen plain data.

``reflect(engine)`` reads it once and remembers it; ``current(engine)`` asks the database whether it changed since, and
``refresh(engine)`` reads it again. Names are exact, in the database's own letter case. A table of the default schema
goes by its plain name, any other by ``schema.table``.
"""

from __future__ import annotations

import difflib
import threading
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import Connection, Engine, Inspector

from pamitan.stores import catalogue
from pamitan.stores.columns import ColumnKind, declared, kind_of, length_of, sql_type
from pamitan.stores.engine import forget_prepared, reading
from pamitan.stores.errors import StoreMismatch

SYSTEM_SCHEMAS = {"information_schema", "mysql", "performance_schema", "sys"}


@dataclass(frozen=True)
class Column:
    """One column. ``kind`` is what it means, ``sql_type`` what the database calls it."""

    name: str
    kind: ColumnKind
    sql_type: str
    nullable: bool
    length: int | None
    """The longest text that fits, in characters; ``None`` where there is no limit."""
    has_default: bool
    generated: bool
    """Computed by the database (a derived copy); cannot be written."""
    choices: tuple[str, ...] = ()
    """The values of an enumeration."""
    collation: str | None = None


@dataclass(frozen=True)
class ForeignKey:
    """``columns`` of this table point at ``target_columns`` of ``target``; one or several."""

    name: str | None
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    on_delete: str | None


@dataclass(frozen=True)
class Check:
    """A CHECK constraint, in the database's own words."""

    name: str | None
    sql: str


@dataclass(frozen=True)
class Table:
    """One table. ``sql`` is the same as a SQLAlchemy table, for building statements."""

    name: str
    columns: Mapping[str, Column]
    primary_key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]
    uniques: tuple[tuple[str, ...], ...]
    """Unique constraints and unique indexes, without the primary key."""
    checks: tuple[Check, ...]
    indexes: tuple[tuple[str, ...], ...]
    """Columns of all indexes, in order, incl. those of primary key and uniques."""
    sql: sa.Table = field(compare=False, repr=False)
    keeps_history: bool = False
    """The database itself keeps what was deleted or changed here (MariaDB's system versioning)."""

    def column(self, name: str) -> Column:
        """The column of that name; raises :class:`StoreMismatch` naming the near miss."""
        if name not in self.columns:
            raise StoreMismatch(f"table '{self.name}' has no column '{name}'{near_miss(name, self.columns)}")
        return self.columns[name]

    def has_index_on(self, columns: Iterable[str]) -> bool:
        """Whether some index begins with just these columns, in any order."""
        wanted = set(columns)
        return any(set(index[: len(wanted)]) == wanted for index in self.indexes)


@dataclass(frozen=True)
class Schema:
    """All tables of one database."""

    dialect: Literal["sqlite", "postgresql", "mysql", "mariadb"]
    tables: Mapping[str, Table]
    may_defer: bool = True
    """Some constraint may be checked at the end of a transaction."""

    def table(self, name: str) -> Table:
        """The table of that name; raises :class:`StoreMismatch` naming the near miss."""
        if name not in self.tables:
            raise StoreMismatch(f"the database has no table '{name}'{near_miss(name, self.tables)}")
        return self.tables[name]

    def pointing_at(self, name: str) -> list[tuple[Table, ForeignKey]]:
        """The foreign keys of all tables that point at this one."""
        return [(table, key) for table in self.tables.values() for key in table.foreign_keys if key.target == name]


_cache: WeakKeyDictionary[Engine, tuple[int, Schema]] = WeakKeyDictionary()
"""The schema of each database, with its shape (:func:`pamitan.stores.catalogue.shape`) when it was read."""
_lock = threading.Lock()


def reflect(engine: Engine) -> Schema:
    """The schema of that database, read at the first call."""
    with _lock:
        if engine not in _cache:
            _cache[engine] = _read(engine)
        return _cache[engine][1]


def current(engine: Engine) -> Schema:
    """The schema as it is now, read again only if it changed since it was last read."""
    with reading(engine) as connection:
        return seen_by(connection)


def seen_by(connection: Connection) -> Schema:
    """The same, asked through a connection that is open already."""
    engine, shape = connection.engine, catalogue.shape(connection)
    with _lock:
        if engine in _cache and _cache[engine][0] != shape:
            del _cache[engine]
            forget_prepared(connection)
        if engine not in _cache:
            _cache[engine] = _read(engine)
        return _cache[engine][1]


def refresh(engine: Engine) -> Schema:
    """The schema as it is now, read again in any case."""
    with _lock:
        _cache[engine] = _read(engine)
        return _cache[engine][1]


def near_miss(name: str, known: Iterable[str]) -> str:
    """`` (did you mean 'x'?)`` where a known name is close, else nothing."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return f" (did you mean '{by_folded[close[0]]}'?)" if close else ""


def _read(engine: Engine) -> tuple[int, Schema]:
    with reading(engine) as connection, warnings.catch_warnings():
        # a type that SQLAlchemy does not know is handled in columns.py; partial and expression indexes are no news
        warnings.simplefilter("ignore", category=exc.SAWarning)
        return catalogue.shape(connection), _Reader(connection).schema()


class _Reader:
    """Gathers the facts of all tables in a few queries."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._inspector: Inspector = sa.inspect(connection)
        self._dialect = connection.dialect.name
        self._is_mariadb = bool(getattr(connection.dialect, "is_mariadb", False))
        self._default = self._inspector.default_schema_name
        self._metadata = sa.MetaData()

    def schema(self) -> Schema:
        facts = [self._facts(schema) for schema in self._schemas()]
        postgresql = self._dialect == "postgresql"
        hidden = catalogue.postgresql_partitions(self._connection) if postgresql else set()
        self._lengths = catalogue.postgresql_domain_lengths(self._connection) if postgresql else {}
        self._deletions = catalogue.sqlite_deletions(self._connection) if self._dialect == "sqlite" else {}
        self._versioned = catalogue.mariadb_versioned(self._connection) if self._is_mariadb else set()
        shown = [
            (key, fact) for fact in facts for key in fact["columns"] if (key[0] or self._default, key[1]) not in hidden
        ]
        self._names = {key: self._name(*key) for key, _fact in shown}
        self._facts_of = {self._names[key]: (key, fact) for key, fact in shown}
        tables = {self._names[key]: self._table(key, fact) for key, fact in shown}
        may_defer = not postgresql or catalogue.postgresql_may_defer(self._connection)
        return Schema(self._dialect, tables, may_defer)  # type: ignore[arg-type]

    def _schemas(self) -> list[str | None]:
        if self._dialect != "postgresql":
            return [None]
        others = [s for s in self._inspector.get_schema_names() if s not in SYSTEM_SCHEMAS and s != self._default]
        return [None, *others]

    def _facts(self, schema: str | None) -> dict[str, Any]:
        inspector = self._inspector
        own_indexes = catalogue.sqlite_indexes(self._connection) if self._dialect == "sqlite" else None
        own_checks = catalogue.mariadb_checks(self._connection) if self._is_mariadb else None
        return {
            "columns": inspector.get_multi_columns(schema),
            "primary_key": inspector.get_multi_pk_constraint(schema),
            "foreign_keys": inspector.get_multi_foreign_keys(schema),
            "uniques": {} if own_indexes else inspector.get_multi_unique_constraints(schema),
            "checks": inspector.get_multi_check_constraints(schema) if own_checks is None else own_checks,
            "indexes": own_indexes or inspector.get_multi_indexes(schema),
        }

    def _name(self, schema: str | None, name: str) -> str:
        return name if schema in (None, self._default) else f"{schema}.{name}"

    def _table(self, key: catalogue.Key, fact: dict[str, Any]) -> Table:
        columns = {raw["name"]: self._column(key, raw) for raw in fact["columns"][key]}
        primary_key = self._primary_key(self._names[key])
        indexes = [index for index in fact["indexes"].get(key) or [] if None not in index["column_names"]]
        whole = [index for index in indexes if not _is_partial(index)]
        uniques = [tuple(unique["column_names"]) for unique in fact["uniques"].get(key) or []]
        uniques += [tuple(index["column_names"]) for index in whole if index["unique"]]
        uniques = list(dict.fromkeys(uniques))
        ordered = [primary_key] * bool(primary_key) + uniques + [tuple(index["column_names"]) for index in whole]
        return Table(
            name=self._names[key],
            columns=columns,
            primary_key=primary_key,
            foreign_keys=tuple(self._foreign_key(key, raw) for raw in fact["foreign_keys"].get(key) or []),
            uniques=tuple(uniques),
            checks=tuple(Check(raw["name"], str(raw["sqltext"])) for raw in fact["checks"].get(key) or []),
            indexes=tuple(dict.fromkeys(ordered)),
            sql=self._sql_table(key, fact["columns"][key], primary_key),
            keeps_history=key in self._versioned,
        )

    def _column(self, key: catalogue.Key, raw: Any) -> Column:
        place = (key[0] or self._default or "", key[1], raw["name"])
        return Column(
            name=raw["name"],
            kind=kind_of(raw["type"], self._dialect),
            sql_type=declared(raw["type"], self._connection.dialect),
            nullable=raw["nullable"],
            length=self._lengths.get(place, length_of(raw["type"])),
            has_default=raw.get("default") is not None or bool(raw.get("identity")) or raw.get("autoincrement") is True,
            generated=bool(raw.get("computed")),
            choices=tuple(getattr(raw["type"], "enums", ())),
            collation=getattr(raw["type"], "collation", None),
        )

    def _foreign_key(self, key: catalogue.Key, raw: Any) -> ForeignKey:
        target = self._target(raw["referred_schema"], raw["referred_table"])
        return ForeignKey(
            raw["name"],
            self._spelled(self._names[key], raw["constrained_columns"]),
            target,
            self._spelled(target, raw["referred_columns"]) or self._primary_key(target),
            self._deletions.get(
                (key[1], tuple(raw["constrained_columns"])), (raw.get("options") or {}).get("ondelete")
            ),
        )

    def _target(self, schema: str | None, name: str) -> str:
        """The target's name as the target itself spells it: SQLite lets a foreign key use another letter case."""
        wanted = self._name(schema, name)
        by_folded = {known.casefold(): known for known in self._names.values()}
        return wanted if self._dialect != "sqlite" else by_folded.get(wanted.casefold(), wanted)

    def _spelled(self, table: str, columns: list[str]) -> tuple[str, ...]:
        """Columns as their table spells them, for the same reason."""
        if self._dialect != "sqlite" or table not in self._facts_of:
            return tuple(columns)
        key, fact = self._facts_of[table]
        by_folded = {raw["name"].casefold(): raw["name"] for raw in fact["columns"][key]}
        return tuple(by_folded.get(column.casefold(), column) for column in columns)

    def _primary_key(self, table: str) -> tuple[str, ...]:
        """What a foreign key that names no columns points at."""
        key, fact = self._facts_of.get(table, ((None, ""), {"primary_key": {}}))
        return tuple((fact["primary_key"].get(key) or {}).get("constrained_columns") or ())

    def _sql_table(self, key: catalogue.Key, raw_columns: list[Any], primary_key: tuple[str, ...]) -> sa.Table:
        schema, name = key
        columns: list[sa.Column[Any]] = [
            sa.Column(raw["name"], sql_type(raw["type"], self._dialect), primary_key=raw["name"] in primary_key)
            for raw in raw_columns
        ]
        return sa.Table(name, self._metadata, *columns, schema=schema, quote=None)


def _is_partial(index: Any) -> bool:
    options = index.get("dialect_options") or {}
    return any(name.endswith("_where") and value is not None for name, value in options.items())
