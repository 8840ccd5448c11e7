"""The blast-radius guard stops a wrong link before the first write."""

from __future__ import annotations

from pamitan.erasure.execute import erase
from pamitan.erasure.plan import plan
from tests.store.shops import ALICE, BOB, CUSTOMERS, Shelf, Shop

EVENTS = f"""{CUSTOMERS}
CREATE TABLE event (id INTEGER PRIMARY KEY, customer_id INTEGER);
"""
MAP = """
map:
  customer: {link: {on: {id: account.id}}, delete: true}
  event: {link: {on: {customer_id: account.id}}, delete: true}
"""


def events(shop: Shop, alice: int, bob: int) -> None:
    rows = [{"id": number, "customer": 1 if number < alice else 2} for number in range(alice + bob)]
    shop.execute("INSERT INTO event VALUES (:id, :customer)", *rows)


def test_an_account_with_too_many_rows_is_set_aside_and_the_others_are_erased(any_url: str) -> None:
    shop = Shop(any_url, EVENTS, MAP + "guard: {rows_per_account: 100}")
    events(shop, alice=100, bob=20)
    result = erase(shop.store, [ALICE, BOB], shelf := Shelf())
    assert "101 rows" in result.set_aside["1"]
    assert "'event'" in result.set_aside["1"]
    assert list(result.receipts) == ["2"]
    assert len(shop.rows("event")) == 100
    assert list(shelf.files) == ["2"]


def test_an_account_that_takes_most_of_a_large_table_is_set_aside(any_url: str) -> None:
    shop = Shop(any_url, EVENTS, MAP + "guard: {table_percent: 50}")
    events(shop, alice=700, bob=500)
    result = erase(shop.store, [ALICE, BOB], Shelf())
    assert "50 %" in result.set_aside["1"]
    assert list(result.receipts) == ["2"]


def test_of_a_small_table_one_account_may_have_all(any_url: str) -> None:
    shop = Shop(any_url, EVENTS, MAP + "guard: {table_percent: 50}")
    events(shop, alice=900, bob=0)
    assert erase(shop.store, [ALICE], Shelf()).set_aside == {}


def test_the_dry_run_says_what_the_guard_would_say_and_writes_nothing(any_url: str) -> None:
    shop = Shop(any_url, EVENTS, MAP + "guard: {rows_per_account: 10}")
    events(shop, alice=20, bob=5)
    before = shop.everything()
    found = plan(shop.store, [ALICE, BOB])
    assert "21 rows" in found.objections["1"]
    assert {(r.table, r.action, r.rows) for r in found.per_account["2"]} == {
        ("event", "delete", 5),
        ("customer", "delete", 1),
    }
    assert shop.everything() == before
