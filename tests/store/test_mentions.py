"""Rows that only mention a customer: found by what their text says, redacted, and otherwise left alone."""

from __future__ import annotations

import base64
import json
import zlib

import pytest

from pamitan.erasure.errors import MapMismatch
from pamitan.erasure.fates import fates_of
from pamitan.erasure.verify import verify
from pamitan.erasure.weighing import UNPROVEN
from pamitan.stores.types import Identifier, Subject
from tests.store.gallery.case import ALICE, BOB, PEOPLE, STORE, Case

LOG = """
CREATE TABLE log (id INTEGER PRIMARY KEY, line TEXT);
INSERT INTO log VALUES
    (1, 'mail to Alice <ALICE@example.com> sent; Alice on the next page of Bob'),
    (2, 'called (0812) 3456 7801'),
    (3, 'another Alice Alisson, of elsewhere'),
    (4, 'to alice&#64;example.com and bob@example.com'),
    (5, NULL),
    (6, 'PACKED');
"""
LOG_MAP = "log: {link: {mentions: line}, redact: [line]}"


def packed(text: str) -> str:
    return base64.b64encode(zlib.compress(json.dumps({"to": text}).encode())).decode()


def test_rows_are_found_by_what_they_say_and_names_stay(any_url: str) -> None:
    case = Case(any_url, LOG.replace("PACKED", packed("alice@example.com")), LOG_MAP)
    assert case.close(ALICE)["log"] == [
        (1, "mail to [erased] <[erased]> sent; Alice on the next page of Bob"),
        (2, "called [erased]"),
        (3, "another Alice Alisson, of elsewhere"),
        (4, "to [erased] and bob@example.com"),
        (5, None),
        (6, packed("[erased]")),
    ]
    assert case.done(ALICE) == {("log", "redact", 4)}


def test_one_row_may_mention_two_of_a_batch(any_url: str) -> None:
    case = Case(any_url, LOG.replace("PACKED", ""), LOG_MAP)
    assert (4, "to [erased] and [erased]") in case.close(ALICE, BOB)["log"]


def test_rows_of_other_customers_are_touched_in_that_column_alone(any_url: str) -> None:
    sql = """
CREATE TABLE message (id INTEGER PRIMARY KEY, customer_id INTEGER, text TEXT, ip VARCHAR(40));
INSERT INTO message VALUES (1, 1, 'I am Alice', 'a'), (2, 2, 'write to alice@example.com', 'b');
CREATE TABLE reply (id INTEGER PRIMARY KEY, message_id INTEGER, text TEXT);
INSERT INTO reply VALUES (1, 1, 'to hers'), (2, 2, 'to his');
"""
    map_ = """
message:
  - {link: {on: {customer_id: account.id}}, redact: [text], clear: [ip]}
  - {link: {mentions: text}, redact: [text]}
reply: {link: {on: {message_id: message.id}}, delete: true}
"""
    assert Case(any_url, sql, map_).close(ALICE) == {
        "message": [(1, 1, "I am [erased]", None), (2, 2, "write to [erased]", "b")],
        "reply": [(2, 2, "to his")],
    }


BORROWED = """
CREATE TABLE parcel (id INTEGER PRIMARY KEY, customer_id INTEGER, phone VARCHAR(40), tax VARCHAR(40), note TEXT);
INSERT INTO parcel VALUES (1, 1, '0812 3456 7802', '4111 2222 3333', 'call +62 812 3456 7802 or Alice');
INSERT INTO parcel VALUES (2, 2, '0812 3456 7802', NULL, 'mine, not that of alice@example.com');
CREATE TABLE log (id INTEGER PRIMARY KEY, line TEXT);
INSERT INTO log VALUES
    (1, 'alice@example.com sends to 0812 3456 7802'),
    (2, 'alice@example.com (0812-3456-7801) wrote; 0812-3456-7899 did not'),
    (3, 'alice@example.com 411122223333'),
    (4, '{"to": "alice@example.com", "at": 6281234567802}');
"""
BORROWED_MAP = """
parcel:
  - {link: {on: {customer_id: account.id}}, redact: [note], clear: [phone, tax], personal: {phone: phone, tax: other}}
  - {link: {mentions: note}, redact: [note]}
log: {link: {mentions: line}, redact: [line]}
"""


def test_a_number_that_is_another_customers_stays_in_rows_of_others(any_url: str) -> None:
    """Alice had a parcel sent to Bob: his number stands in her row and leaves with it, and stays wherever it is his."""
    assert Case(any_url, BORROWED, BORROWED_MAP).close(ALICE) == {
        "parcel": [
            (1, 1, None, None, "call [erased] or [erased]"),
            (2, 2, "0812 3456 7802", None, "mine, not that of [erased]"),
        ],
        "log": [
            (1, "[erased] sends to 0812 3456 7802"),
            (2, "[erased] ([erased]) wrote; 0812-3456-7899 did not"),
            (3, "[erased] [erased]"),
            (4, '{"to": "[erased]", "at": 6281234567802}'),
        ],
    }


def test_an_element_of_another_customer_stays_in_a_list_of_others(any_url: str) -> None:
    sql = """
CREATE TABLE parcel (id INTEGER PRIMARY KEY, customer_id INTEGER, phone VARCHAR(40));
INSERT INTO parcel VALUES (1, 1, '+6281234567802');
CREATE TABLE club (id INTEGER PRIMARY KEY, members TEXT);
INSERT INTO club VALUES (1, '[{"p":"+6281234567801"},{"p":"+6281234567802"},{"p":"+6281234567899"}]');
"""
    map_ = """
parcel: {link: {on: {customer_id: account.id}}, delete: true, personal: {phone: phone}}
club: {link: {mentions: members}, scrub: {members: "[p=account.phone]"}}
"""
    assert Case(any_url, sql, map_).close(ALICE) == {
        "parcel": [],
        "club": [(1, '[{"p":"+6281234567802"},{"p":"+6281234567899"}]')],
    }


def test_an_unproven_number_stays_in_rows_of_others_and_the_scan_says_so(any_url: str) -> None:
    proven = Subject("1", frozenset({Identifier("email", "alice@example.com")}))
    sql = """
CREATE TABLE log (id INTEGER PRIMARY KEY, line TEXT);
INSERT INTO log VALUES (1, 'alice@example.com called from 0812-3456-7801'), (2, '0812-3456-7801 called');
"""
    case = Case(any_url, sql, LOG_MAP)
    assert case.close(proven)["log"] == [(1, "[erased] called from 0812-3456-7801"), (2, "0812-3456-7801 called")]
    found = verify(case.store, [proven], case.shelf).residue["1"]
    assert [(r.table, r.kind, r.rows, r.explained_by) for r in found] == [("log", "phone", 2, UNPROVEN)]


def test_late_rows_are_redacted_too(any_url: str) -> None:
    case = Case(any_url, LOG.replace("PACKED", ""), LOG_MAP)
    case.close(ALICE)
    case.execute("INSERT INTO log VALUES (7, 'again alice@example.com')")
    [receipt] = verify(case.store, [ALICE], case.shelf).receipts["1"]
    assert (receipt.table, receipt.action, receipt.rows) == ("log", "redact", 1)
    assert (7, "again [erased]") in case.rows()["log"]


def test_an_unproven_address_finds_nothing(any_url: str) -> None:
    case = Case(any_url, LOG.replace("PACKED", ""), LOG_MAP)
    before = case.rows()["log"]
    case.try_to_close(Subject("1"))
    assert case.rows()["log"] == before


def test_a_number_is_refused_with_the_mend(sqlite_url: str) -> None:
    sql = "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, text TEXT);\n"
    case = Case(sqlite_url, sql, "t: {link: {mentions: n}, redact: [text]}")
    with pytest.raises(MapMismatch, match=r"'t\.n' holds no text to find anybody in; name a column of text"):
        fates_of(case.store.file, "main", case.schema)


def test_another_account_may_mention_the_customer_too(any_url: str) -> None:
    people = PEOPLE.replace("staff INTEGER NOT NULL)", "staff INTEGER NOT NULL, note TEXT)").replace(
        ", 0)", ", 0, NULL)"
    )
    people = people.replace("'Bob Bobsson', 0, NULL", "'Bob Bobsson', 0, 'brought by alice@example.com'").replace(
        ", 1);", ", 1, 'for alice@example.com');"
    )
    rule = STORE[STORE.index("      link:") :]
    store = STORE.replace(
        rule,
        "      - {link: {on: {id: account.id}}, delete: true, personal: {email: email, phone: phone, name: name}}\n"
        "      - {link: {mentions: note}, redact: [note]}\n",
    )
    assert Case(any_url, "", "", store, people).close(ALICE)["customer"] == [
        (2, "bob@example.com", "+6281234567802", "Bob Bobsson", 0, "brought by [erased]"),
        (3, "charlie@example.com", None, "Charlie Charlson", 0, None),
        (4, "dewi@toko.example", "+6281234567804", "Dewi Desk", 1, "for [erased]"),
    ]
