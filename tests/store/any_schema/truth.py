"""How every cell must look after a closing, told from the drawn owners and rules alone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Set
from typing import Any

from tests.store.any_schema.contents import ERASED, line
from tests.store.any_schema.database import Rows
from tests.store.any_schema.model import (
    EMAIL,
    KEPT_YEARS,
    PHONE,
    Becomes,
    Effect,
    Emptied,
    ForeignKey,
    History,
    Pseudonym,
    Rewritten,
    Row,
    Rule,
    Table,
)
from tests.store.shops import NOW

EMPTY = (None, "", 0, "{}", dt.date(1970, 1, 2), "1970-01-02")
Outcome = dict[tuple[str, int], dict[str, Effect] | None]
"""(table, number of the row) -> what becomes of its cells; ``None``: the row goes. What is left out stays as it is."""


class Truth:
    """What one history must come to: ``gone`` are the accounts that can be erased, ``aside`` those that cannot."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._tables = history.shop.tables
        other = self._feasible(frozenset(history.leaving), other=True)
        self.gone = self._feasible(other, other=False)
        self.aside = frozenset(history.leaving) - self.gone
        self.outcome: Outcome = dict(self._outcome(other, other=True)) | dict(self._outcome(self.gone, other=False))

    def _feasible(self, leaving: frozenset[int], other: bool) -> frozenset[int]:
        """Those of the accounts whose rows the database lets go, all of them together."""
        while stuck := set(self._stuck(leaving, other)):
            leaving -= stuck
        return leaving

    def _stuck(self, leaving: Set[int], other: bool) -> Iterator[int]:
        """Whose rows are to go although rows that stay point at them, whatever the database would do to these."""
        outcome = dict(self._outcome(leaving, other))
        for table, row, key in self._pointers(other):
            fate = outcome.get((table.name, row.values["no"]), {})
            stays = fate is not None and not fate.keys() & set(key.columns)
            target = self._target(row, key)
            if stays and target and outcome.get((key.target, target.values["no"]), {}) is None:
                yield from [target.owner] if target.owner else []

    def _outcome(self, leaving: Set[int], other: bool) -> Iterator[tuple[tuple[str, int], dict[str, Effect] | None]]:
        found: Outcome = {}
        for table in self._tables:
            for row in table.rows if table.other == other else []:
                if row.tells:
                    found |= self._mentioned(table, row, leaving)
                    continue
                rule = table.rule_of(row) if self._is_taken(row, leaving) else None
                if rule:
                    found[table.name, row.values["no"]] = None if rule.deletes else dict(rule.effects)
        yield from found.items()

    def unlinked(self, going: Outcome) -> set[str]:
        """The files that nobody names any more, when these rows have gone after what the closing itself did."""
        return {file for table in self._tables for file in self._unlinked_of(table, going)}

    def _unlinked_of(self, table: Table, going: Outcome) -> set[str]:
        gone, named = set[Any](), set[Any]()
        for row in table.rows:
            place, rule = (table.name, row.values["no"]), table.rule_of(row)
            unlinks = bool(rule and rule.unlinks and place in self.outcome)
            by_law = rule is not None and rule.keeps is None and going.get(place, {}) is not None
            (gone if unlinks and not by_law else named).add(row.values.get("photo"))
        return {f"{table.name}/{name}" for name in gone - named if name}

    def due(self, day: dt.date) -> Outcome:
        """What the law lets go by that day."""
        rules = {place: rule for place, row, rule in self._retained() if _last_day(row, rule) < day}
        return {p: None if rule.keeps is None else dict.fromkeys(rule.keeps, Emptied()) for p, rule in rules.items()}

    def is_held(self, rows: Rows, going: Outcome) -> bool:
        """A row that stays points at one that goes: then the whole closing waits, or a part of it."""
        return any(True for _ in self._pointed_at(rows, {place for place, fate in going.items() if fate is None}))

    def _retained(self) -> Iterator[tuple[tuple[str, int], Row, Rule]]:
        for table in self._tables:
            for row in table.rows:
                place, rule = (table.name, row.values["no"]), table.rule_of(row)
                if rule and place in self.outcome and {row.owner, *row.sharers} & self.gone:
                    yield place, row, rule

    def _pointed_at(self, rows: Rows, going: Set[tuple[str, int]]) -> Iterator[tuple[str, int]]:
        """Those of the rows that go at which a row points that stays."""
        for table in self._tables:
            for key in table.foreign_keys:
                targets = {tuple(row[c] for c in key.target_columns): no for no, row in rows[key.target].items()}
                for no, row in rows[table.name].items():
                    target = (key.target, targets.get(tuple(row[c] for c in key.columns), 0))
                    if (table.name, no) not in going and target in going:
                        yield target

    def _mentioned(self, table: Table, row: Row, leaving: Set[int]) -> Outcome:
        """A line that nobody owns: where what they have proven stands in it, all that is theirs goes."""
        takers = {n for n, kind, _ in row.tells if n in leaving and (n, kind) in self._history.proven}
        names = {person.name for person in self._history.shop.people if person.number in takers}
        lent = set(self._lent(takers))
        gone = [n in takers or (n, kind) in lent or piece in names for n, kind, piece in row.tells]
        left = [ERASED if erased else piece for erased, (_n, _kind, piece) in zip(gone, row.tells, strict=True)]
        return {(table.name, row.values["no"]): {"line": Becomes(line(row, left))}} if takers else {}

    def _lent(self, takers: Set[int]) -> Iterator[tuple[int, str]]:
        """What of others stands in rows of these, in the column for it: it counts as theirs."""
        rows = [row for table in self._tables for row in table.rows if row.mapped and row.owner in takers]
        for row in filter(lambda row: self._is_taken(row, frozenset(self._history.leaving)), rows):
            for person in self._history.shop.people:
                if str(row.values.get("Email")).strip().lower() == person.email:
                    yield person.number, EMAIL
                if re.sub(r"\D", "", str(row.values.get("contact"))).endswith(person.phone[3:]):
                    yield person.number, PHONE

    def _is_taken(self, row: Row, leaving: Set[int]) -> bool:
        """All whose it is leave, and the links find it."""
        if row.owner not in leaving or not row.sharers <= leaving:
            return False
        return all((row.owner, kind) in self._history.proven for kind in row.needs)

    def _pointers(self, other: bool) -> Iterator[tuple[Table, Row, ForeignKey]]:
        for table in self._tables:
            for key in table.foreign_keys if table.other == other else []:
                yield from ((table, row, key) for row in table.rows)

    def _target(self, row: Row, key: ForeignKey) -> Row | None:
        wanted = [row.values[column] for column in key.columns]
        rows = self._history.shop.table(key.target).rows
        return next((r for r in rows if [r.values[column] for column in key.target_columns] == wanted), None)

    # against what there is

    def check(self, before: Rows, after: Rows, outcome: Outcome | None = None) -> None:
        """Every row that must go is gone; every cell of the others is as it must be."""
        outcome = self.outcome if outcome is None else outcome
        for table, rows in before.items():
            for no, cells in rows.items():
                fate = outcome.get((table, no), {})
                if fate is None:
                    assert no not in after[table], f"{table} {no} should be gone"
                    continue
                assert no in after[table], f"{table} {no} should still be there"
                for column, value in cells.items():
                    now = after[table][no][column]
                    assert _fits(fate.get(column), value, now), f"{table}.{column} {no}: {value!r} is now {now!r}"
            assert after[table].keys() <= rows.keys()

    def settled(self, rows: Rows) -> Rows:
        """The rows without the pseudonyms, which each run draws anew."""
        return {
            table.name: {no: dict(self._settled(table, no, row)) for no, row in rows[table.name].items()}
            for table in self._tables
        }

    def _settled(self, table: Table, no: int, row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        for column, value in row.items():
            effect = (self.outcome.get((table.name, no)) or {}).get(column)
            drawn = isinstance(effect, Pseudonym) or (effect and column in table.uniques)
            yield column, "drawn" if drawn else value

    def kept(self, table: Table, no: int, column: str) -> bool:
        """A law keeps this cell of somebody who left, or it is somebody else's row."""
        row = next(row for row in table.rows if row.values["no"] == no)
        rule = table.rule_of(row)
        if row.owner not in self.gone or (table.name, no) not in self.outcome or rule is None:
            return row.owner not in self.gone
        return column not in rule.effects and (rule.keeps is None or column in rule.keeps)


def _last_day(row: Row, rule: Rule) -> dt.date:
    start = row.values[rule.kept_from] if rule.kept_from else None
    begun = dt.date.fromisoformat(start) if start else NOW.date()
    return begun.replace(year=begun.year + KEPT_YEARS)


def _fits(effect: Effect | None, before: Any, now: Any) -> bool:
    match effect:
        case None:
            return bool(now == before)
        case Emptied():
            return now in EMPTY or now == {} or bool(re.fullmatch("[0-9a-f]{8,16}", str(now)))
        case Becomes(value):
            return bool(now == value)
        case Rewritten(read, expected):
            return bool(now is None if before is None else read(now) == expected(read(before)))
        case Pseudonym(template):
            start, end = map(re.escape, template.split("{unique}"))
            return bool(re.fullmatch(f"{start}[0-9a-f]{{8,16}}{end}", now))
