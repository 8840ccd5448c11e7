"""Drafts for platforms that nothing was made for: close an account, nothing is left, nobody else is touched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pamitan.draft.draft import draft
from pamitan.erasure.check import check
from pamitan.erasure.execute import erase
from pamitan.erasure.verify import verify
from pamitan.kit.clock import SetClock
from pamitan.storefile.load import load_store_file
from pamitan.stores.store import Store
from pamitan.stores.types import Identifier, Subject
from tests.scanner import find_values, foreign_keys_hold
from tests.store.platforms.lab import PEOPLE, Person
from tests.store.platforms.noplike import noplike
from tests.store.platforms.prestalike import prestalike
from tests.store.platforms.saleorlike import saleorlike
from tests.store.platforms.shopwarelike import shopwarelike
from tests.store.shops import NOW, Shelf

SHOPS: dict[str, tuple[str, Callable[[str], str]]] = {
    "prestalike": ("mariadb_url", prestalike),
    "shopwarelike": ("mariadb_url", shopwarelike),
    "saleorlike": ("postgres_url", saleorlike),
    "noplike": ("postgres_url", noplike),
}
LAW = {"ps_order_invoice"}
"""What the drafts propose to keep for the tax office."""
UNPROVEN = {
    ("shopwarelike", "version_commit_data", "Calle Mayor 33"),
    ("noplike", "QueuedEmail", "Zoë Ångström"),
}
"""Rows that name nobody but by a street or a name: what the engineer adds by hand."""
SHARED = {"Siti Rahayu", "Jalan Kenanga 4"}
"""Two have this name, two live there."""
WRITTEN_TO_HER = {"giftcard_giftcardevent"}
"""A gift's history tells of both; the draft takes the address out of it with either."""


@pytest.fixture(params=SHOPS)
def shop(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The name and the URL of each shop."""
    fixture, fill = SHOPS[request.param]
    return request.param, fill(request.getfixturevalue(fixture))


def store_of(url: str, folder: Path) -> Store:
    path = folder / "store.yaml"
    path.write_text(draft(url).text)
    return Store(load_store_file(str(path), {}), SetClock(NOW))


def places_of(url: str, person: Person) -> set[tuple[str, str, str, str]]:
    values = set(person.values) - SHARED
    return {(one.table, one.column, one.pk, one.value) for one in find_values(url, values)}


@pytest.mark.parametrize("leaving", [PEOPLE[1], PEOPLE[2], PEOPLE[5]], ids=lambda person: person.email)
def test_an_unreviewed_draft_leaves_nothing_of_a_person_and_all_of_the_others(
    shop: tuple[str, str], leaving: Person, tmp_path: Path
) -> None:
    name, url = shop
    store, shelf = store_of(url, tmp_path), Shelf()
    others = {person.email: places_of(url, person) for person in PEOPLE if person != leaving}
    proven = frozenset({Identifier("email", leaving.email), Identifier("phone", leaving.phone)})
    (account,) = store.find(Identifier("email", leaving.email))
    assert places_of(url, leaving)

    assert erase(store, [Subject(account.id, proven)], shelf).set_aside == {}

    left = {one for one in places_of(url, leaving) if one[0] not in LAW}
    assert {(name, table, value) for table, _column, _pk, value in left} <= UNPROVEN
    for person in PEOPLE:
        if person != leaving:
            gone = others[person.email] - places_of(url, person)
            assert {table for table, *_rest in gone} <= WRITTEN_TO_HER
    assert foreign_keys_hold(url)
    blocking = [
        one.table for one in verify(store, [Subject(account.id, proven)], shelf).residue[account.id] if one.blocking
    ]
    assert set(blocking) <= {table for _name, table, _value in UNPROVEN}


def test_what_check_still_asks_of_a_draft_is_about_the_shop_itself(shop: tuple[str, str], tmp_path: Path) -> None:
    _name, url = shop
    errors = {one.where.split(".")[1] for one in check(store_of(url, tmp_path)) if one.severity == "error"}
    assert errors <= {"ps_contact", "site_sitesettings"}
