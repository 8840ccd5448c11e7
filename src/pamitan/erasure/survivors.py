"""Which rows of a table the case files of a batch hold: rows that outlived the erasure, and why."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from pamitan.erasure.casefile import CaseFile

Key = tuple[Any, ...]


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
