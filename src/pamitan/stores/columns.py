"""What a column's type means to us, and the type that we read and write it with."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine, UserDefinedType

ColumnKind = Literal[
    "text",
    "integer",
    "decimal",
    "float",
    "boolean",
    "datetime",
    "date",
    "time",
    "json",
    "uuid",
    "binary",
    "choice",
    "other",
]
# The first that fits counts, so subclasses stand before their parents
_KINDS: list[tuple[type[Any], ColumnKind]] = [
    (sa.Enum, "choice"),
    (mysql.SET, "choice"),
    (sa.Boolean, "boolean"),
    (sa.JSON, "json"),
    (sa.Uuid, "uuid"),
    (sa.DateTime, "datetime"),
    (sa.Date, "date"),
    (sa.Time, "time"),
    (sa.Integer, "integer"),
    (sa.Float, "float"),
    (sa.Numeric, "decimal"),
    (postgresql.CITEXT, "text"),
    (sa.String, "text"),
    (sa.LargeBinary, "binary"),
    (sa.types._Binary, "binary"),
]


class AsStored(UserDefinedType[Any]):
    """A value that goes in and out as the driver has it, untouched, in a column declared as ``declared``.

    On SQLite a date is whatever text or number the shop wrote: read through a date type and written back it may change,
    and a key would not be found again.
    """

    cache_ok = True

    def __init__(self, declared: str) -> None:
        self.declared = declared

    def get_col_spec(self, **_options: Any) -> str:
        return self.declared


def kind_of(type_: TypeEngine[Any], dialect: str) -> ColumnKind:
    """What the column means."""
    if isinstance(type_, postgresql.DOMAIN):
        return kind_of(type_.data_type, dialect)
    if isinstance(type_, mysql.TINYINT) and type_.display_width == 1:
        return "boolean"
    if isinstance(type_, sa.types.NullType) and dialect == "sqlite":
        return "text"  # declared without a type: holds anything, mostly text
    return next((kind for family, kind in _KINDS if isinstance(type_, family)), "other")


def declared(type_: TypeEngine[Any], dialect: Dialect) -> str:
    """What the database calls the type; empty where it has none or one that is not known."""
    return "" if isinstance(type_, sa.types.NullType) else type_.compile(dialect)


def length_of(type_: TypeEngine[Any]) -> int | None:
    """The longest text in characters, where the type limits it."""
    if isinstance(type_, postgresql.DOMAIN):
        return length_of(type_.data_type)
    if isinstance(type_, sa.Enum) or not isinstance(type_, sa.String):
        return None
    return type_.length


def is_structured(column_type: str) -> bool:
    """Whether it is declared as an array or an hstore of PostgreSQL, whose values are read as JSON."""
    return column_type.endswith("]") or column_type.upper() == "HSTORE"


def sql_type(type_: TypeEngine[Any], dialect: str) -> TypeEngine[Any]:
    """The type to build statements and temporary key tables with."""
    if isinstance(type_, sa.types.NullType):
        return AsStored("" if dialect == "sqlite" else "text")
    if dialect == "sqlite" and not isinstance(type_, (sa.Integer, sa.String)):
        return AsStored(type_.compile(sqlite.dialect()))
    return type_
