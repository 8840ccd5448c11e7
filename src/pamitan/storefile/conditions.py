"""Conditions over the columns of a row, as they are written in a store file.

A condition is a mapping; all of its entries must hold::

    {status: Pending}                     equals; SQL's collation decides on letter case
    {status: [Pending, Paid]}             one of
    {user_id: null}                       is NULL
    {status: {not: Complete}}             differs (a NULL differs too)
    {total: {at_least: 10}}               also: more_than, at_most, less_than
    {expires: {after: now}}               time: before/after now, or now plus "30 days", "-2 hours"
    {note: {like: "%gift%"}}              SQL LIKE
    any: [{...}, {...}]                   one of them holds
    not: {...}                            it does not hold
    exists: {table: t, on: {order_id: id}, where: {...}}
                                          a row of t is there whose order_id is this row's id
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

Scalar = str | int | float | bool | None | dt.datetime | dt.date

_SHIFT = re.compile(r"^([+-]?\d+)\s+(minute|hour|day|week)s?$")
OPERATORS = ("not", "at_least", "more_than", "at_most", "less_than", "before", "after", "like")


@dataclass(frozen=True)
class Compare:
    """One column against one value. ``operator`` is ``equals`` or one of :data:`OPERATORS`."""

    column: str
    operator: str
    value: Scalar | tuple[Scalar, ...] | dt.timedelta


@dataclass(frozen=True)
class AllOf:
    """Every part holds; an empty one always does."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: Condition


@dataclass(frozen=True)
class Exists:
    """A row of another table is there. ``on`` pairs its columns with columns of the row in question."""

    table: str
    on: tuple[tuple[str, str], ...]
    where: Condition


Condition = Compare | AllOf | AnyOf | Not | Exists
ALWAYS = AllOf(())


def parse_condition(raw: object) -> Condition:
    """Read a condition as YAML gives it; one that is read already stays as it is.

    Raises ``ValueError`` with a sentence that says the mend.
    """
    if isinstance(raw, Condition):
        return raw
    if not isinstance(raw, dict):
        raise ValueError("a condition is a mapping such as {status: Pending}")
    return AllOf(tuple(_entry(str(name), value) for name, value in raw.items()))


def _entry(name: str, value: Any) -> Condition:
    if name == "any":
        if not isinstance(value, list) or not value:
            raise ValueError("'any' takes a list of conditions")
        return AnyOf(tuple(parse_condition(part) for part in value))
    if name == "not":
        return Not(parse_condition(value))
    if name == "exists":
        return _exists(value)
    if isinstance(value, list):
        return Compare(name, "equals", tuple(value))
    if isinstance(value, dict):
        return AllOf(tuple(_operation(name, op, operand) for op, operand in value.items()))
    return Compare(name, "equals", value)


def _operation(column: str, operator: str, operand: Any) -> Compare:
    if operator not in OPERATORS:
        raise ValueError(f"'{operator}' is no operator; use one of {', '.join(OPERATORS)}")
    if operator in ("before", "after"):
        return Compare(column, operator, _moment(operand))
    if isinstance(operand, list):
        if operator != "not":
            raise ValueError(f"'{operator}' takes one value, not a list")
        return Compare(column, operator, tuple(operand))
    return Compare(column, operator, operand)


def _moment(operand: Any) -> Scalar | dt.timedelta:
    if isinstance(operand, (dt.datetime, dt.date)):
        return operand
    text = str(operand).strip()
    if text == "now":
        return dt.timedelta()
    shift = _SHIFT.match(text)
    if not shift:
        raise ValueError(f"'{text}' is no time; write now, a date, or a shift such as '-30 days'")
    return dt.timedelta(**{shift.group(2) + "s": int(shift.group(1))})


def _exists(value: Any) -> Exists:
    if not isinstance(value, dict) or not {"table", "on"} <= value.keys() <= {"table", "on", "where"}:
        raise ValueError("'exists' takes table, on and, if you like, where")
    return Exists(str(value["table"]), tuple(value["on"].items()), parse_condition(value.get("where", {})))
