"""Locking an account and letting it in again, on every kind of database."""

from __future__ import annotations

import hashlib
import os

import pytest
import sqlalchemy as sa

from pamitan.stores.errors import StoreMismatch
from pamitan.stores.store import Store
from tests.store.small_shop import ALICE, CHARLIE, DESCRIPTION, change, customer, open_store, rows

RAHASIA = "md5$salt$" + hashlib.md5(b"saltrahasia").hexdigest()


@pytest.fixture
def store(any_url: str) -> Store:
    store = open_store(any_url)
    change(store, sa.update(customer).where(customer.c.id == 1).values(password=RAHASIA))
    return store


def test_a_lock_is_undone_to_the_last_byte(store: Store) -> None:
    before = rows(store, customer)
    applied = store.lock(ALICE)
    locked = rows(store, customer)
    assert (locked[0]["active"], locked[0]["password"]) == (False, "!pamitan!" + RAHASIA)
    assert locked[1:] == before[1:]
    store.unlock(ALICE, applied)
    assert rows(store, customer) == before


def test_pamitan_goes_on_accepting_the_password_of_an_account_that_it_locked(store: Store) -> None:
    store.lock(ALICE)
    alice = store.account(ALICE)
    assert alice is not None
    assert (alice.may_sign_in, alice.has_password) == (True, True)
    assert store.check_password(ALICE, "rahasia")
    assert not store.check_password(ALICE, "salah")


def test_what_is_planned_is_what_undo_needs_although_the_lock_is_done_twice(store: Store) -> None:
    before = rows(store, customer)
    planned = store.planned_locks(ALICE)
    assert rows(store, customer) == before
    store.lock(ALICE, planned)
    assert store.lock(ALICE, planned) == planned
    store.unlock(ALICE, planned)
    assert rows(store, customer) == before


def test_undo_leaves_what_the_customer_changed_meanwhile(store: Store) -> None:
    applied = store.lock(ALICE)
    change(store, sa.update(customer).where(customer.c.id == 1).values(password="md5$new$hash", active=True))
    store.unlock(ALICE, applied)
    alice = rows(store, customer)[0]
    assert (alice["password"], alice["active"]) == ("md5$new$hash", True)


def test_an_account_that_the_shop_switched_off_stays_off_after_undo(store: Store) -> None:
    applied = store.lock(CHARLIE)
    store.unlock(CHARLIE, applied)
    assert rows(store, customer)[2]["active"] is False


def test_an_account_that_is_gone(store: Store) -> None:
    with pytest.raises(KeyError):
        store.lock("99")
    store.unlock("99", [])


def test_a_prefix_that_does_not_fit_changes_nothing(any_url: str) -> None:
    lock = [{"column": "active", "set": False}, {"column": "phone", "prefix": "x" * 39}]
    store = open_store(any_url, account={**DESCRIPTION["account"], "lock": lock})
    before = rows(store, customer)
    with pytest.raises(StoreMismatch, match="does not fit into 'phone'"):
        store.lock(ALICE)
    assert rows(store, customer) == before


def test_a_lock_leaves_no_copy_of_the_database(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    store.lock(ALICE)
    folder = os.path.dirname(sqlite_url.removeprefix("sqlite:///"))
    assert os.listdir(folder) == ["store.db"]
