"""Links by a text around an id: keys of caches, of key/value tables, global ids."""

from __future__ import annotations

import pytest

from pamitan.erasure.check import check
from pamitan.stores.errors import StoreMismatch
from pamitan.stores.types import Subject
from tests.store.shops import ALICE, BOB, CHARLIE, CUSTOMERS, Shop, proven

CACHE = """
CREATE TABLE cache (cache_key VARCHAR(80) PRIMARY KEY, email VARCHAR(100));
INSERT INTO cache VALUES ('user:1', NULL), ('user:11', NULL), ('user:2', NULL), ('User:3', NULL), ('xuser:1', NULL),
    ('gid://shop/Customer/1', NULL), ('gid://shop/Customer/1/cart', NULL)
"""


def taken(url: str, target: str, *subjects: Subject) -> dict[str, list[str]]:
    file = f"map: {{cache: {{link: {{on: {{cache_key: '{target}'}}}}, delete: true}}}}"
    shop = Shop(url, CUSTOMERS + CACHE, file)
    for key in ("100%_1", "100xx1"):
        shop.execute("INSERT INTO cache VALUES (:key, NULL)", {"key": key})
    return shop.taken("cache", *subjects)


def test_a_text_before_the_id(any_url: str) -> None:
    assert taken(any_url, "user:{account.id}", ALICE, BOB, CHARLIE) == {"1": ["user:1"], "2": ["user:2"], "3": []}


def test_a_text_before_and_behind_the_id(any_url: str) -> None:
    assert taken(any_url, "gid://shop/Customer/{account.id}/cart", ALICE) == {"1": ["gid://shop/Customer/1/cart"]}


def test_signs_that_sql_gives_a_meaning_are_plain(any_url: str) -> None:
    assert taken(any_url, "100%_{account.id}", ALICE) == {"1": ["100%_1"]}


def test_a_text_around_another_cell_of_the_account(any_url: str) -> None:
    shop = Shop(
        any_url,
        CUSTOMERS
        + """
        CREATE TABLE cache (k VARCHAR(80));
        INSERT INTO cache VALUES ('n:Alice Alisson'), ('n:x')
        """,
        "map: {cache: {link: {on: {k: 'n:{account.name}'}}, delete: true}}",
    )
    with shop.keys(ALICE, BOB) as keys:
        assert len(list(keys.of("cache").stream(0))) == 1
        assert list(keys.of("cache").stream(1)) == []


def test_a_text_around_a_cell_of_a_linked_row(any_url: str) -> None:
    shop = Shop(
        any_url,
        CUSTOMERS
        + """
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, number INTEGER);
        CREATE TABLE meta (meta_key VARCHAR(60) PRIMARY KEY, value VARCHAR(60));
        INSERT INTO orders VALUES (1, 1, 501), (2, 2, 502), (3, 1, NULL);
        INSERT INTO meta VALUES ('order-501-note', 'x'), ('order-502-note', 'y'), ('order--note', 'z')
        """,
        """
        map:
          orders: {link: {on: {customer_id: account.id}}, delete: true}
          meta: {link: {on: {meta_key: "order-{orders.number}-note"}}, delete: true}
    """,
    )
    assert shop.taken("meta", ALICE, BOB) == {"1": ["order-501-note"], "2": ["order-502-note"]}


def test_a_text_around_the_id_in_json(any_url: str) -> None:
    column = "jsonb" if any_url.startswith("postgres") else "json"
    shop = Shop(
        any_url,
        CUSTOMERS
        + f"""
        CREATE TABLE job (id INTEGER PRIMARY KEY, data {column});
        INSERT INTO job VALUES (1, '{{"for": ["user-1", "user-2"]}}'), (2, '{{"for": ["user-22"]}}')
        """,
        "map: {job: {link: {on: {'data->for[]': 'user-{account.id}'}}, clear: [data]}}",
    )
    assert shop.taken("job", ALICE, BOB) == {"1": [1], "2": [1]}


def test_a_uuid_in_a_key_in_any_spelling(any_url: str) -> None:
    uuid = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"
    id_type = "uuid" if any_url.startswith("postgres") else "CHAR(36)"
    shop = Shop(
        any_url,
        f"""
        CREATE TABLE customer (id {id_type} PRIMARY KEY, email VARCHAR(100), phone VARCHAR(40), name VARCHAR(100));
        CREATE TABLE cache (k VARCHAR(80) PRIMARY KEY);
        INSERT INTO customer VALUES ('{uuid}', 'a@example.com', NULL, 'A');
        INSERT INTO cache VALUES ('u/{uuid}'), ('u/{uuid.replace("-", "")}'), ('u/{uuid[:-1]}2')
        """,
        "map: {cache: {link: {on: {k: 'u/{account.id}'}}, delete: true}}",
    )
    assert shop.taken("cache", Subject(uuid)) == {uuid: [f"u/{uuid}", f"u/{uuid.replace('-', '')}"]}


def test_an_address_leads_to_no_row_whose_key_names_another_account(any_url: str) -> None:
    shop = Shop(
        any_url,
        CUSTOMERS + CACHE,
        "map: {cache: {link: [{on: {cache_key: 'user:{account.id}'}}, {email: email}], delete: true}}",
    )
    shop.execute("UPDATE cache SET email = 'alice@example.com'")
    taken = shop.taken("cache", proven(ALICE, "alice@example.com"))["1"]
    assert set(taken) == {
        "gid://shop/Customer/1",
        "gid://shop/Customer/1/cart",
        "User:3",
        "user:1",
        "user:11",
        "xuser:1",
    }


def test_a_text_around_an_id_cannot_stand_in_a_column_of_numbers(any_url: str) -> None:
    file = """
    map:
      customer: {link: {on: {id: account.id}}, delete: true}
      n: {link: {on: {x: "u:{account.id}"}}, delete: true}
    """
    shop = Shop(any_url, CUSTOMERS + "CREATE TABLE n (id INTEGER PRIMARY KEY, x INTEGER)", file)
    [problem] = [found for found in check(shop.store) if found.where == "default.n"]
    assert "is no text, so it never equals 'u:...'" in problem.message
    assert problem.mend.startswith("link a column of text")


def test_a_linked_column_that_is_not_there_is_told(any_url: str) -> None:
    file = "map: {cache: {link: {on: {cache_key: 'user:{account.nme}'}}, delete: true}}"
    shop = Shop(any_url, CUSTOMERS + CACHE, file)
    with pytest.raises(StoreMismatch, match=r"no column 'nme' \(did you mean 'name'\?\)"):
        shop.taken("cache", ALICE)
