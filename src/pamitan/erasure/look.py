"""The look before an erasure: does the store file fit what is there, and who are the accounts?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pamitan.erasure.casefile import CaseFileShelf
from pamitan.erasure.fates import Fates
from pamitan.erasure.fit import require_fit
from pamitan.erasure.people import Person, look_up
from pamitan.stores.engine import reading
from pamitan.stores.schema import seen_by
from pamitan.stores.store import Store
from pamitan.stores.types import Subject


@dataclass(frozen=True)
class Look:
    """What there is to do in each datastore, in the order in which they are written, and the accounts by id."""

    fates: dict[str, Fates]
    people: dict[str, Person]


def home_last(store: Store) -> list[str]:
    """The names of the datastores in the order in which they are written."""
    home = store.file.home
    return [*(name for name in store.file.datastores if name != home), home]


def look(store: Store, subjects: Sequence[Subject], casefiles: CaseFileShelf, reviewed: bool = True) -> Look:
    """Compare the store file with all schemas, then look the accounts up. Raises as :func:`require_fit` does."""
    home = store.file.home
    with reading(store.engine(home)) as connection:
        seen = {home: seen_by(connection)}
        fates = {name: require_fit(store, name, reviewed, seen.get(name)) for name in home_last(store)}
        return Look(fates, look_up(connection, store, subjects, casefiles, fates[home].prepared))
