"""Many accounts at once: the one that cannot be erased is set aside with the reason; two runs at once do no harm."""

from __future__ import annotations

import threading

from pamitan.erasure.execute import ErasureResult, erase
from pamitan.stores.errors import StoreUnavailable
from pamitan.stores.types import Subject
from tests.store.gallery.case import ALICE, BOB, CHARLIE, Case

MESSAGES = """
CREATE TABLE message (id INTEGER PRIMARY KEY, customer_id INTEGER, answers INTEGER REFERENCES message (id), body TEXT);
INSERT INTO message VALUES (1, 1, NULL, 'Alice asks'), (2, 2, 1, 'Bob answers'), (3, 3, NULL, 'Charlie asks'),
    (4, 4, 3, 'The desk answers');
"""
DELETED = """
message: {link: {on: {customer_id: account.id}}, delete: true}
"""


def test_one_that_cannot_be_erased_is_set_aside_and_the_others_are_erased(any_url: str) -> None:
    """The desk's answer, which stays, points at charlie's message."""
    case = Case(any_url, MESSAGES, DELETED)
    result = erase(case.store, [ALICE, BOB, CHARLIE], case.shelf)
    assert result.set_aside.keys() == {"3"}
    assert "message" in result.set_aside["3"]
    assert [row[0] for row in case.rows()["message"]] == [3, 4]
    assert [row[0] for row in case.rows()["customer"]] == [3, 4]
    assert {(r.table, r.rows) for r in result.receipts["1"]} == {("message", 1), ("customer", 1)}


def test_who_can_only_be_erased_after_another_one_of_the_batch_is_not_set_aside(any_url: str) -> None:
    """Alice's message can go only after bob's answer to it, whatever the order of the batch."""
    for order in ([ALICE, CHARLIE, BOB], [CHARLIE, ALICE, BOB], [BOB, CHARLIE, ALICE]):
        case = Case(any_url, MESSAGES, DELETED)
        result = erase(case.store, order, case.shelf)
        assert result.set_aside.keys() == {"3"}
        for table in ("message", "customer"):
            case.execute(f"DROP TABLE {table}")


def test_who_is_set_aside_is_erased_when_the_reason_is_gone(any_url: str) -> None:
    case = Case(any_url, MESSAGES, DELETED)
    assert erase(case.store, [CHARLIE], case.shelf).set_aside.keys() == {"3"}
    case.execute("UPDATE message SET answers = NULL WHERE id = 4")
    assert case.close(CHARLIE)["message"][-1] == (4, 4, None, "The desk answers")


def test_two_runs_at_once_on_the_same_accounts_do_the_work_once(any_url: str) -> None:
    case = Case(any_url, MESSAGES.replace("4, 4, 3", "4, 4, NULL"), DELETED)
    results: list[ErasureResult | StoreUnavailable] = []

    def run(*who: Subject) -> None:
        try:
            results.append(erase(case.store, who, case.shelf))
        except StoreUnavailable as error:  # try again later: nothing was written
            results.append(error)

    threads = [threading.Thread(target=run, args=who) for who in ((ALICE, BOB), (BOB, CHARLIE, ALICE))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    again = erase(case.store, [ALICE, BOB, CHARLIE], case.shelf)
    assert (len(results), again.set_aside) == (2, {})
    assert [row[0] for row in case.rows()["message"]] == [4]
    done = [result.receipts.get("1", []) for result in results if isinstance(result, ErasureResult)]
    assert sorted(receipt.table for some in done for receipt in some if not receipt.note) == ["customer", "message"]
    assert {(r.table, r.rows) for r in again.receipts["1"]} == {("message", 1), ("customer", 1)}
