"""Look again after an erasure: at the rows by their stored keys, for rows that came late, and for any trace left.

Keys from the case file, not links, say which rows were a person's: after a detach or a deletion no link leads there any
more. What the shop wrote meanwhile is erased like the rest. Then the residue scan looks for the person's identifiers in
every column of every datastore.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from pamitan.erasure.batch import divide
from pamitan.erasure.casefile import CaseFileShelf
from pamitan.erasure.execute import Place, transaction
from pamitan.erasure.look import look
from pamitan.erasure.people import Person, is_another, row_survives
from pamitan.erasure.receipt import LATE, Receipt
from pamitan.erasure.residue import EVERYTHING, Reach, Residue, Unread, scan
from pamitan.erasure.settle import Receipts
from pamitan.erasure.unlinking import file_receipts, still_there, unlink_files
from pamitan.stores.store import Store
from pamitan.stores.types import Subject

NO_CASE_FILE = "there is no case file, so nothing can be verified; erase the account first"


@dataclass
class VerifyResult:
    """What verification found, by account. An account is clean when it has no ``open_points``."""

    receipts: Receipts = field(default_factory=dict)
    """Rows that came late, now erased."""
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
    store: Store, subjects: Sequence[Subject], casefiles: CaseFileShelf, reach: Reach = EVERYTHING
) -> VerifyResult:
    """Verify that these accounts are erased. Raises as :func:`pamitan.erasure.execute.erase` does.

    ``reach``: whether all tables are searched for residue, or those of the data map alone.

    To be repeated as often as one likes; late rows come back with receipts that say so.
    """
    seen = look(store, subjects, casefiles, reviewed=False)
    fates, people = seen.fates, seen.people
    survives = row_survives(store.file, fates[store.file.home])
    result = VerifyResult(receipts={account: [] for account in people})
    result.set_aside = {account: NO_CASE_FILE for account, person in people.items() if not person.begun}
    people = {account: _unless_another(person, survives) for account, person in people.items() if person.begun}
    for datastore, steps in fates.items():
        _late_rows(Place(store, datastore, steps, casefiles, late=True), people, result)
    _files(people, casefiles, result)
    usable = {account: person.vetted.usable for account, person in people.items()}
    found = {account: person.casefile for account, person in people.items()}
    if found:
        scanned = scan(store, found, store.clock.now(), usable, reach)
        result.residue, result.unread = scanned.residue, scanned.unread
    return result


def _unless_another(person: Person, survives: bool) -> Person:
    """An id that was given to somebody else since leads to that one's rows: then the stored keys alone count."""
    if survives or not is_another(person):
        return person
    return replace(person, vetted=replace(person.vetted, state="other"))


def _files(people: dict[str, Person], casefiles: CaseFileShelf, result: VerifyResult) -> None:
    """Files of late rows go as well; those that are deleted have to be gone."""
    for account, person in people.items():
        still_there(person.casefile)
        before = file_receipts(person.casefile)
        reason = unlink_files(person.casefile, casefiles)
        result.receipts[account] += _late_files(before, file_receipts(person.casefile))
        if reason:
            result.set_aside[account] = reason


def _late_files(before: Sequence[Receipt], now: Sequence[Receipt]) -> Iterator[Receipt]:
    """What was deleted since."""
    known = {(r.datastore, r.table, r.note): r.rows for r in before}
    for receipt in now:
        rows = receipt.rows - known.get((receipt.datastore, receipt.table, receipt.note), 0)
        if receipt.action == "unlink" and rows > 0:
            yield replace(receipt, rows=rows, note=LATE)


def _late_rows(place: Place, people: dict[str, Person], result: VerifyResult) -> None:
    def attempt(accounts: Sequence[str]) -> None:
        done = transaction(place, [people[account] for account in accounts])
        for account in accounts:
            result.receipts[account] += [replace(receipt, note=LATE) for receipt in done.get(account, [])]

    result.set_aside |= divide([account for account in people if account not in result.set_aside], attempt)
