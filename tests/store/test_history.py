"""Tables of which the database itself keeps a history (MariaDB's system versioning): nothing erased there is gone."""

from __future__ import annotations

import pytest

from pamitan.erasure.check import check
from pamitan.erasure.errors import MapMismatch
from pamitan.erasure.execute import erase
from pamitan.erasure.residue import scan
from pamitan.kit.clock import SetClock
from pamitan.stores import unread
from pamitan.stores.schema import refresh
from pamitan.stores.store import Store
from tests.store.shops import ALICE, CUSTOMERS, NOW, Shelf, Shop

FILE = """
map:
  customer: {link: {on: {id: account.id}}, delete: true}
  note: {link: {on: {customer_id: account.id}}, delete: true}
"""
NOTES = """
CREATE TABLE note (id INTEGER PRIMARY KEY, customer_id INTEGER, text VARCHAR(100));
INSERT INTO note VALUES (1, 1, 'Alice called'), (2, 2, 'Bob called');
"""
MEND = "ALTER TABLE note DROP SYSTEM VERSIONING, which lets the history go"


@pytest.fixture
def shop(mariadb_url: str) -> Shop:
    """Its notes are versioned since the store file was written, while the process runs."""
    shop = Shop(mariadb_url, CUSTOMERS + NOTES, FILE)
    shop.execute("ALTER TABLE note ADD SYSTEM VERSIONING")
    return shop


def test_a_mapped_table_with_a_history_is_refused_before_the_first_statement(shop: Shop) -> None:
    before = shop.everything()
    with pytest.raises(MapMismatch, match="'note' is system-versioned"):
        erase(shop.store, [ALICE], Shelf())
    assert shop.everything() == before


def test_the_check_names_the_table_and_the_mend(shop: Shop) -> None:
    told = {problem.where: (problem.severity, problem.mend) for problem in check(shop.store)}
    assert told["default.note"] == ("error", MEND)


def test_it_is_erased_once_its_history_is_let_go(shop: Shop) -> None:
    shop.execute("ALTER TABLE note DROP SYSTEM VERSIONING")
    erase(shop.store, [ALICE], Shelf())
    assert shop.rows("note") == [(2, 2, "Bob called")]


def test_a_history_that_nobody_read_is_named(mariadb_url: str) -> None:
    shop = Shop(mariadb_url, CUSTOMERS + NOTES, FILE.split("  note")[0])
    shop.execute("ALTER TABLE note ADD SYSTEM VERSIONING")
    refresh(shop.engine)
    result = scan(Store(shop.file, SetClock(NOW)), {}, NOW)
    assert [left.where for left in result.unread if left.reason == unread.HISTORY] == [("note",)]
