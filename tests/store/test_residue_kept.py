"""What the residue scan says of rows that a law keeps: law and last day, of this closure and of earlier ones."""

from __future__ import annotations

import datetime as dt

from pamitan.erasure.execute import erase
from pamitan.erasure.residue import Residue, scan
from pamitan.erasure.survivors import Retained
from pamitan.erasure.verify import verify
from tests.store.gallery.case import ALICE, Case
from tests.store.shops import NOW, Shelf

INVOICE = """
CREATE TABLE invoice (id INTEGER PRIMARY KEY, customer_id INTEGER, email VARCHAR(100), note VARCHAR(100), day DATE,
    paid INTEGER);
INSERT INTO invoice VALUES (1, 1, 'alice@example.com', 'for alice@example.com', '2026-01-10', 1),
    (2, 1, 'alice@example.com', NULL, '2026-03-20', 1), (3, 2, 'bob@example.com', NULL, '2026-03-20', 1);
"""
INVOICE_MAP = """
invoice:
  link: {on: {customer_id: account.id}}
  where: {paid: 1}
  detach: [customer_id]
  clear: [note]
  keep: {law: Tax Act 7, reason: Books, until: {column: day, years: 10}, columns: [email, day]}
"""
SIGNED_UP_AGAIN = "INSERT INTO customer VALUES (1, 'alice@example.com', NULL, 'Alice Alisson', 0)"


def closed(case: Case) -> list[Retained]:
    """Close alice's account; what is kept of her."""
    assert erase(case.store, [ALICE], case.shelf).set_aside == {}
    casefile = case.shelf.load("1")
    assert casefile is not None
    return [(rows, NOW) for rows in casefile.datastores["main"].retained]


def told(found: list[Residue]) -> list[tuple[str, int, str | None, str | None, bool]]:
    return [(r.column, r.rows, r.explained_by, r.until, r.blocking) for r in found if r.table == "invoice"]


def test_a_kept_row_is_explained_by_the_law_and_its_last_day(any_url: str) -> None:
    case = Case(any_url, INVOICE, INVOICE_MAP)
    closed(case)
    found = verify(case.store, [ALICE], case.shelf).residue["1"]
    assert told(found) == [("email", 2, "Tax Act 7", "2036-03-20", False)]
    kept = (1, None, "alice@example.com", None, dt.date(2026, 1, 10), 1)
    assert [str(cell) for cell in case.rows()["invoice"][0]] == [str(cell) for cell in kept]


def test_a_row_kept_since_an_earlier_closure_is_explained_too(any_url: str) -> None:
    """Alice signed up again with the same address, and leaves again: her old invoices are no residue of nobody's."""
    case = Case(any_url, INVOICE, INVOICE_MAP)
    retained = closed(case)
    case.execute(SIGNED_UP_AGAIN)
    case.shelf = Shelf()
    closed(case)
    unheard = verify(case.store, [ALICE], case.shelf).residue["1"]
    assert told(unheard) == [("email", 2, None, None, True)]
    heard = verify(case.store, [ALICE], case.shelf, retained=lambda: retained)
    assert told(heard.residue["1"]) == [("email", 2, "Tax Act 7", "2036-03-20", False)]
    assert heard.is_clean("1")


def test_cells_that_the_law_does_not_cover_stay_unexplained(any_url: str) -> None:
    case = Case(any_url, INVOICE, INVOICE_MAP)
    retained = closed(case)
    case.execute(SIGNED_UP_AGAIN)
    case.shelf = Shelf()
    closed(case)
    case.execute("UPDATE invoice SET note = 'again alice@example.com' WHERE id = 1")
    found = verify(case.store, [ALICE], case.shelf, retained=lambda: retained).residue["1"]
    assert told(found) == [
        ("note", 1, None, None, True),
        ("email", 2, "Tax Act 7", "2036-03-20", False),
    ]


def test_all_keys_of_a_finding_are_given_to_who_asks(any_url: str) -> None:
    rows = ", ".join(f"({n}, 'alice@example.com')" for n in range(10, 40))
    case = Case(
        any_url, f"CREATE TABLE log (id INTEGER PRIMARY KEY, line VARCHAR(99));\nINSERT INTO log VALUES {rows};", ""
    )
    closed(case)
    casefile = case.shelf.load("1")
    assert casefile is not None
    [few] = scan(case.store, {"1": casefile}, NOW).residue["1"]
    assert (few.rows, few.key) == (30, "10; 11; 12")
    [all_] = scan(case.store, {"1": casefile}, NOW, keys_shown=1000).residue["1"]
    assert all_.key == "; ".join(str(n) for n in range(10, 40))
