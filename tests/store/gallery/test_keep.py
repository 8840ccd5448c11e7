"""What a law keeps: cells or whole rows, with the rows that they need; it wins over every other action."""

from __future__ import annotations

from pamitan.stores.types import Subject
from tests.store.gallery.case import ALICE, Case


def test_some_cells_are_kept_and_the_rest_of_the_row_is_emptied(any_url: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE invoice (id INTEGER PRIMARY KEY, customer_id INTEGER, name VARCHAR(40), street VARCHAR(40),
            phone VARCHAR(30), total INTEGER);
        INSERT INTO invoice VALUES (1, 1, 'Alice Alisson', 'Jl. Mawar 1', '0812 3456 7801', 100);
        """,
        """
invoice:
  link: {on: {customer_id: account.id}}
  detach: [customer_id]
  clear: [phone]
  keep: {law: "UU KUP 28 (11)", reason: Books, until: {years: 10}, columns: [name, street]}
  personal: {name: name, street: address, phone: phone}
""",
    )
    assert case.close(ALICE) == {"invoice": [(1, None, "Alice Alisson", "Jl. Mawar 1", None, 100)]}
    notes = {(receipt.action, receipt.note) for receipt in case.receipts["1"] if receipt.table == "invoice"}
    assert notes == {("keep", "UU KUP 28 (11)"), ("clear", None), ("detach", None)}


def test_paid_invoices_are_kept_whole_and_drafts_are_deleted(any_url: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE invoice (id INTEGER PRIMARY KEY, customer_id INTEGER, status VARCHAR(10), text TEXT, day DATE);
        INSERT INTO invoice VALUES (1, 1, 'paid', 'To Alice Alisson, alice@example.com', '2026-01-01'),
            (2, 1, 'draft', 'To Alice Alisson', '2026-01-02'), (3, 2, 'draft', 'To Bob Bobsson', '2026-01-03');
        """,
        """
invoice:
  - link: {on: {customer_id: account.id}}
    where: {status: paid}
    keep: {law: Tax Act 7, reason: Books, until: {column: day, years: 10}}
  - {link: {on: {customer_id: account.id}}, delete: true}
""",
    )
    assert [row[0] for row in case.close(ALICE)["invoice"]] == [1, 3]
    assert {("invoice", "keep", 1), ("invoice", "delete", 1)} == case.done(ALICE)


def test_a_row_that_a_kept_row_points_at_stays_too(any_url: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, total INTEGER);
        CREATE TABLE invoice (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id),
            name VARCHAR(40));
        INSERT INTO orders VALUES (1, 1, 100), (2, 1, 200), (3, 2, 300);
        INSERT INTO invoice VALUES (1, 1, 'Alice Alisson'), (3, 3, 'Bob Bobsson');
        """,
        """
orders: {link: {on: {customer_id: account.id}}, delete: true}
invoice:
  link: {on: {order_id: orders.id}}
  keep: {law: Tax Act 7, reason: Books, until: {years: 10}}
  personal: {name: name}
""",
    )
    assert case.close(ALICE) == {"orders": [(1, 1, 100), (3, 2, 300)]}
    notes = {(receipt.table, receipt.action): receipt.note for receipt in case.receipts["1"]}
    assert notes["orders", "keep"] == "rows kept by law point at it: Tax Act 7"


def test_what_a_kept_row_needs_holds_the_closing_not_up(any_url: str) -> None:
    """The order stays whole as the invoice points at it; her address there is explained."""
    case = Case(
        any_url,
        """
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, email VARCHAR(60));
        CREATE TABLE invoice (id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders (id));
        INSERT INTO orders VALUES (1, 1, 'alice@example.com');
        INSERT INTO invoice VALUES (1, 1);
        """,
        """
orders: {link: {on: {customer_id: account.id}}, delete: true, personal: {email: email}}
invoice: {link: {on: {order_id: orders.id}}, keep: {law: Tax Act 7, reason: Books, until: {years: 10}}}
""",
    )
    assert case.close(ALICE) == {}
    assert case.done(ALICE) == {("orders", "keep", 1), ("invoice", "keep", 1)}


def test_the_number_of_an_emptied_account_is_explained(any_url: str) -> None:
    """Its row stays, as the orders need it; a UUID is told from all others, but of a row that is empty."""
    known = "6f1c8d1e-3a55-4b0e-9b7e-1f2a3b4c5d6e"
    case = Case(
        any_url,
        "",
        "",
        store="""
store: {name: Toko, email: halo@toko.example, country: ID}
datastores: {main: {url: "${STORE_URL}"}}
account: {table: customer, id: id, email: email}
map:
  main:
    customer: {link: {on: {id: account.id}}, replace: {email: "gone-{unique}@gone.example"}}
    orders: {link: {on: {customer_id: account.id}}, clear: [note]}
""",
        people=f"""
CREATE TABLE customer (id VARCHAR(36) PRIMARY KEY, email VARCHAR(100));
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id VARCHAR(36) NOT NULL REFERENCES customer (id),
    note VARCHAR(40));
INSERT INTO customer VALUES ('{known}', 'alice@example.com');
INSERT INTO orders VALUES (1, '{known}', 'for Alice');
""",
    )
    assert case.close(Subject(known))["orders"] == [(1, known, None)]
