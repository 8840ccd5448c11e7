"""Rows of the account table that are nobody's sign-in: guests, and second rows of the same person."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from pamitan.erasure.execute import erase
from pamitan.erasure.plan import plan
from pamitan.erasure.verify import verify
from pamitan.stores.types import Identifier, Subject
from tests.store.shops import ALICE, BOB, Shelf, Shop, proven, store_file

SQL = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, email VARCHAR(100), phone VARCHAR(40), name VARCHAR(100),
    is_guest INTEGER NOT NULL, verified INTEGER NOT NULL);
INSERT INTO customers VALUES (1, 'alice@example.com', NULL, 'Alice Alisson', 0, 1),
    (2, 'bob@example.com', NULL, 'Bob Bobsson', 0, 1), (3, 'Alice@Example.com ', NULL, 'A. Alisson', 1, 0),
    (4, 'zoe@example.com', NULL, 'Zoe Zoesson', 1, 0), (5, 'alice@example.com', NULL, 'Alice again', 1, 0);
CREATE TABLE address (id INTEGER PRIMARY KEY, street VARCHAR(100));
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id), address_id INTEGER,
    email VARCHAR(100));
INSERT INTO address VALUES (1, 'Jl. Mawar 1'), (2, 'Jl. Melati 2');
INSERT INTO orders VALUES (10, 1, 1, NULL), (20, 2, 2, NULL), (30, 3, 1, NULL), (31, 3, NULL, 'alice@example.com'),
    (40, 4, 2, NULL), (50, 5, NULL, NULL);
"""
FILE = """
account: {table: customers, guests: {is_guest: 1}, email_verified: {verified: 1}}
map:
  customers:
    link: [{on: {id: account.id}}, {email: email}]
    delete: true
    personal: {email: email, name: name}
  orders:
    link: [{on: {customer_id: customers.id}}, {on: {customer_id: account.id}}, {email: email}]
    detach: [customer_id]
    clear: [email]
  address: {link: {on: {id: orders.address_id}}, delete: true}
"""


def test_the_guests_rows_of_the_same_person_go_with_all_that_hangs_on_them(any_url: str) -> None:
    shop, shelf = Shop(any_url, SQL, FILE), Shelf()
    planned = plan(shop.store, [ALICE]).per_account["1"]
    result = erase(shop.store, [ALICE], shelf)
    assert result.set_aside == {}
    assert sorted((r.table, r.action, r.rows) for r in result.receipts["1"]) == [
        ("address", "delete", 1), ("customers", "delete", 3), ("orders", "clear", 4), ("orders", "detach", 4),
    ]  # fmt: skip
    assert sorted(planned, key=repr) == sorted(result.receipts["1"], key=repr)
    assert [row[0] for row in shop.rows("customers")] == [2, 4]
    assert [row[:2] for row in shop.rows("orders")] == [
        (10, None), (20, 2), (30, None), (31, None), (40, 4), (50, None)
    ]  # fmt: skip
    assert shop.rows("address") == [(2, "Jl. Melati 2")]
    looked = verify(shop.store, [ALICE], shelf)
    assert looked.is_clean("1")
    assert looked.receipts == {"1": []}


def test_a_guests_row_that_comes_late_is_erased_too(any_url: str) -> None:
    shop, shelf = Shop(any_url, SQL, FILE), Shelf()
    erase(shop.store, [ALICE], shelf)
    shop.execute("INSERT INTO customers VALUES (6, 'alice@example.com', NULL, 'Alice', 1, 0)")
    shop.execute("INSERT INTO orders VALUES (60, 6, NULL, NULL)")
    looked = verify(shop.store, [ALICE], shelf)
    assert sorted((r.table, r.action, r.rows) for r in looked.receipts["1"]) == [
        ("customers", "delete", 1), ("orders", "clear", 1), ("orders", "detach", 1)
    ]  # fmt: skip
    assert looked.is_clean("1")


def test_without_proof_the_guests_rows_stay_and_it_is_told(any_url: str) -> None:
    shop, shelf = Shop(any_url, SQL, FILE), Shelf()
    shop.execute("UPDATE customers SET verified = 0")
    erase(shop.store, [ALICE], shelf)
    assert [row[0] for row in shop.rows("customers")] == [2, 3, 4, 5]
    looked = verify(shop.store, [ALICE], shelf)
    told = {(r.table, r.column, r.explained_by) for r in looked.residue["1"] if r.kind == "email"}
    assert told == {
        ("customers", "email", "not proven to be this customer's"),
        ("orders", "email", "not proven to be this customer's"),
    }
    assert looked.is_clean("1")


def test_a_living_account_with_the_same_address_still_stops_the_link(any_url: str) -> None:
    shop = Shop(any_url, SQL, FILE)
    shop.execute("UPDATE customers SET email = 'alice@example.com' WHERE id = 2")
    erase(shop.store, [proven(ALICE, "alice@example.com")], Shelf())
    assert [row[0] for row in shop.rows("customers")] == [2, 3, 4, 5]


def test_a_guests_row_is_no_sign_in_and_no_account_to_close(any_url: str) -> None:
    shop = Shop(any_url, SQL, FILE)
    assert [a.id for a in shop.store.find(Identifier("email", "alice@example.com"))] == ["1"]
    assert shop.store.account("3") is None
    assert "guests" in erase(shop.store, [Subject("3")], Shelf()).set_aside["3"]
    assert len(shop.rows("customers")) == 5


def test_two_people_of_one_batch_take_each_their_own_guests_rows(any_url: str) -> None:
    shop = Shop(any_url, SQL, FILE)
    shop.execute("INSERT INTO customers VALUES (7, 'BOB@example.com', NULL, 'Bob', 1, 0)")
    result = erase(shop.store, [ALICE, BOB], Shelf())
    deleted = {
        a: r.rows for a, done in result.receipts.items() for r in done if (r.table, r.action) == ("customers", "delete")
    }
    assert deleted == {"1": 3, "2": 2}
    assert [row[0] for row in shop.rows("customers")] == [4]


def test_guests_and_the_link_that_takes_them_go_together() -> None:
    with pytest.raises(ValidationError, match=r"add a link by email or phone to a rule of map\.default\.customers"):
        store_file("sqlite://", FILE.replace(", {email: email}]\n    delete", "]\n    delete"))
    with pytest.raises(ValidationError, match=r"say by account\.guests which rows are guests'"):
        store_file("sqlite://", FILE.replace("guests: {is_guest: 1}, ", ""))
