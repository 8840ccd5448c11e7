"""Ending a customer's sessions in the shop, on every kind of database."""

from __future__ import annotations

import pytest

from pamitan.stores.store import Store
from tests.store.small_shop import ALICE, BOB, CHARLIE, DESCRIPTION, open_store, rows, session


@pytest.fixture
def store(any_url: str) -> Store:
    return open_store(any_url)


def test_all_sessions_of_the_customer_end_and_no_others(store: Store) -> None:
    assert store.end_sessions(ALICE) == 2
    assert [row["key"] for row in rows(store, session)] == ["b1", "b2"]


def test_ending_twice_is_no_harm(store: Store) -> None:
    store.end_sessions(ALICE)
    assert store.end_sessions(ALICE) == 0


def test_who_has_no_sessions(store: Store) -> None:
    assert store.end_sessions(CHARLIE) == 0
    assert len(rows(store, session)) == 4


def test_sessions_by_a_column(any_url: str) -> None:
    sessions = [{"table": "gift_card", "link": {"on": {"customer_id": "account.id"}}}]
    store = open_store(any_url, account={**DESCRIPTION["account"], "sessions": sessions})
    assert (store.end_sessions(BOB), store.end_sessions(ALICE)) == (0, 1)
