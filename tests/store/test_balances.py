"""Money and points, on every kind of database."""

from __future__ import annotations

from decimal import Decimal

from tests.store.small_shop import ALICE, BOB, CHARLIE, DESCRIPTION, open_store


def test_a_balance_is_summed_up(any_url: str) -> None:
    [held] = open_store(any_url).balances(ALICE)
    assert (held.amount, held.unit, held.currency) == (Decimal("80000.25"), "money", "IDR")


def test_points_have_no_currency(any_url: str) -> None:
    [held] = open_store(any_url, balances=[{**DESCRIPTION["balances"], "unit": "points"}]).balances(BOB)
    assert (held.amount, held.currency) == (Decimal(7), "")


def test_nothing_held_is_not_listed(any_url: str) -> None:
    assert open_store(any_url).balances(CHARLIE) == []
