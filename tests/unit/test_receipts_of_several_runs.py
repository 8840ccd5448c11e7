"""The receipts of a closure whose erasure ran more than once."""

from __future__ import annotations

from pamitan.closure.erasing import merged
from pamitan.erasure.receipt import LATE, RECOVERED, Receipt


def rows(*runs: list[Receipt]) -> list[tuple[str, str, str | None, int]]:
    known: list[dict[str, object]] = []
    for run in runs:
        known = merged(known, run)
    return [(r["table"], r["action"], r["note"], r["rows"]) for r in known]  # type: ignore[misc]


def deleted(count: int, note: str | None = None) -> Receipt:
    return Receipt("shop", "review", "delete", count, note)


def kept(count: int) -> Receipt:
    return Receipt("shop", "invoice", "keep", count, "KUHD 6")


def test_a_first_run_is_taken_as_it_is() -> None:
    assert rows([deleted(3), kept(2)]) == [("review", "delete", None, 3), ("invoice", "keep", "KUHD 6", 2)]


def test_what_is_kept_is_not_counted_again() -> None:
    assert rows([kept(2)], [kept(2)]) == [("invoice", "keep", "KUHD 6", 2)]


def test_what_is_found_done_keeps_its_first_receipt() -> None:
    assert rows([deleted(3)], [deleted(3, RECOVERED)]) == [("review", "delete", None, 3)]


def test_what_was_done_before_a_crash_is_called_recovered() -> None:
    assert rows([deleted(3, RECOVERED)], [deleted(3, RECOVERED)]) == [("review", "delete", RECOVERED, 3)]


def test_late_rows_are_told_all_together_every_time() -> None:
    assert rows([deleted(3), deleted(1, LATE)], [deleted(2, LATE)], [deleted(2, LATE)]) == [
        ("review", "delete", None, 3),
        ("review", "delete", LATE, 2),
    ]
