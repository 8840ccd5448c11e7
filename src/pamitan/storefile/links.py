"""How a store file says which rows are a customer's, and where a value lies that is not in the row in hand."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from pamitan.storefile.base import Strict, as_list
from pamitan.storefile.conditions import Attribute, Source, Where
from pamitan.storefile.paths import CellPath, Target, parse_cell, parse_target

__all__ = ["Attribute", "Blob", "Link", "Links", "Source", "Where"]


class Blob(Strict):
    """An opaque value that holds an account id, such as a session."""

    column: str
    format: Literal["json", "django-session", "php-session", "php-serialised"]
    """How the value is written: plain JSON, Django's signed (and perhaps compressed) session, PHP."""
    path: str
    """Where in it the account id lies; keys parted by dots, e.g. ``customer_id`` or ``customer.id``."""


class Link(Strict):
    """How rows of a table are tied to an account: one of ``on``, ``email``, ``phone``, ``blob`` and ``mentions``."""

    on: dict[str, str] | None = None
    """This table's columns, each with the ``table.column`` that it equals. ``account.id`` is the account itself;
    another table stands for those of its rows that the data map has taken. Several columns make a composite link. The
    same form says a foreign key, an id without one, and a reverse link ({id: order.address_id}). Either side may be a
    value in JSON (``data->customer.id``, ``items->[].email``), and the right one a text around the value, as in
    ``user:{account.id}``."""
    email: str | None = None
    """The column that holds the customer's e-mail address, in any letter case. Takes a row only when the address is
    proven, held by no other account, and the row has no other owner."""
    phone: str | None = None
    """The column that holds the customer's phone number, in any format. Same safety as ``email``."""
    blob: Blob | None = None
    mentions: str | None = None
    """A column of free text, JSON or serialised PHP in which the customer's proven e-mail address or phone number
    stands, also encoded. Goes with ``redact`` or ``scrub`` alone, and leads on to no other rows."""
    where: Where | None = None
    """Only rows for which this holds."""

    @model_validator(mode="after")
    def one_way(self) -> Self:
        ways = [way for way in (self.on, self.email, self.phone, self.blob, self.mentions) if way]
        if len(ways) != 1:
            raise ValueError("a link has exactly one of: on, email, phone, blob, mentions")
        self.pairs()
        for held in (self.email, self.phone):
            parse_cell(held or "")
        return self

    def pairs(self) -> list[tuple[CellPath, Target]]:
        """The cells of this table that ``on`` names, each with what it equals."""
        return [(parse_cell(own), parse_target(target)) for own, target in (self.on or {}).items()]

    def targets(self) -> set[str]:
        """The tables (or ``account``) that the link goes through."""
        return {target.table for _own, target in self.pairs()}

    def columns(self) -> set[str]:
        """The columns of this table that the link reads."""
        held = self.blob.column if self.blob else self.email or self.phone or self.mentions
        return {own.column for own, _target in self.pairs()} | ({parse_cell(held).column} if held else set())


Links = Annotated[list[Link], BeforeValidator(as_list), Field(min_length=1)]
