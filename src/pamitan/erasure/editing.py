"""What becomes of the values that scrub and redact rewrite: knows the persons of a batch by their case files.

In rows of the person's own everything goes that the case file knows. A row that only mentions the person may be
anybody's, and a case file holds more than the person's own: the number of a friend who took a parcel in. There only
what may lead to rows goes (proven, and held by nobody else), with the account's id and the names beside.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Any

from pamitan.content.identifiers import normalise_email, normalise_phone
from pamitan.content.patterns import ERASED, Matcher, Needle, needles, tells_by_itself
from pamitan.content.redact import Redactor, parts_of_names
from pamitan.content.scrub import Change, Overwriting, Removal, Scrubber
from pamitan.content.search import hits_in
from pamitan.content.steps import parse_steps
from pamitan.erasure.casefile import CaseFile
from pamitan.storefile.rules import Paths, Rule
from pamitan.stores.rewrite import Touch, TouchedCell
from pamitan.stores.schema import Column
from pamitan.stores.types import Identifier

_REMEMBERED = 4096
"""Redactors that are kept; a batch has two for each account at most."""


class Editing:
    """Edits the cells of a batch of accounts. ``casefiles``: in the order of the accounts' numbers.

    ``usable``: in the same order, the addresses and numbers that may lead to rows. The case files are read when the
    first value is edited, so that whatever was learnt by then is taken out.
    """

    def __init__(
        self,
        casefiles: Sequence[CaseFile],
        usable: Sequence[Collection[Identifier]],
        country: str,
        rules: Callable[[str], Sequence[Rule]],
    ) -> None:
        self._casefiles = casefiles
        self._usable = usable
        self._country = country
        self._rules = rules
        self._redactor = lru_cache(_REMEMBERED)(self._new_redactor)
        self._scrubber = lru_cache(_REMEMBERED)(self._new_scrubber)

    def of(self, table: str) -> TableEditing:
        """The editor of that table's cells."""
        return TableEditing(self, self._rules(table))

    @cached_property
    def matcher(self) -> Matcher:
        """All that is looked for, of all accounts."""
        return Matcher(needle for n in range(len(self._casefiles)) for needle in self._needles(n))

    def redacted(self, value: Any, account: int, owns: bool, longest: int | None) -> Any:
        """The value without that account's identifiers; where the word is too long for the column, without it too."""
        new = self._redactor(account, owns, ERASED).redact(value)
        if new is not value and longest is not None and len(new) > max(longest, 0):
            return self._redactor(account, owns, "").redact(value)
        return new

    def scrubbed(self, value: Any, account: int, owns: bool, paths: Paths) -> Any:
        """The value without what lies at the paths."""
        return self._scrubber(account, owns, _changes(paths)).scrub(value)

    def _needles(self, account: int) -> list[Needle]:
        casefile = self._casefiles[account]
        values = {(item.kind, item.value) for item in casefile.identifiers} | {("id", casefile.account_id)}
        found = [needle for kind, value in sorted(values) for needle in needles(kind, value, self._country)]
        return [*dict.fromkeys([*found, *parts_of_names(found)])]

    def _needles_anywhere(self, account: int) -> Iterator[Needle]:
        """What is this person's in whosever row it stands, and the words that go with it."""
        for item in sorted(self._usable[account], key=str):
            yield from needles(item.kind, item.value, self._country)
        yield from needles("id", self._casefiles[account].account_id, self._country)
        for needle in self._needles(account):
            if needle.identifier is None:  # a tax number may be a company's, so it goes as a word does: beside these
                yield replace(needle, strong=False) if tells_by_itself(needle) else needle

    def _new_redactor(self, account: int, owns: bool, word: str) -> Redactor:
        return Redactor(self._needles(account) if owns else self._needles_anywhere(account), owns, word)

    def _new_scrubber(self, account: int, owns: bool, changes: tuple[Change, ...]) -> Scrubber:
        casefile = self._casefiles[account]
        said: defaultdict[str, set[str]] = defaultdict(set)
        said["account.id"] = set(_spellings(casefile.account_id))
        for item in casefile.identifiers:
            normal = self._normal(item.kind, item.value)
            if normal and (owns or normal in self._usable[account]):
                said[f"account.{item.kind}"] |= {item.value, item.value.lower(), normal.value}
        return Scrubber(changes, {name: frozenset(values) for name, values in said.items()})

    def _normal(self, kind: str, value: str) -> Identifier | None:
        """``None`` for what is neither an address nor a number."""
        if kind == "email":
            return Identifier("email", normalise_email(value) or value)
        return Identifier("phone", normalise_phone(value, self._country) or value) if kind == "phone" else None


class TableEditing:
    """Edits the cells of one table by its rules."""

    def __init__(self, editing: Editing, rules: Sequence[Rule]) -> None:
        self._editing = editing
        self._rules = rules

    def edit(self, column: Column, cells: Sequence[TouchedCell]) -> list[Any]:
        """The new value of each cell; the very same one where nothing changes."""
        values = [self._scrubbed(column.name, cell) for cell in cells]
        suspects = hits_in(self._editing.matcher, {column.name: values})
        return [
            self._redacted(column, value, cell.touches) if place in suspects else value
            for place, (value, cell) in enumerate(zip(values, cells, strict=True))
        ]

    def _scrubbed(self, column: str, cell: TouchedCell) -> Any:
        value = _plain(cell.value)
        for touch in _in_order(cell.touches, "scrub"):
            if isinstance(value, (str, bytes)):
                rule = self._rules[touch.rule]
                value = self._editing.scrubbed(value, touch.account, not rule.by_mention, rule.scrub[column])
        return value

    def _redacted(self, column: Column, value: Any, touches: Iterable[Touch]) -> Any:
        owners: dict[int, bool] = {}
        for touch in _in_order(touches, "redact"):
            own = not self._rules[touch.rule].by_mention
            owners[touch.account] = owners.get(touch.account, False) or own
        for account, owns in owners.items():
            if isinstance(value, (str, bytes)):
                longest = column.length if column.kind in ("text", "binary") else None
                value = self._editing.redacted(value, account, owns, longest)
        return value


def _in_order(touches: Iterable[Touch], action: str) -> list[Touch]:
    wanted = [touch for touch in touches if touch.action == action]
    return sorted(wanted, key=lambda touch: (touch.rule, touch.account))


def _changes(paths: Paths) -> tuple[Change, ...]:
    if isinstance(paths, dict):
        return tuple(Overwriting(parse_steps(path), value) for path, value in paths.items())
    return tuple(Removal(parse_steps(path)) for path in paths)


def _spellings(account_id: str) -> list[str]:
    try:
        found = uuid.UUID(account_id)
    except ValueError:
        return [account_id]
    return [account_id, str(found), found.hex]


def _plain(value: Any) -> Any:
    """PyMySQL and psycopg give bytes in several coats."""
    return bytes(value) if isinstance(value, (bytearray, memoryview)) else value
