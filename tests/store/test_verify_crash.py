"""A power cut at any statement of the verification: looked at again, it says and does the same."""

from __future__ import annotations

from typing import Any

import pytest

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


@pytest.mark.parametrize("reach", [MAPPED, EVERYTHING])
def test_after_a_crash_at_any_statement_a_second_look_finds_the_same(any_url: str, reach: Reach) -> None:
    """Late rows are gone either way; those that went in the run that was cut short have no receipt of their own."""
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
        assert done(again) in ([], done(undisturbed))
        assert shop.rows("address") == ERASED["address"]
        assert shop.rows("line") == [(10, 1, None), (10, 2, None), (20, 1, "for bob")]
    late_rows(shop)
    with power_cut(shop, 1), pytest.raises(PowerCut):
        verify(shop.store, [ALICE], shelf, reach)
    assert done(verify(shop.store, [ALICE], shelf, reach)) == done(undisturbed)
