"""Rows that the shop wrote while the account was being closed are found and treated like the rest."""

from __future__ import annotations

import re

from pamitan.erasure.verify import verify
from tests.store.gallery.case import ALICE, Case


def late(case: Case) -> list[tuple[str, str, int]]:
    """What was done by this verification and those before."""
    return [
        (receipt.table, receipt.action, receipt.rows)
        for receipt in verify(case.store, [ALICE], case.shelf).receipts["1"]
    ]


def test_a_late_row_gets_a_pseudonym_too(any_url: str) -> None:
    """Nothing in the cell itself tells a pseudonym from what stood there before."""
    case = Case(
        any_url,
        """
        CREATE TABLE token (id INTEGER PRIMARY KEY, customer_id INTEGER, secret VARCHAR(40) NOT NULL UNIQUE);
        INSERT INTO token VALUES (1, 1, '0123456789abcdef'), (2, 2, 'fedcba9876543210');
        """,
        """
token: {link: {on: {customer_id: account.id}}, clear: [secret]}
""",
    )
    first = case.close(ALICE)["token"][0][2]
    case.execute("INSERT INTO token VALUES (3, 1, '00112233445566ff')")
    assert late(case) == [("token", "clear", 1)]
    rows = case.rows()["token"]
    assert [row[2] for row in rows[:2]] == [first, "fedcba9876543210"]
    assert rows[2][2] != "00112233445566ff"
    assert re.fullmatch("[0-9a-f]{16}", rows[2][2])
    assert late(case) == [("token", "clear", 1)]


def test_a_late_row_with_a_value_that_cannot_be_compared(any_url: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE basket (id INTEGER PRIMARY KEY, customer_id INTEGER, data {JSON} NOT NULL);
        INSERT INTO basket VALUES (1, 1, '{"name": "Alice"}'), (2, 2, '{"name": "Bob"}');
        """,
        """
basket: {link: {on: {customer_id: account.id}}, clear: [data]}
""",
    )
    emptied = case.close(ALICE)["basket"][0][2]
    case.execute("""INSERT INTO basket VALUES (3, 1, '{"name": "Alice"}')""")
    assert late(case) == [("basket", "clear", 1)]
    assert case.rows()["basket"] == [(1, 1, emptied), (2, 2, '{"name": "Bob"}'), (3, 1, emptied)]
    assert late(case) == [("basket", "clear", 1)]


def test_a_pseudonym_that_is_the_rows_own_key_is_not_taken_for_late(any_url: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE alias (customer_id INTEGER, slug VARCHAR(40) NOT NULL UNIQUE);
        INSERT INTO alias VALUES (1, 'alice'), (2, 'bob');
        """,
        """
alias: {link: {on: {customer_id: account.id}}, clear: [slug]}
""",
    )
    assert case.close(ALICE)["alias"][1] == (2, "bob")
    assert late(case) == []
