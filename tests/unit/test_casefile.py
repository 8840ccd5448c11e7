"""The case file comes back as it was written."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

import pytest

from pamitan.erasure.casefile import CaseFile, DatastoreCase, KeyPack, PersonalValue
from pamitan.erasure.receipt import Receipt
from pamitan.stores.keytables import AlikeKeys, StoredKey
from pamitan.stores.types import Identifier

KEYS = [
    StoredKey(0, 0, False, (1,), ()),
    StoredKey(1, 2, True, ("a\nb", None), (uuid.UUID(int=7), Decimal("1.50"))),
    StoredKey(0, 1, False, (b"\x00\xff", dt.datetime(2026, 1, 2, 3, 4, 5)), (dt.date(2026, 1, 2),)),  # noqa: DTZ001
]


def test_everything_comes_back() -> None:
    pack = KeyPack()
    pack.add(iter(KEYS[:2]))
    pack.add(iter(KEYS[2:]))
    receipt = Receipt("default", "orders", "keep", 3, "Tax Act")
    written = CaseFile(
        "42",
        {PersonalValue("name", "Alice Alisson"), PersonalValue("email", "alice@example.com")},
        frozenset({Identifier("email", "alice@example.com")}),
        frozenset({"created 2020-01-01"}),
        {"default": DatastoreCase([receipt], {"orders": pack})},
    )
    read = CaseFile.from_bytes(written.to_bytes())
    assert (read.account_id, read.identifiers, read.proven, read.marks) == (
        written.account_id, written.identifiers, written.proven, written.marks,
    )  # fmt: skip
    assert read.datastores["default"].planned == [receipt]
    assert list(read.datastores["default"].keys["orders"]) == KEYS


@pytest.mark.parametrize(
    ("kind", "listed", "keys"),
    [
        ("integer", "[1,2]", [1, 2]),
        ("text", '["A\\"1","\u00e9"]', ['A"1', "\u00e9"]),
        ("uuid", '["00000000-0000-0000-0000-000000000007"]', [uuid.UUID(int=7)]),
    ],
    ids=["numbers", "texts", "UUIDs"],
)
def test_keys_that_the_database_listed_come_back(kind: str, listed: str, keys: list[object]) -> None:
    pack = KeyPack()
    pack.add(KEYS[:1])
    pack.add(AlikeKeys(1, 2, kind, listed))
    written = CaseFile("42", datastores={"default": DatastoreCase([], {"orders": pack})})
    read = list(CaseFile.from_bytes(written.to_bytes()).datastores["default"].keys["orders"])
    assert read == [KEYS[0], *(StoredKey(1, 2, False, (key,), ()) for key in keys)]


def test_a_large_case_file_is_compressed() -> None:
    pack = KeyPack()
    pack.add(AlikeKeys(0, 0, "integer", str(list(range(2_000)))))
    written = CaseFile("42", datastores={"default": DatastoreCase([], {"orders": pack})}).to_bytes()
    assert len(written) < 8_192
    assert len(list(CaseFile.from_bytes(written).datastores["default"].keys["orders"])) == 2_000


def test_a_hundred_thousand_keys_take_little_room() -> None:
    pack = KeyPack()
    pack.add(StoredKey(0, 0, False, (number,), ()) for number in range(100_000))
    assert len(CaseFile("42", datastores={"default": DatastoreCase([], {"orders": pack})}).to_bytes()) < 1_000_000
    assert [key.key[0] for key in pack] == list(range(100_000))
