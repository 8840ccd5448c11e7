"""The shop changes its tables after the store file was written, also while Pamitan runs: told before any write."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from pamitan.erasure.errors import MapMismatch
from pamitan.erasure.execute import erase
from pamitan.erasure.plan import plan
from pamitan.erasure.verify import verify
from pamitan.stores.schema import current
from tests.store.shops import ALICE, CUSTOMERS, Shelf, Shop

SQL = f"""{CUSTOMERS}
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, note VARCHAR(50), paid INTEGER, placed VARCHAR(30));
CREATE TABLE wish (id INTEGER PRIMARY KEY, customer_id INTEGER, guest VARCHAR(100));
INSERT INTO orders VALUES (10, 1, 'for alice', 1, '2026-01-01'), (20, 2, 'for bob', 1, '2026-01-01');
INSERT INTO wish VALUES (1, 1, NULL), (2, 2, NULL);
"""
FILE = """
account: {email_verified: {id: [1, 2, 3]}}
map:
  wish: {link: [{on: {customer_id: account.id}}, {email: guest}], delete: true}
  orders: {link: {on: {customer_id: account.id}}, where: {paid: 1}, clear: [note], detach: [customer_id]}
  customer: {link: {on: {id: account.id}}, delete: true}
"""


@pytest.fixture
def shop(any_url: str) -> Shop:
    """A shop in which a dry run has just gone well."""
    shop = Shop(any_url, SQL, FILE)
    assert plan(shop.store, [ALICE]).objections == {}
    return shop


CHANGES = {
    "a table is dropped": ("DROP TABLE wish", "no table 'wish'"),
    "a table is renamed": ("ALTER TABLE wish RENAME TO wishes", "no table 'wish' (did you mean 'wishes'?)"),
    "a linking column is renamed": ("ALTER TABLE wish RENAME COLUMN customer_id TO customer", "column 'customer_id'"),
    "an address column is dropped": ("ALTER TABLE wish DROP COLUMN guest", "table 'wish' has no column 'guest'"),
    "a cleared column is dropped": ("ALTER TABLE orders DROP COLUMN note", "table 'orders' has no column 'note'"),
    "a column of a condition is dropped": ("ALTER TABLE orders DROP COLUMN paid", "'orders' has no column 'paid'"),
    "a column of the account is dropped": ("ALTER TABLE customer DROP COLUMN name", "'customer' has no column 'name'"),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("work", [erase, lambda store, who, _shelf: plan(store, who)], ids=["erase", "plan"])
def test_what_is_gone_is_told_before_the_first_write(shop: Shop, change: str, work: Callable[..., object]) -> None:
    statement, told = CHANGES[change]
    shop.execute(statement)
    before, shelf = rows(shop), Shelf()
    with pytest.raises(MapMismatch, match=re.escape(told)) as error:
        work(shop.store, [ALICE], shelf)
    assert "correct the store file" in str(error.value)
    assert shelf.files == {}
    assert rows(shop) == before


@pytest.mark.parametrize("database", ["postgres", "mariadb"])
def test_a_new_not_null_on_a_detached_column_is_told(request: pytest.FixtureRequest, database: str) -> None:
    shop = Shop(request.getfixturevalue(f"{database}_url"), SQL, FILE)
    plan(shop.store, [ALICE])
    postgres = "ALTER TABLE orders ALTER COLUMN customer_id SET NOT NULL"
    mariadb = "ALTER TABLE orders MODIFY customer_id INTEGER NOT NULL"
    shop.execute(postgres if database == "postgres" else mariadb)
    before = rows(shop)
    with pytest.raises(MapMismatch, match=re.escape("'orders.customer_id' cannot be NULL; name the value that means")):
        erase(shop.store, [ALICE], Shelf())
    assert rows(shop) == before


@pytest.mark.parametrize("database", ["postgres", "mariadb"])
def test_a_column_of_another_type_is_written_in_that_type(request: pytest.FixtureRequest, database: str) -> None:
    shop = Shop(request.getfixturevalue(f"{database}_url"), SQL, FILE)
    plan(shop.store, [ALICE])
    postgres = ("TYPE VARCHAR(20)", "ALTER TABLE orders ALTER COLUMN note SET NOT NULL")
    mariadb = ("VARCHAR(20)", "ALTER TABLE orders MODIFY note VARCHAR(50) NOT NULL")
    retyped, required = postgres if database == "postgres" else mariadb
    verb = "ALTER COLUMN" if database == "postgres" else "MODIFY"
    for table in ("orders", "wish"):
        shop.execute(f"ALTER TABLE {table} {verb} customer_id {retyped}")
    shop.execute(required)
    assert erase(shop.store, [ALICE], Shelf()).set_aside == {}
    assert shop.rows("wish") == [(2, "2", None)]
    assert shop.rows("orders") == [(10, None, "", 1, "2026-01-01"), (20, "2", "for bob", 1, "2026-01-01")]


def test_a_new_table_that_goes_with_deleted_rows_is_seen(any_url: str) -> None:
    shop = Shop(any_url, SQL, FILE)
    plan(shop.store, [ALICE])
    shop.execute(
        "CREATE TABLE invoice (id INTEGER PRIMARY KEY, customer_id INTEGER, "
        "FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE)"
    )
    shop.execute("INSERT INTO invoice VALUES (1, 1)")
    with pytest.raises(MapMismatch, match="the table 'invoice' is new and points at 'customer'"):
        erase(shop.store, [ALICE], Shelf())
    assert shop.rows("invoice") == [(1, 1)]


def test_a_column_dropped_before_the_verification_does_not_stop_the_scan(any_url: str) -> None:
    shop, shelf = Shop(any_url, SQL, FILE), Shelf()
    erase(shop.store, [ALICE], shelf)
    shop.execute("ALTER TABLE orders DROP COLUMN placed")
    assert verify(shop.store, [ALICE], shelf).is_clean("1")


def test_an_unchanged_schema_is_not_read_again(any_url: str) -> None:
    shop = Shop(any_url, SQL, FILE)
    first = current(shop.engine)
    erase(shop.store, [ALICE], Shelf())
    assert current(shop.engine) is first


def rows(shop: Shop) -> dict[str, list[tuple[object, ...]]]:
    return {table: shop.rows(table) for table in current(shop.engine).tables}
