"""A crash at any statement, or a shop that says no: run again, and it is as if nothing had happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from pamitan.erasure.execute import ErasureResult, erase
from pamitan.erasure.verify import verify
from pamitan.stores.types import Subject
from tests.store.gallery.case import ALICE as CLOSED
from tests.store.gallery.case import Case
from tests.store.retained import Later, done
from tests.store.shops import ALICE, CUSTOMERS, Shelf, Shop, proven

# a cursor that the crash left open is closed by the garbage collector, as the system would close it
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")

SQL = f"""{CUSTOMERS}
CREATE TABLE address (id INTEGER PRIMARY KEY, name VARCHAR(100) NOT NULL);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id), address_id INTEGER);
CREATE TABLE line (order_id INTEGER REFERENCES orders (id), number INTEGER, note VARCHAR(50),
    PRIMARY KEY (order_id, number));
CREATE TABLE wish (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer (id));
INSERT INTO address VALUES (1, 'Alice Alisson'), (2, 'Bob Bobsson');
INSERT INTO orders VALUES (10, 1, 1), (20, 2, 2);
INSERT INTO line VALUES (10, 1, 'for alice'), (20, 1, 'for bob');
INSERT INTO wish VALUES (1, 1), (2, 1), (3, 2);
"""
MAP = """
map:
  customer: {link: {on: {id: account.id}}, delete: true}
  orders: {link: {on: {customer_id: account.id}}, detach: [customer_id]}
  address: {link: {on: {id: orders.address_id}}, clear: [name], personal: {name: name}}
  line: {link: {on: {order_id: orders.id}}, clear: [note]}
  wish: {link: {on: {customer_id: account.id}}, delete: true}
"""
ERASED = {
    "customer": [
        (2, "bob@example.com", "+6281234567802", "Bob Bobsson"),
        (3, "charlie@example.com", None, "Charlie Charlson"),
    ],
    "address": [(1, ""), (2, "Bob Bobsson")],
    "orders": [(10, None, 1), (20, 2, 2)],
    "line": [(10, 1, None), (20, 1, "for bob")],
    "wish": [(3, 2)],
}


class PowerCut(BaseException):
    """Nobody catches this; the process is gone."""


@contextmanager
def power_cut(shop: Shop | Case, before: int) -> Iterator[list[str]]:
    """Crash before the statement of that number; counts them as they come."""
    seen: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)
        if len(seen) == before:
            raise PowerCut

    sa.event.listen(shop.engine, "before_cursor_execute", count)
    try:
        yield seen
    finally:
        sa.event.remove(shop.engine, "before_cursor_execute", count)


# a cursor that the crash left open is closed by the garbage collector, as the system would close it
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_after_a_crash_at_any_statement_a_second_run_finishes(any_url: str) -> None:
    shop = Shop(any_url, SQL, MAP)
    before, number, crashed = shop.everything(), 0, True
    while crashed:
        number, shelf = number + 1, Shelf()
        with power_cut(shop, number):
            try:
                erase(shop.store, [ALICE], shelf)
                crashed = False
            except PowerCut:
                assert shop.everything() == before
        if crashed and number % 5 == 0:  # now and then, see the second run through on a copy of the rows
            assert erase(shop.store, [ALICE], shelf).set_aside == {}
            assert shop.everything() == ERASED
            restore(shop, before)
    assert number > 20
    assert shop.everything() == ERASED


def counted(result: ErasureResult) -> set[tuple[str, str, int]]:
    return {(r.table, r.action, r.rows) for r in result.receipts["1"]}


def restore(shop: Shop, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    tables = ("wish", "line", "orders", "address", "customer")
    for table in tables:
        shop.execute(f"DELETE FROM {table}")
    for table in reversed(tables):
        source = shop.schema.table(table).sql
        with shop.engine.begin() as connection:
            connection.execute(sa.insert(source), [dict(zip(source.c.keys(), row, strict=True)) for row in rows[table]])


def test_a_crash_after_the_commit_gives_the_receipts_all_the_same(any_url: str) -> None:
    shop, shelf = Shop(any_url, SQL, MAP), Shelf()
    first = erase(shop.store, [ALICE], shelf)
    again = erase(shop.store, [ALICE], shelf)
    assert shop.everything() == ERASED
    assert {(r.table, r.action, r.rows) for r in again.receipts["1"]} == {
        (r.table, r.action, r.rows) for r in first.receipts["1"]
    }
    assert ("wish", "recovered") in {(r.table, r.note) for r in again.receipts["1"]}


def test_statements_do_not_grow_with_the_batch(any_url: str) -> None:
    shop = Shop(any_url, SQL, MAP)
    people = range(100, 211)
    given = [{"id": n, "email": f"c{n}@example.com"} for n in people]
    shop.execute("INSERT INTO customer VALUES (:id, :email, NULL, 'Somebody')", *given)
    for statement in (
        "INSERT INTO orders VALUES (:id, :id, NULL)",
        "INSERT INTO wish VALUES (:id, :id)",
        "INSERT INTO line VALUES (:id, 1, 'x')",
    ):
        shop.execute(statement, *given)
    counts = []
    for batch in (people[:1], people[1:11], people[11:]):
        with power_cut(shop, -1) as seen:
            result = erase(shop.store, [Subject(str(n)) for n in batch], Shelf())
        assert len(result.receipts) == len(batch)
        counts.append(len(seen))
    assert counts == [counts[0]] * 3


def test_late_rows_are_erased_too_and_the_receipt_says_so(any_url: str) -> None:
    shop, shelf = Shop(any_url, SQL.replace("NOT NULL REFERENCES customer (id)", "NOT NULL"), MAP), Shelf()
    erase(shop.store, [ALICE], shelf)
    shop.execute("INSERT INTO wish VALUES (9, 1), (8, 2)")
    shop.execute("INSERT INTO line VALUES (10, 2, 'for alice, late')")
    shop.execute("UPDATE address SET name = 'Alice Alisson' WHERE id = 1")
    result = verify(shop.store, [ALICE], shelf)
    assert sorted((r.table, r.action, r.rows, r.note) for r in result.receipts["1"]) == [
        ("address", "clear", 1, "late"), ("line", "clear", 1, "late"), ("wish", "delete", 1, "late"),
    ]  # fmt: skip
    assert shop.rows("wish") == [(3, 2), (8, 2)]
    assert shop.rows("line") == [(10, 1, None), (10, 2, None), (20, 1, "for bob")]
    assert shop.rows("address") == ERASED["address"]
    assert result.is_clean("1")


def test_a_second_verification_finds_nothing_more_to_do(any_url: str) -> None:
    shop, shelf = Shop(any_url, SQL, MAP), Shelf()
    erase(shop.store, [ALICE], shelf)
    result = verify(shop.store, [ALICE], shelf)
    assert result.receipts == {"1": []}
    assert result.is_clean("1")
    assert shop.everything() == ERASED


def test_what_still_stands_somewhere_blocks_the_closing(any_url: str) -> None:
    memo = """
    CREATE TABLE memo (id INTEGER PRIMARY KEY, body VARCHAR(99));
    INSERT INTO memo VALUES (1, 'write to alice@example.com');
    """
    shop, shelf = Shop(any_url, SQL + memo, MAP), Shelf()
    erase(shop.store, [proven(ALICE, "alice@example.com")], shelf)
    result = verify(shop.store, [ALICE], shelf)
    found = [(item.table, item.column, item.kind, item.blocking) for item in result.residue["1"]]
    assert found == [("memo", "body", "email", True)]
    assert not result.is_clean("1")


def test_without_a_case_file_nothing_counts_as_verified(any_url: str) -> None:
    shop = Shop(any_url, SQL, MAP)
    result = verify(shop.store, [ALICE], Shelf())
    assert not result.is_clean("1")
    assert "no case file" in result.set_aside["1"]


@pytest.mark.parametrize("same_id", [True, False])
def test_a_new_customer_with_the_old_id_loses_nothing(any_url: str, same_id: bool) -> None:
    shop, shelf = Shop(any_url, SQL, MAP), Shelf()
    erase(shop.store, [ALICE], shelf)
    number = 1 if same_id else 7
    shop.execute(f"INSERT INTO customer VALUES ({number}, 'frank@example.com', NULL, 'Frank')")
    shop.execute(f"INSERT INTO wish VALUES (70, {number})")
    before = shop.everything()
    verify(shop.store, [ALICE], shelf)
    erase(shop.store, [ALICE], shelf)
    assert shop.everything() == before


INVOICE = """
CREATE TABLE invoice (id INTEGER PRIMARY KEY, customer_id INTEGER, name VARCHAR(40), day DATE);
INSERT INTO invoice VALUES (1, 1, 'Alice Alisson', '2020-05-01'), (2, 1, 'Alice Alisson', '2024-05-01'),
    (3, 2, 'Bob Bobsson', '2020-05-01');
"""
KEPT = """
invoice:
  link: {on: {customer_id: account.id}}
  detach: [customer_id]
  keep: {law: Tax Act 7, reason: Books, until: {column: day, years: 10}}
  personal: {name: name}
"""


def test_after_a_crash_at_any_statement_the_erasure_of_what_is_due_is_done_again(any_url: str) -> None:
    case = Case(any_url, INVOICE, KEPT)
    case.close(CLOSED)
    later, number, crashed = Later(case, CLOSED), 0, True
    assert [row[0] for row in case.rows()["invoice"]] == [1, 2, 3]
    while crashed:
        number += 1
        with power_cut(case, number):
            try:
                last, crashed = later.on("2031-01-01"), False
            except PowerCut:
                crashed = True
    assert number > 10
    assert done(last) == {("invoice", "delete", 1)}
    assert [row[0] for row in case.rows()["invoice"]] == [2, 3]
