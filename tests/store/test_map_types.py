"""Columns of types that only one database has, and tables of engines that are not the usual one, in a draft."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from pamitan.draft.draft import Draft, draft
from pamitan.erasure.check import check
from pamitan.erasure.execute import erase
from pamitan.erasure.shadow import rehearse
from pamitan.erasure.verify import verify
from pamitan.kit.clock import SetClock
from pamitan.storefile.load import load_store_file
from pamitan.stores.engine import engine_for, reading, writing
from pamitan.stores.errors import StoreMismatch
from pamitan.stores.store import Store
from pamitan.stores.types import Identifier, Subject
from tests.scanner import find_values
from tests.store.mapping_shops import HASH, PEOPLE, Person
from tests.store.shops import NOW, Shelf

SOME = PEOPLE[:8]
ALICE = SOME[0]


def filled(url: str, ddl: str, insert: str) -> str:
    """The tables made, and the INSERT run for each person; its ``%s`` are email, first, last, phone, street."""
    with writing(engine_for(url)) as connection:
        for statement in filter(None, map(str.strip, ddl.split(";\n"))):
            connection.exec_driver_sql(statement)
        for p in SOME:
            for one in filter(None, map(str.strip, insert.split(";\n"))):
                given = {"n": p.number + 1, "hash": HASH, "email": p.email, "first": p.first, "last": p.last}
                more = {"phone": p.phone, "street": p.street, "name": p.name, "json": json.dumps({"to": p.name})}
                connection.execute(sa.text(one), given | more)
    return url


def store_of(made: Draft, folder: Path) -> Store:
    path = folder / "draft.yaml"
    path.write_text(made.text)
    return Store(load_store_file(str(path), {}), SetClock(NOW))


def left_of(url: str, person: Person) -> set[tuple[str, str]]:
    return {(one.table, one.column) for one in find_values(url, person.values)}


def closed(store: Store, person: Person) -> None:
    subject = Subject(str(person.number + 1), frozenset({Identifier("email", person.email)}))
    shelf = Shelf()
    assert erase(store, [subject], shelf).set_aside == {}
    assert not [one for one in verify(store, [subject], shelf).residue[subject.account_id] if one.blocking]


POSTGRES = """
CREATE EXTENSION hstore;
CREATE TYPE place AS (street text, town text);
CREATE TABLE customer (id int PRIMARY KEY, email text NOT NULL, first_name text, last_name text, phones text[],
    home place, attributes hstore, boxes jsonb[], password text,
    full_name text GENERATED ALWAYS AS (first_name || last_name) STORED);
CREATE TABLE booking (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, places int);
CREATE TABLE party (id int PRIMARY KEY, member_ids int[], told text);
"""
POSTGRES_ROWS = """
INSERT INTO customer VALUES (:n, :email, :first, :last, ARRAY[:phone], ROW(CAST(:street AS text), 'Solo')::place,
    hstore('nick', CAST(:first AS text)), ARRAY[CAST(:json AS jsonb)], :hash);
INSERT INTO booking VALUES (:n, :n, 2);
INSERT INTO party VALUES (:n, ARRAY[CAST(:n AS int), 77], 'the party of ' || CAST(:name AS text))
"""


def test_arrays_hstore_and_composite_types_are_personal_where_a_customer_stands_in_them(
    postgres_url: str, tmp_path: Path
) -> None:
    made = draft(filled(postgres_url, POSTGRES, POSTGRES_ROWS))
    marked = {str(one.column): one.kind for one in made.findings if one.table == "customer" and one.confidence >= 0.5}
    assert {"phones", "home", "attributes", "boxes"} <= marked.keys()
    assert marked["phones"] == "phone"
    assert [one.where for one in check(store_of(made, tmp_path)) if one.severity == "error"] == []


@pytest.mark.filterwarnings("ignore:Did not recognize type 'place'")  # by the scanner
def test_arrays_and_the_like_are_emptied_where_the_row_stays(postgres_url: str, tmp_path: Path) -> None:
    url = filled(postgres_url, POSTGRES, POSTGRES_ROWS)
    store = store_of(draft(url), tmp_path)
    assert left_of(url, ALICE) == {("customer", column) for column in ("email", "phones", "home", "boxes")} | {
        ("party", "told")
    }
    closed(store, ALICE)
    assert left_of(url, ALICE) == set()
    with reading(store.engine("main")) as connection:
        kept = "SELECT phones, home, attributes, boxes FROM customer WHERE id = :n"
        assert [*connection.execute(sa.text(kept), {"n": 1}).one()] == [None] * 4
        assert None not in connection.execute(sa.text(kept), {"n": 2}).one()


def test_an_account_in_an_array_is_a_link(postgres_url: str, tmp_path: Path) -> None:
    made = draft(filled(postgres_url, POSTGRES, POSTGRES_ROWS))
    path = tmp_path / "store.yaml"
    rule = '    party: {link: {on: {"member_ids->[]": account.id}}, redact: [told]}\n'
    path.write_text(made.text.replace("\nmap:\n  main:\n", f"\nmap:\n  main:\n{rule}").split("    # party")[0])
    store = Store(load_store_file(str(path), {}), SetClock(NOW))
    closed(store, ALICE)
    with reading(store.engine("main")) as connection:
        told = [*connection.execute(sa.text("SELECT told FROM party ORDER BY id")).scalars()]
    assert told == ["the party of [erased] [erased]", *(f"the party of {p.name}" for p in SOME[1:])]


ARIA = """
CREATE TABLE customer (id int PRIMARY KEY, email varchar(90), first_name varchar(90), last_name varchar(90),
    password varchar(90)) ENGINE=Aria;
CREATE TABLE diary (id int PRIMARY KEY, customer_id int, told text) ENGINE=MyISAM;
"""
ARIA_ROWS = """
INSERT INTO customer VALUES (:n, :email, :first, :last, :hash);
INSERT INTO diary VALUES (:n, :n, concat('mail to ', :email))
"""


def test_tables_without_savepoints_are_drafted_and_erased(mariadb_url: str, tmp_path: Path) -> None:
    url = filled(mariadb_url, ARIA, ARIA_ROWS)
    store = store_of(draft(url), tmp_path)
    assert left_of(url, ALICE) == {("customer", "email"), ("diary", "told")}
    closed(store, ALICE)
    assert left_of(url, ALICE) == set()
    assert left_of(url, SOME[1]) == {("customer", "email"), ("diary", "told")}


def test_tables_that_undo_nothing_are_told_and_never_rehearsed_on(mariadb_url: str, tmp_path: Path) -> None:
    url = filled(mariadb_url, ARIA, ARIA_ROWS)
    store = store_of(draft(url), tmp_path)
    told = {one.where: one.mend for one in check(store) if "undoes nothing" in one.message}
    assert told == {
        "main.customer": "ALTER TABLE customer ENGINE=InnoDB",
        "main.diary": "ALTER TABLE diary ENGINE=InnoDB",
    }
    before = left_of(url, ALICE)
    with pytest.raises(StoreMismatch, match="a rehearsal would erase for good"):
        rehearse(store, [Subject("1", frozenset({Identifier("email", ALICE.email)}))])
    assert left_of(url, ALICE) == before
