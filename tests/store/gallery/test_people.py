"""Namesakes, families, staff, shared rows: who stays is left whole, and holds nobody up."""

from __future__ import annotations

from tests.store.gallery.case import ALICE, BOB, Case

NAMESAKES = """
CREATE TABLE address (id INTEGER PRIMARY KEY, customer_id INTEGER, name VARCHAR(40), street VARCHAR(40),
    city VARCHAR(40));
INSERT INTO customer VALUES (5, 'alice.two@example.org', '+6281234567805', 'Alice Alisson', 0);
INSERT INTO address VALUES (1, 1, 'Alice Alisson', 'Jl. Mawar 17', 'Yogyakarta'),
    (2, 2, 'Bob Alisson', 'Jl. Mawar 17', 'Yogyakarta'), (5, 5, 'Alice Alisson', 'Via Roma 5', 'Torino');
"""
ADDRESSES = """
address:
  link: {on: {customer_id: account.id}}
  delete: true
  personal: {name: name, street: address, city: address}
"""


def test_a_namesake_and_a_family_at_one_address_stay_whole(any_url: str) -> None:
    case = Case(any_url, NAMESAKES, ADDRESSES)
    assert case.close(ALICE) == {
        "address": [
            (2, 2, "Bob Alisson", "Jl. Mawar 17", "Yogyakarta"),
            (5, 5, "Alice Alisson", "Via Roma 5", "Torino"),
        ]
    }


def test_a_product_that_is_called_as_a_customer_holds_nobody_up(any_url: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE product (id INTEGER PRIMARY KEY, title VARCHAR(60));
        INSERT INTO product VALUES (1, 'Alice in Wonderland'), (2, 'Alison: a life'), (3, 'Bob');
        """,
        "",
    )
    assert case.close(ALICE) == {}


def test_an_address_that_two_customers_orders_point_at_goes_with_the_last_of_them(any_url: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE address (id INTEGER PRIMARY KEY, street VARCHAR(40));
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, address_id INTEGER);
        INSERT INTO address VALUES (1, 'Jl. Mawar 17'), (2, 'Jl. Melati 2');
        INSERT INTO orders VALUES (1, 1, 1), (2, 2, 1), (3, 1, 2);
        """,
        """
orders: {link: {on: {customer_id: account.id}}, detach: [customer_id]}
address: {link: {on: {id: orders.address_id}}, clear: [street]}
""",
    )
    assert case.close(ALICE) == {
        "orders": [(1, None, 1), (2, 2, 1), (3, None, 2)],
        "address": [(1, "Jl. Mawar 17"), (2, None)],
    }
    assert case.close(BOB) == {
        "orders": [(1, None, 1), (2, None, 1), (3, None, 2)],
        "address": [(1, None), (2, None)],
    }


def test_staff_are_never_erased(any_url: str) -> None:
    """The log names who did something: the customer's entries go, those of a colleague with the same text stay."""
    case = Case(
        any_url,
        """
        CREATE TABLE log (id INTEGER PRIMARY KEY, actor INTEGER, said VARCHAR(40));
        INSERT INTO log VALUES (1, 1, 'signed in'), (2, 4, 'signed in');
        """,
        """
log: {link: {on: {actor: account.id}}, delete: true}
""",
    )
    assert case.close(ALICE) == {"log": [(2, 4, "signed in")]}
