"""Drafts of the real shops: they load, check has nothing against them but the open questions, and they miss nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import draft as bench
from pamitan.draft.draft import draft
from pamitan.erasure.check import check, undecided
from pamitan.kit.clock import SystemClock
from pamitan.storefile.load import load_store_file
from pamitan.stores.store import Store
from tests.scanner import snapshot
from tests.shops.conftest import SHOPS
from tests.shops.shop import Shop


def test_a_draft_leaves_questions_alone_and_misses_no_table_of_the_preset(shop: Shop, tmp_path: Path) -> None:
    before = snapshot(shop.url)
    made = draft(shop.url, "GB")
    assert snapshot(shop.url) == before, "something was written"

    path = tmp_path / "store.yaml"
    path.write_text(made.text)
    file = load_store_file(str(path), {"STORE_URL": shop.url})
    assert [p for p in check(Store(file, SystemClock())) if p.severity == "error"] == []
    assert undecided(str(path))

    account = shop.file.account
    assert (made.survey.account.table, made.survey.account.id) == (account.table, account.id)
    assert {table for table in shop.file.map["main"] if not made.survey.is_tied(table)} == set()


def test_the_states_of_orders_are_counted(oscar: Shop) -> None:
    text = draft(oscar.url, "GB").text
    assert "Which states of order_order.status are open" in text
    assert "rows, sounds finished" in text


@pytest.mark.parametrize(
    ("name", "people"), [("oscar-sqlite", bench.oscar), ("chinook-sqlite", bench.chinook), ("opencart", bench.opencart)]
)
def test_nearly_all_that_holds_customers_values_is_marked_and_little_else(
    request: pytest.FixtureRequest, name: str, people: object
) -> None:
    url = SHOPS[name](request).url
    staff = frozenset({"Employee", "oc_user"})
    told = bench.quality(bench.Shop(name, url, "GB", people(url), staff))  # type: ignore[operator]
    assert told.holding - told.marked == set()
    assert told.right >= 0.95
