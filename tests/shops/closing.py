"""Closes accounts of a real shop through the engine alone, and looks at what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pamitan.content.identifiers import normalise_email
from pamitan.erasure.casefile import CaseFile
from pamitan.erasure.execute import erase
from pamitan.erasure.receipt import Receipt
from pamitan.erasure.residue import Residue
from pamitan.erasure.verify import verify
from pamitan.stores.types import Identifier, Subject
from tests.scanner import Found, broken_foreign_keys, find_values
from tests.shops.platforms import PLATFORMS, Person
from tests.shops.shop import Row, Shop, changed


@dataclass
class Shelf:
    """Case files as bytes, in memory."""

    kept: dict[str, bytes] = field(default_factory=dict)

    def load(self, account_id: str) -> CaseFile | None:
        data = self.kept.get(account_id)
        return CaseFile.from_bytes(data) if data else None

    def save(self, account_id: str, casefile: CaseFile) -> None:
        self.kept[account_id] = casefile.to_bytes()


@dataclass(repr=False)  # pytest would write down whole databases
class Closed:
    """What stood in the shop before and after some of its customers left."""

    shop: Shop
    people: list[Person]
    before: dict[Row, Any]
    after: dict[Row, Any]
    books: list[Any]
    receipts: dict[str, list[Receipt]]
    residue: dict[str, list[Residue]]

    @property
    def changed(self) -> set[Row]:
        return changed(self.before, self.after)

    @property
    def blocking(self) -> set[tuple[str, str, str]]:
        return {(r.table, r.column, r.kind) for found in self.residue.values() for r in found if r.blocking}

    def left(self) -> list[Found]:
        """The values of these people that an independent search finds, outside what the law has the shop keep.

        A phone number counts in their own rows alone: the shops' made-up numbers are given to several customers.
        """
        retained = PLATFORMS[self.shop.preset].retained
        own = frozenset().union(*(person.rows for person in self.people))
        values = {value for person in self.people for value in person.values}
        phones = {value for person in self.people for value in person.phones}
        return [
            found
            for found in find_values(self.shop.url, values)
            if (found.table, found.column) not in retained
            and (found.value not in phones or (found.table, (found.pk,)) in own)
        ]

    def books_now(self) -> list[Any]:
        return books(self.shop)

    def broken(self) -> list[str]:
        return broken_foreign_keys(self.shop.url)


def books(shop: Shop) -> list[Any]:
    return [shop.select(question) for question in PLATFORMS[shop.preset].books]


def subject(person: Person, *, proven: bool = True) -> Subject:
    email = normalise_email(person.email)
    assert email
    return Subject(str(person.id), frozenset({Identifier("email", email)}) if proven else frozenset())


def close(shop: Shop, ids: Iterable[int], *, proven: bool = True) -> Closed:
    people = [PLATFORMS[shop.preset].person(shop, account_id) for account_id in ids]
    before, kept, shelf = shop.rows(), books(shop), Shelf()
    subjects = [subject(person, proven=proven) for person in people]
    erased = erase(shop.store, subjects, shelf)
    assert erased.set_aside == {}
    checked = verify(shop.store, subjects, shelf)
    return Closed(shop, people, before, shop.rows(), kept, erased.receipts, checked.residue)
