"""After a restore from backup: closed accounts that have come back are found, and erased again when told to."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pamitan.closure.clock import use_clock
from pamitan.closure.models import Closure
from pamitan.closure.replay import erase_again, returned_accounts
from pamitan.closure.states import State
from pamitan.evidence.models import LedgerEntry
from pamitan.kit.clock import SetClock
from pamitan.worker.sweep import run_until_idle
from tests.flow.closing import ALICE, BOB, NOON, Shop, ask, build_shop, later

pytestmark = pytest.mark.django_db(transaction=True)
JOINED = "  email_verified: {verified: 1}\n"


@pytest.fixture
def shop(tmp_path: Path, settings: Any) -> Shop:
    """The small shop, and a backup of it."""
    built = build_shop(tmp_path, changes={JOINED: JOINED + "  created: joined\n"})
    built.run("ALTER TABLE customer ADD COLUMN joined TEXT")
    settings.PAMITAN_STORE = str(built.file)
    settings.PAMITAN_CLOSURE_KEYS = tmp_path / "keys"
    settings.PAMITAN_CLOSURE_KEYS.mkdir()
    return built


@pytest.fixture
def clock(shop: Shop) -> Iterator[SetClock]:
    with use_clock(SetClock(NOON)) as standing:
        yield standing


def close_and_restore(shop: Shop, clock: SetClock, account: str, joined: str | None) -> None:
    """The account is closed, and then the whole shop is as it was before."""
    shop.run("UPDATE customer SET joined = ?", joined)
    shutil.copy(shop.database, backup := shop.database.with_name("backup.db"))
    assert later(ask(account), clock, days=8).state == State.CLOSED
    assert list(returned_accounts()) == []
    shutil.copy(backup, shop.database)


def test_an_account_with_its_barred_address_is_certain_and_goes_again(shop: Shop, clock: SetClock) -> None:
    close_and_restore(shop, clock, ALICE, None)
    [found] = returned_accounts()
    assert (found.account_id, found.certain) == (ALICE, True)
    assert shop.has(ALICE)
    [closure] = erase_again([found])
    run_until_idle()
    closure.refresh_from_db()
    assert closure.state == State.CLOSED
    assert not shop.has(ALICE)
    assert shop.has(BOB)
    assert list(returned_accounts()) == []
    assert "closure:account:return" in LedgerEntry.objects.filter(subject=closure.pk).values_list("event", flat=True)


def test_an_older_row_is_certain_without_an_address(shop: Shop, clock: SetClock) -> None:
    close_and_restore(shop, clock, BOB, "2020-01-01")
    [found] = returned_accounts()
    assert (found.account_id, found.certain, found.why) == (BOB, True, "its row is older than the closing")


def test_the_id_alone_is_for_a_person_to_decide(shop: Shop, clock: SetClock) -> None:
    close_and_restore(shop, clock, BOB, None)
    [found] = returned_accounts()
    assert (found.account_id, found.certain) == (BOB, False)


def test_a_new_customer_who_was_given_the_id_is_nobody_who_came_back(shop: Shop, clock: SetClock) -> None:
    close_and_restore(shop, clock, BOB, "2030-01-01")
    assert list(returned_accounts()) == []


def test_beginning_twice_is_the_same_as_once(shop: Shop, clock: SetClock) -> None:
    close_and_restore(shop, clock, ALICE, None)
    found = list(returned_accounts())
    assert [closure.pk for closure in erase_again(found)] == [closure.pk for closure in erase_again(found)]
    assert Closure.objects.count() == 2
    assert list(returned_accounts()) == []
