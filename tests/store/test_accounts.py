"""Finding customers and checking their passwords, on every kind of database."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest
import sqlalchemy as sa

from pamitan.stores.errors import StoreMismatch, StoreUnavailable
from pamitan.stores.store import Store
from pamitan.stores.types import Identifier
from tests.store.small_shop import ALICE, BOB, CHARLIE, DESCRIPTION, STAFF, change, customer, described, open_store

ALICE_BY_EMAIL = Identifier("email", "alice@shop.example")


@pytest.fixture
def store(any_url: str) -> Store:
    return open_store(any_url)


def test_an_address_is_found_in_any_letter_case(store: Store) -> None:
    [alice] = store.find(ALICE_BY_EMAIL)
    assert (alice.id, alice.email, alice.name) == (ALICE, "alice@shop.example", "Alice Ananda")
    assert alice.created == dt.datetime(2025, 1, 1, 8, 30, tzinfo=dt.UTC)


def test_a_number_is_found_however_it_is_written(store: Store) -> None:
    assert [account.id for account in store.find(Identifier("phone", "+6281234567890"))] == [ALICE]
    assert [account.id for account in store.find(Identifier("phone", "+6281311112222"))] == [BOB]


def test_an_address_that_differs_by_an_accent_is_another(store: Store) -> None:
    change(store, sa.update(customer).where(customer.c.id == 2).values(email="jose@shop.example"))
    assert store.find(Identifier("email", "josé@shop.example")) == []


def test_an_address_beyond_ascii_is_found_in_any_letter_case(store: Store) -> None:
    change(store, sa.update(customer).where(customer.c.id == 2).values(email="  JOSÉ@Bücher.example "))
    assert [account.id for account in store.find(Identifier("email", "josé@xn--bcher-kva.example"))] == [BOB]


def test_all_accounts_of_one_address_are_found(store: Store) -> None:
    change(store, sa.update(customer).where(customer.c.id == 2).values(email="alice@shop.EXAMPLE"))
    assert [account.id for account in store.find(ALICE_BY_EMAIL)] == [ALICE, BOB]


def test_staff_are_not_customers(store: Store) -> None:
    assert store.find(Identifier("email", "desk@shop.example")) == []
    assert store.account(STAFF) is None


@pytest.mark.parametrize("nobody", ["99", "", "1 OR 1=1", "²", "9" * 12, "9" * 18, "9" * 30, "-1", "1\0"])
def test_an_id_that_names_nobody(store: Store, nobody: str) -> None:
    assert store.account(nobody) is None
    assert store.check_password(nobody, "x") is False


def test_an_account_that_the_shop_switched_off_may_not_sign_in(store: Store) -> None:
    charlie = store.account(CHARLIE)
    assert charlie is not None
    assert not charlie.may_sign_in


def test_a_verified_address_is_told(store: Store) -> None:
    change(store, sa.update(customer).where(customer.c.id == 2).values(verified=True))
    assert [store.account(who).email_verified for who in (ALICE, BOB)] == [False, True]  # type: ignore[union-attr]


def test_a_password_is_checked(store: Store) -> None:
    hashed = "md5$salt$" + hashlib.md5(b"saltrahasia").hexdigest()
    change(store, sa.update(customer).where(customer.c.id == 1).values(password=hashed))
    assert store.check_password(ALICE, "rahasia")
    assert not store.check_password(ALICE, "Rahasia")
    assert not store.check_password(BOB, "rahasia")


def test_an_account_without_a_usable_password(store: Store) -> None:
    change(store, sa.update(customer).where(customer.c.id == 1).values(password="!" + "x" * 40))
    change(store, sa.update(customer).where(customer.c.id == 2).values(password=None))
    assert [store.account(who).has_password for who in (ALICE, BOB, CHARLIE)] == [False, False, True]  # type: ignore[union-attr]
    assert not store.check_password(ALICE, "!" + "x" * 40)


def test_a_password_hash_in_another_table(any_url: str) -> None:
    account = {
        **DESCRIPTION["account"],
        "lock": [],
        "password": {
            "column": {"table": "gift_card", "on": {"customer_id": "id"}, "column": "code"},
            "scheme": "django",
        },
    }
    store = open_store(any_url, account=account)
    hashed = hashlib.md5(b"rahasia").hexdigest()
    with store.engine("main").begin() as connection:
        connection.exec_driver_sql("DELETE FROM gift_card")
        connection.exec_driver_sql(f"INSERT INTO gift_card VALUES (1, 1, '{hashed}')")
    assert store.check_password(ALICE, "rahasia")
    assert not store.check_password(BOB, "rahasia")


def test_an_unknown_hash_is_named_at_the_check_and_fits_no_password(store: Store) -> None:
    change(store, sa.update(customer).where(customer.c.id == 1).values(password="$argon9$what"))
    with pytest.raises(StoreMismatch, match="knows no password hash that begins with"):
        store.require_known_passwords()
    assert not store.check_password(ALICE, "what")


def test_a_column_that_is_not_there_is_named_with_its_near_miss(any_url: str) -> None:
    account = {"table": "customer", "id": "id", "email": "emial"}
    store = open_store(any_url, account=account)
    with pytest.raises(StoreMismatch, match=r"no column 'emial'.*did you mean 'email'"):
        store.find(ALICE_BY_EMAIL)


def test_a_store_that_does_not_answer(tmp_path: Path) -> None:
    for url in (
        "postgresql://shop:s3cret@127.0.0.1:1/shop",
        "mysql://shop:s3cret@127.0.0.1:1/shop",
        f"sqlite:///{tmp_path}/no.db",
    ):
        with pytest.raises(StoreUnavailable) as caught:
            Store(described(url)).find(ALICE_BY_EMAIL)
        assert "s3cret" not in str(caught.value)
    assert not (tmp_path / "no.db").exists()
