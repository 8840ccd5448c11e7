"""Erase a batch of accounts: one transaction per datastore, the home of the account table last.

Home comes last so that whoever crashes between two datastores still finds the account. Before the first write of each
transaction the case files are saved with what is about to be done, so running again finishes what a crash cut short.
Nothing is locked beforehand: see docs/decisions/erasure.md.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any

from pamitan.erasure.batch import divide
from pamitan.erasure.casefile import CaseFileShelf, DatastoreCase, KeyPack
from pamitan.erasure.editing import Editing
from pamitan.erasure.fates import Fates
from pamitan.erasure.fit import require_fit
from pamitan.erasure.learning import learn, learn_ahead
from pamitan.erasure.look import look
from pamitan.erasure.namedfiles import NamedFile, noted
from pamitan.erasure.people import Person, open_casefile, reason_against, row_survives, seeds
from pamitan.erasure.receipt import LATE, LATE_RECOVERED, RECOVERED, Receipt
from pamitan.erasure.retained import RetainedRows
from pamitan.erasure.retaining import merged
from pamitan.erasure.settle import Progress, Receipts, Settlement
from pamitan.erasure.unlinking import file_receipts, names_files, unlink_files
from pamitan.stores.engine import writing
from pamitan.stores.errors import StoreConflict, StoreMismatch, StoreRefused
from pamitan.stores.keys import collect
from pamitan.stores.store import Store
from pamitan.stores.types import Subject

_PAUSES = (0.05, 0.2, 0.8)
"""Seconds before each new try."""

Transaction = Callable[[Any], AbstractContextManager[Any]]
"""Opens a transaction of a datastore's engine: one that is committed, or one that is rolled back at the end."""


@dataclass
class ErasureResult:
    """What became of each account of the batch: receipts, or the reason why it was set aside.

    Both, where the rows are erased and a file could not be deleted yet.
    """

    receipts: Receipts = field(default_factory=dict)
    set_aside: dict[str, str] = field(default_factory=dict)


def erase(store: Store, subjects: Sequence[Subject], casefiles: CaseFileShelf) -> ErasureResult:
    """Erase these accounts, and say for each what was done or why nothing more was.

    Idempotent: run again after a crash, it goes on from the case files. Raises
    :class:`pamitan.stores.errors.StoreUnavailable` (try again later) and :class:`pamitan.erasure.errors.MapMismatch`
    (the data map does not fit the schema; nothing was written).
    """
    result, people = erase_rows(store, subjects, casefiles, writing)
    for account, receipts in result.receipts.items():
        if not names_files(people[account].casefile):
            continue
        reason = unlink_files(people[account].casefile, casefiles)
        receipts += file_receipts(people[account].casefile)
        if reason:
            result.set_aside[account] = reason
    return result


def erase_rows(
    store: Store, subjects: Sequence[Subject], casefiles: CaseFileShelf, opened: Transaction
) -> tuple[ErasureResult, dict[str, Person]]:
    """The part of :func:`erase` that the databases do, in transactions that ``opened`` opens; and the accounts."""
    seen, result = look(store, subjects, casefiles), ErasureResult()
    fates, people = seen.fates, seen.people
    survives = row_survives(store.file, fates[store.file.home])
    for account, person in people.items():
        reason = reason_against(person, survives)
        if reason:
            result.set_aside[account] = reason
        else:
            open_casefile(person)
            result.receipts[account] = []
    learn_ahead(store, fates, [people[account] for account in result.receipts])
    for datastore, steps in fates.items():
        _erase_in(Place(store, datastore, steps, casefiles, opened=opened), people, result)
    return result, people


@dataclass
class Place:
    """One datastore, and what is to be done there."""

    store: Store
    datastore: str
    fates: Fates
    casefiles: CaseFileShelf
    late: bool = False
    """Only what is not yet as it should be: the erasure itself is over."""
    opened: Transaction = writing


def _erase_in(place: Place, people: dict[str, Person], result: ErasureResult) -> None:
    def attempt(accounts: Sequence[str]) -> None:
        done = transaction(place, [people[account] for account in accounts])
        for account in accounts:
            result.receipts[account] += done.get(account, [])

    alive = [account for account in people if account not in result.set_aside]
    result.set_aside |= divide(alive, attempt)
    for account in result.set_aside:
        result.receipts.pop(account, None)


def transaction(place: Place, people: list[Person]) -> Receipts:
    """Everything of these accounts in one datastore, or nothing.

    Where another transaction came in between, it is tried again at once, from the case files as they are then.
    """
    for pause in _PAUSES:
        try:
            return _once(place, people)
        except StoreConflict:
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 (two runs must not meet again)
            _look_at_case_files_again(place, people)
    return _once(place, people)


def _once(place: Place, people: list[Person]) -> Receipts:
    engine, progress = place.store.engine(place.datastore), Progress()
    try:
        with place.opened(engine) as connection:
            return _do(place, people, connection, progress)
    except StoreRefused as error:
        raise StoreRefused(f"{error}, while {progress.doing}") from None
    except StoreMismatch:
        require_fit(place.store, place.datastore)  # says it better, if the schema changed meanwhile
        raise


def _look_at_case_files_again(place: Place, people: list[Person]) -> None:
    for person in people:
        known = place.casefiles.load(person.subject.account_id)
        if known:
            person.casefile, person.begun = known, True


def _do(place: Place, people: list[Person], connection: Any, progress: Progress) -> Receipts:
    file, schema, now = place.store.file, place.store.schema(place.datastore), place.store.clock.now()
    vetted, held, lookup = [person.vetted for person in people], seeds(people, place.datastore), place.store.who_are
    with collect(connection, schema, file, place.datastore, vetted, now, held, lookup=lookup) as keys:
        rules = file.map.get(place.datastore, {})
        usable = [person.vetted.usable for person in people]
        editing = Editing([p.casefile for p in people], usable, file.store.country, rules.__getitem__)
        steps = place.fates
        settlement = Settlement(file, place.datastore, schema, steps, connection, keys, progress, place.late, editing)
        fresh = settlement.receipts()
        _check_alone(place, people)
        settlement.check_guard(fresh)
        receipts = fresh if place.late else {p.subject.account_id: _with_recovered(place, p, fresh) for p in people}
        files = list(settlement.files())
        unsettled = any(person.case_in(place.datastore).late_planned for person in people)
        if fresh or files or unsettled or not place.late:
            _write_down(place, people, settlement, receipts, files)
            settlement.write(fresh)
    return receipts


def _check_alone(place: Place, people: list[Person]) -> None:
    """Raise :class:`StoreConflict` where another run got to an account since we looked: its case file must stay."""
    for person in people:
        if place.datastore in person.casefile.datastores:
            continue
        known = place.casefiles.load(person.subject.account_id)
        if known and place.datastore in known.datastores:
            raise StoreConflict("another run is erasing one of these accounts; it is looked at again later")


def _with_recovered(place: Place, person: Person, fresh: Receipts) -> list[Receipt]:
    """The receipts of this run, and those of an earlier one that got its work done but not its receipts home.

    A transaction is done whole or not at all, so what was planned in it and is no longer to be found was done.
    """
    now = fresh.get(person.subject.account_id, [])
    if place.datastore not in person.casefile.datastores:
        return now
    planned = person.case_in(place.datastore).planned
    if not planned:
        return now
    recovered = _recovered(planned, now, RECOVERED)
    done = {(r.table, r.action) for r in recovered}
    return [receipt for receipt in now if (receipt.table, receipt.action) not in done] + recovered


def _recovered(planned: Sequence[Receipt], now: Sequence[Receipt], note: str) -> list[Receipt]:
    """What was planned and is not there to be done any more."""
    rows = {(receipt.table, receipt.action): receipt.rows for receipt in now}
    return [replace(r, note=note) for r in planned if rows.get((r.table, r.action), 0) < r.rows]


def _write_down(
    place: Place, people: list[Person], settlement: Settlement, receipts: Receipts, files: list[tuple[str, NamedFile]]
) -> None:
    """Fill and save the case files, before the first write."""
    cases = {p.subject.account_id: _case(place, p, receipts.get(p.subject.account_id, [])) for p in people}
    _remember(place, people, settlement, cases, files)
    by_id = {person.subject.account_id: person for person in people}
    learn(place.store.file, place.datastore, settlement.personal_values(), people)
    for table, writer in settlement.writers.items():
        for account, keys in writer.lasting_keys():
            cases[account].keys.setdefault(table, KeyPack()).add(keys)
    for table in settlement.direct.fates:
        for account, lasting in settlement.direct.lasting_keys(table):
            cases[account].keys.setdefault(table, KeyPack()).add(lasting)
    for account, person in by_id.items():
        person.casefile.datastores[place.datastore] = cases[account]
        place.casefiles.save(account, person.casefile)


def _remember(
    place: Place,
    people: list[Person],
    settlement: Settlement,
    cases: dict[str, DatastoreCase],
    files: list[tuple[str, NamedFile]],
) -> None:
    """Add what a law keeps and the files to delete; what an earlier run wrote down of these stays."""
    found: dict[str, list[RetainedRows]] = {account: [] for account in cases}
    for account, rows in settlement.retained(place.store.clock.now()):
        found[account].append(rows)
    named: dict[str, list[NamedFile]] = {account: [] for account in cases}
    for account, file in files:
        named[account].append(replace(file, late=place.late))
    for person in people:
        account = person.subject.account_id
        known = person.case_in(place.datastore)
        cases[account].retained = merged(known.retained, found[account])
        cases[account].files = noted(known.files, named[account])


def _case(place: Place, person: Person, receipts: list[Receipt]) -> DatastoreCase:
    """What is about to be done. Of late rows apart: it is settled later which of them a crash had cut short."""
    known = person.case_in(place.datastore)
    if not place.late:
        return DatastoreCase(receipts, late=known.late, late_planned=known.late_planned)
    recovered = _recovered(known.late_planned, receipts, LATE_RECOVERED)
    return DatastoreCase(known.planned, late=[*known.late, *recovered], late_planned=receipts)


def settle_late_rows(place: Place, people: Iterable[Person]) -> None:
    """Note in the case files that what was planned for late rows is done."""
    for person in people:
        case = person.case_in(place.datastore)
        if case.late_planned:
            case.late = [*case.late, *(replace(receipt, note=LATE) for receipt in case.late_planned)]
            case.late_planned = []
            place.casefiles.save(person.subject.account_id, person.casefile)
