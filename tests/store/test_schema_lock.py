"""The recorded schema: whatever changed since it was reviewed stops an erasure before the first statement."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pamitan.erasure.check import check
from pamitan.erasure.errors import MapMismatch
from pamitan.erasure.execute import erase
from pamitan.erasure.plan import plan
from pamitan.erasure.verify import verify
from pamitan.kit.clock import SetClock
from pamitan.stores.errors import StoreMismatch
from pamitan.stores.schema import current
from pamitan.stores.schemalock import SchemaLock
from pamitan.stores.store import Store
from tests.store.shops import ALICE, CUSTOMERS, NOW, Shelf, Shop

SQL = f"""{CUSTOMERS}
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, note VARCHAR(50), paid VARCHAR(5));
CREATE TABLE product (id INTEGER PRIMARY KEY, title VARCHAR(50));
CREATE TABLE log_mail (id INTEGER PRIMARY KEY, customer_id INTEGER);
INSERT INTO orders VALUES (10, 1, 'for alice', '1'), (20, 2, 'for bob', '1');
"""
FILE = """
ignore: {default: {"cache_*": emptied every night, product.blurb: of no customer}}
map:
  customer: {link: {on: {id: account.id}}, delete: true}
  orders: {link: {on: {customer_id: account.id}}, clear: [note], detach: [customer_id]}
  "log_*": {link: {on: {customer_id: account.id}}, delete: true}
"""
CHANGES = {
    "a column is new": (["ALTER TABLE product ADD COLUMN buyer VARCHAR(50)"], "the column 'product.buyer' is new"),
    "a column is gone": (["ALTER TABLE product DROP COLUMN title"], "the column 'product.title' is gone"),
    "a column is renamed": (
        ["ALTER TABLE orders RENAME COLUMN paid TO settled"],
        "the column 'orders.settled' is new, the column 'orders.paid' is gone",
    ),
    "a table is new": (["CREATE TABLE wish (id INTEGER PRIMARY KEY)"], "the table 'wish' is new"),
    "a table is gone": (["DROP TABLE product"], "the table 'product' is gone"),
    "a column is retyped": (
        ["ALTER TABLE orders DROP COLUMN paid", "ALTER TABLE orders ADD COLUMN paid INTEGER"],
        "the column 'orders.paid' is INTEGER",
    ),
}


@pytest.fixture
def shop(any_url: str, tmp_path: Path) -> Shop:
    """A shop whose schema is recorded beside its store file."""
    shop = Shop(any_url, SQL, FILE)
    source = str(tmp_path / "store.yaml")
    SchemaLock(source).record(shop.file, {"default": shop.schema})
    shop.store = Store(shop.file, SetClock(NOW), source)
    return shop


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("work", [erase, lambda store, who, _shelf: plan(store, who)], ids=["erase", "plan"])
def test_each_change_is_found_before_the_first_statement(shop: Shop, change: str, work: Callable[..., object]) -> None:
    statements, told = CHANGES[change]
    for statement in statements:
        shop.execute(statement)
    before, shelf = rows(shop), Shelf()
    with pytest.raises(MapMismatch) as error:
        work(shop.store, [ALICE], shelf)
    assert told in str(error.value)
    assert "then run 'pamitan check STORE.yaml --record'" in str(error.value)
    assert shelf.files == {}
    assert rows(shop) == before
    assert [p for p in check(shop.store) if p.severity == "error" and "since it was recorded" in p.message]


def test_the_same_schema_and_what_was_spoken_of_do_not_stop_it(shop: Shop) -> None:
    shop.execute("CREATE TABLE cache_page (id INTEGER PRIMARY KEY, body VARCHAR(50))")
    shop.execute("ALTER TABLE product ADD COLUMN blurb VARCHAR(50)")
    shop.execute("CREATE TABLE log_new (id INTEGER PRIMARY KEY, customer_id INTEGER)")
    assert plan(shop.store, [ALICE]).objections == {}
    assert erase(shop.store, [ALICE], Shelf()).set_aside == {}


def test_recorded_again_it_goes_on(shop: Shop) -> None:
    shop.execute("ALTER TABLE product ADD COLUMN buyer VARCHAR(50)")
    with pytest.raises(MapMismatch):
        erase(shop.store, [ALICE], Shelf())
    assert shop.store.schema_lock
    shop.store.schema_lock.record(shop.file, {"default": current(shop.engine)})
    assert erase(shop.store, [ALICE], Shelf()).set_aside == {}


def test_a_change_after_the_erasure_does_not_hold_up_its_verification(shop: Shop) -> None:
    shelf = Shelf()
    erase(shop.store, [ALICE], shelf)
    shop.execute("ALTER TABLE product ADD COLUMN buyer VARCHAR(50)")
    assert verify(shop.store, [ALICE], shelf).is_clean("1")


def test_without_a_record_a_new_table_that_points_at_customers_stops_it(any_url: str) -> None:
    shop = Shop(any_url, SQL, FILE)
    plan(shop.store, [ALICE])
    shop.execute("CREATE TABLE wish (id INTEGER PRIMARY KEY)")
    assert plan(shop.store, [ALICE]).objections == {}
    shop.execute(
        "CREATE TABLE card (id INTEGER PRIMARY KEY, owner INTEGER, FOREIGN KEY (owner) REFERENCES customer (id))"
    )
    before = rows(shop)
    with pytest.raises(MapMismatch, match="the table 'card' is new and points at 'customer'"):
        erase(shop.store, [ALICE], Shelf())
    assert rows(shop) == before


def test_the_record_holds_no_data_and_can_be_read_by_people(shop: Shop) -> None:
    assert shop.store.schema_lock
    assert shop.store.schema_lock.path
    text = shop.store.schema_lock.path.read_text("utf-8")
    assert "alice" not in text
    assert json.loads(text)["datastores"]["default"]["orders"]["note"].startswith("VARCHAR(50)")


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"version": 9}', '{"version": 1, "datastores": [1]}'])
def test_a_record_that_cannot_be_read_stops_it_with_the_mend(shop: Shop, text: str) -> None:
    assert shop.store.schema_lock
    assert shop.store.schema_lock.path
    shop.store.schema_lock.path.write_text(text, "utf-8")
    with pytest.raises(MapMismatch, match="--record' again"):
        erase(shop.store, [ALICE], Shelf())
    assert [p for p in check(shop.store) if "--record' again" in p.mend]


def test_a_preset_has_no_place_for_a_record(sqlite_url: str) -> None:
    shop = Shop(sqlite_url, SQL, FILE)
    with pytest.raises(StoreMismatch, match="copy it into a store file of your own"):
        SchemaLock("preset:chinook").record(shop.file, {"default": shop.schema})
    assert SchemaLock("preset:chinook").changes(shop.file, "default", shop.schema) == []


def rows(shop: Shop) -> dict[str, list[tuple[object, ...]]]:
    return {table: shop.rows(table) for table in current(shop.engine).tables}
