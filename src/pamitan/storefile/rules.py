"""What a store file lets happen to a customer's rows."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, field_validator, model_validator

from pamitan.storefile.base import Strict, to_nobody
from pamitan.storefile.labels import Text
from pamitan.storefile.links import Links, Source, Where
from pamitan.storefile.templates import FileTemplate, parse_file

Kind = Literal["name", "address", "email", "phone", "id", "other"]
Action = Literal["delete", "clear", "replace", "detach", "keep", "scrub", "redact", "unlink"]


class Until(Strict):
    """When a retained record ends: so long after the date in ``column``; without a column, after the closing."""

    column: Source | None = None
    """Where each row's date stands: a column, or a value in JSON or in another table. A row without one counts from the
    closing."""
    years: int = 0
    months: int = 0
    days: int = 0

    @model_validator(mode="after")
    def some_time(self) -> Self:
        if self.years + self.months + self.days <= 0:
            raise ValueError("'until' needs years, months or days")
        return self


class Keep(Strict):
    """What the law demands to keep. Wins over every other action on the same cells."""

    law: Text
    """The law and its article, as the customer will read it."""
    reason: Text
    """Why, in plain words."""
    until: Until
    columns: list[str] | None = None
    """The cells that are kept; without it the whole row is."""


class Rule(Strict):
    """What happens to the rows of one table that belong to a customer who leaves."""

    link: Links
    where: Where | None = None
    """Only rows for which this holds, whatever the link."""
    delete: bool = False
    """Delete the row. Goes alone."""
    clear: list[str] = []
    """Columns to empty: NULL where the column allows it, else the empty value of its type."""
    replace: dict[str, str | int | float | bool | None] = {}
    """Columns to overwrite. ``{unique}`` in a text becomes a value that no other row has."""
    detach: Annotated[dict[str, str | int | None], BeforeValidator(to_nobody)] = {}
    """Columns that tie the row to the person, cut: a list (to NULL) or a mapping to the value that means nobody."""
    unlink: list[str] = []
    """Files that the row names, deleted: URLs with the row's columns in braces, such as ``file:///srv/media/{photo}``.
    A file that another row names as well stays. Alone, or with ``delete`` or changes of the row."""
    keep: Keep | None = None
    personal: dict[str, Kind] = {}
    """Which columns hold a name, an address and so on: their values are looked for after the erasure."""
    category: Text | None = None
    """What the customer calls this, e.g. {en: Addresses, id: Alamat}."""
    why: str | None = None
    """A note for the reader."""

    @field_validator("unlink", mode="after")
    @classmethod
    def inside_a_folder(cls, urls: list[str]) -> list[str]:
        for url in urls:
            parse_file(url)
        return urls

    @property
    def files(self) -> list[FileTemplate]:
        """The templates of ``unlink``, read."""
        return [parse_file(url) for url in self.unlink]

    @model_validator(mode="after")
    def one_fate(self) -> Self:
        change = bool(self.clear or self.replace or self.detach or self.keep)
        if self.delete and change:
            raise ValueError("'delete' goes alone: a deleted row has nothing left to clear, replace, detach or keep")
        if not self.delete and not change and not self.unlink:
            raise ValueError("says nothing to do: give delete, clear, replace, detach, unlink or keep")
        named = [*self.clear, *self.replace, *self.detach]
        twice = sorted({column for column in named if named.count(column) > 1})
        if twice:
            raise ValueError(f"more than one action for {', '.join(twice)}")
        return self
