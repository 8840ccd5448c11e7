"""What a reading of all tables leaves out, by name and with the reason; and the copies that are no tables but are read.

A scan that finds nothing says as much as it looked at, so what it did not look at is told beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Inspector

from pamitan.stores.columns import declared, kind_of, length_of, sql_type
from pamitan.stores.engine import reading
from pamitan.stores.scan import may_hold_text
from pamitan.stores.schema import SYSTEM_SCHEMAS, Column, Schema, Table

NUMBERS = "numbers, moments, yes and no: no text"
VIEW = "a view: what it shows stands in tables, and those of this database are read"
EMPTY_COPY = "a materialised view that was never filled"
HISTORY = "what system-versioned tables keep of rows that were deleted or changed"
LARGE_OBJECTS = "large objects, which are kept apart from the tables"
_LARGE_OBJECTS = "SELECT count(*) FROM pg_largeobject_metadata"
_COPIES = "SELECT schemaname, matviewname, ispopulated FROM pg_matviews ORDER BY schemaname, matviewname"


def copies(engine: Engine) -> list[Table]:
    """The materialised views of PostgreSQL that hold anything: as tables, without keys."""
    with reading(engine) as connection:
        return [_copy(connection, *copy) for copy, filled in _materialised(connection) if filled]


def left_out(engine: Engine, schema: Schema, read: Sequence[Table]) -> dict[str, list[str]]:
    """By reason, what there is in the database beside the cells that :func:`pamitan.stores.scan.chunks` reads.

    Columns, views and what else there is, by name; ``read``: the tables that are read.
    """
    numbers = [f"{t.name}.{column.name}" for t in read for column in t.columns.values() if not may_hold_text(column)]
    with reading(engine) as connection:
        found = {
            NUMBERS: numbers,
            VIEW: _views(connection, schema),
            EMPTY_COPY: [_shown(connection, *copy) for copy, filled in _materialised(connection) if not filled],
            HISTORY: [table.name for table in schema.tables.values() if table.keeps_history],
            LARGE_OBJECTS: _large_objects(connection),
        }
    return {reason: where for reason, where in found.items() if where}


def _materialised(connection: Connection) -> Iterator[tuple[tuple[str, str], bool]]:
    if connection.dialect.name == "postgresql":
        for schema, name, filled in connection.exec_driver_sql(_COPIES):
            yield (schema, name), filled


def _copy(connection: Connection, schema: str, name: str) -> Table:
    inspector: Inspector = sa.inspect(connection)
    dialect = connection.dialect
    raw = inspector.get_columns(name, schema)
    columns = {
        each["name"]: Column(
            each["name"],
            kind_of(each["type"], dialect.name),
            declared(each["type"], dialect),
            nullable=True,
            length=length_of(each["type"]),
            has_default=False,
            generated=True,
        )
        for each in raw
    }
    described = [sa.Column(each["name"], sql_type(each["type"], dialect.name)) for each in raw]
    sql = sa.Table(name, sa.MetaData(), *described, schema=schema)
    return Table(_shown(connection, schema, name), columns, (), (), (), (), (), sql)


def _views(connection: Connection, schema: Schema) -> list[str]:
    inspector: Inspector = sa.inspect(connection)
    if schema.dialect != "postgresql":
        return sorted(inspector.get_view_names())
    names = [name for name in inspector.get_schema_names() if name not in SYSTEM_SCHEMAS]
    return [_shown(connection, name, view) for name in names for view in sorted(inspector.get_view_names(name))]


def _large_objects(connection: Connection) -> list[str]:
    there = connection.dialect.name == "postgresql" and connection.exec_driver_sql(_LARGE_OBJECTS).scalar_one()
    return [f"{there} large objects"] if there else []


def _shown(connection: Connection, schema: str, name: str) -> str:
    return name if schema == connection.dialect.default_schema_name else f"{schema}.{name}"
