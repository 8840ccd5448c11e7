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

PARCELS = """
CREATE TABLE customer (id INTEGER PRIMARY KEY, email VARCHAR(100), phone VARCHAR(40), name VARCHAR(100));
INSERT INTO customer VALUES (1, 'alice@example.com', '+6281234567801', 'Alice Alisson'),
    (2, 'alice.two@example.com', '+6281234567802', 'Alice Alisson'), (3, 'bob@example.com', NULL, 'Bob Bobsson');
CREATE TABLE parcel (id INTEGER PRIMARY KEY, customer_id INTEGER, contact VARCHAR(40), note VARCHAR(100));
INSERT INTO parcel VALUES (41, 2, '0812-3456-7801', 'left at her namesake''s'),
    (42, NULL, '+6281234567801', 'for Alice Alisson, +6281234567801'), (43, 3, NULL, 'for Bob');
"""
PARCEL_FILE = """
map:
  customer: {link: {on: {id: account.id}}, delete: true, personal: {name: name, email: email, phone: phone}}
  parcel:
    link: [{on: {customer_id: account.id}}, {phone: contact}]
    delete: true
    personal: {contact: phone}
"""
ALICE_TWO = proven(Subject("2"), "alice.two@example.com", "+6281234567802")


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


def test_a_number_that_the_namesake_lent_does_not_make_the_namesakes_own_parcel_hers(any_url: str) -> None:
    shop, shelf = Shop(any_url, PARCELS, PARCEL_FILE), Shelf()
    before = shop.everything()
    assert erase(shop.store, [ALICE_TWO], shelf).set_aside == {}
    assert [row[0] for row in before["parcel"]] == [41, 42, 43]
    assert shop.rows("parcel") == before["parcel"][1:]
    looked = verify(shop.store, [ALICE_TWO], shelf)
    assert {(r.table, r.key, r.blocking) for r in looked.residue["2"] if r.kind == "phone"} == {
        ("customer", "1", False),
        ("parcel", "42", False),
    }
    assert looked.is_clean("2")


def test_a_number_of_somebody_with_another_name_does_not_excuse_a_parcel_with_the_persons_name(any_url: str) -> None:
    shop, shelf = Shop(any_url, PARCELS, PARCEL_FILE), Shelf()
    shop.execute("UPDATE customer SET name = 'Charlie Alisson' WHERE id = 1")
    assert erase(shop.store, [ALICE_TWO], shelf).set_aside == {}
    looked = verify(shop.store, [ALICE_TWO], shelf)
    assert {(r.table, r.key) for r in looked.residue["2"] if r.blocking} == {("parcel", "42")}
