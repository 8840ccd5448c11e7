"""Rows that know a customer only by e-mail address or phone number; and whose rows such a link leaves alone."""

from __future__ import annotations

import pytest

from pamitan.stores.types import Subject
from tests.store.gallery.case import ALICE, BOB, Case

GUESTS = """
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, email VARCHAR(60), phone VARCHAR(30), total INTEGER);
INSERT INTO orders VALUES
    (1, 1, 'alice@example.com', NULL, 10),
    (2, NULL, ' Alice@EXAMPLE.com', NULL, 20),
    (3, NULL, 'alice@example.com.org', NULL, 30),
    (4, NULL, 'malice@example.com', NULL, 40),
    (5, 2, 'alice@example.com', NULL, 50),
    (6, NULL, 'alicé@example.com', NULL, 60),
    (7, NULL, '', '0812-3456-7801', 70),
    (8, NULL, NULL, '+62 812 3456 7802', 80),
    (9, NULL, NULL, '+62 812 3456 78012', 90);
"""


def test_guest_orders_with_the_address_in_any_letter_case(any_url: str) -> None:
    case = Case(
        any_url,
        GUESTS.replace("0812-3456-7801", "0812-3456-9999"),
        """
orders:
  link: [{on: {customer_id: account.id}}, {email: email}]
  detach: [customer_id]
  clear: [email]
  personal: {email: email, phone: phone}
""",
    )
    before = case.rows()["orders"]
    orders = case.close(ALICE)["orders"]
    assert orders[:2] == [(1, None, None, None, 10), (2, None, None, None, 20)]
    assert orders[2:] == before[2:]
    assert case.done(ALICE) == {("orders", "clear", 2), ("orders", "detach", 1)}


def test_the_phone_number_in_any_format(any_url: str) -> None:
    case = Case(
        any_url,
        GUESTS,
        """
orders: {link: {phone: phone, where: {customer_id: null}}, clear: [phone], personal: {email: email, phone: phone}}
""",
    )
    changed = case.close(BOB)
    assert changed["orders"][7] == (8, None, None, None, 80)
    assert case.done(BOB) == {("orders", "clear", 1)}


def test_another_customers_order_with_the_same_address_is_left_alone(any_url: str) -> None:
    """Bob bought something for alice: the order is his."""
    case = Case(
        any_url,
        """
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, email VARCHAR(60));
        INSERT INTO orders VALUES (1, 2, 'alice@example.com'), (2, 0, 'alice@example.com');
        """,
        """
orders: {link: [{on: {customer_id: account.id}}, {email: email}], delete: true, personal: {email: email}}
""",
    )
    assert case.close(ALICE) == {"orders": [(1, 2, "alice@example.com")]}


@pytest.mark.parametrize("way", ["not proven", "held by two"])
def test_an_address_that_may_be_somebody_elses_leads_to_nothing(any_url: str, way: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE orders (id INTEGER PRIMARY KEY, email VARCHAR(60));
        INSERT INTO orders VALUES (1, 'alice@example.com');
        """
        + ("INSERT INTO customer VALUES (5, 'ALICE@example.com', NULL, 'Mallory', 0)" if way == "held by two" else ""),
        """
orders: {link: {email: email}, delete: true}
""",
    )
    who = Subject("1") if way == "not proven" else ALICE
    assert case.close(who) == {}
    assert case.rows()["orders"] == [(1, "alice@example.com")]


def test_what_hangs_on_a_guest_order_goes_with_it(any_url: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE orders (id INTEGER PRIMARY KEY, email VARCHAR(60));
        CREATE TABLE parcel (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id),
            street VARCHAR(60));
        INSERT INTO orders VALUES (1, 'ALICE@EXAMPLE.COM'), (2, 'bob@example.com');
        INSERT INTO parcel VALUES (1, 1, 'Jl. Mawar 1'), (2, 2, 'Jl. Melati 2');
        """,
        """
orders: {link: {email: email}, delete: true, personal: {email: email}}
parcel: {link: {on: {order_id: orders.id}}, delete: true, personal: {street: address}}
""",
    )
    assert case.close(ALICE) == {"orders": [(2, "bob@example.com")], "parcel": [(2, 2, "Jl. Melati 2")]}
