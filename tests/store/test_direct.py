"""Tables that are counted and written by their link: what an erasure leaves is the same as through key tables."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from pamitan.erasure.casefile import CaseFile
from pamitan.erasure.execute import erase
from pamitan.erasure.fit import require_fit
from pamitan.erasure.plan import plan
from pamitan.kit.clock import SetClock
from pamitan.storefile.model import StoreFile
from pamitan.stores.direct import AT_ONCE
from pamitan.stores.engine import forget_engines
from pamitan.stores.store import Store
from pamitan.stores.types import Subject
from tests.store.shops import NOW, Shelf

SCHEMA = """
CREATE TABLE customer (id int PRIMARY KEY, email varchar(60) UNIQUE, name varchar(60) NOT NULL, staff boolean NOT NULL);
CREATE TABLE orders (number varchar(10) PRIMARY KEY, customer_id int REFERENCES customer, street text, total int);
CREATE TABLE line (id uuid PRIMARY KEY, order_number varchar(10) REFERENCES orders, note text, price int NOT NULL);
CREATE TABLE visit (customer_id int, at timestamp NOT NULL, ip text);
INSERT INTO customer VALUES (1, 'alice@example.com', 'Alice', false), (2, 'bob@example.com', 'Bob', false),
    (3, 'dewi@toko.example', 'Dewi', true);
INSERT INTO orders VALUES ('A"1', 1, 'Jl. Mawar 1', 10), ('A2', 1, NULL, 20), ('B1', 2, 'Jl. Melati 2', 30);
INSERT INTO line VALUES ('00000000-0000-0000-0000-000000000001', 'A"1', 'For Alice', 10),
    ('00000000-0000-0000-0000-000000000002', 'B1', 'For Bob', 30);
INSERT INTO visit VALUES (1, '2024-01-01', '192.0.2.1'), (1, '2024-01-02', '192.0.2.1'), (2, '2024-01-03', '192.0.2.2');
"""
INDEXES = """
CREATE INDEX ON orders (customer_id);
CREATE INDEX ON line (order_number);
CREATE INDEX ON visit (customer_id);
"""
STORE: dict[str, Any] = {
    "store": {"name": "Toko", "email": "halo@toko.example", "country": "ID"},
    "guard": {"table_percent": 100},
    "account": {"table": "customer", "id": "id", "email": "email", "name": "name", "where": {"staff": False}},
    "map": {
        "main": {
            "customer": {
                "link": {"on": {"id": "account.id"}},
                "replace": {"email": "{unique}@closed.invalid", "name": "-"},
                "personal": {"email": "email", "name": "name"},
            },
            "orders": {
                "link": {"on": {"customer_id": "account.id"}},
                "clear": ["street"],
                "personal": {"street": "address"},
            },
            "line": {"link": {"on": {"order_number": "orders.number"}}, "replace": {"note": "-"}},
            "visit": {"link": {"on": {"customer_id": "account.id"}}, "delete": True},
        }
    },
}
TABLES = ("customer", "orders", "line", "visit")
BY_KEY = {
    "customer": "SELECT id, regexp_replace(email, '.*@closed.invalid', 'closed'), name, staff FROM customer",
    "orders": "SELECT * FROM orders",
    "line": "SELECT * FROM line",
    "visit": "SELECT * FROM visit",
}
Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def connection(postgres_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgres_url, autocommit=True) as connected:
        connected.execute(SCHEMA.encode())
        yield connected
    forget_engines()


@pytest.fixture
def indexed(connection: psycopg.Connection) -> psycopg.Connection:
    connection.execute(INDEXES.encode())
    return connection


def store(url: str, **changes: dict[str, Any]) -> Store:
    """The store, its data map changed table by table."""
    written = copy.deepcopy(STORE)
    written["datastores"] = {"main": {"url": url}}
    for table, change in changes.items():
        written["map"]["main"][table] |= change
    return Store(StoreFile.model_validate(written), SetClock(NOW))


def rows(connection: psycopg.Connection) -> Rows:
    return {table: sorted(map(tuple, connection.execute(query.encode())), key=repr) for table, query in BY_KEY.items()}


def direct(shop: Store) -> frozenset[str]:
    return require_fit(shop, "main").direct


def test_tables_with_an_index_on_their_one_link_need_no_key_table(
    indexed: psycopg.Connection, postgres_url: str
) -> None:
    assert direct(store(postgres_url)) == set(TABLES)


def test_a_table_without_an_index_on_its_link_is_collected_first(
    connection: psycopg.Connection, postgres_url: str
) -> None:
    assert direct(store(postgres_url)) == {"customer"}


def test_a_table_whose_rows_a_law_keeps_is_collected_first(indexed: psycopg.Connection, postgres_url: str) -> None:
    keep = {"keep": {"law": "Tax Act 7", "reason": "Books", "until": {"years": 10}, "columns": ["total"]}}
    assert direct(store(postgres_url, orders=keep)) == {"customer", "visit"}


def test_a_link_through_a_cell_that_is_cut_is_collected_first(indexed: psycopg.Connection, postgres_url: str) -> None:
    cut = {"clear": ["street"], "detach": ["customer_id"]}
    assert direct(store(postgres_url, orders=cut)) == {"customer", "visit"}


def test_accounts_that_another_table_tells_are_collected_first(indexed: psycopg.Connection, postgres_url: str) -> None:
    shop = store(postgres_url)
    told = {"exists": {"table": "visit", "on": {"customer_id": "id"}}}
    file = StoreFile.model_validate(
        {**STORE, "datastores": {"main": {"url": postgres_url}}, "account": {**STORE["account"], "where": told}}
    )
    assert direct(shop) - direct(Store(file, SetClock(NOW))) == {"customer"}


def test_the_rows_are_left_as_through_key_tables(connection: psycopg.Connection, postgres_url: str) -> None:
    before = rows(connection)
    with psycopg.connect(postgres_url) as other:
        erase(store(postgres_url), [Subject("1")], Shelf())
        collected = rows(other)
    connection.execute(b"DROP TABLE customer, orders, line, visit")
    connection.execute((SCHEMA + INDEXES).encode())
    assert rows(connection) == before
    erase(store(postgres_url), [Subject("1")], Shelf())
    assert rows(connection) == collected != before


def test_only_the_rows_of_who_leaves_are_changed(indexed: psycopg.Connection, postgres_url: str) -> None:
    erase(store(postgres_url), [Subject("1")], Shelf())
    assert rows(indexed) == {
        "customer": [
            (1, "closed", "-", False),
            (2, "bob@example.com", "Bob", False),
            (3, "dewi@toko.example", "Dewi", True),
        ],
        "orders": [('A"1', 1, None, 10), ("A2", 1, None, 20), ("B1", 2, "Jl. Melati 2", 30)],
        "line": [row for row in rows(indexed)["line"] if row[2] in ("-", "For Bob")],
        "visit": [row for row in rows(indexed)["visit"] if row[0] == 2],
    }
    assert [len(found) for found in rows(indexed).values()] == [3, 3, 2, 1]


def test_staff_are_set_aside_untouched(indexed: psycopg.Connection, postgres_url: str) -> None:
    before = rows(indexed)
    assert erase(store(postgres_url), [Subject("3")], Shelf()).set_aside.keys() == {"3"}
    assert rows(indexed) == before


def test_the_receipts_are_what_was_planned(indexed: psycopg.Connection, postgres_url: str) -> None:
    shop, subjects = store(postgres_url), [Subject("1"), Subject("2")]
    planned = plan(shop, subjects).per_account
    done = erase(shop, subjects, Shelf()).receipts
    assert done == planned
    told = {(receipt.table, receipt.action): receipt.rows for receipt in done["1"]}
    assert told == {("customer", "replace"): 1, ("orders", "clear"): 2, ("line", "replace"): 1, ("visit", "delete"): 2}


def test_the_case_file_holds_the_keys_and_what_tells_who_it_is(indexed: psycopg.Connection, postgres_url: str) -> None:
    shelf = Shelf()
    erase(store(postgres_url), [Subject("1")], shelf)
    case = _case(shelf, "1")
    keys = {table: sorted(str(key.key[0]) for key in pack) for table, pack in case.datastores["main"].keys.items()}
    assert keys == {"customer": ["1"], "orders": ['A"1', "A2"], "line": ["00000000-0000-0000-0000-000000000001"]}
    assert {item.value for item in case.identifiers} == {"alice@example.com", "Alice", "Jl. Mawar 1"}


def test_keys_beyond_those_that_come_at_once_are_kept_too(indexed: psycopg.Connection, postgres_url: str) -> None:
    many = AT_ONCE + 1
    indexed.execute(
        f"INSERT INTO orders SELECT 'X' || n, 2, 'Jl. X ' || n, 1 FROM generate_series(1, {many}) n".encode()
    )
    shelf = Shelf()
    erase(store(postgres_url), [Subject("1"), Subject("2")], shelf)
    assert len(list(_case(shelf, "2").datastores["main"].keys["orders"])) == many + 1
    assert len([item for item in _case(shelf, "2").identifiers if item.kind == "address"]) == many + 1
    assert all(street is None for _number, _customer, street, _total in rows(indexed)["orders"])


CLEARED_LINES = {"replace": {}, "clear": ["note"]}


def test_lines_far_from_the_account_are_cleared_and_counted(indexed: psycopg.Connection, postgres_url: str) -> None:
    indexed.execute("INSERT INTO line VALUES (gen_random_uuid(), 'A2', NULL, 20)")
    assert notes(indexed) == ["For Alice", "For Bob", None]
    result = erase(store(postgres_url, line=CLEARED_LINES), [Subject("1")], Shelf())
    assert notes(indexed) == ["For Bob", None, None]
    assert [receipt.rows for receipt in result.receipts["1"] if receipt.table == "line"] == [2]


def test_lines_are_cleared_where_others_of_the_batch_have_none(indexed: psycopg.Connection, postgres_url: str) -> None:
    indexed.execute("UPDATE line SET note = NULL WHERE order_number = 'B1'")
    assert notes(indexed) == ["For Alice", None]
    erase(store(postgres_url, line=CLEARED_LINES), [Subject("1"), Subject("2")], Shelf())
    assert notes(indexed) == [None, None]


def test_more_lines_than_come_at_once_are_cleared_by_their_link(indexed: psycopg.Connection, postgres_url: str) -> None:
    many = AT_ONCE + 1
    indexed.execute(
        f"INSERT INTO line SELECT gen_random_uuid(), 'B1', 'Note', 1 FROM generate_series(1, {many}) n".encode()
    )
    assert len(notes(indexed)) == many + 2
    erase(store(postgres_url, line=CLEARED_LINES), [Subject("2")], Shelf())
    assert [note for note in notes(indexed) if note] == ["For Alice"]


def notes(connection: psycopg.Connection) -> list[str | None]:
    return [note for (note,) in connection.execute("SELECT note FROM line ORDER BY note NULLS LAST")]


def test_a_second_run_finds_nothing_more_to_do(indexed: psycopg.Connection, postgres_url: str) -> None:
    shop, shelf = store(postgres_url), Shelf()
    erase(shop, [Subject("1")], shelf)
    after = rows(indexed)
    assert erase(shop, [Subject("1")], shelf).set_aside == {}
    assert {**rows(indexed), "customer": after["customer"]} == after


def test_rows_that_a_trigger_brings_back_are_noticed(indexed: psycopg.Connection, postgres_url: str) -> None:
    indexed.execute(
        b"CREATE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; "
        b"CREATE TRIGGER stay BEFORE DELETE ON visit FOR EACH ROW EXECUTE FUNCTION stay()"
    )
    before = rows(indexed)
    result = erase(store(postgres_url), [Subject("1")], Shelf())
    assert "rows of 'visit' are still there after their deletion" in result.set_aside["1"]
    assert rows(indexed) == before


def _case(shelf: Shelf, account_id: str) -> CaseFile:
    case = shelf.load(account_id)
    assert case is not None
    return case
