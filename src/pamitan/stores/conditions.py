"""The store file's conditions as SQL.

Times: ``now`` is aware. A column without time zone is compared with the wall clock of ``now``'s own zone, so pass it in
the zone that the datastore writes (:meth:`pamitan.storefile.model.Datastore.local`). Numbers are Unix time, in seconds
or, where they are beyond the year 5000, in milliseconds. Text is read as ISO 8601.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from operator import eq, ge, gt, le, lt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.sql import FromClause
from sqlalchemy.sql.elements import ColumnElement

from pamitan.storefile.conditions import AllOf, AnyOf, Compare, Condition, Exists, Not
from pamitan.stores.errors import StoreMismatch
from pamitan.stores.schema import Column, Schema, Table

MILLISECONDS_FROM = 100_000_000_000
"""As seconds the year 5138, as milliseconds 1973."""


def to_sql(
    condition: Condition | None, table: Table, schema: Schema, now: dt.datetime, source: FromClause | None = None
) -> ColumnElement[bool]:
    """The condition over ``table``, or over ``source``, an alias of it. ``None`` is a condition that always holds.

    Raises :class:`StoreMismatch` for a table, a column or a value that does not fit the database.
    """
    writer = _Writer(table, schema, now, table.sql if source is None else source)
    return sa.true() if condition is None else writer.write(condition)


_COMPARED: dict[str, Callable[[ColumnElement[Any], Any], ColumnElement[bool]]] = {
    "equals": eq,
    "at_least": ge,
    "more_than": gt,
    "at_most": le,
    "less_than": lt,
    "before": lt,
    "after": gt,
}


class _Writer:
    def __init__(self, table: Table, schema: Schema, now: dt.datetime, source: FromClause) -> None:
        self._table = table
        self._schema = schema
        self._now = now
        self._source = source

    def write(self, condition: Condition) -> ColumnElement[bool]:
        match condition:
            case AllOf(parts):
                return sa.and_(sa.true(), *(self.write(part) for part in parts))
            case AnyOf(parts):
                return sa.or_(sa.false(), *(self.write(part) for part in parts))
            case Not(part):
                return _holds_not(self.write(part))
            case Exists():
                return self._exists(condition)
            case Compare():
                return self._compare(condition)

    def _exists(self, condition: Exists) -> ColumnElement[bool]:
        table = self._schema.table(condition.table)
        source = table.sql.alias()
        joins = [
            source.c[table.column(theirs).name] == self._source.c[self._table.column(ours).name]
            for theirs, ours in condition.on
        ]
        return sa.exists().where(*joins, to_sql(condition.where, table, self._schema, self._now, source))

    def _compare(self, condition: Compare) -> ColumnElement[bool]:
        column = self._table.column(condition.column)
        cell = self._source.c[column.name]
        operand = condition.value
        match condition.operator:
            case "before" | "after":
                return self._in_time(column, cell, condition.operator, operand)
            case "like":
                return sa.cast(cell, sa.String).like(str(operand)) if column.kind != "text" else cell.like(str(operand))
            case "equals":
                return self._equals(column, cell, operand)
            case "not":
                return self._differs(column, cell, operand)
        value = self._value(column, operand)
        return _COMPARED[condition.operator](cell, value)

    def _equals(self, column: Column, cell: ColumnElement[Any], operand: Any) -> ColumnElement[bool]:
        if operand is None:
            return cell.is_(None)
        if not isinstance(operand, tuple):
            return _COMPARED["equals"](cell, self._value(column, operand))
        one_of = cell.in_([self._value(column, item) for item in operand if item is not None])
        return sa.or_(one_of, cell.is_(None)) if None in operand else one_of

    def _differs(self, column: Column, cell: ColumnElement[Any], operand: Any) -> ColumnElement[bool]:
        if operand is None:
            return cell.is_not(None)
        if not isinstance(operand, tuple):
            return cell.is_distinct_from(self._value(column, operand))
        none_of = cell.not_in([self._value(column, item) for item in operand if item is not None])
        return sa.and_(none_of, cell.is_not(None)) if None in operand else sa.or_(none_of, cell.is_(None))

    def _value(self, column: Column, operand: Any) -> Any:
        """The operand in the column's own type, so that no database has to guess."""
        try:
            return column_value(column, operand, self._schema.dialect)
        except ValueError as error:
            raise StoreMismatch(f"table '{self._table.name}': {error}") from None

    def _in_time(self, column: Column, cell: ColumnElement[Any], operator: str, operand: Any) -> ColumnElement[bool]:
        moment = self._moment(operand)
        cell, value = self._time_scale(column, cell, moment)
        return _COMPARED[operator](cell, value)

    def _moment(self, operand: Any) -> dt.datetime:
        if isinstance(operand, dt.timedelta):
            return self._now + operand
        moment = operand if isinstance(operand, dt.datetime) else dt.datetime.combine(operand, dt.time())
        return moment if moment.tzinfo else moment.replace(tzinfo=self._now.tzinfo)

    def _time_scale(
        self, column: Column, cell: ColumnElement[Any], moment: dt.datetime
    ) -> tuple[ColumnElement[Any], Any]:
        """Column and moment on one scale: real times where the column has them, else seconds or ISO text."""
        if self._schema.dialect == "sqlite":
            return _sqlite_seconds(cell, _offset(moment)), moment.timestamp()
        if column.kind == "datetime":
            return cell, _typed_moment(cell, moment)
        if column.kind == "date":
            return cell, moment.date()
        if column.kind in ("integer", "decimal", "float"):
            return sa.case((cell > MILLISECONDS_FROM, cell / 1000), else_=cell), int(moment.timestamp())
        if column.kind == "text":
            spaced = sa.func.replace(sa.func.substr(cell, 1, 19), "T", " ")
            return spaced, moment.strftime("%Y-%m-%d %H:%M:%S")
        raise StoreMismatch(f"column '{self._table.name}.{column.name}' ({column.sql_type}) holds no time")


def _holds_not(part: ColumnElement[bool]) -> ColumnElement[bool]:
    """NOT, but true where the part is NULL: what is unknown does not hold."""
    return sa.not_(sa.func.coalesce(part, sa.false()))


def column_value(column: Column, operand: Any, dialect: str) -> Any:
    """A value of the store file in the type of that column. Raises ``ValueError`` where it does not fit."""
    try:
        return None if operand is None else _converted(column, operand, dialect)
    except (ValueError, InvalidOperation):
        sort = column.sql_type or column.kind
        raise ValueError(f"column '{column.name}' is of type {sort}, which '{operand}' does not fit") from None


def _converted(column: Column, operand: Any, dialect: str) -> Any:
    match column.kind:
        case "text" | "choice":
            text = str(int(operand)) if isinstance(operand, bool) else str(operand)
            if column.choices and text not in column.choices:
                raise ValueError(operand)
            return text
        case "integer":
            return int(operand)
        case "boolean":
            return _truth(operand)
        case "decimal" | "float":
            return float(operand) if dialect == "sqlite" else Decimal(str(operand))
        case "uuid" if dialect != "sqlite":
            return uuid.UUID(str(operand))
        case "datetime" | "date" if dialect == "sqlite":
            return str(operand)
    return operand


def _truth(operand: Any) -> bool:
    if operand in (0, 1, True, False):
        return bool(operand)
    raise ValueError(operand)


def _typed_moment(cell: ColumnElement[Any], moment: dt.datetime) -> dt.datetime:
    if getattr(cell.type, "timezone", False):
        return moment
    if isinstance(cell.type, mysql.TIMESTAMP):  # kept in UTC, and our connections read it in UTC
        return moment.astimezone(dt.UTC).replace(tzinfo=None)
    return moment.replace(tzinfo=None)


def _offset(moment: dt.datetime) -> float:
    return (moment.utcoffset() or dt.timedelta()).total_seconds()


def _sqlite_seconds(cell: ColumnElement[Any], offset: float) -> ColumnElement[Any]:
    """Unix seconds of a cell that holds ISO text (with or without zone) or a number. NULL for what is no time."""
    text = sa.cast(cell, sa.Text)
    has_zone = sa.or_(text.like("%Z"), text.like("%+__:__"), text.like("%:%-__:__"))
    from_text = (sa.func.julianday(cell) - 2440587.5) * 86400.0
    number = sa.type_coerce(cell, sa.Float)
    from_number = sa.case((number > MILLISECONDS_FROM, number / 1000.0), else_=number * 1.0)
    is_text = sa.func.typeof(cell) == "text"
    as_seconds = sa.case((sa.and_(is_text, has_zone), from_text), (is_text, from_text - offset), else_=from_number)
    return sa.type_coerce(as_seconds, sa.Float)
