"""Sessions that hold the account's id inside, in every format, alone among thousands of other people's."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core import signing

from pamitan.erasure.execute import erase
from pamitan.erasure.verify import verify
from tests.store.shops import ALICE, BOB, CUSTOMERS, Shelf, Shop

OTHERS = 3000


def django(account_id: str) -> str:
    return signing.dumps({"_auth_user_id": account_id}, key="k", salt="s", compress=False)


def django_compressed(account_id: str) -> str:
    value = {"_auth_user_id": account_id, "cart": "x" * 500}
    return signing.dumps(value, key="k", salt="s", compress=True)


def as_json(account_id: str) -> str:
    return json.dumps({"customer": {"id": int(account_id)}, "other": 1})


def php(account_id: str) -> str:
    return f'cart|a:1:{{i:0;s:1:"1";}}customer_id|i:{account_id};lang|s:5:"id-id";'


def php_text(account_id: str) -> str:
    return f'name|s:5:"Zo\u00eb!";customer_id|s:{len(account_id)}:"{account_id}";'


FORMATS: dict[str, tuple[Callable[[str], str], str, str]] = {
    "django": (django, "django-session", "_auth_user_id"),
    "django, compressed": (django_compressed, "django-session", "_auth_user_id"),
    "json": (as_json, "json", "customer.id"),
    "php": (php, "php-session", "customer_id"),
    "php, as text": (php_text, "php-session", "customer_id"),
}


def shop_with(url: str, format_: str, kind: str = "TEXT") -> Shop:
    """Two sessions of alice, one of bob, one that cannot be read, and thousands of strangers' and guests'."""
    encode, name, path = FORMATS[format_]
    link = f"{{blob: {{column: data, format: {name}, path: {path}}}}}"
    file = f"""
    account: {{sessions: [{{table: session, link: {link}}}]}}
    map:
      customer: {{link: {{on: {{id: account.id}}}}, delete: true}}
      session: {{link: {link}, delete: true}}
    """
    shop = Shop(url, f"{CUSTOMERS}CREATE TABLE session (id VARCHAR(20) PRIMARY KEY, data {kind});", file)
    sessions = {"a1": encode("1"), "a2": encode("1"), "b1": encode("2"), "empty": "{}" if "JSON" in kind else "?"}
    sessions |= {f"x{number}": encode(str(number)) for number in range(100, 100 + OTHERS)}
    shop.execute("INSERT INTO session VALUES (:id, :data)", *({"id": i, "data": d} for i, d in sessions.items()))
    shop.execute("INSERT INTO session VALUES ('null', NULL)")
    return shop


def ids(shop: Shop) -> list[Any]:
    """The sessions that are left, but for the strangers'."""
    found = [row[0] for row in shop.rows("session")]
    assert sum(name.startswith("x") for name in found) == OTHERS
    return [name for name in found if not name.startswith("x")]


@pytest.mark.parametrize("format_", FORMATS)
def test_sessions_go_with_the_account_and_no_others(any_url: str, format_: str) -> None:
    shop, shelf = shop_with(any_url, format_), Shelf()
    result = erase(shop.store, [ALICE], shelf)
    assert [(r.action, r.rows) for r in result.receipts["1"] if r.table == "session"] == [("delete", 2)]
    assert ids(shop) == ["b1", "empty", "null"]
    assert verify(shop.store, [ALICE], shelf).is_clean("1")


@pytest.mark.parametrize("format_", FORMATS)
def test_sessions_end_at_the_confirmation(any_url: str, format_: str) -> None:
    shop = shop_with(any_url, format_)
    assert shop.store.end_sessions("1") == 2
    assert shop.store.end_sessions("1") == 0
    assert ids(shop) == ["b1", "empty", "null"]


@pytest.mark.parametrize(("database", "kind"), [("postgres", "JSONB"), ("postgres", "JSON"), ("mariadb", "JSON")])
def test_sessions_in_a_column_of_json(request: pytest.FixtureRequest, database: str, kind: str) -> None:
    url = request.getfixturevalue(f"{database}_url")
    shop = Shop(url, f"{CUSTOMERS}CREATE TABLE session (id VARCHAR(20) PRIMARY KEY, data {kind});", "map: {}")
    shop.execute("INSERT INTO session VALUES ('a', '{\"user\": [1]}'), ('b', '{\"user\": [2]}')")
    link = "{blob: {column: data, format: json, path: user.0}}"
    shop.store = Shop(url, "", f"map: {{session: {{link: {link}, delete: true}}}}").store
    erase(shop.store, [ALICE], Shelf())
    assert [row[0] for row in shop.rows("session")] == ["b"]


@pytest.mark.parametrize(("database", "kind"), [("postgres", "BYTEA"), ("mariadb", "LONGBLOB"), ("sqlite", "BLOB")])
def test_sessions_in_a_column_of_bytes(request: pytest.FixtureRequest, database: str, kind: str) -> None:
    url = request.getfixturevalue(f"{database}_url")
    link = "{blob: {column: data, format: php-session, path: customer_id}}"
    sql = f"{CUSTOMERS}CREATE TABLE session (id VARCHAR(20) PRIMARY KEY, data {kind});"
    shop = Shop(url, sql, f"map: {{session: {{link: {link}, delete: true}}}}")
    values = [{"id": name, "data": php(number).encode()} for name, number in (("a", "1"), ("b", "2"))]
    shop.execute("INSERT INTO session VALUES (:id, :data)", *values)
    erase(shop.store, [ALICE], Shelf())
    assert [row[0] for row in shop.rows("session")] == ["b"]


def test_a_batch_takes_each_ones_own_sessions(any_url: str) -> None:
    shop = shop_with(any_url, "php")
    result = erase(shop.store, [ALICE, BOB], Shelf())
    counted = {who: [r.rows for r in done if r.table == "session"] for who, done in result.receipts.items()}
    assert counted == {"1": [2], "2": [1]}
    assert ids(shop) == ["empty", "null"]


def test_a_uuid_in_a_session_may_have_the_dashes_that_the_id_lacks(sqlite_url: str) -> None:
    dashed = "0b0f3c9e-7d51-4f0e-9a55-1f2b6c1d7e3a"
    sql = """
    CREATE TABLE customer (id CHAR(32) PRIMARY KEY, email VARCHAR(99), phone VARCHAR(40), name VARCHAR(99));
    CREATE TABLE session (id VARCHAR(20) PRIMARY KEY, data TEXT);
    """
    link = "{blob: {column: data, format: django-session, path: _auth_user_id}}"
    shop = Shop(sqlite_url, sql, f"account: {{sessions: [{{table: session, link: {link}}}]}}\nmap: {{}}")
    shop.execute(f"INSERT INTO customer VALUES ('{dashed.replace('-', '')}', 'alice@example.com', NULL, 'Alice')")
    shop.execute("INSERT INTO session VALUES ('a', :data)", {"data": django(dashed)})
    assert shop.store.end_sessions(dashed.replace("-", "")) == 1
    assert shop.rows("session") == []
