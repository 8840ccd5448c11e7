"""Open orders, and cancelling them, on every kind of database."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from pamitan.stores.errors import StoreMismatch, StoreRefused
from pamitan.stores.store import Store
from pamitan.stores.types import Identifier
from tests.store.small_shop import ALICE, BOB, DESCRIPTION, STAFF, change, open_store, orders, rows

ALICE_BY_EMAIL = Identifier("email", "alice@shop.example")


@pytest.fixture
def store(any_url: str) -> Store:
    return open_store(any_url)


def with_orders(url: str, **orders_changes: Any) -> Store:
    return open_store(url, orders={**DESCRIPTION["orders"], **orders_changes})


def test_only_what_is_not_finished_is_open_oldest_first(store: Store) -> None:
    sent, new = sorted(store.open_items(ALICE), key=lambda item: item.number, reverse=True)
    assert [new.number, sent.number] == ["11", "12"]
    assert (sent.total, sent.currency, sent.date) == (
        Decimal("30000.50"),
        "IDR",
        dt.datetime(2026, 3, 4, tzinfo=dt.UTC),
    )
    assert [item.date for item in store.open_items(ALICE)] == sorted([new.date, sent.date])


def test_a_status_is_called_as_the_store_file_says(store: Store) -> None:
    statuses = {item.number: item.status for item in store.open_items(ALICE)}
    assert statuses == {"11": "New", "12": {"en": "On its way", "id": "Dalam perjalanan"}}


def test_a_guest_order_is_seen_once_the_address_is_proven(store: Store) -> None:
    assert "30" not in {item.number for item in store.open_items(ALICE)}
    assert "30" in {item.number for item in store.open_items(ALICE, frozenset({ALICE_BY_EMAIL}))}


def test_a_guest_order_is_not_seen_through_an_address_that_another_account_holds(store: Store) -> None:
    change(store, sa.text("UPDATE customer SET email = 'Alice@shop.example' WHERE id = 2"))
    for account in (ALICE, BOB):
        assert "30" not in {item.number for item in store.open_items(account, frozenset({ALICE_BY_EMAIL}))}


def test_staff_and_nobody_have_no_open_items(store: Store) -> None:
    assert store.open_items(STAFF) == store.open_items("999") == []


def test_cancelling_by_sql_changes_that_order_alone(store: Store) -> None:
    before = rows(store, orders)
    [item] = [item for item in store.open_items(ALICE) if item.can_cancel]
    store.cancel(ALICE, item.key, "once")
    after = rows(store, orders)
    assert [row["id"] for row, old in zip(after, before, strict=True) if row != old] == [11]
    assert after[1] == {**before[1], "status": "Cancelled"}


def test_another_customers_order_cannot_be_cancelled(store: Store) -> None:
    [bobs] = store.open_items(BOB)
    with pytest.raises(KeyError):
        store.cancel(ALICE, bobs.key, "once")
    assert rows(store, orders)[3]["status"] == "New"


@pytest.mark.parametrize("key", ["orders.0:999", "orders.9:11", "orders.0:11;DROP", "", ":"])
def test_a_key_that_names_no_item(store: Store, key: str) -> None:
    with pytest.raises(KeyError):
        store.cancel(ALICE, key, "once")


def test_an_order_that_was_sent_meanwhile_cannot_be_cancelled(store: Store) -> None:
    [item] = [item for item in store.open_items(ALICE) if item.can_cancel]
    change(store, sa.update(orders).where(orders.c.id == 11).values(paid=True))
    with pytest.raises(StoreRefused, match="cannot be cancelled any more"):
        store.cancel(ALICE, item.key, "once")
    assert rows(store, orders)[1]["status"] == "New"


def test_cancelling_twice_is_refused_the_second_time(store: Store) -> None:
    [item] = [item for item in store.open_items(ALICE) if item.can_cancel]
    store.cancel(ALICE, item.key, "once")
    with pytest.raises(KeyError):
        store.cancel(ALICE, item.key, "once")


def test_without_a_way_to_cancel_nothing_can_be(any_url: str) -> None:
    store = with_orders(any_url, cancel=None)
    item = store.open_items(ALICE)[0]
    assert not item.can_cancel
    with pytest.raises(StoreRefused, match="no way to cancel"):
        store.cancel(ALICE, item.key, "once")


def test_a_value_that_does_not_fit_is_said_before_anything_is_written(any_url: str) -> None:
    store = with_orders(any_url, cancel={"when": {"status": "New"}, "set": {"customer_id": "nobody"}})
    [item] = [item for item in store.open_items(ALICE) if item.can_cancel]
    with pytest.raises(StoreMismatch, match="customer_id"):
        store.cancel(ALICE, item.key, "once")


def test_several_sections_stand_side_by_side(any_url: str) -> None:
    member = {"kind": "subscription", "table": "gift_card", "link": {"on": {"customer_id": "account.id"}}, "open": {}}
    store = open_store(any_url, subscriptions=[member])
    assert sorted(item.kind for item in store.open_items(ALICE)) == ["order", "order", "subscription"]
