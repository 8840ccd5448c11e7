"""Rows of several owners in another datastore than the accounts': the accounts' own database says who of them lives."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest

from pamitan.erasure.execute import ErasureResult, erase
from pamitan.erasure.plan import plan
from pamitan.erasure.verify import verify
from pamitan.kit.clock import SetClock
from pamitan.storefile.model import StoreFile
from pamitan.stores.store import Store
from pamitan.stores.types import Subject
from tests.store.shops import ALICE, BOB, CUSTOMERS, NOW, Shelf, Shop, proven, store_file

DELETED = "customer: {link: {on: {id: account.id}}, delete: true}"
EMPTIED = """
customer: {link: {on: {id: account.id}}, clear: [email, phone], replace: {name: 'gone'}}
"""


class Pair:
    """The accounts in a SQLite file, and what is under test beside it."""

    def __init__(self, url: str, tmp_path: Path, sql: str, map_: str, accounts: str = DELETED) -> None:
        home = tmp_path / "accounts.db"
        home.touch()
        self.home = Shop(f"sqlite:///{home}", CUSTOMERS, f"map: {{{DELETED}}}")
        self.side = Shop(url, sql, f"map: {{{DELETED}}}")
        plain = self.home.file.model_dump(exclude_unset=True)
        maps = {"default": _rules(url, accounts), "side": _rules(url, map_)}
        self.store = Store(
            StoreFile.model_validate(
                {
                    **plain,
                    "datastores": {**plain["datastores"], "side": {"url": self.side.url}},
                    "account": {**plain["account"], "datastore": "default"},
                    "map": maps,
                }
            ),
            SetClock(NOW),
        )
        self.shelf = Shelf()

    def close(self, *who: Subject) -> ErasureResult:
        planned = plan(self.store, who)
        result = erase(self.store, who, self.shelf)
        assert result.set_aside == {}
        assert result.receipts == planned.per_account
        verified = verify(self.store, who, self.shelf)
        assert all(verified.is_clean(subject.account_id) for subject in who)
        return result

    def notes(self, result: ErasureResult, who: Subject) -> set[tuple[str, str, str | None]]:
        return {(r.table, r.action, r.note) for r in result.receipts[who.account_id] if r.datastore == "side"}


def _rules(url: str, map_: str) -> dict[str, Any]:
    written = store_file(url, "map:\n" + indent(dedent(map_), "  "))
    rules: dict[str, Any] = written.model_dump(exclude_unset=True)["map"]["default"]
    return rules


CHANNEL = """
CREATE TABLE channel (id INTEGER PRIMARY KEY, members VARCHAR(200), topic VARCHAR(50));
INSERT INTO channel VALUES (1, '[1, 2]', 'family'), (2, '[1]', 'own'), (3, '[1, 77]', 'with somebody long gone'),
    (4, '[2]', 'of bob'), (5, '["1", "4x"]', 'no id at all')
"""
CHANNEL_MAP = "channel: {link: {on: {'members->[]': account.id}}, delete: true}"


def accounts(kind: str) -> str:
    return {"deleted": DELETED, "emptied": EMPTIED}[kind]


@pytest.mark.parametrize("kind", ["deleted", "emptied"])
def test_a_list_of_owners_goes_with_the_last_living_one(any_url: str, tmp_path: Path, kind: str) -> None:
    pair = Pair(any_url, tmp_path, CHANNEL, CHANNEL_MAP, accounts(kind))
    first = pair.close(ALICE)
    assert pair.side.rows("channel") == [(1, "[1, 2]", "family"), (4, "[2]", "of bob")]
    assert pair.notes(first, ALICE) == {
        ("channel", "delete", None),
        ("channel", "keep", "shared with another customer"),
    }
    second = pair.close(BOB)
    assert pair.side.rows("channel") == []
    assert pair.notes(second, BOB) == {("channel", "delete", None)}


def test_both_in_one_batch_leave_nothing(any_url: str, tmp_path: Path) -> None:
    pair = Pair(any_url, tmp_path, CHANNEL, CHANNEL_MAP)
    pair.close(ALICE, BOB)
    assert pair.side.rows("channel") == []


GIFT = """
CREATE TABLE gift (id INTEGER PRIMARY KEY, giver INTEGER, taker INTEGER, words VARCHAR(50));
INSERT INTO gift VALUES (1, 1, 2, 'to bob'), (2, 1, 77, 'to nobody'), (3, 1, NULL, 'to none'), (4, 2, 77, 'of bob')
"""
GIFT_MAP = """
gift:
  - {link: {on: {giver: account.id}}, delete: true}
  - {link: {on: {taker: account.id}}, delete: true}
"""


def test_a_second_owner_that_exists_nowhere_is_none(any_url: str, tmp_path: Path) -> None:
    pair = Pair(any_url, tmp_path, GIFT, GIFT_MAP)
    pair.close(ALICE)
    assert pair.side.rows("gift") == [(1, None, 2, "to bob"), (4, 2, 77, "of bob")]
    pair.close(BOB)
    assert pair.side.rows("gift") == []


PARCEL = """
CREATE TABLE address (id INTEGER PRIMARY KEY, street VARCHAR(50));
CREATE TABLE parcel (id INTEGER PRIMARY KEY, address_id INTEGER);
CREATE TABLE claim (id INTEGER PRIMARY KEY, parcel_id INTEGER, customer INTEGER);
INSERT INTO address VALUES (1, 'Jl. Mawar 1'), (2, 'Jl. Melati 2');
INSERT INTO parcel VALUES (1, 1), (2, 1), (3, 2), (4, 2);
INSERT INTO claim VALUES (1, 1, 1), (2, 2, 2), (3, 3, 1), (4, 4, 77)
"""
PARCEL_MAP = """
claim: {link: {on: {customer: account.id}}, delete: true}
parcel: {link: {on: {id: claim.parcel_id}}, delete: true}
address: {link: {on: {id: parcel.address_id}}, delete: true}
"""


def test_an_owner_is_looked_for_through_any_number_of_rows(any_url: str, tmp_path: Path) -> None:
    """A parcel that nobody living claims holds no address back."""
    pair = Pair(any_url, tmp_path, PARCEL, PARCEL_MAP)
    pair.close(ALICE)
    assert pair.side.rows("address") == [(1, "Jl. Mawar 1")]
    pair.close(BOB)
    assert pair.side.rows("address") == []


SUBSCRIBER = """
CREATE TABLE subscriber (id INTEGER PRIMARY KEY, customer INTEGER, email VARCHAR(100));
INSERT INTO subscriber VALUES (1, 77, 'alice@example.com'), (2, 2, 'alice@example.com'), (3, NULL, 'ALICE@example.com')
"""
SUBSCRIBER_MAP = """
subscriber: {link: [{on: {customer: account.id}}, {email: email}], delete: true}
"""


def test_a_row_with_the_customers_address_and_a_dead_owner_is_the_customers(any_url: str, tmp_path: Path) -> None:
    pair = Pair(any_url, tmp_path, SUBSCRIBER, SUBSCRIBER_MAP)
    who = proven(ALICE, "alice@example.com")
    erase(pair.store, [who], pair.shelf)
    assert pair.side.rows("subscriber") == [(2, 2, "alice@example.com")]


def test_the_scan_explains_nothing_by_an_owner_that_exists_nowhere(any_url: str, tmp_path: Path) -> None:
    sql = """
    CREATE TABLE memo (id INTEGER PRIMARY KEY, customer INTEGER, email VARCHAR(100));
    INSERT INTO memo VALUES (1, 77, 'alice@example.com'), (2, 2, 'alice@example.com')
    """
    map_ = "memo: {link: {on: {customer: account.id}}, delete: true, personal: {email: email}}"
    pair = Pair(any_url, tmp_path, sql, map_)
    before: dict[str, Any] = {"memo": pair.side.rows("memo")}
    erase(pair.store, [ALICE], pair.shelf)
    found = verify(pair.store, [ALICE], pair.shelf).residue[ALICE.account_id]
    assert sorted((r.key, r.explained_by, r.blocking) for r in found) == [
        ("1", "another customer has it too", False),
        ("2", "another customer's own", False),
    ]
    pair.side.execute("DELETE FROM memo WHERE id = 2")
    [one] = verify(pair.store, [ALICE], pair.shelf).residue[ALICE.account_id]
    assert (one.key, one.explained_by, one.blocking) == ("1", None, True)
    assert pair.side.rows("memo") == before["memo"][:1]
