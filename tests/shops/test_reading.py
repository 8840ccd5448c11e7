"""What the customer sees of a real shop before leaving, and what is locked meanwhile."""

from __future__ import annotations

from decimal import Decimal

from pamitan.stores.types import Identifier
from tests.shops.platforms import PLATFORMS
from tests.shops.shop import Shop, changed, names_of


def proven(email: str) -> frozenset[Identifier]:
    return frozenset({Identifier("email", email)})


def numbers(shop: Shop, account: str, known: frozenset[Identifier] = frozenset()) -> dict[str, bool]:
    """The open orders, and whether each can be cancelled."""
    return {item.number: item.can_cancel for item in shop.store.open_items(account, known) if item.kind == "order"}


def test_oscars_open_orders_are_those_that_are_neither_complete_nor_cancelled(oscar: Shop) -> None:
    hazel = "16"
    assert numbers(oscar, hazel) == {"100032": False, "100034": False}  # both are paid


def test_an_unpaid_oscar_order_can_be_cancelled(oscar: Shop) -> None:
    michelle = "33"
    [order] = oscar.store.open_items(michelle)
    assert order.can_cancel
    oscar.store.cancel(michelle, order.key, "once")
    assert oscar.cell("order_order", "status", "number", order.number) == "Cancelled"
    assert oscar.store.open_items(michelle) == []


def test_a_guest_order_in_another_letter_case_counts_once_the_address_is_proven(oscar: Shop) -> None:
    michelle, address = "33", "michelle.reynolds@example.org"
    assert set(numbers(oscar, michelle)) == {"100084"}
    assert set(numbers(oscar, michelle, proven(address))) == {"100083", "100084"}


def test_oscars_digital_purchases_are_listed_with_their_numbers(oscar: Shop) -> None:
    hazel = "16"
    bought = oscar.select(
        "SELECT l.title, l.id FROM order_line l JOIN order_order o ON o.id = l.order_id "
        "WHERE o.user_id = 16 AND l.title LIKE 'E-book%'"
    )
    items = oscar.store.library(hazel)
    assert [item.title for item in items] == [title for title, _id in bought]
    _item, chunks = oscar.store.open_file(hazel, items[0].key)
    assert str(bought[0][1]) in b"".join(chunks).decode()


def test_opencarts_open_orders_go_by_status_and_abandoned_checkouts_are_none(opencart: Shop) -> None:
    teagan, noah = "13", "11"
    assert numbers(opencart, teagan) == {"10": True, "11": False, "12": False}
    assert numbers(opencart, noah) == {}  # his only order has status 0


def test_an_opencart_return_counts_once_the_address_is_proven(opencart: Shop) -> None:
    kirsten, address = "8", "kirsten.price7@example.com"
    assert opencart.store.open_items(kirsten) == []
    assert [item.kind for item in opencart.store.open_items(kirsten, proven(address))] == ["return"]


def test_opencarts_download_is_there_only_for_a_finished_order(opencart: Shop) -> None:
    teagan, darren = "13", "18"
    download = opencart.cell("oc_product_to_download", "product_id", "download_id", 1)
    opencart.run("UPDATE oc_order_product SET product_id = 0 WHERE product_id = :id", id=download)
    opencart.run("UPDATE oc_order_product SET product_id = :id WHERE order_id IN (12, 20)", id=download)
    assert [item.title for item in opencart.store.library(teagan)] == ["E-manual"]  # order 12: shipped
    assert opencart.store.library(darren) == []  # order 20: pending


def test_opencarts_credit_and_points_are_what_the_customer_would_lose(opencart: Shop) -> None:
    held = {held.unit: held.amount for held in opencart.store.balances("13")}
    assert held == {"money": Decimal("5.0000"), "points": Decimal(10)}


def test_chinooks_tracks_are_listed(chinook: Shop) -> None:
    platform = PLATFORMS[chinook.preset]
    titles = {item.title for item in chinook.store.library("1")}
    assert "Experiment In Terra" in titles
    assert all(chinook.store.library(str(account)) for account in platform.ids(chinook))


def test_a_lock_changes_one_row_and_undo_brings_it_back_byte_for_byte(shop: Shop) -> None:
    account = PLATFORMS[shop.preset].ids(shop)[2]
    before = shop.rows()
    locked = shop.store.lock(str(account))
    assert changed(before, shop.rows()) <= names_of(shop.file.account.table, [account])
    assert bool(locked) == bool(shop.file.account.lock)
    shop.store.unlock(str(account), locked)
    assert changed(before, shop.rows()) == set()


def test_ending_a_customers_sessions_leaves_all_others(shop: Shop) -> None:
    platform = PLATFORMS[shop.preset]
    account = platform.ids(shop)[2]
    own = {row for row in platform.person(shop, account).rows if "session" in row[0]}
    assert bool(own) == (not shop.preset.startswith("chinook"))
    before = shop.rows()
    assert shop.store.end_sessions(str(account)) == len(own)
    assert changed(before, shop.rows()) == own
