"""The rehearsal: the whole erasure and its verification in transactions that are rolled back, with what they would say.

Unlike a plan it really writes, so the database's own constraints, triggers and locks have their say. Files are looked
at and left where they are; no hook is called and no case file outlives the rehearsal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from pamitan.erasure.casefile import CaseFile
from pamitan.erasure.execute import ErasureResult, erase_rows
from pamitan.erasure.people import Person
from pamitan.erasure.residue import MAPPED
from pamitan.erasure.survivors import Retained
from pamitan.erasure.unlinking import expected
from pamitan.erasure.verify import VerifyResult, verify_rows
from pamitan.stores.catalogue import without_transactions
from pamitan.stores.engine import RehearsalBroken, reading, rehearsal, rehearsing, writing
from pamitan.stores.errors import StoreMismatch
from pamitan.stores.store import Store
from pamitan.stores.types import Subject

NOT_VERIFIED = "the rehearsal of its verification failed, although that of the erasure went well; try it once more"


@dataclass
class Rehearsed(ErasureResult):
    """What the erasure would do, and what its verification would find then in the tables of the data map."""

    verified: VerifyResult = field(default_factory=VerifyResult)


def rehearse(
    store: Store, subjects: Sequence[Subject], *, retained: Callable[[], Iterable[Retained]] = tuple
) -> Rehearsed:
    """What :func:`pamitan.erasure.execute.erase` would do now, and then the verification. Raises as they do.

    All datastores are written and looked at in transactions of one time, which are rolled back in the end. Rows are
    locked meanwhile, longer than an erasure locks them: until the tables of the data map have been searched. Where
    something fails on the way, it is found out who cannot be erased, and the others are rehearsed again. ``retained``:
    what laws keep of earlier closures.
    """
    for datastore in store.file.datastores:
        _require_transactions(store, datastore)
    found = _whole(store, subjects, retained)
    if found is None:
        alone, people = erase_rows(store, subjects, _Scratch(), rehearsing)
        able = [subject for subject in subjects if subject.account_id in alone.receipts]
        again = _whole(store, able, retained)
        verified = again[0].verified if again else VerifyResult(set_aside=dict.fromkeys(alone.receipts, NOT_VERIFIED))
        found = Rehearsed(alone.receipts, alone.set_aside, verified), people
    result, people = found
    for account, receipts in result.receipts.items():
        receipts += expected(people[account].casefile)
    return result


def _whole(
    store: Store, subjects: Sequence[Subject], retained: Callable[[], Iterable[Retained]]
) -> tuple[Rehearsed, dict[str, Person]] | None:
    """Erase and verify in one go; ``None`` where a statement failed on the way."""
    scratch = _Scratch()
    with rehearsal() as current:
        try:
            erased, people = erase_rows(store, subjects, scratch, writing)
            done = [subject for subject in subjects if subject.account_id in erased.receipts]
            verified = verify_rows(store, done, scratch, MAPPED, retained)
        except RehearsalBroken:
            return None
    return None if current.broken else (Rehearsed(erased.receipts, erased.set_aside, verified), people)


def _require_transactions(store: Store, datastore: str) -> None:
    """Raises :class:`StoreMismatch` where something that is written could not be undone."""
    with reading(store.engine(datastore)) as connection:
        engines = without_transactions(connection)
    mapped = sorted(engines.keys() & store.file.map.get(datastore, {}).keys())
    if mapped:
        raise StoreMismatch(
            f"the table '{mapped[0]}' of '{datastore}' is kept by {engines[mapped[0]]}, which undoes nothing, so a "
            f"rehearsal would erase for good; ALTER TABLE {mapped[0]} ENGINE=InnoDB, or look at 'pamitan plan'"
        )


class _Scratch:
    """Case files of a rehearsal stay in memory, and go with it."""

    def __init__(self) -> None:
        self._held: dict[str, CaseFile] = {}

    def load(self, account_id: str) -> CaseFile | None:
        return self._held.get(account_id)

    def save(self, account_id: str, casefile: CaseFile) -> None:
        self._held[account_id] = casefile
