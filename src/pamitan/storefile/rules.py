"""What a store file lets happen to a customer's rows."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, field_validator, model_validator

from pamitan.content.steps import parse_steps
from pamitan.storefile.base import Strict, as_list, to_nobody
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

    def after(self, start: dt.date) -> dt.date:
        """The last day, counted from that one."""
        months = start.month - 1 + self.months
        year, month = start.year + self.years + months // 12, months % 12 + 1
        last = calendar.monthrange(year, month)[1]
        return dt.date(year, month, min(start.day, last)) + dt.timedelta(days=self.days)


class Keep(Strict):
    """What the law demands to keep. Wins over every other action on the same cells."""

    law: Text
    """The law and its article, as the customer will read it."""
    reason: Text
    """Why, in plain words."""
    until: Until
    columns: list[str] | None = None
    """The cells that are kept; without it the whole row is."""


def _paths(value: object) -> object:
    """One path alone, as a list."""
    return value if isinstance(value, dict) else as_list(value)


Paths = Annotated[list[str] | dict[str, str | int | float | bool | None], BeforeValidator(_paths)]
"""Places inside a value that are taken out, or a mapping of places to what stands there instead."""


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
    scrub: dict[str, Paths] = {}
    """Columns that hold JSON or serialised PHP, also as base64 or compressed, each with the paths of what is taken out:
    ``email``, ``customer.phone``, ``items[].email``, ``members[id=account.id]``. A mapping of paths to values
    overwrites instead. The rest stays as it is."""
    redact: list[str] = []
    """Columns of free text (plain, HTML, JSON, serialised PHP) in which ``[erased]`` takes the place of the person's
    addresses, numbers and names. The rest stays as it is."""
    keep: Keep | None = None
    personal: dict[str, Kind] = {}
    """Which columns hold a name, an address and so on: their values are looked for after the erasure."""
    category: Text | None = None
    """What the customer calls this, e.g. {en: Addresses, id: Alamat}."""
    why: str | None = None
    """A note for the reader; it also tells ``check`` that a doubt about the rule is settled."""

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

    @property
    def merely_cuts(self) -> bool:
        """It does nothing but detach: such rows were made or handled by the account, and need not be its own."""
        other = self.delete or self.clear or self.replace or self.scrub or self.redact or self.keep or self.unlink
        return bool(self.detach) and not other

    @model_validator(mode="after")
    def one_fate(self) -> Self:
        change = [*self.clear, *self.replace, *self.detach, *self.scrub, *self.redact]
        if self.delete and (change or self.keep):
            raise ValueError("'delete' goes alone: a deleted row has nothing left to change or to keep")
        if not self.delete and not change and not self.keep and not self.unlink:
            raise ValueError("says nothing to do: give delete, clear, replace, detach, scrub, redact, unlink or keep")
        # scrub and redact of one column go together: what is left after the one is looked through by the other
        named = [*self.clear, *self.replace, *self.detach, *{*self.scrub, *self.redact}]
        twice = sorted({column for column in named if named.count(column) > 1})
        if twice:
            raise ValueError(f"more than one action for {', '.join(twice)}")
        return self

    @model_validator(mode="after")
    def paths_that_can_be_read(self) -> Self:
        for paths in self.scrub.values():
            for path in paths:
                parse_steps(path)
        return self

    @property
    def by_mention(self) -> bool:
        """Whether its rows only mention the customer, and so may be anybody's."""
        return any(link.mentions for link in self.link)

    @model_validator(mode="after")
    def mentions_stand_alone(self) -> Self:
        rewrites = bool(self.scrub or self.redact)
        other = self.delete or self.clear or self.replace or self.detach or self.keep or self.personal
        if self.by_mention and (other or not rewrites or not all(link.mentions for link in self.link)):
            raise ValueError(
                "a row that only mentions the customer may be another person's: 'mentions' goes with redact or scrub "
                "alone; give other links, actions and 'personal' a rule of their own"
            )
        return self


def claiming(rules: Sequence[Rule]) -> Sequence[Rule]:
    """The rules whose links say whose a row is: those that merely cut do not, where another one does more."""
    return [rule for rule in rules if not rule.merely_cuts] or rules
