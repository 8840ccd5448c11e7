"""Several databases in one store file: all are erased, the home of the accounts last, whatever happens in between."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from pamitan.erasure.errors import MapMismatch
from pamitan.erasure.execute import ErasureResult, erase
from pamitan.erasure.plan import plan
from pamitan.erasure.verify import verify
from pamitan.kit.clock import SetClock
from pamitan.storefile.model import StoreFile
from pamitan.stores.engine import engine_for
from pamitan.stores.errors import StoreUnavailable
from pamitan.stores.store import Store
from pamitan.stores.types import Subject
from tests.store.shops import ALICE, BOB, CUSTOMERS, NOW, Shelf, Shop, proven

SHOP = f"""{CUSTOMERS}
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id), note VARCHAR(50));
INSERT INTO orders VALUES (10, 1, 'for alice'), (11, 1, NULL), (20, 2, 'for bob');
"""
CRM = """
CREATE TABLE contact (id INTEGER PRIMARY KEY, shop_id VARCHAR(20), full_name VARCHAR(100), mobile VARCHAR(40));
CREATE TABLE visit (id INTEGER PRIMARY KEY, contact_id INTEGER, body VARCHAR(99));
INSERT INTO contact VALUES (5, '1', 'Alice Alisson', NULL), (6, '2', 'Bob Bobsson', NULL),
    (7, NULL, 'A. Alisson', '0812-3456-7801');
INSERT INTO visit VALUES (1, 5, 'Alice came by'), (2, 6, 'Bob came by'), (3, 7, 'Alice again');
"""
NEWS = """
CREATE TABLE subscriber (id INTEGER PRIMARY KEY, address VARCHAR(100), topic VARCHAR(20));
INSERT INTO subscriber VALUES (1, 'Alice@Example.com', 'books'), (2, 'bob@example.com', 'books'),
    (3, 'alice@example.com ', 'music');
"""
BY_ID = {"on": {"customer_id": "account.id"}}
MAP: dict[str, Any] = {
    "shop": {
        "orders": {"link": BY_ID, "clear": ["note"], "detach": ["customer_id"]},
        "customer": {"link": {"on": {"id": "account.id"}}, "delete": True, "personal": {"name": "name"}},
    },
    "crm": {
        "visit": {"link": {"on": {"contact_id": "contact.id"}}, "delete": True},
        "contact": {
            "link": [{"on": {"shop_id": "account.id"}}, {"phone": "mobile"}],
            "clear": ["full_name", "mobile"],
            "detach": ["shop_id"],
            "personal": {"full_name": "name"},
        },
    },
    "news": {"subscriber": {"link": {"email": "address"}, "delete": True}},
}
ALICE_PROVEN = proven(ALICE, "alice@example.com", "+6281234567801")
DONE = {
    ("shop", "orders", "clear", 2), ("shop", "orders", "detach", 2), ("shop", "customer", "delete", 1),
    ("crm", "visit", "delete", 2), ("crm", "contact", "clear", 2), ("crm", "contact", "detach", 1),
    ("news", "subscriber", "delete", 2),
}  # fmt: skip


def open_store(urls: dict[str, str], map_: dict[str, Any] = MAP) -> Store:
    """The store whose accounts are in ``shop``, or in the first of the databases."""
    account = {"table": "customer", "id": "id", "email": "email", "phone": "phone", "name": "name"}
    plain = {
        "store": {"name": "Toko", "email": "shop@example.com"},
        "datastores": {name: {"url": url} for name, url in urls.items()},
        "account": {**account, "datastore": next(iter(urls))},
        "map": map_,
    }
    return Store(StoreFile.model_validate(plain), SetClock(NOW))


class Company:
    """A shop, its customer care and its newsletter, each on a database of its own."""

    def __init__(self, shop_url: str, crm_url: str, news_url: str) -> None:
        self.urls = {"shop": shop_url, "crm": crm_url, "news": news_url}
        given = zip(self.urls.items(), (SHOP, CRM, NEWS), strict=True)
        self.databases = {name: Shop(url, sql, "map: {}") for (name, url), sql in given}
        self.store = open_store(self.urls)

    def everything(self) -> dict[str, Any]:
        return {name: database.everything() for name, database in self.databases.items()}


@pytest.fixture
def company(postgres_url: str, mariadb_url: str, sqlite_url: str) -> Company:
    return Company(postgres_url, mariadb_url, sqlite_url)


ERASED = {
    "shop": {
        "customer": [
            (2, "bob@example.com", "+6281234567802", "Bob Bobsson"),
            (3, "charlie@example.com", None, "Charlie Charlson"),
        ],
        "orders": [(10, None, None), (11, None, None), (20, 2, "for bob")],
    },
    "crm": {
        "contact": [(5, None, None, None), (6, "2", "Bob Bobsson", None), (7, None, None, None)],
        "visit": [(2, 6, "Bob came by")],
    },
    "news": {"subscriber": [(2, "bob@example.com", "books")]},
}


def counted(result: ErasureResult) -> set[tuple[str, str, str, int]]:
    return {(r.datastore, r.table, r.action, r.rows) for r in result.receipts["1"]}


def recovered(result: ErasureResult) -> set[str]:
    """The datastores whose receipts come from an earlier run."""
    return {receipt.datastore for receipt in result.receipts["1"] if receipt.note == "recovered"}


@contextmanager
def broken(url: str, word: str, fault: BaseException) -> Iterator[None]:
    """Whatever statement with that word is sent to the database brings the fault about."""

    def fail(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if word in statement:
            raise fault

    engine = engine_for(url)
    sa.event.listen(engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        sa.event.remove(engine, "before_cursor_execute", fail)


def test_a_dry_run_counts_in_all_databases_and_writes_in_none(company: Company) -> None:
    before = company.everything()
    planned = plan(company.store, [ALICE_PROVEN])
    assert planned.objections == {}
    assert {(r.datastore, r.table, r.action, r.rows) for r in planned.per_account["1"]} == DONE
    assert company.everything() == before


def test_the_customer_is_erased_from_all_databases(company: Company) -> None:
    shelf = Shelf()
    result = erase(company.store, [ALICE_PROVEN], shelf)
    assert (counted(result), recovered(result)) == (DONE, set())
    assert company.everything() == ERASED
    assert verify(company.store, [ALICE_PROVEN], shelf).is_clean("1")


def test_residue_is_found_in_every_database(company: Company) -> None:
    shelf = Shelf()
    company.databases["crm"].execute("INSERT INTO visit VALUES (9, 6, 'asked for alice@example.com')")
    company.databases["news"].execute("INSERT INTO subscriber VALUES (9, NULL, 'bought by +6281234567801')")
    erase(company.store, [ALICE_PROVEN], shelf)
    found = verify(company.store, [ALICE_PROVEN], shelf).residue["1"]
    assert {(item.datastore, item.table, item.kind, item.blocking) for item in found} == {
        ("crm", "visit", "email", True),
        ("news", "subscriber", "phone", True),
    }


def test_late_rows_in_another_database_are_erased(company: Company) -> None:
    shelf = Shelf()
    erase(company.store, [ALICE_PROVEN], shelf)
    company.databases["crm"].execute("INSERT INTO visit VALUES (9, 5, 'Alice once more')")
    late = verify(company.store, [ALICE_PROVEN], shelf).receipts["1"]
    assert [(r.datastore, r.table, r.action, r.rows, r.note) for r in late] == [("crm", "visit", "delete", 1, "late")]
    assert company.everything() == ERASED


class PowerCut(BaseException):
    """Nobody catches this; the process is gone."""


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize(("at", "committed"), [("crm", {"news"}), ("shop", {"crm", "news"})])
def test_a_crash_between_the_databases_is_finished_by_the_next_run(
    postgres_url: str, sqlite_url: str, mariadb_url: str, at: str, committed: set[str]
) -> None:
    company = Company(postgres_url, mariadb_url, sqlite_url)
    company.store = open_store({name: company.urls[name] for name in ("shop", "news", "crm")})
    before, shelf = company.everything(), Shelf()
    with pytest.raises(PowerCut), broken(company.urls[at], "UPDATE", PowerCut()):
        erase(company.store, [ALICE_PROVEN], shelf)
    assert company.everything() == {**before, **{name: ERASED[name] for name in committed}}
    result = erase(company.store, [ALICE_PROVEN], shelf)
    assert company.everything() == ERASED
    assert (counted(result), recovered(result)) == (DONE, committed)
    assert verify(company.store, [ALICE_PROVEN], shelf).is_clean("1")


def test_a_third_run_invents_nothing(company: Company) -> None:
    shelf = Shelf()
    erase(company.store, [ALICE_PROVEN], shelf)
    erase(company.store, [ALICE_PROVEN], shelf)
    assert counted(erase(company.store, [ALICE_PROVEN], shelf)) == DONE
    assert company.everything() == ERASED


@pytest.mark.parametrize("silent", ["shop", "crm", "news"])
def test_while_one_database_is_silent_nothing_is_begun_in_the_others(company: Company, silent: str) -> None:
    before, shelf = company.everything(), Shelf()
    elsewhere = "sqlite:////nowhere/at/all.db" if silent == "news" else "postgresql://nobody@127.0.0.1:9/nothing"
    with pytest.raises(StoreUnavailable):
        erase(open_store({**company.urls, silent: elsewhere}), [ALICE_PROVEN], shelf)
    assert (company.everything(), shelf.files) == (before, {})
    assert counted(erase(company.store, [ALICE_PROVEN], shelf)) == DONE
    assert company.everything() == ERASED


def test_a_database_that_falls_silent_in_the_middle_is_finished_later(company: Company) -> None:
    before, shelf = company.everything(), Shelf()
    gone = sa.exc.OperationalError("", None, Exception("server closed the connection"))
    with pytest.raises(StoreUnavailable), broken(company.urls["news"], "DELETE FROM subscriber", gone):
        erase(company.store, [ALICE_PROVEN], shelf)
    assert company.everything() == {**before, "crm": ERASED["crm"]}
    result = erase(company.store, [ALICE_PROVEN], shelf)
    assert (counted(result), recovered(result)) == (DONE, {"crm"})
    assert company.everything() == ERASED


def test_a_fault_of_the_last_map_writes_nothing_in_the_first_database(company: Company) -> None:
    before = company.everything()
    company.databases["shop"].execute("ALTER TABLE orders DROP COLUMN note")
    with pytest.raises(MapMismatch, match="schema of 'shop': table 'orders' has no column 'note'"):
        erase(company.store, [ALICE_PROVEN], Shelf())
    after = company.everything()
    assert (after["crm"], after["news"]) == (before["crm"], before["news"])
    assert len(after["shop"]["customer"]) == 3


def test_in_other_databases_an_unproven_address_leads_to_nothing(company: Company) -> None:
    erase(company.store, [ALICE], Shelf())
    assert len(company.databases["news"].rows("subscriber")) == 3
    assert (7, None, "A. Alisson", "0812-3456-7801") in company.databases["crm"].rows("contact")


def test_who_cannot_be_erased_in_one_database_stays_whole_in_those_after_it(company: Company) -> None:
    company.databases["crm"].execute(
        "CREATE TABLE bill (id INTEGER PRIMARY KEY, visit_id INTEGER, FOREIGN KEY (visit_id) REFERENCES visit (id))"
    )
    company.databases["crm"].execute("INSERT INTO bill VALUES (1, 1)")
    result = erase(company.store, [ALICE_PROVEN, BOB], Shelf())
    assert list(result.set_aside) == ["1"]
    assert list(result.receipts) == ["2"]
    assert len(company.databases["news"].rows("subscriber")) == 3
    assert [row[0] for row in company.databases["shop"].rows("customer")] == [1, 3]


ID = "0b0f3c9e-7d51-4f0e-9a55-1f2b6c1d7e3a"
OTHER_ID = "5e2d1b34-1111-4c7a-8b1e-2f3a4b5c6d7e"
BARE, OTHER_BARE = ID.replace("-", ""), OTHER_ID.replace("-", "")


@pytest.mark.parametrize(
    ("shop_type", "ours", "other_type", "theirs"),
    [
        ("VARCHAR(40)", ("17", "18"), "INTEGER", (17, 18)),
        ("VARCHAR(40)", ("17", "18"), "NUMERIC(10, 0)", (17, 18)),
        ("INTEGER", (17, 18), "VARCHAR(40)", ("17", "18")),
        ("INTEGER", (17, 18), "TEXT", ("17", "18")),
        ("CHAR(32)", (BARE, OTHER_BARE), "CHAR(36)", (ID, OTHER_ID)),
        ("CHAR(36)", (ID, OTHER_ID), "CHAR(32)", (BARE, OTHER_BARE)),
        ("CHAR(36)", (ID.upper(), OTHER_ID.upper()), "CHAR(36)", (ID, OTHER_ID)),
    ],
)
def test_an_account_id_of_another_type(
    any_url: str, tmp_path: Any, shop_type: str, ours: Any, other_type: str, theirs: Any
) -> None:
    (tmp_path / "shop.db").touch()
    home = f"sqlite:///{tmp_path}/shop.db"
    found = linked_rows(home, any_url, (shop_type, *ours), (other_type, *theirs))
    assert found == [(2, str(theirs[1]))]


@pytest.mark.parametrize("text", ["CHAR(32)", "CHAR(36)", "VARCHAR(50)"])
def test_a_uuid_is_found_as_text_in_either_spelling(postgres_url: str, mariadb_url: str, text: str) -> None:
    first, second = (BARE, OTHER_BARE) if text == "CHAR(32)" else (ID, OTHER_ID)
    found = linked_rows(postgres_url, mariadb_url, ("UUID", ID, OTHER_ID), (text, first, second))
    assert found == [(2, second)]


def test_a_uuid_is_found_where_it_is_one(postgres_url: str, sqlite_url: str) -> None:
    found = linked_rows(sqlite_url, postgres_url, ("CHAR(32)", BARE, OTHER_BARE), ("UUID", ID, OTHER_ID))
    assert found == [(2, OTHER_ID)]


def linked_rows(home: str, other: str, ours: tuple[str, Any, Any], theirs: tuple[str, Any, Any]) -> list[Any]:
    """What is left in the other database after the first of two accounts was erased."""
    shop_type, first, second = ours
    shop = Shop(
        home,
        f"CREATE TABLE customer (id {shop_type} PRIMARY KEY, email VARCHAR(99), phone VARCHAR(40), name VARCHAR(99))",
        "map: {}",
    )
    for number, value in enumerate((first, second)):
        shop.execute(f"INSERT INTO customer VALUES ('{value}', 'a{number}@example.com', NULL, 'X')")
    other_type, first_theirs, second_theirs = theirs
    crm = Shop(other, f"CREATE TABLE entry (id INTEGER PRIMARY KEY, owner {other_type})", "map: {}")
    crm.execute(f"INSERT INTO entry VALUES (1, '{first_theirs}'), (2, '{second_theirs}')")
    rules = {"link": {"on": {"owner": "account.id"}}, "delete": True}
    account = {"customer": {"link": {"on": {"id": "account.id"}}, "delete": True}}
    store = open_store({"shop": home, "crm": other}, {"shop": account, "crm": {"entry": rules}})
    account_id = str(uuid.UUID(first)) if shop_type == "UUID" else str(first)
    assert erase(store, [Subject(account_id)], Shelf()).set_aside == {}
    assert len(shop.rows("customer")) == 1
    return [(number, str(owner)) for number, owner in crm.rows("entry")]
