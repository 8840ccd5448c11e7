"""A power cut at any statement of the verification: looked at again, it says and does the same."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from pamitan.erasure.casefile import CaseFile
from pamitan.erasure.execute import erase
from pamitan.erasure.residue import EVERYTHING, MAPPED, Reach
from pamitan.erasure.verify import VerifyResult, verify
from tests.store.shops import ALICE, Shelf, Shop, proven
from tests.store.test_erase_crash import ERASED, MAP, SQL, PowerCut, power_cut

# a cursor that the crash left open is closed by the garbage collector, as the system would close it
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")

MEMO = """
CREATE TABLE memo (id INTEGER PRIMARY KEY, body VARCHAR(99));
INSERT INTO memo VALUES (1, 'write to alice@example.com');
"""


def late_rows(shop: Shop) -> None:
    """What the shop writes between the erasure and the verification."""
    shop.execute("DELETE FROM line WHERE order_id = 10 AND number = 2")
    shop.execute("INSERT INTO line VALUES (10, 2, 'for alice, late')")
    shop.execute("UPDATE address SET name = 'Alice Alisson' WHERE id = 1")


def erased(shop: Shop) -> Shelf:
    shelf = Shelf()
    assert erase(shop.store, [proven(ALICE, "alice@example.com")], shelf).set_aside == {}
    return shelf


def told(result: VerifyResult) -> Any:
    """What was found."""
    residue = [(item.table, item.column, item.key, item.kind, item.blocking) for item in result.residue["1"]]
    return residue, result.set_aside, result.is_clean("1")


def done(result: VerifyResult) -> Any:
    return sorted((r.table, r.action, r.rows, r.note) for r in result.receipts["1"])


def rows_done(result: VerifyResult) -> dict[tuple[str, str], int]:
    found: Counter[tuple[str, str]] = Counter()
    for receipt in result.receipts["1"]:
        found[receipt.table, receipt.action] += receipt.rows
    return found


@pytest.mark.parametrize("reach", [MAPPED, EVERYTHING])
def test_after_a_crash_at_any_statement_a_second_look_finds_the_same(any_url: str, reach: Reach) -> None:
    """Late rows are gone either way, and each has one receipt, though the run that erased it was cut short."""
    shop = Shop(any_url, SQL + MEMO, MAP)
    shelf = erased(shop)
    late_rows(shop)
    with power_cut(shop, -1) as statements:
        undisturbed = verify(shop.store, [ALICE], shelf, reach)
    assert done(undisturbed) == [("address", "clear", 1, "late"), ("line", "clear", 1, "late")]
    assert undisturbed.is_clean("1") is (reach == MAPPED)
    for number in range(1, len(statements) + 1):
        late_rows(shop)
        with power_cut(shop, number), pytest.raises(PowerCut):
            verify(shop.store, [ALICE], shelf, reach)
        again = verify(shop.store, [ALICE], shelf, reach)
        assert told(again) == told(undisturbed), statements[number - 1]
        assert rows_done(again) == {(t, a): n * (number + 1) for (t, a), n in rows_done(undisturbed).items()}
        assert shop.rows("address") == ERASED["address"]
        assert shop.rows("line") == [(10, 1, None), (10, 2, None), (20, 1, "for bob")]


class FailingShelf(Shelf):
    """Goes on with the case files of another one. The process dies after the save of that number, or before it."""

    def __init__(self, shelf: Shelf, save: int, *, before: bool = False) -> None:
        super().__init__()
        self.files = shelf.files
        self._left = save
        self._before = before

    def save(self, account_id: str, casefile: CaseFile) -> None:
        self._left -= 1
        if not self._left and self._before:
            raise PowerCut
        super().save(account_id, casefile)
        if not self._left:
            raise PowerCut


def test_late_rows_that_a_crash_left_unnoted_are_recovered(any_url: str) -> None:
    shop = Shop(any_url, SQL, MAP)
    shelf = erased(shop)
    late_rows(shop)
    with pytest.raises(PowerCut):
        verify(shop.store, [ALICE], FailingShelf(shelf, 2, before=True), MAPPED)
    assert shop.rows("address") == ERASED["address"]
    told = [("address", "clear", 1, "late, recovered"), ("line", "clear", 1, "late, recovered")]
    assert done(verify(shop.store, [ALICE], shelf, MAPPED)) == told
    assert done(verify(shop.store, [ALICE], shelf, MAPPED)) == told


def test_late_rows_that_a_crash_left_as_they_were_are_not_recovered(any_url: str) -> None:
    """What was to be done is written down, and the database was not reached."""
    shop = Shop(any_url, SQL, MAP)
    shelf = erased(shop)
    late_rows(shop)
    before = shop.rows("address")
    with pytest.raises(PowerCut):
        verify(shop.store, [ALICE], FailingShelf(shelf, 1), MAPPED)
    assert shop.rows("address") == before != ERASED["address"]
    told = [("address", "clear", 1, "late"), ("line", "clear", 1, "late")]
    assert done(verify(shop.store, [ALICE], shelf, MAPPED)) == told
    assert shop.rows("address") == ERASED["address"]


def test_late_rows_are_told_again_to_who_did_not_hear(any_url: str) -> None:
    shop = Shop(any_url, SQL, MAP)
    shelf = erased(shop)
    late_rows(shop)
    told = [("address", "clear", 1, "late"), ("line", "clear", 1, "late")]
    assert [done(verify(shop.store, [ALICE], shelf, MAPPED)) for _time in range(2)] == [told, told]
    late_rows(shop)
    told = [("address", "clear", 2, "late"), ("line", "clear", 2, "late")]
    assert done(verify(shop.store, [ALICE], shelf, MAPPED)) == told
    assert shop.rows("address") == ERASED["address"]
