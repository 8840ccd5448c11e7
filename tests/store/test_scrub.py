"""Scrub: named things go out of structured values, byte for byte the rest stays; rows before and after."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import pytest

from pamitan.erasure.errors import MapMismatch
from pamitan.erasure.fates import fates_of
from pamitan.erasure.verify import verify
from tests.store.gallery.case import ALICE, BOB, Case


def loaded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def test_keys_and_elements_go_out_of_json(any_url: str) -> None:
    sql = """
CREATE TABLE entry (id INTEGER PRIMARY KEY, customer_id INTEGER, data {JSON});
INSERT INTO entry VALUES (1, 1, '{"email": "alice@example.com", "total": 2.50, "items": [{"sku": 1, "to": "Alice"}]}');
INSERT INTO entry VALUES (2, 2, '{"email": "bob@example.com"}'), (3, 1, '{"total": 1}'), (4, 1, NULL);
"""
    map_ = 'entry: {link: {on: {customer_id: account.id}}, scrub: {data: [email, "items[].to"]}}'
    case = Case(any_url, sql, map_)
    found = [loaded(row[2]) for row in case.close(ALICE)["entry"]]
    assert found == [{"total": 2.5, "items": [{"sku": 1}]}, {"email": "bob@example.com"}, {"total": 1}, None]
    assert case.done(ALICE) == {("entry", "scrub", 3)}


def test_text_keeps_its_form(any_url: str) -> None:
    sql = """
CREATE TABLE entry (id INTEGER PRIMARY KEY, customer_id INTEGER, data TEXT);
INSERT INTO entry VALUES (1, 1, '{ "email" : "x" , "n":1.50,"u":"caf\\\\u00e9" }'), (2, 1, 'no JSON: email');
"""
    sql = sql if any_url.startswith("mysql") else sql.replace("\\\\", "\\")
    case = Case(any_url, sql, "entry: {link: {on: {customer_id: account.id}}, scrub: {data: email}}")
    kept = (1, 1, '{ "n":1.50,"u":"caf\\u00e9" }')
    assert case.close(ALICE)["entry"] == [kept, (2, 1, "no JSON: email")]


def test_a_mapping_overwrites(any_url: str) -> None:
    sql = """
CREATE TABLE entry (id INTEGER PRIMARY KEY, customer_id INTEGER, data TEXT);
INSERT INTO entry VALUES (1, 1, '{"nick":"ali","by":7,"k":true}');
"""
    map_ = 'entry: {link: {on: {customer_id: account.id}}, scrub: {data: {nick: "-", by: null}}}'
    assert Case(any_url, sql, map_).close(ALICE)["entry"] == [(1, 1, '{"nick":"-","by":null,"k":true}')]


def test_the_accounts_own_elements_go_out_of_a_list_of_several(any_url: str) -> None:
    sql = """
CREATE TABLE team (id INTEGER PRIMARY KEY, owner_id INTEGER, members TEXT);
INSERT INTO team VALUES (1, 1, '[{"id":1,"r":"a"},{"id":2,"r":"b"},{"id":11,"r":"c"}]');
"""
    map_ = 'team: {link: {on: {owner_id: account.id}}, scrub: {members: "[id=account.id]"}}'
    assert Case(any_url, sql, map_).close(ALICE)["team"] == [(1, 1, '[{"id":2,"r":"b"},{"id":11,"r":"c"}]')]


def test_two_of_a_batch_go_out_of_one_list(any_url: str) -> None:
    sql = """
CREATE TABLE chat (id INTEGER PRIMARY KEY, one INTEGER, other INTEGER, members TEXT);
INSERT INTO chat VALUES (1, 1, 2, '{"ids":[1,2,3]}');
"""
    map_ = """
chat:
  - {link: {on: {one: account.id}}, scrub: {members: "ids[=account.id]"}}
  - {link: {on: {other: account.id}}, scrub: {members: "ids[=account.id]"}}
"""
    assert Case(any_url, sql, map_).close(ALICE, BOB)["chat"] == [(1, 1, 2, '{"ids":[3]}')]


def test_serialised_php_and_packed_values_are_written_back_in_their_form(any_url: str) -> None:
    def packed(value: dict[str, object]) -> str:
        return base64.b64encode(zlib.compress(json.dumps(value).encode())).decode()

    sql = f"""
CREATE TABLE meta (id INTEGER PRIMARY KEY, customer_id INTEGER, value TEXT);
INSERT INTO meta VALUES (1, 1, 'a:2:{{s:5:"email";s:3:"a@b";s:1:"k";a:1:{{i:0;i:7;}}}}'),
    (2, 1, '{packed({"email": "x", "k": 1})}');
"""
    case = Case(any_url, sql, "meta: {link: {on: {customer_id: account.id}}, scrub: {value: email}}")
    assert case.close(ALICE)["meta"] == [(1, 1, 'a:1:{s:1:"k";a:1:{i:0;i:7;}}'), (2, 1, packed({"k": 1}))]


def test_scrub_and_redact_go_together_on_one_column(any_url: str) -> None:
    sql = """
CREATE TABLE entry (id INTEGER PRIMARY KEY, customer_id INTEGER, data TEXT);
INSERT INTO entry VALUES (1, 1, '{"ip":"10.0.0.1","note":"for Alice Alisson"}');
"""
    map_ = "entry: {link: {on: {customer_id: account.id}}, scrub: {data: ip}, redact: [data]}"
    assert Case(any_url, sql, map_).close(ALICE)["entry"] == [(1, 1, '{"note":"for [erased]"}')]


def test_late_rows_are_scrubbed_too(any_url: str) -> None:
    sql = "CREATE TABLE entry (id INTEGER PRIMARY KEY, customer_id INTEGER, data TEXT);\n"
    sql += 'INSERT INTO entry VALUES (1, 1, \'{"ip":"10.0.0.1"}\');\n'
    case = Case(any_url, sql, "entry: {link: {on: {customer_id: account.id}}, scrub: {data: ip}}")
    case.close(ALICE)
    case.execute('INSERT INTO entry VALUES (2, 1, \'{"ip":"10.0.0.2"}\')')
    [receipt] = verify(case.store, [ALICE], case.shelf).receipts["1"]
    assert (receipt.action, receipt.rows) == ("scrub", 1)
    assert case.rows()["entry"] == [(1, 1, "{}"), (2, 1, "{}")]


@pytest.mark.parametrize("column", ["n", "day"])
def test_what_is_no_text_is_refused_with_the_mend(column: str, sqlite_url: str) -> None:
    sql = "CREATE TABLE t (id INTEGER PRIMARY KEY, customer_id INTEGER, n INTEGER, day DATE);\n"
    case = Case(sqlite_url, sql, f"t: {{link: {{on: {{customer_id: account.id}}}}, scrub: {{{column}: email}}}}")
    with pytest.raises(MapMismatch, match="holds no JSON or serialised PHP; use 'clear' or 'replace' for it"):
        fates_of(case.store.file, "main", case.schema)
