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
from sqlalchemy.sql import FromClause
from sqlalchemy.sql.elements import ColumnElement

from pamitan.storefile.conditions import AllOf, AnyOf, Compare, Condition, Elsewhere, Exists, Not
from pamitan.storefile.paths import parse_value
from pamitan.stores import moments
from pamitan.stores.errors import StoreMismatch
from pamitan.stores.paths import Cell, cell_of, same, there_is, wrapped
from pamitan.stores.schema import Column, Schema, Table
from pamitan.stores.sources import SourceReader

_NUMBER = r"^-?[0-9]{1,20}([.][0-9]{1,20})?$"


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


def source_reader(schema: Schema, now: dt.datetime) -> SourceReader:
    """What reads the sources of a store file in that database."""
    return SourceReader(schema, lambda condition, table, row: to_sql(condition, table, schema, now, row))


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

    def _cell(self, name: str) -> Cell:
        return cell_of(self._table, self._source, name, self._schema.dialect)

    def _value_of(self, name: str) -> Cell:
        named = parse_value(name)
        return wrapped(cell_of(self._table, self._source, named.cell, self._schema.dialect), named)

    def _exists(self, condition: Exists) -> ColumnElement[bool]:
        table, dialect = self._schema.table(condition.table), self._schema.dialect
        source = table.sql.alias()
        pairs = [(cell_of(table, source, theirs, dialect), self._value_of(ours)) for theirs, ours in condition.on]
        joins = [theirs.holds(ours.holds(same(theirs, ours, dialect))) for theirs, ours in pairs]
        return there_is(source, *joins, to_sql(condition.where, table, self._schema, self._now, source))

    def _compare(self, condition: Compare) -> ColumnElement[bool]:
        """Of a list, any element has to do; that it holds no value, or not this one, says that none of them does."""
        cell, operand = self._cell(condition.column), condition.value
        if cell.elements is not None and (condition.operator == "not" or operand is None):
            equals = Compare(condition.column, "equals", operand)
            return self._none_of(cell, equals, no_value=condition.operator == "equals")
        return cell.holds(self._holds(cell, condition.operator, operand))

    def _none_of(self, cell: Cell, equals: Compare, no_value: bool) -> ColumnElement[bool]:
        if equals.value is None:
            any_value = cell.holds(cell.value.is_not(None))
            return ~any_value if no_value else any_value
        return ~cell.holds(self._holds(cell, "equals", equals.value))

    def _holds(self, cell: Cell, operator: str, operand: Any) -> ColumnElement[bool]:
        match operator:
            case "before" | "after":
                return self._in_time(cell, operator, operand)
            case "like":
                return _is_like(cell, operand)
            case "equals":
                return self._equals(cell, operand)
            case "not":
                return self._differs(cell, operand)
        if cell.in_json:
            return _COMPARED[operator](number_in(cell.value), self._number(cell, operand))
        return _COMPARED[operator](cell.value, self._value(cell, operand))

    def _equals(self, cell: Cell, operand: Any) -> ColumnElement[bool]:
        if operand is None:
            return cell.value.is_(None)
        if not isinstance(operand, tuple):
            return self._is(cell, operand)
        given = [item for item in operand if item is not None]
        if cell.in_json:
            one_of = sa.or_(sa.false(), *(self._is(cell, item) for item in given))
        else:
            one_of = cell.value.in_([self._value(cell, item) for item in given])
        return sa.or_(one_of, cell.value.is_(None)) if None in operand else one_of

    def _differs(self, cell: Cell, operand: Any) -> ColumnElement[bool]:
        if operand is None:
            return cell.value.is_not(None)
        equals = sa.func.coalesce(self._equals(cell, operand), sa.false())
        return sa.not_(equals)

    def _is(self, cell: Cell, operand: Any) -> ColumnElement[bool]:
        """A number in JSON may be written as 10, 10.0 or "10"; a truth value as true or "true"."""
        if not cell.in_json:
            return _COMPARED["equals"](cell.value, self._value(cell, operand))
        if isinstance(operand, bool):
            return cell.value == str(operand).lower()
        if isinstance(operand, (int, float)):
            return number_in(cell.value) == Decimal(str(operand))
        return cell.value == str(operand)

    def _number(self, cell: Cell, operand: Any) -> Decimal:
        try:
            return Decimal(str(operand))
        except InvalidOperation:
            place = f"'{self._table.name}.{cell.path}'"
            raise StoreMismatch(f"{place} is compared with '{operand}', which is no number; write a number") from None

    def _value(self, cell: Cell, operand: Any) -> Any:
        """The operand in the column's own type, so that no database has to guess."""
        try:
            return column_value(cell.column, operand, self._schema.dialect)
        except ValueError as error:
            raise StoreMismatch(f"table '{self._table.name}': {error}") from None

    # time

    def _in_time(self, cell: Cell, operator: str, operand: Any) -> ColumnElement[bool]:
        if isinstance(operand, Elsewhere):
            other = source_reader(self._schema, self._now).first(operand.source, self._table, self._source)
            return _COMPARED[operator](self._seconds(cell), self._seconds(other))
        moment = self._moment(operand)
        return moments.compared(cell, operator, moment, self._schema.dialect, self._where(cell))

    def _seconds(self, cell: Cell) -> ColumnElement[Any]:
        return moments.seconds(cell, self._now, self._schema.dialect, self._where(cell))

    def _where(self, cell: Cell) -> str:
        return f"{self._table.name}.{cell.path}"

    def _moment(self, operand: Any) -> dt.datetime:
        if isinstance(operand, dt.timedelta):
            return self._now + operand
        moment = operand if isinstance(operand, dt.datetime) else dt.datetime.combine(operand, dt.time())
        return moment if moment.tzinfo else moment.replace(tzinfo=self._now.tzinfo)


def _is_like(cell: Cell, operand: Any) -> ColumnElement[bool]:
    text = cell.value if cell.column.kind == "text" else sa.cast(cell.value, sa.String)
    patterns = operand if isinstance(operand, tuple) else (operand,)
    return sa.or_(sa.false(), *(text.like(str(pattern)) for pattern in patterns))


def number_in(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """The number that a text is; NULL for any other text."""
    is_number = value.regexp_match(_NUMBER)
    return sa.case((is_number, sa.cast(value, sa.Numeric(38, 10))))


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
