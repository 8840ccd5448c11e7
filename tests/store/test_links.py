"""Each kind of link takes the rows of the account, all of them, and nobody else's."""

from __future__ import annotations

from tests.store.shops import ALICE, BOB, CHARLIE, CUSTOMERS, Shop, proven

ORDERS = """
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, email VARCHAR(100));
CREATE TABLE line (order_id INTEGER, number INTEGER, title VARCHAR(50), PRIMARY KEY (order_id, number));
CREATE TABLE note (id INTEGER PRIMARY KEY, order_id INTEGER, line_number INTEGER, body VARCHAR(50));
INSERT INTO orders VALUES (10, 1, NULL), (11, 1, NULL), (20, 2, NULL),
    (90, NULL, 'ALICE@Example.com'), (91, NULL, 'bob@example.com');
INSERT INTO line VALUES (10, 1, 'a'), (10, 2, 'b'), (20, 1, 'c');
INSERT INTO note VALUES (1, 10, 1, 'x'), (2, 10, 2, 'y'), (3, 20, 1, 'z');
"""


def test_rows_are_found_through_foreign_keys_to_any_depth(any_url: str) -> None:
    shop = Shop(
        any_url,
        CUSTOMERS + ORDERS,
        """
        map:
          note: {link: {on: {order_id: line.order_id, line_number: line.number}}, delete: true}
          line: {link: {on: {order_id: orders.id}}, delete: true}
          orders: {link: {on: {customer_id: account.id}}, delete: true}
    """,
    )
    assert shop.taken("orders", ALICE, BOB, CHARLIE) == {"1": [10, 11], "2": [20], "3": []}
    assert shop.taken("line", ALICE, BOB) == {"1": [(10, 1), (10, 2)], "2": [(20, 1)]}
    assert shop.taken("note", ALICE, BOB) == {"1": [1, 2], "2": [3]}


def test_a_guest_order_is_found_by_a_proven_address_in_any_letter_case(any_url: str) -> None:
    shop = Shop(
        any_url,
        CUSTOMERS + ORDERS,
        """
        map: {orders: {link: [{on: {customer_id: account.id}}, {email: email}], detach: [customer_id]}}
    """,
    )
    assert shop.taken("orders", proven(ALICE, "alice@example.com")) == {"1": [10, 11, 90]}


def test_an_address_that_was_not_proven_leads_to_nothing(any_url: str) -> None:
    shop = Shop(any_url, CUSTOMERS + ORDERS, "map: {orders: {link: {email: email}, delete: true}}")
    assert shop.taken("orders", ALICE) == {"1": []}


def test_an_address_that_the_shop_has_verified_needs_no_other_proof(any_url: str) -> None:
    shop = Shop(
        any_url,
        CUSTOMERS + ORDERS,
        """
        account: {email_verified: {id: [1, 3]}}
        map: {orders: {link: {email: email}, delete: true}}
    """,
    )
    assert shop.taken("orders", ALICE, BOB) == {"1": [90], "2": []}
