"""What is to happen to the rows of a table, as plain data: made by :mod:`pamitan.erasure.plan`, done by ``writes``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pamitan.storefile.rules import Action

SETTING = ("SET NULL", "SET DEFAULT")
"""What a foreign key may do to the rows that point at a deleted one, besides deleting them."""
Scalar = str | int | float | bool | None


@dataclass(frozen=True)
class Value:
    """What a cell becomes.

    ``empty``: nothing, in the form that the column's type has for it. ``constant``: ``constant``, in the column's type.
    ``rewritten``: what an editor makes of the old value (:mod:`pamitan.stores.rewrite`).
    ``unique``: ``constant`` as a text, its ``{unique}`` replaced by ``digits`` random hexadecimal digits.
    """

    kind: Literal["null", "empty", "constant", "unique", "rewritten"]
    constant: Scalar = None
    digits: int = 0


@dataclass(frozen=True)
class Assignment:
    """One column of the rows that a rule took. ``links``: only of rows that these links of the rule led to."""

    rule: int
    action: Action
    column: str
    value: Value
    links: frozenset[int] | None = None
    shared: bool = False
    """Only of rows that stay because they are another customer's as well."""


@dataclass(frozen=True)
class Kept:
    """The rows of a rule with ``keep``: the cells of ``columns``, or of the whole row but for ``changed``."""

    rule: int
    law: str
    columns: frozenset[str] | None
    changed: frozenset[str] = frozenset()
    """Columns that the same rule changes, which are so exempt from a keeping of the whole row."""

    def covers(self, column: str) -> bool:
        """Whether the cell of that column is kept."""
        return column not in self.changed if self.columns is None else column in self.columns


@dataclass(frozen=True)
class Need:
    """Rows of ``child`` that stay point at rows of the table in hand, which therefore cannot be deleted."""

    child: str
    columns: tuple[str, ...]
    target_columns: tuple[str, ...]
    rules: frozenset[int]
    """The rules of the child that keep the pointing cells."""
    law: str
    shared: bool = False
    """The child's rows may also stay because they are another customer's as well."""


@dataclass(frozen=True)
class Cascade:
    """Deleting a row makes the database itself delete the rows of ``child`` that point at it, or change them."""

    child: str
    columns: tuple[str, ...]
    target_columns: tuple[str, ...]
    action: str = "CASCADE"
    """CASCADE, or one of :data:`SETTING`."""


@dataclass(frozen=True)
class Fate:
    """All that happens to one table's rows. Where two rules set one cell, the earlier one wins."""

    table: str
    assignments: tuple[Assignment, ...] = ()
    deletes: frozenset[int] = frozenset()
    """The rules that delete."""
    kept: tuple[Kept, ...] = ()
    needs: tuple[Need, ...] = ()
    cascades: tuple[Cascade, ...] = ()
    loosened: tuple[str, ...] = ()
    """Columns of rows to be deleted that are set to NULL before, because the foreign keys run in a circle."""
    personal: tuple[tuple[int, str, str], ...] = ()
    """(rule, column, kind) of the columns that tell who the person is."""
    shares: bool = False
    """Some of the rows may be another customer's as well."""
    leads: bool = False
    """Other tables' rows are found through this one."""
    mentions: frozenset[int] = frozenset()
    """The rules whose rows only mention the person; they may be anybody's."""
