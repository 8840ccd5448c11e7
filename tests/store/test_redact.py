"""Redact: a person's identifiers go out of free text, the rest stays; rows before and after, on every database."""

from __future__ import annotations

import json

import pytest

from pamitan.erasure.errors import MapMismatch
from pamitan.erasure.execute import erase
from pamitan.erasure.fates import fates_of
from pamitan.erasure.verify import verify
from pamitan.stores.engine import engine_for, reading, writing
from tests.store.gallery.case import ALICE, BOB, STORE, Case

NOTES = """
CREATE TABLE note (id INTEGER PRIMARY KEY, customer_id INTEGER, text TEXT);
INSERT INTO note VALUES
    (1, 1, 'Alice asked (alice@EXAMPLE.com, 0812-3456-7801); Bob Bobsson answered'),
    (2, 1, '<p class="alice">D&eacute;ar <b>Alice</b> &amp; co, <a href="mailto:alice&#64;example.com">write</a></p>'),
    (3, 2, 'Bob knows an Alice Alisson'),
    (4, 1, NULL),
    (5, 1, 'nothing of hers');
"""
NOTE_MAP = """
note: {link: {on: {customer_id: account.id}}, redact: [text]}
"""


def test_addresses_numbers_and_names_go_and_the_rest_stays(any_url: str) -> None:
    case = Case(any_url, NOTES, NOTE_MAP)
    assert case.close(ALICE)["note"] == [
        (1, 1, "[erased] asked ([erased], [erased]); Bob Bobsson answered"),
        (2, 1, '<p class="alice">D&eacute;ar <b>[erased]</b> &amp; co, <a href="mailto:[erased]">write</a></p>'),
        (3, 2, "Bob knows an Alice Alisson"),
        (4, 1, None),
        (5, 1, "nothing of hers"),
    ]


def test_json_stays_json(any_url: str) -> None:
    sql = """
CREATE TABLE entry (id INTEGER PRIMARY KEY, customer_id INTEGER, data {JSON});
INSERT INTO entry VALUES (1, 1, '{"who": "Alice Alisson", "mail": "alice@example.com", "n": [1, 2.50, null]}');
"""
    case = Case(any_url, sql, "entry: {link: {on: {customer_id: account.id}}, redact: [data]}")
    [(_id, _customer, data)] = case.close(ALICE)["entry"]
    found = json.loads(data) if isinstance(data, str) else data
    assert found == {"who": "[erased]", "mail": "[erased]", "n": [1, 2.5, None]}


def php(text: str) -> str:
    """A text as PHP serialises it."""
    return f's:{len(text.encode())}:"{text}";'


def test_serialised_php_keeps_right_lengths(any_url: str) -> None:
    def entry(name: str) -> str:
        inner = f"a:1:{{i:0;{php(f'{name} là!')}}}"
        return f"a:2:{{{php('name')}{php(name)}{php('inner')}{php(inner)}}}"

    sql = "CREATE TABLE entry (id INTEGER PRIMARY KEY, customer_id INTEGER, data TEXT);\n"
    sql += f"INSERT INTO entry VALUES (1, 1, '{entry('Alice Alisson')}');\n"
    case = Case(any_url, sql, "entry: {link: {on: {customer_id: account.id}}, redact: [data]}")
    assert case.close(ALICE)["entry"] == [(1, 1, entry("[erased]"))]


def test_a_row_of_two_customers_of_the_batch_is_redacted_for_both(any_url: str) -> None:
    sql = """
CREATE TABLE talk (id INTEGER PRIMARY KEY, asked_by INTEGER, answered_by INTEGER, text TEXT);
INSERT INTO talk VALUES (1, 1, 2, 'Alice, alice@example.com, met Bob Bobsson');
"""
    map_ = """
talk:
  - {link: {on: {asked_by: account.id}}, redact: [text]}
  - {link: {on: {answered_by: account.id}}, redact: [text]}
"""
    assert Case(any_url, sql, map_).close(ALICE, BOB)["talk"] == [(1, 1, 2, "[erased], [erased], met [erased]")]


def test_what_is_too_long_for_the_column_leaves_nothing(any_url: str) -> None:
    sql = """
CREATE TABLE tag (id INTEGER PRIMARY KEY, customer_id INTEGER, text VARCHAR(9) NOT NULL);
INSERT INTO tag VALUES (1, 1, 'for Alice');
"""
    case = Case(any_url, sql, "tag: {link: {on: {customer_id: account.id}}, redact: [text]}")
    assert case.close(ALICE)["tag"] == [(1, 1, "for ")]


def test_other_changes_of_the_row_are_made_along(any_url: str) -> None:
    sql = """
CREATE TABLE review (customer_id INTEGER, author VARCHAR(60), text VARCHAR(200), ip VARCHAR(40));
INSERT INTO review VALUES (1, 'Alice A.', 'Good. Alice', '10.0.0.1');
INSERT INTO review VALUES (2, 'Bob', 'Alice says good', '10.0.0.2');
"""
    map_ = "review: {link: {on: {customer_id: account.id}}, redact: [author, text], clear: [ip], detach: [customer_id]}"
    found = sorted(Case(any_url, sql, map_).close(ALICE)["review"], key=str)
    assert found == [(2, "Bob", "Alice says good", "10.0.0.2"), (None, "[erased] A.", "Good. [erased]", None)]


def test_what_a_law_keeps_is_not_redacted(any_url: str) -> None:
    sql = """
CREATE TABLE invoice (id INTEGER PRIMARY KEY, customer_id INTEGER, bill TEXT, note TEXT);
INSERT INTO invoice VALUES (1, 1, 'Alice Alisson', 'Alice again');
"""
    map_ = """
invoice:
  link: {on: {customer_id: account.id}}
  redact: [bill, note]
  keep: {law: The law, reason: Taxes, until: {years: 10}, columns: [bill]}
"""
    assert Case(any_url, sql, map_).close(ALICE)["invoice"] == [(1, 1, "Alice Alisson", "[erased] again")]


def test_a_number_is_refused_with_the_mend(sqlite_url: str) -> None:
    sql = "CREATE TABLE t (id INTEGER PRIMARY KEY, customer_id INTEGER, n INTEGER);\n"
    case = Case(sqlite_url, sql, "t: {link: {on: {customer_id: account.id}}, redact: [n]}")
    with pytest.raises(MapMismatch, match=r"'t\.n' \(INTEGER\) holds no text; use 'clear' or 'replace'"):
        fates_of(case.store.file, "main", case.schema)


def test_what_another_database_knows_is_redacted_in_the_first_run(sqlite_url: str, postgres_url: str) -> None:
    crm = "CREATE TABLE visit (id INTEGER PRIMARY KEY, shop_id INTEGER, body TEXT);\n"
    crm += "INSERT INTO visit VALUES (1, 1, 'Alice, of Jalan Mawar 5'), (2, 2, 'Bob, of Jalan Mawar 5');\n"
    shop = "CREATE TABLE address (id INTEGER PRIMARY KEY, customer_id INTEGER, street VARCHAR(50));\n"
    shop += "INSERT INTO address VALUES (1, 1, 'Jalan Mawar 5');\n"
    shop_map = "address: {link: {on: {customer_id: account.id}}, delete: true, personal: {street: address}}"
    crm_map = "\n  crm:\n    visit: {link: {on: {shop_id: account.id}}, redact: [body]}\n"
    with writing(engine_for(sqlite_url)) as connection:
        for statement in crm.strip().split(";\n"):
            connection.exec_driver_sql(statement.rstrip(";"))
    both = f'{{main: {{url: "${{STORE_URL}}"}}, crm: {{url: "{sqlite_url}"}}}}'
    store = STORE.replace('{main: {url: "${STORE_URL}"}}', both)
    store = store.replace("account: {table", "account: {datastore: main, table") + "    " + shop_map + crm_map
    case = Case(postgres_url, shop, "", store)
    assert erase(case.store, [ALICE], case.shelf).set_aside == {}
    with reading(engine_for(sqlite_url)) as connection:
        rows = connection.exec_driver_sql("SELECT id, body FROM visit ORDER BY id").all()
    assert [tuple(row) for row in rows] == [(1, "[erased], of [erased]"), (2, "Bob, of Jalan Mawar 5")]


def test_a_second_run_changes_nothing(any_url: str) -> None:
    case = Case(any_url, NOTES, NOTE_MAP)
    case.close(ALICE)
    before = case.rows()
    erase(case.store, [ALICE], case.shelf)
    assert case.rows() == before


def test_search_vectors_are_cleared_late_ones_too(postgres_url: str) -> None:
    sql = """
CREATE TABLE entry (id INTEGER PRIMARY KEY, customer_id INTEGER, text TEXT, words TSVECTOR NOT NULL,
    computed TSVECTOR GENERATED ALWAYS AS (to_tsvector('simple', coalesce(text, ''))) STORED);
INSERT INTO entry (id, customer_id, text, words) VALUES (1, 1, 'by Alice', to_tsvector('simple', 'by Alice'));
"""
    case = Case(postgres_url, sql, "entry: {link: {on: {customer_id: account.id}}, redact: [text], clear: [words]}")
    assert case.close(ALICE)["entry"] == [(1, 1, "by [erased]", "", "'by':1 'erased':2")]
    case.execute("INSERT INTO entry (id, customer_id, text, words) VALUES (2, 1, 'x', to_tsvector('simple', 'Alice'))")
    verify(case.store, [ALICE], case.shelf)
    assert (2, 1, "x", "", "'x':1") in case.rows()["entry"]
