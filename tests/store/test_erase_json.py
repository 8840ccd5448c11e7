"""Erasing rows that are tied to their person by JSON, by texts around ids, and by lists: rows before and after."""

from __future__ import annotations

from sqlalchemy import event

from pamitan.erasure.check import check
from pamitan.erasure.execute import erase
from pamitan.erasure.plan import plan
from pamitan.erasure.verify import verify
from pamitan.stores.types import Subject
from tests.store.shops import ALICE, BOB, CUSTOMERS, Shelf, Shop, proven

SHOP = """
CREATE TABLE orders (id INTEGER PRIMARY KEY, data {json}, note VARCHAR(80));
CREATE TABLE address (id VARCHAR(20) PRIMARY KEY, line VARCHAR(80));
CREATE TABLE cart (id INTEGER PRIMARY KEY, data {json});
CREATE TABLE cache (cache_key VARCHAR(60) PRIMARY KEY, body VARCHAR(60));
INSERT INTO orders VALUES (1, '{{"customer": {{"id": 1}}, "addresses": ["a1", "shared"]}}', 'for Alice'),
    (2, '{{"customer": {{"id": "2"}}, "addresses": ["shared"]}}', 'for Bob'),
    (3, '{{"customer": null, "contact": "Alice@Example.com"}}', 'a guest'),
    (4, '{{"customer": {{"id": 2}}, "contact": "alice@example.com"}}', 'of Bob'), (5, NULL, 'nobody');
INSERT INTO address VALUES ('a1', 'Jalan Satu'), ('shared', 'Jalan Bersama'), ('a3', 'Jalan Tiga');
INSERT INTO cart VALUES (1, '{{"members": [{{"id": 1}}]}}'), (2, '{{"members": [{{"id": 1}}, {{"id": 2}}]}}'),
    (3, '{{"members": [{{"id": 2}}]}}'), (4, '{{"members": []}}');
INSERT INTO cache VALUES ('user:1', 'x'), ('user:12', 'y'), ('user:2:cart', 'z')
"""
MAP = """
map:
  customer: {link: {on: {id: account.id}}, delete: true}
  orders:
    link: [{on: {data->customer.id: account.id}}, {email: data->contact}]
    clear: [data, note]
  address: {link: {on: {id: "orders.data->addresses[]"}}, delete: true}
  cart: {link: {on: {"data->members[].id": account.id}}, delete: true}
  cache: {link: [{on: {cache_key: "user:{account.id}"}}, {on: {cache_key: "user:{account.id}:cart"}}], delete: true}
"""
ALICE_PROVEN = proven(ALICE, "alice@example.com")


def shop_at(url: str) -> Shop:
    return Shop(url, CUSTOMERS + SHOP.format(json="jsonb" if url.startswith("postgres") else "json"), MAP)


def of_others(shop: Shop) -> list[object]:
    return [
        [row for row in shop.rows("customer") if row[0] != 1],
        [row for row in shop.rows("orders") if row[0] in (2, 4, 5)],
    ]


def test_rows_before_and_after(any_url: str) -> None:
    shop = shop_at(any_url)
    before = of_others(shop)
    result = erase(shop.store, [ALICE_PROVEN], Shelf())
    assert result.set_aside == {}
    found = sorted((r.table, r.action, r.rows) for r in result.receipts["1"])
    assert found == [
        ("address", "delete", 1),
        ("address", "keep", 1),
        ("cache", "delete", 1),
        ("cart", "delete", 1),
        ("cart", "keep", 1),
        ("customer", "delete", 1),
        ("orders", "clear", 2),
    ]
    assert [row for row in shop.rows("orders") if row[0] in (1, 3)] == [(1, None, None), (3, None, None)]
    assert of_others(shop) == before
    assert [row[0] for row in shop.rows("address")] == ["a3", "shared"]
    assert [row[0] for row in shop.rows("cart")] == [2, 3, 4]
    assert [row[0] for row in shop.rows("cache")] == ["user:12", "user:2:cart"]


def test_the_last_of_two_takes_what_they_shared(any_url: str) -> None:
    shop = shop_at(any_url)
    erase(shop.store, [ALICE_PROVEN], Shelf())
    result = erase(shop.store, [BOB], Shelf())
    assert result.set_aside == {}
    assert [row[0] for row in shop.rows("address")] == ["a3"]
    assert [row[0] for row in shop.rows("cart")] == [4]
    assert [row[0] for row in shop.rows("cache")] == ["user:12"]


def test_both_at_once_leave_nothing(any_url: str) -> None:
    shop = shop_at(any_url)
    assert erase(shop.store, [ALICE_PROVEN, BOB], Shelf()).set_aside == {}
    assert [row[0] for row in shop.rows("address")] == ["a3"]
    assert [row[0] for row in shop.rows("cart")] == [4]
    assert [row[1:] for row in shop.rows("orders")] == [(None, None)] * 4 + [(None, "nobody")]


def test_a_plan_says_what_the_erasure_does(any_url: str) -> None:
    shop = shop_at(any_url)
    planned = plan(shop.store, [ALICE_PROVEN]).per_account["1"]
    assert planned == erase(shop.store, [ALICE_PROVEN], Shelf()).receipts["1"]


def test_a_second_run_goes_on_from_the_case_file(any_url: str) -> None:
    shop, shelf = shop_at(any_url), Shelf()
    shop.execute("DELETE FROM orders WHERE id = 4")  # names Alice's address, which would be found there
    erase(shop.store, [ALICE_PROVEN], shelf)
    after = shop.everything()
    shop.execute("INSERT INTO address VALUES ('a1', 'Jalan Satu')")
    again = erase(shop.store, [ALICE_PROVEN], shelf)
    assert again.set_aside == {}
    assert shop.everything() == after
    result = verify(shop.store, [ALICE_PROVEN], shelf)
    assert result.is_clean("1")


def test_rows_that_come_late_are_found(any_url: str) -> None:
    shop, shelf = shop_at(any_url), Shelf()
    erase(shop.store, [ALICE_PROVEN], shelf)
    shop.execute("INSERT INTO orders VALUES (9, :data, 'late')", {"data": '{"customer": {"id": "1"}}'})
    shop.execute("INSERT INTO cache VALUES ('user:1', 'late')")
    result = verify(shop.store, [ALICE_PROVEN], shelf)
    assert {(r.table, r.rows) for r in result.receipts["1"]} == {("orders", 1), ("cache", 1)}
    assert [row for row in shop.rows("orders") if row[0] == 9] == [(9, None, None)]


def test_check_finds_nothing_to_mend_in_such_links(any_url: str) -> None:
    shop = shop_at(any_url)
    assert [problem for problem in check(shop.store) if "link" in problem.message] == []


def test_the_number_of_statements_does_not_depend_on_the_batch(any_url: str) -> None:
    shop = shop_at(any_url)
    for number in range(100, 160):
        shop.execute(
            "INSERT INTO customer (id, email) VALUES (:id, :email)", {"id": number, "email": f"{number}@x.example"}
        )
        shop.execute(
            "INSERT INTO orders (id, data) VALUES (:id, :data)",
            {"id": number, "data": f'{{"customer": {{"id": {number}}}}}'},
        )
    many = [Subject(str(number)) for number in range(100, 160)]
    assert statements(shop, many[:1]) == statements(shop, many)


def statements(shop: Shop, subjects: list[Subject]) -> int:
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(shop.engine, "before_cursor_execute", note)
    with shop.keys(*subjects) as keys:
        keys.all()
    event.remove(shop.engine, "before_cursor_execute", note)
    return len(seen)
