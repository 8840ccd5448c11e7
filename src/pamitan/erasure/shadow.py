"""The rehearsal: the whole erasure in transactions that are rolled back, with the receipts that it would have given.

Unlike a plan it really writes, so the database's own constraints, triggers and locks have their say. Files are looked
at and left where they are; no hook is called and no case file outlives the rehearsal.
"""

from __future__ import annotations

from collections.abc import Sequence

from pamitan.erasure.casefile import CaseFile
from pamitan.erasure.execute import ErasureResult, erase_rows
from pamitan.erasure.unlinking import expected
from pamitan.stores.engine import rehearsing
from pamitan.stores.store import Store
from pamitan.stores.types import Subject


def rehearse(store: Store, subjects: Sequence[Subject]) -> ErasureResult:
    """What :func:`pamitan.erasure.execute.erase` would do now, done and undone. Raises as it does.

    Each datastore is rehearsed for itself, while the rows of those before it are back again. Rows are locked meanwhile,
    as long as an erasure locks them.
    """
    result, people = erase_rows(store, subjects, _Scratch(), rehearsing)
    for account, receipts in result.receipts.items():
        receipts += expected(people[account].casefile)
    return result


class _Scratch:
    """Case files of a rehearsal stay in memory, and go with it."""

    def load(self, account_id: str) -> CaseFile | None:
        return None

    def save(self, account_id: str, casefile: CaseFile) -> None:
        return None
