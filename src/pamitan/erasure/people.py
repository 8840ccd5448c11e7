"""The accounts of a batch: who is there, who is only in a case file, and who cannot be touched at all."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from pamitan.erasure.casefile import CaseFile, CaseFileShelf, DatastoreCase, PersonalValue
from pamitan.erasure.fates import Fates
from pamitan.storefile.model import StoreFile
from pamitan.stores.batch import Vetted
from pamitan.stores.keys import Seed, vet
from pamitan.stores.prepared import Prepared
from pamitan.stores.store import Store
from pamitan.stores.types import Subject

NOT_FOUND = "not found: the store has no such account, and no erasure of it was begun"
NOT_A_CUSTOMER = (
    "the account is not a customer by the store file (account.where, account.guests); staff are never erased"
)
ANOTHER = (
    "the id belongs to an account with other particulars than those written down when the erasure began; "
    "look at it, and close that account in a closure of its own if it is to go"
)


@dataclasses.dataclass
class Person:
    """One account of the batch, as the store shows it now, with its case file."""

    subject: Subject
    vetted: Vetted
    casefile: CaseFile
    begun: bool
    """A case file was there: an earlier run came as far as writing."""

    def case_in(self, datastore: str) -> DatastoreCase:
        """What the case file holds of that datastore; an empty one where nothing was begun there."""
        return self.casefile.datastores.get(datastore) or DatastoreCase()


def look_up(
    connection: Any, store: Store, subjects: Sequence[Subject], casefiles: CaseFileShelf, prepared: Prepared
) -> dict[str, Person]:
    """All accounts of the batch, by id; nothing is judged yet. ``connection``: to the home datastore, whose statements
    ``prepared`` has."""
    known = {subject.account_id: casefiles.load(subject.account_id) for subject in subjects}
    asked = [_with_known(subject, known[subject.account_id]) for subject in subjects]
    found = vet(connection, store.schema(store.file.home), store.file, asked, store.clock.now(), prepared)
    return {
        subject.account_id: Person(subject, vetted, casefile or CaseFile(subject.account_id), casefile is not None)
        for subject, vetted in zip(asked, found, strict=True)
        for casefile in [known[subject.account_id]]
    }


def _with_known(subject: Subject, casefile: CaseFile | None) -> Subject:
    """With what the case file knows as proven: the row that showed it as verified may be gone."""
    return Subject(subject.account_id, subject.proven | (casefile.proven if casefile else frozenset()))


def reason_against(person: Person, survives: bool) -> str | None:
    """Why this account cannot be erased. ``survives``: the data map clears the account's row and does not delete it."""
    if person.vetted.state == "other":
        return NOT_A_CUSTOMER
    if person.vetted.state == "absent":
        return None if person.begun else NOT_FOUND
    if person.begun and not survives and is_another(person):
        return ANOTHER
    return None


def is_another(person: Person) -> bool:
    """The id was given to somebody else since the case file was written (SQLite gives the last id again)."""
    marks = person.casefile.marks
    return person.begun and bool(marks) and person.vetted.state == "customer" and not marks & person.vetted.marks


def row_survives(file: StoreFile, home: Fates) -> bool:
    """Whether the account's row stays, emptied."""
    return not (home.has(file.account.table) and home.of(file.account.table).deletes)


def open_casefile(person: Person) -> None:
    """Write down what the account's own row and the closure say of the person."""
    vetted, casefile = person.vetted, person.casefile
    for item in person.subject.proven | vetted.own:
        casefile.identifiers.add(PersonalValue(item.kind, item.value))
    for phone in vetted.phones:
        casefile.identifiers.add(PersonalValue("phone", phone))
    for name in vetted.names:
        casefile.identifiers.add(PersonalValue("name", name))
    casefile.proven |= vetted.usable
    if not person.begun:
        casefile.marks = vetted.marks


def seeds(people: Sequence[Person], datastore: str) -> dict[str, Iterator[Seed]]:
    """The keys that the case files hold of that datastore, by table, in a stream."""
    files = [person.casefile for person in people if datastore in person.casefile.datastores]
    tables = {table for file in files for table in file.datastores[datastore].keys}
    return {table: _seeds_of(files, datastore, table) for table in tables}


def _seeds_of(files: Sequence[CaseFile], datastore: str, table: str) -> Iterator[Seed]:
    for file in files:
        for key in file.datastores[datastore].keys.get(table, ()):
            yield Seed(file.account_id, key)
