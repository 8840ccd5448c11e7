"""Namesakes and families: closing one is not held up by the others' rows, and leaves them whole."""

from __future__ import annotations

import pytest

from pamitan.erasure.execute import erase
from pamitan.erasure.verify import verify
from pamitan.stores.types import Subject
from tests.store.shops import ALICE, BOB, Shelf, Shop, proven

SQL = """
CREATE TABLE customer (id INTEGER PRIMARY KEY, email VARCHAR(100), phone VARCHAR(40), name VARCHAR(100));
INSERT INTO customer VALUES (1, 'alice@example.com', '0812-3456-7801', 'Alice Alisson'),
    (2, 'bob@example.com', '+62 812 3456 7801', 'Bob Alisson'), (3, 'alice.two@example.com', NULL, 'Alice Alisson');
CREATE TABLE address (id INTEGER PRIMARY KEY, customer_id INTEGER, name VARCHAR(100), street VARCHAR(100),
    phone VARCHAR(40));
CREATE TABLE delivery (id INTEGER PRIMARY KEY, name VARCHAR(100), street VARCHAR(100));
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, delivery_id INTEGER, note VARCHAR(100));
INSERT INTO address VALUES (11, 1, 'Alice Alisson', 'Jl. Mawar Merah No. 12', '081234567801'),
    (12, 2, 'Bob Alisson', 'Jl. Mawar Merah No. 12', '081234567801'),
    (13, 3, 'Alice Alisson', 'Jl. Mawar Merah No. 12', NULL);
INSERT INTO delivery VALUES (21, 'Alice Alisson', 'Jl. Mawar Merah No. 12'),
    (22, 'Alice Alisson', 'Jl. Mawar Merah No. 12');
INSERT INTO orders VALUES (31, 1, 21, 'for Alice Alisson'), (32, 2, 21, 'thanks to Alice'),
    (33, 3, 22, 'Alice Alisson');
"""
FILE = """
map:
  customer: {link: {on: {id: account.id}}, delete: true, personal: {name: name, email: email, phone: phone}}
  address:
    link: {on: {customer_id: account.id}}
    delete: true
    personal: {name: name, street: address, phone: phone}
  delivery: {link: {on: {id: orders.delivery_id}}, delete: true, personal: {name: name, street: address}}
  orders: {link: {on: {customer_id: account.id}}, detach: {customer_id: 0}, clear: [note, delivery_id]}
"""


@pytest.mark.parametrize("who", [proven(ALICE, "alice@example.com"), ALICE], ids=["proven", "unproven"])
def test_closing_one_of_a_family_and_of_two_namesakes_is_clean_and_leaves_the_others_whole(
    any_url: str, who: Subject
) -> None:
    shop, shelf = Shop(any_url, SQL, FILE), Shelf()
    before = shop.everything()
    assert erase(shop.store, [who], shelf).set_aside == {}
    looked = verify(shop.store, [who], shelf)
    assert [item for item in looked.residue["1"] if item.blocking] == []
    assert looked.is_clean("1")
    assert shop.rows("customer") == before["customer"][1:]
    assert shop.rows("address") == before["address"][1:]
    assert shop.rows("delivery") == before["delivery"]
    assert shop.rows("orders") == [(31, 0, None, None), *before["orders"][1:]]


def test_the_shared_row_is_explained_by_the_other_customers_row(any_url: str) -> None:
    shop, shelf = Shop(any_url, SQL, FILE), Shelf()
    erase(shop.store, [ALICE], shelf)
    found = {(r.table, r.key, r.explained_by) for r in verify(shop.store, [ALICE], shelf).residue["1"]}
    assert ("delivery", "21", "another customer's row leads here too") in found
    assert not [r for r in found if r[0] == "delivery" and r[1] == "21" and "row leads here" not in str(r[2])]


def test_when_the_whole_family_has_left_the_namesake_alone_is_there(any_url: str) -> None:
    shop, shelf = Shop(any_url, SQL, FILE), Shelf()
    for who in (ALICE, BOB):
        assert erase(shop.store, [who], shelf).set_aside == {}
    assert verify(shop.store, [ALICE, BOB], shelf).set_aside == {}
    assert [row[0] for row in shop.rows("customer")] == [3]
    assert [row[0] for row in shop.rows("address")] == [13]
    assert [row[0] for row in shop.rows("delivery")] == [22]
    for who in ("1", "2"):
        assert verify(shop.store, [ALICE, BOB], shelf).is_clean(who)


def test_a_trace_of_the_person_in_the_shared_row_of_nobody_else_still_blocks(any_url: str) -> None:
    shop, shelf = Shop(any_url, SQL, FILE), Shelf()
    erase(shop.store, [ALICE], shelf)
    shop.execute("UPDATE orders SET note = 'call alice@example.com' WHERE id = 32")
    blocking = [(r.table, r.key) for r in verify(shop.store, [ALICE], shelf).residue["1"] if r.blocking]
    assert blocking == [("orders", "32")]
