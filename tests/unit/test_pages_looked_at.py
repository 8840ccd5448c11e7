"""No page is forgotten by the tests that look at all of them."""

from __future__ import annotations

from tests.browser.addresses import NO_PAGE, addresses
from tests.browser.rare import RARE
from tests.browser.stops import STOPS

LOOKED_AT = {stop.view for stop in STOPS} | {rare.view for rare in RARE.values()}
WITHOUT = {name for names in NO_PAGE.values() for name in names}


def test_each_address_shows_a_page_that_is_looked_at_or_is_known_to_show_none() -> None:
    assert set(addresses()) - LOOKED_AT - WITHOUT == set(), "add a stop, a rare page, or say why it shows no page"


def test_nothing_is_named_that_is_not_there() -> None:
    assert (LOOKED_AT | WITHOUT) - set(addresses()) == {""}, "the page of an address that is not there has no name"
    assert set() == LOOKED_AT & WITHOUT
