"""How a store file names a cell, a value inside it, and what a cell has to equal.

A cell is a column, or a place in the JSON that a column holds::

    customer_id                     the column
    data->customer.id               the key ``id`` of the object under the key ``customer``
    items->[].email                 the ``email`` of any element of the list
    meta->a.b[0].c                  [0] is the first element of a list
    data->"a.b".c                   a key with a dot or a bracket in it stands in double quotes

A target is what a link's cell has to equal: ``account.id``, ``orders.data->address_id``, or a text around one of them,
such as ``user:{account.id}``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Final

ARROW: Final = "->"
EACH: Final = -1
"""The step to any element of a list."""
Step = str | int
"""A key of an object, the place of an element in a list (from 0), or :data:`EACH`."""

_STEP = re.compile(r'(?:^|\.)(?:"(?P<quoted>[^"\\]+)"|(?P<key>[^.\[\]"\\]+))|(?:^|\.)?\[(?P<index>\d*)\]')
_IN_BRACES = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class CellPath:
    """A column, or with ``steps`` a value in the JSON that it holds."""

    column: str
    steps: tuple[Step, ...] = ()

    @property
    def many(self) -> bool:
        """Whether one row may hold several such values."""
        return EACH in self.steps

    def __str__(self) -> str:
        """As the store file writes it; one place has one spelling."""
        path = "".join(_written(step) for step in self.steps)
        return self.column + (ARROW + path.removeprefix(".") if path else "")


@dataclass(frozen=True)
class Target:
    """What a link's cell equals: a cell of ``table`` (or of ``account``), with fixed text ``before`` and ``after``."""

    table: str
    cell: CellPath
    before: str = ""
    after: str = ""

    @property
    def is_template(self) -> bool:
        """Whether a fixed text stands around the value."""
        return bool(self.before or self.after)


@cache
def parse_cell(text: str) -> CellPath:
    """Read ``column`` or ``column->path``. Raises ``ValueError`` with a sentence that says the mend."""
    column, arrow, path = text.partition(ARROW)
    if not arrow:
        return CellPath(text)
    if not column.strip() or not path.strip():
        raise ValueError(f"'{text}' should name a column and what is in it, e.g. data->customer.id")
    return CellPath(column.strip(), tuple(_steps(path.strip(), text)))


@cache
def parse_target(text: str) -> Target:
    """Read ``table.column``, ``table.column->path`` or a text with one of them in braces. Raises ``ValueError``."""
    named = _IN_BRACES.findall(text)
    if not named:
        return _target(text, "", "")
    if len(named) > 1:
        raise ValueError(f"'{text}' should have one value in braces, e.g. user:{{account.id}}")
    before, _, rest = text.partition("{")
    return _target(named[0], before, rest.partition("}")[2])


@cache
def parse_value(text: str) -> Target:
    """Read a cell of the row in hand, or a text with one in braces. Raises ``ValueError``."""
    named = _IN_BRACES.findall(text)
    if not named:
        return Target("", parse_cell(text))
    if len(named) > 1:
        raise ValueError(f"'{text}' should have one value in braces, e.g. user:{{id}}")
    before, _, rest = text.partition("{")
    return Target("", parse_cell(named[0]), before, rest.partition("}")[2])


def checked_cell(text: str) -> str:
    """The text as it is, if it names a cell."""
    parse_cell(text)
    return text


def checked_value(text: str) -> str:
    """The text as it is, if it names a cell, be it with a text around it."""
    parse_value(text)
    return text


def values_at(document: object, steps: tuple[Step, ...]) -> list[object]:
    """The single values that lie there, in JSON as text or read already; none where it is no JSON."""
    if isinstance(document, (str, bytes)):
        try:
            document = json.loads(document)
        except ValueError:
            return []
    for place, step in enumerate(steps):
        if step == EACH:
            elements = document if isinstance(document, list) else []
            return [value for element in elements for value in _within(element, steps[place + 1 :])]
        if isinstance(step, int):
            document = document[step] if isinstance(document, list) and step < len(document) else None
        else:
            document = document.get(step) if isinstance(document, dict) else None
    return [] if document is None or isinstance(document, (dict, list)) else [document]


def _within(element: object, steps: tuple[Step, ...]) -> list[object]:
    return [element] if not steps and isinstance(element, str) else values_at(element, steps)


def _target(text: str, before: str, after: str) -> Target:
    named, arrow, path = text.partition(ARROW)
    table, dot, column = named.rpartition(".")
    if not (dot and table and column):
        raise ValueError(f"'{text}' should name table.column, e.g. account.id")
    return Target(table, parse_cell(f"{column}{arrow}{path}"), before, after)


def _written(step: Step) -> str:
    if isinstance(step, int):
        return "[]" if step == EACH else f"[{step}]"
    return f".{step}" if re.fullmatch(r"[\w-]+", step) else f'."{step}"'


def _steps(path: str, text: str) -> list[Step]:
    steps: list[Step] = []
    position = 0
    while position < len(path):
        found = _STEP.match(path, position)
        if found is None:
            raise ValueError(
                f"'{text}': '{path[position:]}' is no path; part keys by dots, write [] for any element of a list, [0] "
                'for the first one, and put a key with other signs in double quotes, e.g. data->"a.b"[].c'
            )
        index = found.group("index")
        steps.append(found.group("quoted") or found.group("key") or (int(index) if index else EACH))
        position = found.end()
    return steps
