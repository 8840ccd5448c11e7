"""Tables and columns by pattern, where a hundred are alike."""

from __future__ import annotations

import pytest

from pamitan.erasure.check import check
from pamitan.erasure.errors import MapMismatch
from pamitan.erasure.execute import erase
from pamitan.erasure.plan import plan
from tests.store.shops import ALICE, CUSTOMERS, Shelf, Shop

SQL = f"""{CUSTOMERS}
CREATE TABLE log_mail (id INTEGER PRIMARY KEY, customer_id INTEGER, ip VARCHAR(40), body VARCHAR(50));
CREATE TABLE log_page (id INTEGER PRIMARY KEY, customer_id INTEGER, ip_address VARCHAR(40), body VARCHAR(50));
CREATE TABLE log_job (id INTEGER PRIMARY KEY, customer_id INTEGER, ip VARCHAR(40), body VARCHAR(50));
CREATE TABLE log_static (id INTEGER PRIMARY KEY, customer_id INTEGER, ip VARCHAR(40));
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, billing_name VARCHAR(50), billing_city VARCHAR(50),
    billing_total INTEGER, ship_name VARCHAR(50));
INSERT INTO log_mail VALUES (1, 1, '10.0.0.1', 'a'), (2, 2, '10.0.0.2', 'b');
INSERT INTO log_page VALUES (1, 1, '10.0.0.1', 'a'), (2, 2, '10.0.0.2', 'b');
INSERT INTO log_job VALUES (1, 1, '10.0.0.1', 'a'), (2, 2, '10.0.0.2', 'b');
INSERT INTO log_static VALUES (1, 1, '10.0.0.1');
INSERT INTO orders VALUES (10, 1, 'Alice', 'Solo', 5, 'Alice'), (20, 2, 'Bob', 'Solo', 5, 'Bob');
"""
FILE = """
ignore: {default: {log_static: nothing of a customer}}
map:
  customer: {link: {on: {id: account.id}}, delete: true}
  "log_*": {link: {on: {customer_id: account.id}}, clear: ["ip*"], detach: [customer_id], personal: {"ip*": other}}
  log_job: {link: {on: {customer_id: account.id}}, delete: true}
  orders:
    link: {on: {customer_id: account.id}}
    clear: ["billing_*"]
    replace: {billing_name: "-", "ship_*": "?"}
    detach: {billing_total: 0, customer_id: null}
"""


def test_patterns_are_written_out_and_an_exact_name_wins(any_url: str) -> None:
    shop = Shop(any_url, SQL, FILE)
    planned = plan(shop.store, [ALICE]).per_account["1"]
    result = erase(shop.store, [ALICE], Shelf())
    assert result.set_aside == {}
    assert sorted(planned, key=repr) == sorted(result.receipts["1"], key=repr)
    assert shop.rows("log_mail") == [(1, None, None, "a"), (2, 2, "10.0.0.2", "b")]
    assert shop.rows("log_page") == [(1, None, None, "a"), (2, 2, "10.0.0.2", "b")]
    assert shop.rows("log_job") == [(2, 2, "10.0.0.2", "b")]
    assert shop.rows("log_static") == [(1, 1, "10.0.0.1")]
    assert shop.rows("orders") == [(10, None, "-", None, 0, "?"), (20, 2, "Bob", "Solo", 5, "Bob")]


def test_a_new_table_that_fits_is_taken_from_then_on(any_url: str) -> None:
    shop = Shop(any_url, SQL, FILE)
    plan(shop.store, [ALICE])
    shop.execute("CREATE TABLE log_new (id INTEGER PRIMARY KEY, customer_id INTEGER, ip VARCHAR(40))")
    shop.execute("INSERT INTO log_new VALUES (1, 1, '10.0.0.1')")
    erase(shop.store, [ALICE], Shelf())
    assert shop.rows("log_new") == [(1, None, None)]


def test_a_link_may_go_through_a_table_that_a_pattern_names(sqlite_url: str) -> None:
    shop = Shop(
        sqlite_url,
        f"{SQL}CREATE TABLE attachment (id INTEGER PRIMARY KEY, log_id INTEGER);\n"
        "INSERT INTO attachment VALUES (5, 1), (6, 2)",
        FILE + "  attachment: {link: {on: {log_id: log_page.id}}, delete: true}\n",
    )
    erase(shop.store, [ALICE], Shelf())
    assert shop.rows("attachment") == [(6, 2)]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (
            ('"log_*":', '"*_page": {link: {on: {customer_id: account.id}}, delete: true}\n  "log_*":'),
            "map 'log_page' by",
        ),
        (('"ship_*": "?"', '"*_city": "?"'), "name 'billing_city' itself"),
    ],
)
def test_two_patterns_for_one_thing_are_refused_before_the_first_write(
    sqlite_url: str, changed: tuple[str, str], told: str
) -> None:
    shop = Shop(sqlite_url, SQL, FILE.replace(*changed))
    before = shop.everything()
    assert [p for p in check(shop.store) if p.severity == "error" and told in p.mend]
    with pytest.raises(MapMismatch, match=told):
        erase(shop.store, [ALICE], Shelf())
    assert shop.everything() == before


def test_a_pattern_that_fits_nothing_is_a_warning(sqlite_url: str) -> None:
    file = FILE.replace('"ip*"]', '"ip*", "agent_*"]') + '  "audit_*": {link: {on: {who: account.id}}, delete: true}\n'
    shop = Shop(sqlite_url, SQL, file)
    found = [(p.severity, p.where, p.message) for p in check(shop.store) if "fits no" in p.message]
    assert sorted(found) == [
        ("warning", "default.audit_*", "fits no table"),
        ("warning", "default.log_*", "'agent_*' fits no column"),
    ]
    assert erase(shop.store, [ALICE], Shelf()).set_aside == {}


def test_what_the_customer_has_open_is_read_through_patterns_too(sqlite_url: str) -> None:
    file = FILE + "orders: {table: log_page, open: {body: a}}\n"
    shop = Shop(sqlite_url, SQL, file)
    assert [item.number for item in shop.store.open_items("1")] == ["1"]
