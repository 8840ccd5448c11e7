"""The residue scan on real databases: what it finds, what it explains, and what keeps a closure open."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable

import pytest
import sqlalchemy as sa

from pamitan.erasure.casefile import CaseFile, DatastoreCase, KeyPack, PersonalValue
from pamitan.erasure.residue import Residue, scan
from pamitan.erasure.weighing import KEPT_TABLE, POSSIBLE
from pamitan.kit.clock import SetClock
from pamitan.storefile.rules import Kind
from pamitan.stores.keytables import StoredKey
from pamitan.stores.schema import refresh
from pamitan.stores.store import Store
from pamitan.stores.types import Identifier
from tests.store.shops import NOW, Shop

# Anna has left: her row is gone. Marco lives with her and has her phone; Bella is her namesake.
SHOP = """
CREATE TABLE customer (id INTEGER PRIMARY KEY, email VARCHAR(100), phone VARCHAR(40), name VARCHAR(100));
INSERT INTO customer VALUES (2, 'marco@rossi.example', '0812 3456 7890', 'Marco Rossi'),
    (3, 'jean-anna@rossi.example', NULL, 'Anna Rossi');
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, guest_email VARCHAR(100), recipient VARCHAR(100),
    street VARCHAR(100), phone VARCHAR(40), note TEXT);
CREATE TABLE log (id INTEGER PRIMARY KEY, message TEXT, payload TEXT, packed TEXT);
CREATE TABLE page (id INTEGER PRIMARY KEY, body TEXT, author VARCHAR(50))
"""
FILE = """
map:
  customer: {link: {on: {id: account.id}}, delete: true}
  orders:
    - link: [{on: {customer_id: account.id}}, {email: guest_email}]
      keep: {law: Tax act, reason: Books, until: {years: 10}, columns: [recipient, street]}
      detach: [customer_id]
      clear: [phone]
      personal: {recipient: name, street: address, phone: phone}
ignore:
  default: {page: written by the shop}
"""
ANNA: list[tuple[Kind, str]] = [
    ("email", "anna@rossi.example"),
    ("phone", "+6281234567890"),
    ("name", "Anna Rossi"),
    ("name", "Rossi"),
    ("address", "Via Roma 10"),
    ("address", "Milano"),
]


@pytest.fixture
def shop(any_url: str) -> Shop:
    return Shop(any_url, SHOP, FILE)


def case_file(rows: Iterable[int] = (), account_id: str = "1", identifiers: list[tuple[Kind, str]] = ANNA) -> CaseFile:
    """Anna's case file, which holds these of her orders."""
    pack = KeyPack()
    pack.add(StoredKey(0, 0, False, (row,), ()) for row in rows)
    values = {PersonalValue(kind, value) for kind, value in identifiers}
    return CaseFile(account_id, values, datastores={"default": DatastoreCase(keys={"orders": pack})})


def found(shop: Shop, *rows: int, usable: frozenset[Identifier] | None = None) -> list[Residue]:
    allowed = {} if usable is None else {"1": usable}
    return scan(Store(shop.file, SetClock(NOW)), {"1": case_file(rows)}, NOW, allowed).residue["1"]


def order(shop: Shop, id_: int, customer_id: int | None = None, **cells: str) -> None:
    names = ["id", "customer_id", *cells]
    marks = ", ".join(f":{name}" for name in names)
    shop.execute(
        f"INSERT INTO orders ({', '.join(names)}) VALUES ({marks})", {"id": id_, "customer_id": customer_id, **cells}
    )


def log(shop: Shop, id_: int, **cells: str) -> None:
    marks = ", ".join(f":{name}" for name in cells)
    shop.execute(f"INSERT INTO log (id, {', '.join(cells)}) VALUES (:id, {marks})", {"id": id_, **cells})


def test_a_clean_shop_has_no_residue(shop: Shop) -> None:
    assert not [r for r in found(shop) if r.blocking]


def test_an_address_blocks_wherever_it_stands(shop: Shop) -> None:
    log(shop, 7, message="sent to ANNA@rossi.example.")
    assert [
        (r.table, r.column, r.key, r.kind, r.rows, r.explained_by, r.blocking) for r in found(shop) if r.blocking
    ] == [("log", "message", "7", "email", 1, None, True)]


def test_a_longer_address_is_another(shop: Shop) -> None:
    log(shop, 1, message="joanna@rossi.example, anna@rossi.example.com")
    log(shop, 2, message="jean-anna@rossi.example")
    assert not [r for r in found(shop) if r.table == "log"]
    log(shop, 3, message="pp-anna@rossi.example")
    assert [(r.key, r.blocking) for r in found(shop) if r.table == "log"] == [("3", True)]


def test_encodings_are_undone(shop: Shop) -> None:
    session = base64.b64encode(zlib.compress(json.dumps({"email": "anna@rossi.example"}).encode())).decode()
    log(shop, 1, payload='{"mail": "anna\\u0040rossi.example"}')
    log(shop, 2, payload=json.dumps({"inner": json.dumps({"mail": "anna@rossi.example"}).replace("@", "\\u0040")}))
    log(shop, 3, packed="." + session.rstrip("=") + ":1abc:signature")
    log(shop, 4, packed='a:1:{s:4:"mail";s:18:"anna@rossi.example";}')
    seen = {(r.column, r.rows) for r in found(shop) if r.blocking}
    assert seen == {("payload", 2), ("packed", 2)}


def test_what_a_law_keeps_is_explained(shop: Shop) -> None:
    order(shop, 10, recipient="Anna Rossi", street="Via Roma 10, Milano")
    assert {(r.column, r.explained_by, r.blocking) for r in found(shop, 10) if r.table == "orders"} == {
        ("recipient", "Tax act", False),
        ("street", "Tax act", False),
    }


def test_what_stands_beside_the_kept_cells_blocks(shop: Shop) -> None:
    order(shop, 10, note="for Mrs Rossi, call 0812-3456-7890")
    blocking = {(r.column, r.kind) for r in found(shop, 10) if r.blocking}
    assert blocking == {("note", "name"), ("note", "phone")}


def test_a_namesakes_rows_do_not_block(shop: Shop) -> None:
    order(shop, 30, 3, recipient="Anna Rossi", note="Anna Rossi sings")
    log(shop, 1, message="Anna Rossi called")
    log(shop, 2, message="Rossi called")
    assert not [r for r in found(shop) if r.blocking]
    assert [(r.key, r.explained_by, r.blocking) for r in found(shop) if r.table == "log"] == [("1", POSSIBLE, False)]


def test_a_name_beside_the_postal_address_blocks(shop: Shop) -> None:
    log(shop, 1, message="Anna Rossi", payload="via roma, 10")
    log(shop, 2, message="Marco Rossi", payload="Via Roma 10")
    assert {(r.kind, r.rows) for r in found(shop) if r.blocking} == {("name", 1), ("address", 1)}


def test_the_familys_phone_is_marcos_too(shop: Shop) -> None:
    order(shop, 20, 2, recipient="Marco Rossi", street="Via Roma 10", phone="+62 812 3456 7890")
    log(shop, 1, message="call 0812 3456 7890")
    assert not [r for r in found(shop) if r.blocking]
    assert {r.explained_by for r in found(shop) if r.kind == "phone"} == {
        "another customer's own",
        "another customer has it too",
    }


def test_the_familys_phone_beside_annas_name_blocks(shop: Shop) -> None:
    log(shop, 1, message="call Anna Rossi: 0812 3456 7890")
    assert {(r.table, r.kind) for r in found(shop) if r.blocking} == {("log", "name"), ("log", "phone")}


def test_a_row_in_a_kept_table_that_no_key_knows_is_listed_and_never_called_lawful(shop: Shop) -> None:
    """An earlier closure may have left it to the law; or the map missed a row of Anna's."""
    order(shop, 1, recipient="anna@rossi.example", street="Via Roma 10")
    order(shop, 2, recipient="anna@rossi.example", street="Via Roma 10")
    seen = {(r.column, r.key, r.blocking, r.explained_by) for r in found(shop, 2) if r.table == "orders"}
    assert seen == {
        ("recipient", "1", False, KEPT_TABLE),
        ("recipient", "2", False, "Tax act"),
        ("street", "1", False, KEPT_TABLE),
        ("street", "2", False, "Tax act"),
    }


def test_a_guest_with_another_name_and_the_same_phone_does_not_block(shop: Shop) -> None:
    shop.execute("UPDATE customer SET phone = NULL")
    order(shop, 20, recipient="Gus Guest", street="Elsewhere 5", phone="0812-3456-7890")
    log(shop, 1, message="Gus Guest rang from +62 812 3456 7890")
    assert not [r for r in found(shop) if r.blocking]
    assert {(r.table, r.explained_by) for r in found(shop) if r.kind == "phone"} == {
        ("orders", "stands there with another person's name"),
        ("log", "another customer has it too"),
    }


def test_a_guest_order_under_annas_name_blocks(shop: Shop) -> None:
    shop.execute("UPDATE customer SET phone = NULL")
    order(shop, 20, recipient="Anna Rossi", phone="0812-3456-7890")
    assert {(r.column, r.kind) for r in found(shop) if r.blocking} == {("recipient", "name"), ("phone", "phone")}


def test_annas_address_in_marcos_order_blocks(shop: Shop) -> None:
    order(shop, 20, 2, note="copy to anna@rossi.example")
    assert [(r.table, r.column) for r in found(shop) if r.blocking] == [("orders", "note")]


def test_a_row_that_the_safety_rule_spared_says_so(shop: Shop) -> None:
    order(shop, 40, guest_email="anna@rossi.example", recipient="Anna Rossi", street="Via Roma 10")
    spared = [r for r in found(shop, usable=frozenset()) if r.table == "orders"]
    assert {(r.column, r.explained_by, r.blocking) for r in spared} == {
        ("guest_email", "not proven to be this customer's", False),
        ("recipient", "not proven to be this customer's", False),
        ("street", "not proven to be this customer's", False),
    }
    proven = frozenset({Identifier("email", "anna@rossi.example")})
    assert {r.column for r in found(shop, usable=proven) if r.blocking} == {"guest_email", "recipient", "street"}


def test_a_row_that_no_link_by_phone_could_take_was_not_spared(shop: Shop) -> None:
    """Anna's address is proven, her number is not; but no rule goes by numbers, so a link is missing in the map."""
    order(shop, 41, recipient="Anna Rossi", street="Via Roma 10", phone="0812 3456 7890")
    proven = frozenset({Identifier("email", "anna@rossi.example")})
    assert {r.column for r in found(shop, usable=proven) if r.blocking} == {"recipient", "street", "phone"}


def test_a_name_in_an_ignored_table_is_explained_but_an_address_is_not(shop: Shop) -> None:
    shop.execute("INSERT INTO page VALUES (1, 'by Anna Rossi, write to anna@rossi.example', 'Rossi')")
    assert {(r.kind, r.explained_by, r.blocking) for r in found(shop) if r.table == "page"} == {
        ("name", "written by the shop", False),
        ("email", None, True),
    }


def test_rows_are_counted_and_the_first_keys_named(shop: Shop) -> None:
    for id_ in range(1, 6):
        log(shop, id_, message="anna@rossi.example")
    assert [(r.rows, r.key) for r in found(shop) if r.blocking] == [(5, "1; 2; 3")]


def test_no_finding_holds_a_value(shop: Shop) -> None:
    shop.execute("CREATE TABLE reader (email VARCHAR(100) PRIMARY KEY, since VARCHAR(20))")
    shop.execute("INSERT INTO reader VALUES ('anna@rossi.example', 'Rossi')")
    refresh(shop.engine)
    log(shop, 1, message="anna@rossi.example, 0812 3456 7890, Anna Rossi, Via Roma 10")
    everything = repr(found(shop)).casefold()
    assert "reader" in everything
    assert not [value for _, value in ANNA if value.casefold() in everything.replace("marco", "")]


def test_each_account_of_a_batch_gets_its_own(shop: Shop) -> None:
    log(shop, 1, message="anna@rossi.example")
    log(shop, 2, message="cleo@example.com and anna@rossi.example")
    cleo = case_file(account_id="9", identifiers=[("email", "cleo@example.com")])
    dora = case_file(account_id="8", identifiers=[("email", "dora@example.com")])
    residue = scan(Store(shop.file, SetClock(NOW)), {"1": case_file(), "9": cleo, "8": dora}, NOW).residue
    blocking = {account: [(r.table, r.rows) for r in several if r.blocking] for account, several in residue.items()}
    assert blocking == {"1": [("log", 2)], "9": [("log", 1)], "8": []}


def test_special_columns_are_read_on_postgresql(postgres_url: str) -> None:
    shop = Shop(postgres_url, SHOP, FILE)
    shop.execute(
        "CREATE TABLE odd (id serial PRIMARY KEY, words tsvector, tags text[], doc jsonb, raw bytea, mobile bigint)"
    )
    shop.execute("CREATE SCHEMA side")
    shop.execute("CREATE TABLE side.note (id uuid, body text)")
    shop.execute("INSERT INTO odd (words) VALUES (to_tsvector('simple', 'anna@rossi.example'))")
    shop.execute("INSERT INTO odd (tags) VALUES (ARRAY['x', 'anna@rossi.example'])")
    shop.execute("INSERT INTO odd (doc) VALUES (jsonb_build_object('to', 'anna@rossi.example'))")
    shop.execute("INSERT INTO odd (raw) VALUES (convert_to('anna@rossi.example', 'UTF8'))")
    shop.execute("INSERT INTO odd (mobile) VALUES (6281234567890)")
    shop.execute("INSERT INTO side.note VALUES ('c9bf9e57-1685-4c89-bafb-ff5af830be8a', 'anna@rossi.example')")
    refresh(shop.engine)
    columns = {(r.table, r.column) for r in found(shop) if r.table in ("odd", "side.note")}
    assert columns == {("odd", c) for c in ("words", "tags", "doc", "raw", "mobile")} | {("side.note", "body")}


def test_special_columns_are_read_on_mariadb(mariadb_url: str) -> None:
    shop = Shop(mariadb_url, SHOP, FILE)
    shop.execute("CREATE TABLE odd (body json, raw blob, choice enum('a', 'anna@rossi.example'), code char(40))")
    shop.execute("INSERT INTO odd (body) VALUES (JSON_OBJECT('to', 'anna@rossi.example'))")
    shop.execute("INSERT INTO odd (raw) VALUES ('anna@rossi.example')")
    shop.execute("INSERT INTO odd (choice) VALUES ('anna@rossi.example')")
    shop.execute("INSERT INTO odd (code) VALUES ('anna@rossi.example')")
    refresh(shop.engine)
    seen = [(r.column, r.key) for r in found(shop) if r.table == "odd"]
    assert seen == [(c, "(not shown)") for c in ("body", "choice", "code", "raw")]


def test_a_uuid_is_found_as_text_and_as_bytes(any_url: str) -> None:
    account = "c9bf9e57-1685-4c89-bafb-ff5af830be8a"
    shop = Shop(any_url, SHOP, FILE)
    log(shop, 1, message=f"user {account} signed in")
    log(shop, 2, payload=json.dumps({"user": account.replace("-", "").upper()}))
    residue = scan(
        Store(shop.file, SetClock(NOW)), {account: case_file(account_id=account, identifiers=[])}, NOW
    ).residue
    assert [(r.column, r.kind, r.blocking) for r in residue[account]] == [
        ("message", "id", True),
        ("payload", "id", True),
    ]


def test_the_scan_reads_on_the_replica_where_there_is_one(sqlite_url: str, postgres_url: str) -> None:
    shop, replica = Shop(sqlite_url, SHOP, FILE), Shop(postgres_url, SHOP, FILE)
    log(replica, 1, message="anna@rossi.example")
    main = shop.file.datastores["default"].model_copy(update={"scan_url": postgres_url})
    file = shop.file.model_copy(update={"datastores": {"default": main}})
    assert [r.table for r in scan(Store(file), {"1": case_file()}, NOW).residue["1"] if r.blocking] == ["log"]


def test_a_large_table_is_read_in_chunks(shop: Shop) -> None:
    with shop.engine.begin() as connection:
        rows = [{"id": i, "m": f"line {i}" if i % 500 else "anna@rossi.example"} for i in range(1, 3001)]
        connection.execute(sa.text("INSERT INTO log (id, message) VALUES (:id, :m)"), rows)
    assert [(r.rows, r.key) for r in found(shop) if r.blocking] == [(6, "500; 1000; 1500")]


ANNAS_NUMBERS: list[tuple[Kind, str]] = [*ANNA, ("other", "IT60X0542811101000000123456"), ("other", "1980-02-03")]


def with_numbers(shop: Shop, identifiers: list[tuple[Kind, str]] = ANNAS_NUMBERS) -> list[Residue]:
    return scan(Store(shop.file, SetClock(NOW)), {"1": case_file(identifiers=identifiers)}, NOW).residue["1"]


def test_the_number_of_a_bank_account_blocks_like_an_address(shop: Shop) -> None:
    log(shop, 1, message="paid from IT60 X054 2811 1010 0000 0123 456")
    log(shop, 2, message="paid from IT60 X054 2811 1010 0000 0123 457")
    seen = [(r.table, r.key, r.kind, r.rows, r.blocking) for r in with_numbers(shop) if r.blocking]
    assert seen == [("log", "1", "id", 1, True)]


def test_a_number_that_another_customer_has_too_does_not_block(shop: Shop) -> None:
    rule = shop.file.map["default"]["orders"][0]
    personal = {**rule.personal, "note": "other"}
    shop.file.map["default"]["orders"] = [rule.model_copy(update={"personal": personal})]
    order(shop, 20, 2, note="IT60X0542811101000000123456")
    log(shop, 1, message="IT60 X054 2811 1010 0000 0123 456")
    seen = {(r.table, r.kind, r.explained_by, r.blocking) for r in with_numbers(shop) if r.kind == "id"}
    assert seen == {
        ("orders", "id", "another customer's own", False),
        ("log", "id", "another customer has it too", False),
    }


def test_a_day_of_birth_alone_is_only_possible(shop: Shop) -> None:
    log(shop, 1, message="03.02.1980")
    log(shop, 2, message="since 1980-02-03 open on Sundays")
    seen = [(r.key, r.kind, r.explained_by, r.blocking) for r in with_numbers(shop) if r.table == "log"]
    assert seen == [("1", "date", POSSIBLE, False)]


def test_a_day_of_birth_beside_the_full_name_blocks(shop: Shop) -> None:
    log(shop, 1, message="Anna Rossi", payload='{"born": "1980-02-03"}')
    log(shop, 2, message="Anna Rossi", payload='{"born": "1991-02-03"}')
    seen = {(r.column, r.kind, r.rows) for r in with_numbers(shop) if r.table == "log" and r.blocking}
    assert seen == {("message", "name", 1), ("payload", "date", 1)}


@pytest.mark.parametrize("surname", ["D'Angelo", "O'Neil", "Ng", "van Dijk"])
def test_a_surname_alone_is_no_finding(shop: Shop, surname: str) -> None:
    jan: list[tuple[Kind, str]] = [("email", "jan@mail.example"), ("name", f"Jan {surname}"), ("name", surname)]
    log(shop, 1, message=surname)
    log(shop, 2, message=f"Best wishes, {surname}.")
    log(shop, 3, message=f"the {surname} family", payload=f"{surname} & sons")
    assert [r for r in with_numbers(shop, jan) if r.table == "log"] == []


@pytest.mark.parametrize("surname", ["D'Angelo", "O'Neil", "Ng", "van Dijk"])
def test_a_surname_counts_as_the_full_name_and_beside_a_second_identifier(shop: Shop, surname: str) -> None:
    jan: list[tuple[Kind, str]] = [("email", "jan@mail.example"), ("name", f"Jan {surname}"), ("name", surname)]
    log(shop, 1, message=f"{surname.upper()}, Jan")
    log(shop, 2, message=f"Jan {surname}", payload="jan@mail.example")
    seen = {(r.key, r.column, r.kind, r.blocking) for r in with_numbers(shop, jan) if r.table == "log"}
    assert seen == {
        ("1", "message", "name", False),
        ("2", "message", "name", True),
        ("2", "payload", "email", True),
    }
