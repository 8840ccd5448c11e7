"""What the store tells of a customer, in plain values. Nothing of it is written down."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pamitan.content.identifiers import Identifier, IdentifierKind
from pamitan.storefile.labels import Text

__all__ = [
    "Account",
    "AppliedLock",
    "HeldBalance",
    "Identifier",
    "IdentifierKind",
    "LibraryItem",
    "OpenItem",
    "Subject",
]


@dataclass(frozen=True)
class Account:
    """One customer's account as the store has it now."""

    id: str
    """The account table's key, as text."""
    email: str | None
    """Normalised; ``None`` where the account has none."""
    phone: str | None
    """E.164; ``None`` where the account has none, or none that can be read."""
    email_verified: bool
    name: str
    language: str | None
    has_password: bool
    may_sign_in: bool
    """False for an account that the shop itself has switched off."""
    created: dt.datetime | None


@dataclass(frozen=True)
class OpenItem:
    """An order, return or subscription that is not finished: a blocker."""

    key: str
    """Names the item within this account: its section and row id."""
    kind: Literal["order", "subscription", "return"]
    label: Text | None
    number: str
    date: dt.datetime | None
    total: Decimal | None
    currency: str
    status: Text
    until: dt.datetime | None
    can_cancel: bool


@dataclass(frozen=True)
class LibraryItem:
    """One digital purchase."""

    key: str
    shelf: Text
    title: str
    filename: str
    size: int | None
    """Bytes; ``None`` where unknown."""
    available: bool
    """False where the store no longer has the file."""


@dataclass(frozen=True)
class HeldBalance:
    """Money or points that the customer would lose."""

    label: Text
    amount: Decimal
    unit: Literal["money", "points"]
    currency: str


@dataclass(frozen=True)
class AppliedLock:
    """A lock change that was made, with what undo needs. Holds no personal data."""

    column: str
    kind: Literal["set", "prefix", "added"]
    """``added``: a key in JSON that was not there; undo takes it out."""
    before: str | int | bool | None
    """The flag's value before; ``None`` for a prefix."""
    after: str | int | bool | None = None
    """What we wrote: the flag's value, or the prefix. Undo restores only where it still stands there."""


@dataclass(frozen=True)
class Subject:
    """One account of a batch, with the addresses and numbers that were proven to be its holder's in this closure."""

    account_id: str
    proven: frozenset[Identifier] = frozenset()
