"""What a law kept of many closures goes in one batch: set by set, and never held up by one of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa

from pamitan.erasure.casefile import CaseFile
from pamitan.erasure.expiry import Due, Expiry, erase_due
from pamitan.erasure.receipt import DATE_CAME, RECOVERED
from pamitan.erasure.retained import RetainedRows
from pamitan.kit.clock import SetClock
from pamitan.stores.errors import StoreConflict
from pamitan.stores.store import Store
from pamitan.stores.types import Subject
from tests.store.gallery.case import ALICE, BOB, CHARLIE, Case
from tests.store.shops import NOW, Shelf

INVOICES = """
CREATE TABLE invoice (id INTEGER PRIMARY KEY, customer_id INTEGER, name VARCHAR(40), street VARCHAR(40), day DATE,
    total INTEGER, CONSTRAINT paid CHECK (total < 400 OR day < '2021-01-01' OR street IS NOT NULL));
INSERT INTO invoice VALUES (1, 1, 'Alice Alisson', 'Jl. Mawar 1', '2020-05-01', 100),
    (2, 1, 'Alice Alisson', 'Jl. Mawar 1', '2024-02-29', 200), (3, 2, 'Bob Bobsson', 'Jl. Melati 2', '2020-05-01', 400),
    (4, 3, 'Charlie Charlson', 'Jl. Kamboja 3', '2020-05-01', 500),
    (5, NULL, 'Dewi', 'Jl. Anggrek 4', '2020-05-01', 600);
"""
WHOLE = """
invoice:
  link: {on: {customer_id: account.id}}
  detach: [customer_id]
  keep: {law: Tax Act 7, reason: Books, until: {column: day, years: 10}}
  personal: {name: name, street: address}
"""
CELLS = WHOLE.replace("years: 10}", "years: 10}, columns: [name, street]")
EVERYBODY = (ALICE, BOB, CHARLIE)


class Drawers(Shelf):
    """Case files by name; the first save meets another transaction, if it is told to."""

    conflicts = 0

    def save(self, account_id: str, casefile: CaseFile) -> None:
        super().save(account_id, casefile)
        if self.conflicts:
            self.conflicts -= 1
            raise StoreConflict("another transaction came in between")


def retained(case: Case, who: Subject) -> list[RetainedRows]:
    casefile = case.shelf.load(who.account_id)
    assert casefile is not None
    return [rows for place in casefile.datastores.values() for rows in place.retained]


def on(case: Case, day: str, who: Sequence[Subject] = EVERYBODY, drawers: Drawers | None = None) -> Expiry:
    """What is erased of these closures on that day, in one batch."""
    now = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(1), dt.UTC)
    batch = [Due(f"closure {one.account_id}", retained(case, one), NOW) for one in who]
    return erase_due(Store(case.store.file, SetClock(now)), batch, drawers or Drawers())


def ids(case: Case) -> list[int]:
    return [row[0] for row in case.rows()["invoice"]]


@contextmanager
def counted(case: Case, word: str) -> Iterator[list[str]]:
    """The statements that begin with that word."""
    seen: list[str] = []

    def count(*words: object) -> None:
        if str(words[2]).startswith(word):
            seen.append(str(words[2]))

    sa.event.listen(case.engine, "before_cursor_execute", count)
    try:
        yield seen
    finally:
        sa.event.remove(case.engine, "before_cursor_execute", count)


def test_each_closure_has_its_own_receipts_and_what_is_left_to_it(any_url: str) -> None:
    case = Case(any_url, INVOICES, WHOLE)
    case.close(*EVERYBODY)
    assert ids(case) == [1, 2, 3, 4, 5]
    result = on(case, "2030-05-02")
    assert result.set_aside == {}
    assert {
        name: [(receipt.table, receipt.action, receipt.rows, receipt.note) for receipt in done.receipts]
        for name, done in result.done.items()
    } == {f"closure {n}": [("invoice", "delete", 1, DATE_CAME)] for n in (1, 2, 3)}
    assert [(name, done.next_day) for name, done in result.done.items()] == [
        ("closure 1", dt.date(2034, 2, 28)), ("closure 2", None), ("closure 3", None)
    ]  # fmt: skip
    assert ids(case) == [2, 5]


def test_the_rows_of_all_go_in_one_statement(any_url: str) -> None:
    case = Case(any_url, INVOICES, WHOLE)
    case.close(*EVERYBODY)
    with counted(case, "DELETE FROM") as statements:
        on(case, "2030-05-02")
    assert len([text for text in statements if "invoice" in text.split("WHERE")[0]]) == 1
    assert ids(case) == [2, 5]


def test_a_closure_whose_rows_the_database_refuses_is_set_aside_and_the_others_go(any_url: str) -> None:
    case = Case(any_url, INVOICES, CELLS)
    case.close(*EVERYBODY)
    case.execute("UPDATE invoice SET total = 900, day = '2021-05-01' WHERE id = 4")
    result = on(case, "2040-01-01")
    assert list(result.set_aside) == ["closure 3"]
    assert "invoice" in result.set_aside["closure 3"]
    assert list(result.done) == ["closure 1", "closure 2"]
    cells = {row[0]: row[2:4] for row in case.rows()["invoice"]}
    assert cells[1] == cells[2] == cells[3] == (None, None)
    assert cells[4] == ("Charlie Charlson", "Jl. Kamboja 3")


def test_where_another_transaction_came_in_between_it_is_tried_again(any_url: str) -> None:
    case = Case(any_url, INVOICES, WHOLE)
    case.close(*EVERYBODY)
    drawers = Drawers()
    drawers.conflicts = 1
    result = on(case, "2030-05-02", drawers=drawers)
    notes = {receipt.note for done in result.done.values() for receipt in done.receipts}
    assert notes == {DATE_CAME}
    assert RECOVERED not in notes
    assert ids(case) == [2, 5]


def test_again_changes_nothing(any_url: str) -> None:
    case = Case(any_url, INVOICES, WHOLE)
    case.close(*EVERYBODY)
    on(case, "2030-05-02")
    rows = case.rows()
    again = on(case, "2030-05-02")
    assert [done.receipts for done in again.done.values()] == [[], [], []]
    assert case.rows() == rows


def test_closures_of_different_rules_go_together(any_url: str) -> None:
    """One closed when cells were kept, another when whole rows were."""
    case = Case(any_url, INVOICES, CELLS)
    case.close(ALICE)
    whole = {**case.store.file.map["main"]}
    [rule] = whole["invoice"]
    assert rule.keep is not None
    whole["invoice"] = [rule.model_copy(update={"keep": rule.keep.model_copy(update={"columns": None})})]
    case.store = Store(case.store.file.model_copy(update={"map": {"main": whole}}), SetClock(NOW))
    case.close(BOB)
    result = on(case, "2030-05-02", (ALICE, BOB))
    assert {name: {(r.action, r.rows) for r in done.receipts} for name, done in result.done.items()} == {
        "closure 1": {("clear", 1)}, "closure 2": {("delete", 1)}
    }  # fmt: skip
    assert ids(case) == [1, 2, 4, 5]
