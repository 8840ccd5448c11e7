"""Two erasures at once, on one account and on accounts that share tables: nothing is lost or counted twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from pamitan.erasure.casefile import CaseFile
from pamitan.erasure.execute import ErasureResult, erase
from pamitan.erasure.verify import verify
from pamitan.stores.engine import engine_for, writing
from pamitan.stores.errors import StoreConflict, StoreUnavailable
from pamitan.stores.types import Subject
from tests.store.shops import ALICE, BOB, CUSTOMERS, Shelf, Shop

SQL = f"""{CUSTOMERS}
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, note VARCHAR(50), FOREIGN KEY (customer_id)
    REFERENCES customer (id));
CREATE TABLE line (id INTEGER PRIMARY KEY, order_id INTEGER, engraving VARCHAR(50), FOREIGN KEY (order_id)
    REFERENCES orders (id));
CREATE TABLE invoice (id INTEGER PRIMARY KEY, order_id INTEGER, bill_name VARCHAR(50));
CREATE TABLE wish (id INTEGER PRIMARY KEY, customer_id INTEGER);
INSERT INTO orders VALUES (10, 1, 'for alice'), (20, 2, 'for bob');
INSERT INTO line VALUES (1, 10, 'A'), (2, 10, 'A'), (3, 20, 'B');
INSERT INTO invoice VALUES (1, 10, 'Alice Alisson'), (2, 20, 'Bob Bobsson');
INSERT INTO wish VALUES (1, 1), (2, 2), (3, 1);
"""
FILE = """
map:
  invoice:
    link: {on: {order_id: orders.id}}
    keep: {law: Tax act, reason: Books, until: {years: 10}}
    personal: {bill_name: name}
  line: {link: {on: {order_id: orders.id}}, clear: [engraving]}
  orders: {link: {on: {customer_id: account.id}}, clear: [note], detach: [customer_id]}
  wish: {link: {on: {customer_id: account.id}}, delete: true}
  customer: {link: {on: {id: account.id}}, delete: true, personal: {name: name}}
"""
DONE = {
    ("invoice", "keep", 1), ("line", "clear", 2), ("orders", "clear", 1), ("orders", "detach", 1),
    ("wish", "delete", 2), ("customer", "delete", 1),
}  # fmt: skip


class CommonShelf(Shelf):
    """A shelf that stops a run where it writes a case file down, until another run has come as far."""

    def __init__(self, runs: int) -> None:
        super().__init__()
        self._meeting = threading.Barrier(runs)

    def save(self, account_id: str, casefile: CaseFile) -> None:
        super().save(account_id, casefile)
        try:
            self._meeting.wait(2)
        except threading.BrokenBarrierError:
            return  # the other one waits for a lock of ours, or has met us before


@pytest.fixture(params=["postgres", "mariadb"])
def shop(request: pytest.FixtureRequest) -> Shop:
    """A shop on a database that lets two write at once."""
    return Shop(request.getfixturevalue(f"{request.param}_url"), SQL, FILE)


def at_once(*runs: Callable[[], ErasureResult]) -> list[ErasureResult | Exception]:
    """What came of each, all of them started together."""
    results: list[ErasureResult | Exception] = [Exception("did not end")] * len(runs)

    def run(number: int, work: Callable[[], ErasureResult]) -> None:
        try:
            results[number] = work()
        except StoreUnavailable as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number, work)) for number, work in enumerate(runs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def counted(result: ErasureResult, account: str = "1") -> set[tuple[str, str, int]]:
    return {(r.table, r.action, r.rows) for r in result.receipts[account]}


def test_two_runs_on_one_account_count_it_once(shop: Shop) -> None:
    shelf = CommonShelf(2)
    results = at_once(*[lambda: erase(shop.store, [ALICE], shelf)] * 2)
    done = [result for result in results if isinstance(result, ErasureResult)]
    assert done
    assert all(isinstance(result, StoreUnavailable) for result in results if result not in done)
    fresh = [{r.table for r in result.receipts["1"] if r.note is None} for result in done]
    assert sum("wish" in tables for tables in fresh) == 1
    assert all(counted(result) == DONE for result in done)
    assert shop.rows("wish") == [(2, 2)]
    assert shop.rows("orders") == [(10, None, None), (20, 2, "for bob")]


def test_after_two_runs_on_one_account_the_case_file_is_whole(shop: Shop) -> None:
    shelf = CommonShelf(2)
    at_once(*[lambda: erase(shop.store, [ALICE], shelf)] * 2)
    assert counted(erase(shop.store, [ALICE], shelf)) == DONE
    shop.execute("INSERT INTO line VALUES (9, 10, 'for Alice Alisson, late')")
    late = verify(shop.store, [ALICE], shelf)
    assert [(r.table, r.rows) for r in late.receipts["1"]] == [("line", 1)]
    assert late.is_clean("1")


def test_two_runs_on_two_accounts_both_end(shop: Shop) -> None:
    shelf = CommonShelf(2)
    first, second = at_once(
        lambda: erase(shop.store, [ALICE], shelf), lambda: erase(shop.store, [BOB, Subject("3")], shelf)
    )
    assert isinstance(first, ErasureResult), first
    assert isinstance(second, ErasureResult), second
    assert {r.note for done in (first, second) for r in done.receipts.get("1", []) if r.action != "keep"} <= {None}
    assert counted(first) == DONE
    assert counted(second, "2") == {(t, a, 1) for t, a, _ in DONE}
    assert shop.rows("customer") == shop.rows("wish") == []
    assert [row[1:] for row in shop.rows("orders")] == [(None, None), (None, None)]


def test_two_runs_on_the_same_batch_leave_what_one_leaves(shop: Shop) -> None:
    shelf = CommonShelf(2)
    results = at_once(*[lambda: erase(shop.store, [ALICE, BOB], shelf)] * 2)
    assert any(isinstance(result, ErasureResult) and not result.set_aside for result in results)
    assert all(isinstance(result, (ErasureResult, StoreUnavailable)) for result in results)
    assert [row[0] for row in shop.rows("customer")] == [3]
    assert shop.rows("wish") == []
    assert [row[1:] for row in shop.rows("orders")] == [(None, None), (None, None)]
    again = erase(shop.store, [ALICE, BOB], shelf)
    assert counted(again) == DONE
    assert counted(again, "2") == {(t, a, 1) for t, a, _ in DONE}


def test_batches_that_meet_in_one_account(shop: Shop) -> None:
    shelf = CommonShelf(2)
    results = at_once(
        lambda: erase(shop.store, [ALICE, BOB], shelf), lambda: erase(shop.store, [BOB, Subject("3")], shelf)
    )
    assert any(isinstance(result, ErasureResult) for result in results)
    last = erase(shop.store, [ALICE, BOB, Subject("3")], shelf)
    assert last.set_aside == {}
    assert counted(last) == DONE
    assert counted(last, "2") == {(t, a, 1) for t, a, _ in DONE}
    assert shop.rows("customer") == []


@contextmanager
def meanwhile(shop: Shop, before: str, statement: str, times: int = 1) -> Iterator[list[int]]:
    """The shop does something of its own, on another connection, before our first statements with that word."""
    done: list[int] = []

    def act(_connection: Any, _cursor: Any, ours: str, *_rest: Any) -> None:
        if ours.startswith(before) and len(done) < times:
            done.append(1)
            with psycopg.connect(shop.url, autocommit=True) as connection:
                connection.execute(statement.encode())

    sa.event.listen(shop.engine, "before_cursor_execute", act)
    try:
        yield done
    finally:
        sa.event.remove(shop.engine, "before_cursor_execute", act)


def test_a_row_that_the_shop_changes_meanwhile_is_looked_at_again_at_once(postgres_url: str) -> None:
    shop, shelf = Shop(postgres_url, SQL, FILE), Shelf()
    with meanwhile(shop, "UPDATE orders", "UPDATE orders SET note = 'changed' WHERE id = 10") as conflicts:
        result = erase(shop.store, [ALICE], shelf)
    assert conflicts
    assert (result.set_aside, counted(result)) == ({}, DONE)
    assert {receipt.note for receipt in result.receipts["1"]} == {None, "Tax act"}
    assert shop.rows("orders")[0] == (10, None, None)


def test_a_shop_that_never_rests_sets_nobody_aside(postgres_url: str) -> None:
    shop, shelf = Shop(postgres_url, SQL, FILE), Shelf()
    with (
        meanwhile(shop, "UPDATE orders", "UPDATE orders SET note = note || '!' WHERE id = 10", times=99),
        pytest.raises(StoreConflict, match="try again"),
    ):
        erase(shop.store, [ALICE, BOB], shelf)
    assert len(shop.rows("customer")) == 3
    assert erase(shop.store, [ALICE, BOB], shelf).set_aside == {}
    assert len(shop.rows("customer")) == 1


def test_a_deadlock_is_told_as_a_conflict(shop: Shop) -> None:
    engine, met = engine_for(shop.url), threading.Barrier(2)
    told: list[type[Exception]] = []

    def crosswise(first: int, second: int) -> None:
        try:
            with writing(engine) as connection:
                connection.exec_driver_sql(f"UPDATE orders SET note = 'x' WHERE id = {first}")
                met.wait(20)
                connection.exec_driver_sql(f"UPDATE orders SET note = 'x' WHERE id = {second}")
        except StoreUnavailable as error:
            told.append(type(error))

    threads = [threading.Thread(target=crosswise, args=pair) for pair in ((10, 20), (20, 10))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert told == [StoreConflict]
