"""Look again after an erasure: at the rows by their stored keys, for rows that came late, and for any trace left.

Keys from the case file, not links, say which rows were a person's: after a detach or a deletion no link leads there any
more. What the shop wrote meanwhile is erased like the rest. Then the residue scan looks for the person's identifiers in
every column of every datastore.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from pamitan.erasure.batch import divide
from pamitan.erasure.casefile import CaseFileShelf
from pamitan.erasure.execute import Place, settle_late_rows, transaction
from pamitan.erasure.look import look
from pamitan.erasure.people import Person, is_another, row_survives
from pamitan.erasure.receipt import Receipt
from pamitan.erasure.residue import EVERYTHING, KEYS_SHOWN, Reach, Residue, ScanResult, Unread, scan
from pamitan.erasure.settle import Receipts
from pamitan.erasure.survivors import Retained
from pamitan.erasure.unlinking import file_receipts, still_there, unlink_files
from pamitan.stores.store import Store
from pamitan.stores.types import Subject

NO_CASE_FILE = "there is no case file, so nothing can be verified; erase the account first"


@dataclass
class VerifyResult:
    """What verification found, by account. An account is clean when it has no ``open_points``."""

    receipts: Receipts = field(default_factory=dict)
    """Rows that came late, erased by now: of all looks together, so that none is lost where a crash came between."""
    residue: dict[str, list[Residue]] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)
    """Where the residue scan did not look, although all tables were to be searched."""
    set_aside: dict[str, str] = field(default_factory=dict)
    """Accounts with late rows that could not be erased, or without a case file; each with the reason."""

    def is_clean(self, account_id: str) -> bool:
        """Nothing blocks the closing of this account."""
        found = self.residue.get(account_id)
        return account_id not in self.set_aside and found is not None and not any(item.blocking for item in found)


def verify(
    store: Store,
    subjects: Sequence[Subject],
    casefiles: CaseFileShelf,
    reach: Reach = EVERYTHING,
    *,
    retained: Callable[[], Iterable[Retained]] = tuple,
) -> VerifyResult:
    """Verify that these accounts are erased. Raises as :func:`pamitan.erasure.execute.erase` does.

    ``reach``: whether all tables are searched for residue, or those of the data map alone. ``retained``: what laws keep
    of earlier closures.

    To be repeated as often as one likes; late rows have receipts that say so, the same ones every time.
    """
    people = _late_rows_erased(store, subjects, casefiles, result := VerifyResult())
    _files(people, casefiles, result)
    _look_for_traces(store, people, reach, retained, result)
    return result


def verify_rows(
    store: Store,
    subjects: Sequence[Subject],
    casefiles: CaseFileShelf,
    reach: Reach,
    retained: Callable[[], Iterable[Retained]],
) -> VerifyResult:
    """The part of :func:`verify` that the databases do: no file is looked at."""
    people = _late_rows_erased(store, subjects, casefiles, result := VerifyResult())
    _look_for_traces(store, people, reach, retained, result)
    return result


def _late_rows_erased(
    store: Store, subjects: Sequence[Subject], casefiles: CaseFileShelf, result: VerifyResult
) -> dict[str, Person]:
    """Erase what came late; the accounts that were begun."""
    seen = look(store, subjects, casefiles, reviewed=False)
    survives = row_survives(store.file, seen.fates[store.file.home])
    result.receipts = {account: [] for account in seen.people}
    result.set_aside = {account: NO_CASE_FILE for account, person in seen.people.items() if not person.begun}
    people = {account: _unless_another(person, survives) for account, person in seen.people.items() if person.begun}
    for datastore, steps in seen.fates.items():
        _late_rows(Place(store, datastore, steps, casefiles, late=True), people, result)
    return people


def _look_for_traces(
    store: Store,
    people: dict[str, Person],
    reach: Reach,
    retained: Callable[[], Iterable[Retained]],
    result: VerifyResult,
) -> None:
    result.receipts |= {account: [*_late_receipts(person)] for account, person in people.items()}
    if people:
        scanned = _scanned(store, people, reach, retained, KEYS_SHOWN)
        result.residue, result.unread = scanned.residue, scanned.unread


def search(
    store: Store,
    subjects: Sequence[Subject],
    casefiles: CaseFileShelf,
    *,
    retained: Callable[[], Iterable[Retained]] = tuple,
    keys_shown: int = KEYS_SHOWN,
) -> ScanResult:
    """The residue scan of all tables alone, which writes nothing. Accounts without a case file are left out."""
    people = look(store, subjects, casefiles, reviewed=False).people
    begun = {account: person for account, person in people.items() if person.begun}
    return _scanned(store, begun, EVERYTHING, retained, keys_shown) if begun else ScanResult()


def _scanned(
    store: Store,
    people: dict[str, Person],
    reach: Reach,
    retained: Callable[[], Iterable[Retained]],
    keys_shown: int,
) -> ScanResult:
    usable = {account: person.vetted.usable for account, person in people.items()}
    found = {account: person.casefile for account, person in people.items()}
    return scan(store, found, store.clock.now(), usable, reach, retained=retained, keys_shown=keys_shown)


def _unless_another(person: Person, survives: bool) -> Person:
    """An id that was given to somebody else since leads to that one's rows: then the stored keys alone count."""
    if survives or not is_another(person):
        return person
    return replace(person, vetted=replace(person.vetted, state="other"))


def _files(people: dict[str, Person], casefiles: CaseFileShelf, result: VerifyResult) -> None:
    """Files of late rows go as well; those that are deleted have to be gone."""
    for account, person in people.items():
        still_there(person.casefile)
        reason = unlink_files(person.casefile, casefiles)
        if reason:
            result.set_aside[account] = reason


def _late_receipts(person: Person) -> Iterator[Receipt]:
    for case in person.casefile.datastores.values():
        yield from _added_up(case.late)
    yield from (receipt for receipt in file_receipts(person.casefile, late=True) if receipt.action == "unlink")


def _added_up(receipts: Iterable[Receipt]) -> Iterator[Receipt]:
    """One receipt for each table, action and note."""
    rows: Counter[Receipt] = Counter()
    for receipt in receipts:
        rows[replace(receipt, rows=0)] += receipt.rows
    yield from (replace(receipt, rows=total) for receipt, total in rows.items())


def _late_rows(place: Place, people: dict[str, Person], result: VerifyResult) -> None:
    def attempt(accounts: Sequence[str]) -> None:
        transaction(place, [people[account] for account in accounts])
        settle_late_rows(place, [people[account] for account in accounts])

    result.set_aside |= divide([account for account in people if account not in result.set_aside], attempt)
