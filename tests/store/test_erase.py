"""The erasure engine: small hard schemas, rows before and after for everyone."""

from __future__ import annotations

from tests.store.shops import ALICE, BOB, CHARLIE, CUSTOMERS, Shelf, Shop, proven

from pamitan.erasure.execute import ErasureResult, erase
from pamitan.stores.types import Subject

DELETE_CUSTOMER = "customer: {link: {on: {id: account.id}}, delete: true}"


def closed(shop: Shop, *subjects: Subject) -> ErasureResult:
    """Erase, and see that nobody was set aside."""
    result = erase(shop.store, subjects, Shelf())
    assert result.set_aside == {}
    return result


def receipts(result: ErasureResult, subject: Subject) -> list[tuple[str, str, int]]:
    return sorted((r.table, r.action, r.rows) for r in result.receipts[subject.account_id])


DEEP = f"""{CUSTOMERS}
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer (id));
CREATE TABLE line (order_id INTEGER REFERENCES orders (id), number INTEGER, title VARCHAR(50), PRIMARY KEY (order_id, number));
CREATE TABLE note (id INTEGER PRIMARY KEY, order_id INTEGER, line_number INTEGER, body VARCHAR(50),
    FOREIGN KEY (order_id, line_number) REFERENCES line (order_id, number));
INSERT INTO orders VALUES (10, 1), (11, 1), (20, 2);
INSERT INTO line VALUES (10, 1, 'a'), (10, 2, 'b'), (20, 1, 'c');
INSERT INTO note VALUES (1, 10, 1, 'x'), (2, 10, 2, 'y'), (3, 20, 1, 'z');
"""
DEEP_MAP = f"""
map:
  {DELETE_CUSTOMER}
  orders: {{link: {{on: {{customer_id: account.id}}}}, delete: true}}
  line: {{link: {{on: {{order_id: orders.id}}}}, delete: true}}
  note: {{link: {{on: {{order_id: line.order_id, line_number: line.number}}}}, delete: true}}
"""


def test_children_go_before_their_parents_to_any_depth(any_url: str) -> None:
    shop = Shop(any_url, DEEP, DEEP_MAP)
    result = closed(shop, ALICE)
    assert receipts(result, ALICE) == [
        ("customer", "delete", 1), ("line", "delete", 2), ("note", "delete", 2), ("orders", "delete", 2),
    ]  # fmt: skip
    assert shop.rows("orders") == [(20, 2)]
    assert shop.rows("line") == [(20, 1, "c")]
    assert shop.rows("note") == [(3, 20, 1, "z")]
    assert [row[0] for row in shop.rows("customer")] == [2, 3]


def test_a_batch_counts_each_account_by_itself(any_url: str) -> None:
    shop = Shop(any_url, DEEP, DEEP_MAP)
    result = closed(shop, ALICE, BOB, CHARLIE)
    assert receipts(result, BOB) == [
        ("customer", "delete", 1), ("line", "delete", 1), ("note", "delete", 1), ("orders", "delete", 1),
    ]  # fmt: skip
    assert receipts(result, CHARLIE) == [("customer", "delete", 1)]
    assert shop.everything() == {"customer": [], "orders": [], "line": [], "note": []}


ORDERS = f"""{CUSTOMERS}
CREATE TABLE address (id INTEGER PRIMARY KEY, name VARCHAR(100) NOT NULL, street VARCHAR(100), search_text VARCHAR(200));
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id), email VARCHAR(100),
    address_id INTEGER REFERENCES address (id), total INTEGER NOT NULL);
INSERT INTO address VALUES (1, 'Alice Alisson', 'Jl. Mawar 1', 'Alice Alisson Jl. Mawar 1'),
    (2, 'Bob Bobsson', 'Jl. Melati 2', 'Bob Bobsson Jl. Melati 2');
INSERT INTO orders VALUES (10, 1, NULL, 1, 100), (20, 2, 'bob@example.com', 2, 200), (30, NULL, 'ALICE@example.com', NULL, 300),
    (31, 2, 'alice@example.com', NULL, 310);
"""


def test_a_detached_order_stays_and_its_address_is_emptied_through_the_reverse_link(any_url: str) -> None:
    shop = Shop(
        any_url,
        ORDERS,
        f"""
        map:
          {DELETE_CUSTOMER}
          orders: {{link: {{on: {{customer_id: account.id}}}}, detach: [customer_id], clear: [email]}}
          address: {{link: {{on: {{id: orders.address_id}}}}, clear: [name, street, search_text], personal: {{name: name}}}}
    """,
    )
    result = closed(shop, ALICE)
    assert receipts(result, ALICE) == [
        ("address", "clear", 1), ("customer", "delete", 1), ("orders", "clear", 1), ("orders", "detach", 1),
    ]  # fmt: skip
    assert shop.rows("orders")[0] == (10, None, None, 1, 100)
    assert shop.rows("orders")[1:] == [
        (20, 2, "bob@example.com", 2, 200), (30, None, "ALICE@example.com", None, 300), (31, 2, "alice@example.com", None, 310),
    ]  # fmt: skip
    assert shop.rows("address") == [(1, "", None, None), (2, "Bob Bobsson", "Jl. Melati 2", "Bob Bobsson Jl. Melati 2")]


def test_a_guest_order_goes_with_its_proven_address_and_another_ones_order_stays(any_url: str) -> None:
    shop = Shop(
        any_url,
        ORDERS,
        f"""
        map:
          {DELETE_CUSTOMER}
          orders: {{link: [{{on: {{customer_id: account.id}}}}, {{email: email}}], detach: [customer_id], clear: [email]}}
    """,
    )
    closed(shop, proven(ALICE, "alice@example.com"))
    assert shop.rows("orders") == [
        (10, None, None, 1, 100), (20, 2, "bob@example.com", 2, 200), (30, None, None, None, 300), (31, 2, "alice@example.com", None, 310),
    ]  # fmt: skip
