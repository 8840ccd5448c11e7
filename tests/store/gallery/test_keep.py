"""What a law keeps: cells or whole rows, with the rows that they need; it wins over every other action."""

from __future__ import annotations

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
