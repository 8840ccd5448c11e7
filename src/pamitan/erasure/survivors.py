"""Which rows of a table outlived an erasure, and why: by the case files of a batch, and by what laws keep."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from pamitan.erasure.casefile import CaseFile
from pamitan.erasure.retained import RetainedRows, keep_now, last_day
from pamitan.storefile.model import StoreFile

Retained = tuple[RetainedRows, datetime]
"""Rows that a law keeps, and when the account that they were of was closed."""
Key = tuple[Any, ...]
NEEDED = "rows kept by law point at this row"


class Survivors:
    """The rows of one table, remembered by hash: eight bytes a row, so that a million of them are nothing."""

    def __init__(self, casefiles: Mapping[str, CaseFile], datastore: str, table: str) -> None:
        self._by_rule: dict[str, dict[int, array[int]]] = {}
        self._shared: dict[str, dict[int, array[int]]] = {}
        for account_id, casefile in casefiles.items():
            case = casefile.datastores.get(datastore)
            pack = case.keys.get(table) if case else None
            if pack is not None:
                self._by_rule[account_id] = _hashes((key.rule, key.key) for key in pack if not key.gone)
                self._shared[account_id] = _hashes((key.rule, key.key) for key in pack if key.shared)

    def rules(self, account_id: str, key: Key) -> set[int] | None:
        """The rules of the data map by which the row is that account's; ``None`` where it is not."""
        wanted = hash(_plain(key))
        found = {rule for rule, hashes in self._by_rule.get(account_id, {}).items() if _holds(hashes, wanted)}
        return found or None

    def is_shared(self, account_id: str, key: Key) -> bool:
        """Whether the row stayed because it is another customer's as well."""
        wanted = hash(_plain(key))
        return any(_holds(hashes, wanted) for hashes in self._shared.get(account_id, {}).values())

    def rules_of_all(self, key: Key) -> set[int]:
        """The rules by which the row is of any account of the batch."""
        return set().union(*(self.rules(account_id, key) or () for account_id in self._by_rule))


@dataclass(frozen=True)
class Kept:
    """Why a row is kept, and its last day; ``None`` where it waits for other rows."""

    law: str
    until: date | None
    columns: frozenset[str]
    """The cells that are kept."""


class KeptRows:
    """The rows of one table that laws keep, with their last days. Read when the first of them is asked for."""

    def __init__(self, find: Callable[[], Iterable[Retained]], file: StoreFile) -> None:
        self._find = find
        self._file = file

    def of(self, key: Key) -> Kept | None:
        """Why the row with that key is kept; ``None`` where no law keeps it."""
        hashes, places, days, sorts = self._read
        place = bisect_left(hashes, wanted := hash(_plain(key)))
        if place == len(hashes) or hashes[place] != wanted:
            return None
        law, columns = sorts[places[place]]
        return Kept(law, date.fromordinal(days[place]) if days[place] else None, columns)

    @cached_property
    def _read(self) -> tuple[array[int], array[int], array[int], list[tuple[str, frozenset[str]]]]:
        hashes, places, days = array("q"), array("l"), array("l")
        sorts: list[tuple[str, frozenset[str]]] = []
        for rows, closed_at in self._find():
            keep = keep_now(self._file, rows)
            for row in rows:
                last = last_day(rows, keep, row.start, closed_at, self._file) if rows.law else None
                hashes.append(hash(_plain(row.key.key)))
                places.append(len(sorts))
                days.append(last.toordinal() if last else 0)
            sorts.append((rows.law or NEEDED, frozenset(rows.cells)))
        order = sorted(range(len(hashes)), key=hashes.__getitem__)
        in_order = (array(found.typecode, (found[i] for i in order)) for found in (hashes, places, days))
        return (*in_order, sorts)  # type: ignore[return-value]


def _hashes(keys: Any) -> dict[int, array[int]]:
    by_rule: defaultdict[int, array[int]] = defaultdict(lambda: array("q"))
    for rule, key in keys:
        by_rule[rule].append(hash(_plain(key)))
    return {rule: array("q", sorted(hashes)) for rule, hashes in by_rule.items()}


def _holds(hashes: array[int], wanted: int) -> bool:
    place = bisect_left(hashes, wanted)
    return place < len(hashes) and hashes[place] == wanted


def _plain(key: Key) -> Key:
    return tuple(bytes(value) if isinstance(value, (bytearray, memoryview)) else value for value in key)
