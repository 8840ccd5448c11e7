"""Times as SQL, whatever a shop's column is: a real time, Unix seconds or milliseconds, or ISO 8601 text.

A time without a zone is the wall clock of the datastore. Text is taken apart by its digits and never cast, because a
cast of what is no time raises on some databases.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from operator import gt, lt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.sql.elements import ColumnElement

from pamitan.stores.errors import StoreMismatch
from pamitan.stores.paths import Cell

MILLISECONDS_FROM = 100_000_000_000
"""As seconds the year 5138, as milliseconds 1973."""

_COMPARED: dict[str, Callable[[Any, Any], ColumnElement[bool]]] = {"before": lt, "after": gt}
_NUMBER = r"^[0-9]{1,15}([.][0-9]+)?$"
_ISO = (
    "^[1-9][0-9]{3}-(0[1-9]|1[0-2])-[0-3][0-9]"
    "([T ][0-2][0-9]:[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?( ?(Z|[+-][0-9]{2}(:?[0-9]{2})?))?)?$"
)
_ZONE = "[+-][0-9]{2}(?::?[0-9]{2})?$"
_EPOCH_IN_DAYS = 719528  # MySQL's TO_DAYS('1970-01-01')


def compared(cell: Cell, operator: str, moment: dt.datetime, dialect: str, where: str) -> ColumnElement[bool]:
    """The cell is before or after a moment. ``where`` names the cell in an error.

    A column of real times is compared as it is, so that its index serves.
    """
    value: Any = cell.value
    if dialect != "sqlite" and cell.column.kind == "datetime":
        return _COMPARED[operator](value, _typed_moment(value, moment))
    if dialect != "sqlite" and cell.column.kind == "date":
        return _COMPARED[operator](value, moment.date())
    return _COMPARED[operator](seconds(cell, moment, dialect, where), int(moment.timestamp()))


def seconds(cell: Cell, now: dt.datetime, dialect: str, where: str) -> ColumnElement[Any]:
    """The cell as Unix seconds; NULL for what is no time. ``now`` tells the wall clock of the datastore."""
    offset = int((now.utcoffset() or dt.timedelta()).total_seconds())
    kind = cell.column.kind
    if dialect == "sqlite":
        return _sqlite_seconds(cell.value, offset)
    if kind in ("datetime", "date"):
        return _of_time(cell.value, offset, dialect)
    if kind in ("integer", "decimal", "float"):
        return _of_number(cell.value)
    if kind == "text":
        number = _of_number(sa.cast(cell.value, sa.Numeric(30, 6)))
        is_number, is_time = cell.value.regexp_match(_NUMBER), cell.value.regexp_match(_ISO)
        return sa.case((is_number, number), (is_time, _of_text(cell.value, offset, dialect)))
    raise StoreMismatch(f"column '{where}' ({cell.column.sql_type}) holds no time; name one that does")


def _of_number(value: ColumnElement[Any]) -> ColumnElement[Any]:
    return sa.case((value > MILLISECONDS_FROM, value / 1000), else_=value)


def _of_time(value: ColumnElement[Any], offset: int, dialect: str) -> ColumnElement[Any]:
    in_utc = getattr(value.type, "timezone", False) or isinstance(value.type, mysql.TIMESTAMP)
    if dialect == "postgresql":
        since: ColumnElement[Any] = sa.extract("epoch", value)
    else:
        epoch: ColumnElement[Any] = sa.literal_column("'1970-01-01 00:00:00'")
        since = sa.func.timestampdiff(sa.literal_column("SECOND"), epoch, value)
    return since - (0 if in_utc else offset)


def _of_text(text: ColumnElement[Any], offset: int, dialect: str) -> ColumnElement[Any]:
    """Digit by digit; a 30th of February is the 2nd of March."""
    first_of_month = sa.func.substr(text, 1, 8, type_=sa.Text).concat("01")
    if dialect == "postgresql":
        days: ColumnElement[Any] = sa.extract("epoch", sa.cast(first_of_month, sa.Date)) / 86400
        zone = sa.func.substring(sa.func.substr(text, 11, type_=sa.Text), _ZONE, type_=sa.Text)
    else:
        days = sa.func.to_days(first_of_month) - _EPOCH_IN_DAYS
        zone = sa.func.nullif(sa.func.regexp_substr(sa.func.substr(text, 11, type_=sa.Text), _ZONE, type_=sa.Text), "")
    hours, minutes, rest = _digits(text, 12), _digits(text, 15), _digits(text, 18)
    wall_clock = (days + _digits(text, 9) - 1) * 86400 + hours * 3600 + minutes * 60 + rest
    return wall_clock - sa.case((text.like("%Z"), 0), (zone.is_not(None), _zone_seconds(zone)), else_=offset)


def _zone_seconds(zone: ColumnElement[Any]) -> ColumnElement[Any]:
    """Of ``+07``, ``+0700`` or ``+07:00``."""
    minutes = sa.case((sa.func.length(zone) > 3, _number_of_two(sa.func.right(zone, 2, type_=sa.Text))), else_=0)
    amount = _digits(zone, 2) * 3600 + minutes * 60
    return sa.case((sa.func.substr(zone, 1, 1) == "-", -amount), else_=amount)


def _digits(text: ColumnElement[Any], start: int) -> ColumnElement[Any]:
    """The number of two digits that stands there."""
    return _number_of_two(sa.func.substr(text, start, 2, type_=sa.Text))


def _number_of_two(digits: ColumnElement[Any]) -> ColumnElement[Any]:
    """0 where nothing stands."""
    return sa.case((digits.regexp_match("^[0-9]{2}$"), sa.cast(digits, sa.Integer)), else_=0)


def _typed_moment(cell: ColumnElement[Any], moment: dt.datetime) -> dt.datetime:
    if getattr(cell.type, "timezone", False):
        return moment
    if isinstance(cell.type, mysql.TIMESTAMP):  # kept in UTC, and our connections read it in UTC
        return moment.astimezone(dt.UTC).replace(tzinfo=None)
    return moment.replace(tzinfo=None)


def _sqlite_seconds(cell: ColumnElement[Any], offset: int) -> ColumnElement[Any]:
    """Unix seconds of a cell that holds ISO text (with or without zone) or a number, be it written as text."""
    text = sa.cast(cell, sa.Text)
    has_zone = sa.or_(text.like("%Z"), text.like("%+__:__"), text.like("%:%-__:__"))
    from_text = (sa.func.julianday(cell) - 2440587.5) * 86400.0
    number = sa.cast(cell, sa.Float)
    from_number = sa.case((number > MILLISECONDS_FROM, number / 1000.0), else_=number * 1.0)
    is_number = sa.or_(sa.func.typeof(cell).in_(["integer", "real"]), sa.not_(text.bool_op("GLOB")("*[^0-9.]*")))
    as_seconds = sa.case((sa.and_(is_number, text != ""), from_number), (has_zone, from_text), else_=from_text - offset)
    return sa.type_coerce(as_seconds, sa.Float)
