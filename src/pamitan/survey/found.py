"""What a survey finds: the account table, how tables are tied to it, and the places that hold something personal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pamitan.survey.unfold import Format
from pamitan.survey.words import Kind

How = Literal[
    "foreign key",
    "overlap",
    "composite",
    "polymorphic",
    "key/value",
    "template",
    "reverse",
    "blob",
    "email",
    "phone",
    "mentions",
]


@dataclass(frozen=True)
class Place:
    """A column; or a ``path`` inside its JSON; or the rows of a key/value table that have that ``key``."""

    column: str
    path: str = ""
    key: str | None = None

    @property
    def cell(self) -> str:
        """As a store file refers to it."""
        return f"{self.column}->{self.path}" if self.path else self.column


@dataclass(frozen=True)
class Tie:
    """How rows of a table are tied to the account, or to rows of another table that are."""

    table: str
    how: How
    on: tuple[tuple[str, str], ...] = ()
    """Pairs of a cell of this table and the ``account.id`` or ``table.column`` that it equals."""
    place: Place | None = None
    """Where the address, the number or the blob is."""
    format: Format = "plain"
    where: Mapping[str, Any] = field(default_factory=dict, hash=False)
    confidence: float = 1.0
    reason: str = ""
    owns: bool = True
    """The row is the person's, and so is what hangs on it; not merely made, approved or handled by them."""

    @property
    def targets(self) -> set[str]:
        return {target.rsplit(".", 1)[0] for _cell, target in self.on if "{" not in target} | (
            {"account"} if any("{" in target for _cell, target in self.on) else set()
        )


@dataclass(frozen=True)
class Personal:
    """A place that holds something of a person."""

    table: str
    place: Place
    kind: Kind
    confidence: float
    reason: str
    inside: bool = False
    """It stands inside a longer text."""
    empty: bool = False
    """The sample has no value there; told by the name alone."""
    seen: bool = True
    """Told by the values, not by the name alone."""
    derived: bool = False
    """A copy that is computed from other columns: a search vector, a search text."""
    format: Format = "plain"
    own: bool = False
    """The row's own customer was met there."""


@dataclass(frozen=True)
class AccountTable:
    """A table that may be that of the accounts."""

    table: str
    id: str
    score: float
    reasons: tuple[str, ...]
    email: Place | None = None
    phone: Place | None = None
    names: tuple[str, ...] = ()
    password: str | None = None
    is_staff: bool = False
