"""The rows that a law keeps, as they are remembered until their date comes: keys, dates, and what tells them again.

Of a row's cells nothing is remembered but short keyed hashes: they tell the kept row from another one that was given
the same key since. See docs/decisions/retention.md.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pamitan.erasure.packs import Pack
from pamitan.storefile.labels import text
from pamitan.storefile.model import StoreFile
from pamitan.storefile.rules import Keep, Rule, Until
from pamitan.stores.keptrows import KeptRow
from pamitan.stores.keytables import StoredKey

_HASH_BYTES = 4  # several of them have to agree
_ANY_DAY = dt.date(2001, 1, 1)  # to compare two periods
ENOUGH = 0.75
"""The share of the remembered cells that has to be as it was."""
ENOUGH_WITH_DATE = 0.5
"""The same, where the date from which the record is kept is still the same as well."""


@dataclass(frozen=True)
class RetainedRow:
    """One row: its key, the date from which it is kept, and the hashes of its cells."""

    key: StoredKey
    start: dt.datetime | None
    hashes: tuple[str | None, ...]


@dataclass
class RetainedRows:
    """The rows of one table that one rule keeps for one account.

    ``period`` is ``None`` for rows that no law names but that kept rows point at: they go when nothing needs them.
    """

    datastore: str
    table: str
    rule: int
    law: str
    period: Until | None
    columns: list[str] | None
    """The cells that are kept; ``None`` is the whole row."""
    cells: list[str]
    """The columns that are remembered by hash."""
    ties: dict[str, str | None]
    """Columns that the erasure cut, with what it left there: who is named there again is another."""
    salt: str = field(default_factory=lambda: secrets.token_hex(16))
    pack: Pack = field(default_factory=Pack)
    rows: int = 0

    @property
    def place(self) -> tuple[str, str, int]:
        """Where these rows are, and by which rule."""
        return self.datastore, self.table, self.rule

    @property
    def read(self) -> list[str]:
        """The columns to read in order to know a row again."""
        return [*self.cells, *self.ties]

    def __iter__(self) -> Iterator[RetainedRow]:
        for key, start, hashes in self.pack:
            moment = dt.datetime.fromisoformat(start) if start else None
            yield RetainedRow(StoredKey.from_plain(key), moment, tuple(hashes))

    def remember(self, rows: Iterable[KeptRow]) -> None:
        """Add rows as they are now. Their cells stand in the order of :attr:`read`."""
        self.add(RetainedRow(row.key, row.start, self._hashes(row)) for row in rows)

    def add(self, rows: Iterable[RetainedRow]) -> None:
        """Add rows that are remembered already."""
        plain = ([row.key.to_plain(), row.start and row.start.isoformat(), list(row.hashes)] for row in rows)
        self.rows += self.pack.add(plain)

    def anew(self) -> RetainedRows:
        """The same for another account, without rows."""
        return replace(self, pack=Pack(), rows=0, salt=secrets.token_hex(16))

    def only(self, rows: Iterable[RetainedRow]) -> RetainedRows:
        """The same with these rows alone."""
        some = replace(self, pack=Pack(), rows=0)
        some.add(rows)
        return some

    def is_same(self, remembered: RetainedRow, now: KeptRow) -> bool:
        """Whether the row with this key is still the one that was kept."""
        ties = now.cells[len(self.cells) :]
        if any(cell != left for cell, left in zip(ties, self.ties.values(), strict=True)):
            return False
        same_date = remembered.start is not None and remembered.start == now.start
        known = [(old, new) for old, new in zip(remembered.hashes, self._hashes(now), strict=True) if old]
        if not known:
            return same_date or bool(self.ties)
        share = sum(old == new for old, new in known) / len(known)
        return share >= (ENOUGH_WITH_DATE if same_date else ENOUGH)

    def _hashes(self, row: KeptRow) -> tuple[str | None, ...]:
        return tuple(None if cell is None else self._hash(cell) for cell in row.cells[: len(self.cells)])

    def _hash(self, cell: str) -> str:
        return hashlib.blake2b(cell.encode(), key=bytes.fromhex(self.salt), digest_size=_HASH_BYTES).hexdigest()

    def to_plain(self) -> dict[str, Any]:
        """In JSON's own types."""
        period = self.period and self.period.model_dump(exclude={"column"})
        names = ("datastore", "table", "rule", "law", "columns", "cells", "ties", "salt", "rows")
        return {name: getattr(self, name) for name in names} | {"period": period, "pack": self.pack.to_plain()}

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> RetainedRows:
        """Read what :meth:`to_plain` wrote."""
        period = Until(**plain["period"]) if plain["period"] else None
        return cls(**{**plain, "period": period, "pack": Pack.from_plain(plain["pack"])})


def keep_now(file: StoreFile, rows: RetainedRows) -> Keep | None:
    """What the store file says of these rows today; ``None`` where no rule of the table keeps any more.

    The rule with the same law, else the one in the same place, else the one that keeps longest.
    """
    rules: Sequence[Rule] = file.map.get(rows.datastore, {}).get(rows.table, [])
    keeps = [rule.keep for rule in rules if rule.keep]
    same_law = [keep for keep in keeps if _law(keep) == rows.law]
    same_place = [rule.keep for rule in rules[rows.rule : rows.rule + 1] if rule.keep]
    longest = sorted(keeps, key=lambda keep: keep.until.after(_ANY_DAY), reverse=True)
    return next(iter([*same_law, *same_place, *longest]), None)


def last_day(
    rows: RetainedRows, keep: Keep | None, start: dt.datetime | None, closed_at: dt.datetime, file: StoreFile
) -> dt.date | None:
    """The last day on which the row is kept, in the store's own time; ``None`` for rows that wait for others."""
    period = keep.until if keep and rows.period else rows.period
    local = file.datastores[rows.datastore].local(start or closed_at)
    return period.after(local.date()) if period else None


def _law(keep: Keep) -> str:
    return text(keep.law, "en")
