"""What a cell becomes when it is emptied or overwritten, in the words of its column's type."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from pamitan.stores.schema import Column
from pamitan.stores.steps import Scalar, Value

UNIQUE = "{unique}"
_EPOCH = dt.datetime(1970, 1, 2, tzinfo=dt.UTC)  # MariaDB's TIMESTAMP begins one second after the epoch itself
_EMPTY: dict[str, Any] = {
    "text": "",
    "integer": 0,
    "decimal": Decimal(0),
    "float": 0.0,
    "boolean": False,
    "date": _EPOCH.date(),
    "time": dt.time(),
    "json": {},
    "uuid": uuid.UUID(int=0),
    "binary": b"",
}
_EMPTY_ON_POSTGRESQL = {"TSVECTOR": "", "INET": "0.0.0.0", "CIDR": "0.0.0.0/32", "HSTORE": "", "XML": "", "BIT": "0"}  # noqa: S104
_EMPTY_ON_SQLITE: dict[str, Any] = {
    "decimal": 0,
    "boolean": 0,
    "datetime": "1970-01-02 00:00:00",
    "date": "1970-01-02",
    "time": "00:00:00",
    "json": "{}",
    "uuid": uuid.UUID(int=0).hex,
}


def has_empty_value(column: Column) -> bool:
    """Whether the column's type has a value that means nothing, for a column that cannot be NULL."""
    return column.kind in (*_EMPTY, "datetime") or _empty_on_postgresql(column) is not None


def cell_value(value: Value, column: Column, cell: ColumnElement[Any], dialect: str) -> Any:
    """The value, ready to be assigned to the cell, alone or as one of several choices."""
    match value.kind:
        case "null":
            return sa.null()
        case "empty":
            return _typed(_empty(column, cell, dialect), cell)
        case "unique":
            return _unique(str(value.constant), value.digits, dialect)
    return _typed(_constant(value.constant, column, cell, dialect), cell)


def differs_from(value: Value, column: Column, cell: ColumnElement[Any], dialect: str) -> ColumnElement[bool]:
    """The cell holds something else. False for types that know no equality (PostgreSQL's json)."""
    if value.kind == "null":
        return cell.is_not(None)
    if column.kind in ("json", "other", "binary"):
        return sa.false()
    if value.kind == "unique":
        before, _, after = str(value.constant).partition(UNIQUE)
        return sa.not_(cell.like(f"{_escaped(before)}%{_escaped(after)}", escape="!"))
    return cell.is_distinct_from(cell_value(value, column, cell, dialect))


def tells(value: Value, column: Column) -> bool:
    """Whether the cell itself shows that the value was written there; else only the case file knows."""
    if value.kind == "unique":
        return value.constant != UNIQUE
    return value.kind == "null" or column.kind not in ("json", "other", "binary")


def _typed(value: Any, cell: ColumnElement[Any]) -> ColumnElement[Any]:
    """The value in the cell's own type: inside a CASE no database guesses it."""
    return value if isinstance(value, ColumnElement) else sa.literal(value, cell.type)


def _escaped(fixed: str) -> str:
    return fixed.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _empty(column: Column, cell: ColumnElement[Any], dialect: str) -> Any:
    if dialect == "sqlite" and column.kind in _EMPTY_ON_SQLITE:
        return _EMPTY_ON_SQLITE[column.kind]
    if column.kind == "datetime":
        return _EPOCH if getattr(cell.type, "timezone", False) else _EPOCH.replace(tzinfo=None)
    if column.kind in _EMPTY:
        return _EMPTY[column.kind]
    return sa.cast(sa.literal(_empty_on_postgresql(column), sa.Text), cell.type)


def _empty_on_postgresql(column: Column) -> str | None:
    declared = column.sql_type.upper()
    return "{}" if declared.endswith("[]") else _EMPTY_ON_POSTGRESQL.get(declared.split("(")[0])


def _unique(template: str, digits: int, dialect: str) -> ColumnElement[str]:
    """The template with random hexadecimal digits, others in each row; they tell nothing of who was there."""
    before, _, after = template.partition(UNIQUE)
    parts = [sa.literal(before, sa.Text), sa.func.substr(_random_hex(dialect), 1, digits), sa.literal(after, sa.Text)]
    joined: Any = parts[0]
    for part in parts[1:]:
        joined = sa.type_coerce(joined, sa.Text).concat(sa.type_coerce(part, sa.Text))
    return sa.type_coerce(joined, sa.Text)


def _random_hex(dialect: str) -> ColumnElement[str]:
    if dialect == "sqlite":
        return sa.func.lower(sa.func.hex(sa.func.randomblob(16)))
    if dialect == "postgresql":
        return sa.func.md5(sa.cast(sa.func.gen_random_uuid(), sa.Text))
    return sa.func.md5(sa.func.concat(sa.func.rand(), sa.func.rand(), sa.func.uuid()))


def _constant(value: Scalar, column: Column, cell: ColumnElement[Any], dialect: str) -> Any:
    if value is None:
        return sa.null()
    if column.kind in ("text", "choice"):
        return str(value)
    if column.kind in ("datetime", "date", "time") and dialect != "sqlite":
        reader: Any = {"datetime": dt.datetime, "date": dt.date, "time": dt.time}[column.kind]
        return reader.fromisoformat(str(value))
    if column.kind == "uuid" and dialect != "sqlite":
        return uuid.UUID(str(value))
    if column.kind in ("decimal",) and dialect != "sqlite":
        return Decimal(str(value))
    if column.kind in ("other", "json"):
        return sa.cast(sa.literal(str(value), sa.Text), cell.type)
    return value
