"""A draft as it stands, unreviewed, erases a person wherever they stand, and nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from pamitan.draft.draft import draft
from pamitan.erasure.execute import erase
from pamitan.erasure.verify import verify
from pamitan.kit.clock import SetClock
from pamitan.storefile.load import load_store_file
from pamitan.stores.store import Store
from pamitan.stores.types import Identifier, Subject
from tests.scanner import find_values
from tests.store.mapping_platforms import PLATFORMS
from tests.store.mapping_shops import PEOPLE, SHOPS
from tests.store.shops import NOW, Shelf

LEAVING, STAYING = PEOPLE[7], PEOPLE[8]
KEPT = {"app_invoice"}
"""Invoices are proposed to be kept by law."""


@pytest.mark.parametrize("name", [*SHOPS, *PLATFORMS])
def test_a_draft_erases_a_person_and_nobody_else(any_url: str, name: str, tmp_path: Path) -> None:
    url = {**SHOPS, **PLATFORMS}[name](any_url)
    path = tmp_path / "store.yaml"
    path.write_text(draft(url).text)
    store = Store(load_store_file(str(path), {}), SetClock(NOW))
    others = find_values(url, STAYING.values)
    proven = frozenset({Identifier("email", LEAVING.email), Identifier("phone", LEAVING.phone)})
    (account,) = store.find(Identifier("email", LEAVING.email))
    subject, shelf = Subject(account.id, proven), Shelf()

    assert erase(store, [subject], shelf).set_aside == {}

    assert {found.table for found in find_values(url, LEAVING.values)} <= KEPT
    assert find_values(url, STAYING.values) == others
    assert [one for one in verify(store, [subject], shelf).residue[account.id] if one.blocking] == []
