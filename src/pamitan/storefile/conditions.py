"""Conditions over the columns of a row, and values in other tables, as they are written in a store file.

A condition is a mapping; all of its entries must hold. A name is a column, or a value in its JSON such as
``data->customer.type``; one with ``[]`` in it stands for any element of a list::

    {status: Pending}                     equals; SQL's collation decides on letter case
    {status: [Pending, Paid]}             one of
    {user_id: null}                       is NULL
    {status: {not: Complete}}             differs (a NULL differs too)
    {total: {at_least: 10}}               also: more_than, at_most, less_than
    {expires: {after: now}}               time: before/after now, or now plus "30 days", "-2 hours"
    {paid: {before: {column: sent}}}      ... or another column, or a value in another table: {source: {table: ...}}
    {note: {like: "%gift%"}}              SQL LIKE; of a list, one of the patterns
    any: [{...}, {...}]                   one of them holds
    not: {...}                            it does not hold
    exists: {table: t, on: {order_id: id}, where: {...}}
                                          a row of t is there whose order_id is this row's id
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, ValidationError, WithJsonSchema, field_validator

from pamitan.storefile.base import Strict
from pamitan.storefile.paths import checked_cell, checked_value

Scalar = str | int | float | bool | None | dt.datetime | dt.date

_SHIFT = re.compile(r"^([+-]?\d+)\s+(minute|hour|day|week)s?$")
OPERATORS = ("not", "at_least", "more_than", "at_most", "less_than", "before", "after", "like")


@dataclass(frozen=True)
class Compare:
    """One cell against one value. ``operator`` is ``equals`` or one of :data:`OPERATORS`."""

    column: str
    operator: str
    value: Scalar | tuple[Scalar, ...] | dt.timedelta | Elsewhere


@dataclass(frozen=True)
class Elsewhere:
    """What a time is compared with, where it is another cell of the row or a value in another table."""

    source: Source


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


class Attribute(Strict):
    """A value in another table: the ``column`` of its row whose columns equal those of the row in hand."""

    table: str
    on: dict[str, Source]
    """That table's columns, each with the column of the row in hand that it equals, or with a value that is itself in
    another table. Either side may be a value in JSON (``data->user.id``), and the right one a text around the value
    (``customer/{id}``)."""
    column: str
    """Where the value lies; it may be in JSON (``data->phone``)."""
    where: Where | None = None

    @field_validator("on", mode="after")
    @classmethod
    def joined(cls, on: dict[str, Source]) -> dict[str, Source]:
        if not on:
            raise ValueError("'on' should say which of its columns equals which of this table's, e.g. {user_id: id}")
        for name in on:
            checked_cell(name)
        return on

    @field_validator("column", mode="after")
    @classmethod
    def readable(cls, column: str) -> str:
        return checked_cell(column)


def parse_condition(raw: object) -> Condition:
    """Read a condition as YAML gives it; one that is read already stays as it is.

    Raises ``ValueError`` with a sentence that says the mend.
    """
    if isinstance(raw, Condition):
        return raw
    if not isinstance(raw, dict):
        raise ValueError("a condition is a mapping such as {status: Pending}")
    return AllOf(tuple(_entry(str(name), value) for name, value in raw.items()))


def is_of_row_alone(condition: Condition | None) -> bool:
    """Whether nothing but the row itself decides: no other table, and not the time."""
    match condition:
        case AllOf() | AnyOf():
            return all(map(is_of_row_alone, condition.parts))
        case Not():
            return is_of_row_alone(condition.part)
        case Exists():
            return False
        case Compare():
            return not isinstance(condition.value, (dt.timedelta, Elsewhere))
    return True


def _entry(name: str, value: Any) -> Condition:
    if name not in ("any", "not", "exists"):
        checked_cell(name)
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
        if operator not in ("not", "like"):
            raise ValueError(f"'{operator}' takes one value, not a list")
        return Compare(column, operator, tuple(operand))
    return Compare(column, operator, operand)


def _moment(operand: Any) -> Scalar | dt.timedelta | Elsewhere:
    if isinstance(operand, (dt.datetime, dt.date)):
        return operand
    if isinstance(operand, dict):
        return _elsewhere(operand)
    text = str(operand).strip()
    if text == "now":
        return dt.timedelta()
    shift = _SHIFT.match(text)
    if not shift:
        raise ValueError(
            f"'{text}' is no time; write now, a date, a shift such as '-30 days', {{column: name}} or {{source: ...}}"
        )
    return dt.timedelta(**{shift.group(2) + "s": int(shift.group(1))})


def _elsewhere(operand: dict[Any, Any]) -> Elsewhere:
    if operand.keys() == {"column"}:
        return Elsewhere(checked_cell(str(operand["column"])))
    if operand.keys() != {"source"}:
        raise ValueError("a time is compared with {column: name} or with {source: {table: ..., on: ..., column: ...}}")
    if isinstance(operand["source"], str):
        return Elsewhere(checked_cell(operand["source"]))
    try:
        return Elsewhere(Attribute.model_validate(operand["source"]))
    except ValidationError as error:
        fault = error.errors()[0]
        raise ValueError(f"'source' ({'.'.join(map(str, fault['loc']))}): {fault['msg']}") from None


def _exists(value: Any) -> Exists:
    if not isinstance(value, dict) or not {"table", "on"} <= value.keys() <= {"table", "on", "where"}:
        raise ValueError("'exists' takes table, on and, if you like, where")
    if not isinstance(value["on"], dict) or not value["on"]:
        raise ValueError(
            "the 'on' of 'exists' says which of its columns equals which of this table's, e.g. {order_id: id}"
        )
    pairs = tuple((checked_cell(str(theirs)), checked_value(str(ours))) for theirs, ours in value["on"].items())
    return Exists(str(value["table"]), pairs, parse_condition(value.get("where", {})))


Where = Annotated[
    Condition,
    BeforeValidator(parse_condition),
    PlainSerializer(repr),
    WithJsonSchema({"type": "object", "description": "All entries must hold, e.g. {status: [Pending, Paid]}"}),
]


def _readable(value: object) -> object:
    return checked_value(value) if isinstance(value, str) else value


Source = Annotated[str | Attribute, BeforeValidator(_readable)]
"""A column of the table in hand, or a value in another table; either may be in JSON (``data->customer.phone``). A text
around a column in braces (``customer/{id}``) says how a key is made of it."""

Attribute.model_rebuild()
