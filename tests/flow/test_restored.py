"""Our own database was restored from a backup: nothing is erased before somebody releases it, and then with care."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from pamitan.closure import service
from pamitan.closure.errors import AccountIsThere, HeldBack
from pamitan.closure.gone import search_and_finish
from pamitan.closure.models import Closure, Pace
from pamitan.closure.restored import held_back, release, taken_with_care
from pamitan.closure.states import State
from pamitan.evidence.certificate import signed
from pamitan.evidence.ledger import LedgerEvent, record, verify_chain
from pamitan.evidence.models import LedgerEntry
from pamitan.kit.clock import SetClock
from pamitan.stores.types import Identifier
from pamitan.worker.sweep import run_until_idle, tidy
from tests.flow.closing import ALICE, BOB, CHARLIE, NOON, Shop, ask, clock, later, mails, shop

__all__ = ["clock", "shop"]

pytestmark = pytest.mark.django_db(transaction=True)


class Backup:
    """A copy of our own database, taken now."""

    def __init__(self) -> None:
        self._copy = sqlite3.connect(":memory:")
        self._own().backup(self._copy)

    def restore(self) -> None:
        self._copy.backup(self._own())

    @staticmethod
    def _own() -> sqlite3.Connection:
        if connection.vendor != "sqlite":
            pytest.skip("copies SQLite's own file")
        connection.ensure_connection()
        own: sqlite3.Connection = connection.connection
        return own


@pytest.fixture
def alice_waits(shop: Shop, clock: SetClock) -> tuple[Closure, Backup]:
    """Alice has asked; then a backup was made; then she took it back, and the database was lost and restored."""
    closure = ask(ALICE)
    backup = Backup()
    service.withdraw(closure)
    run_until_idle()
    backup.restore()
    closure.refresh_from_db()
    assert closure.state == State.WAITING
    return closure, backup


def test_a_database_that_was_never_restored_is_not_held_back(shop: Shop, clock: SetClock) -> None:
    assert held_back() is None
    assert later(ask(ALICE), clock, days=8).state == State.CLOSED
    assert held_back() is None
    assert release("anna") is None
    assert not LedgerEntry.objects.filter(event=LedgerEvent.RESTORE_RELEASED).exists()


def test_after_a_restore_nothing_is_erased(alice_waits: tuple[Closure, Backup], shop: Shop, clock: SetClock) -> None:
    closure, _ = alice_waits
    before, keys = shop.rows(), sorted(Path(shop.database.parent / "keys").iterdir())
    found = held_back()
    assert found is not None
    assert found.found is not None
    assert found.mark.number > found.found.number
    assert later(closure, clock, days=30).state == State.WAITING
    tidy()
    assert shop.rows() == before
    assert sorted(Path(shop.database.parent / "keys").iterdir()) == keys


def test_new_entries_do_not_hide_a_restore(alice_waits: tuple[Closure, Backup], clock: SetClock) -> None:
    known = held_back()
    assert known is not None
    for _ in range(known.mark.number + 3):
        record(LedgerEvent.DESK_SEARCHED, None, NOON)
    found = held_back()
    assert found is not None
    assert found.mark == known.mark


def test_an_empty_database_beside_old_keys_is_held_back_too(shop: Shop, clock: SetClock) -> None:
    empty = Backup()
    ask(ALICE)
    empty.restore()
    found = held_back()
    assert found is not None
    assert found.found is None


def test_a_damaged_mark_holds_back_until_it_is_released(shop: Shop, clock: SetClock, settings: Any) -> None:
    ask(ALICE)
    Path(settings.PAMITAN_LEDGER_MARK).write_text("nothing of ours")
    assert held_back() is not None
    release("anna")
    assert held_back() is None


def test_once_released_the_period_begins_anew_and_the_customer_hears_of_it(
    alice_waits: tuple[Closure, Backup], shop: Shop, clock: SetClock
) -> None:
    closure, _ = alice_waits
    clock.pass_time(days=30)
    told = len(mails())
    assert release("anna") == 1
    run_until_idle()
    closure.refresh_from_db()
    assert closure.state == State.WAITING
    assert closure.point_of_no_return == NOON.replace(month=4, day=16)
    assert [message.to for message in mails()[told:]] == [["alice@example.com"]]
    assert shop.has(ALICE)
    service.withdraw(closure)
    assert later(closure, clock, days=30).state == State.WITHDRAWN
    assert shop.has(ALICE)


def test_a_restored_closure_that_nobody_takes_back_is_erased_after_that(
    alice_waits: tuple[Closure, Backup], shop: Shop, clock: SetClock
) -> None:
    closure, _ = alice_waits
    release("anna")
    run_until_idle()
    assert later(closure, clock, days=8).state == State.CLOSED
    assert not shop.has(ALICE)


def test_who_asked_for_now_can_still_undo_for_a_day(shop: Shop, clock: SetClock) -> None:
    shop.order_of(BOB, "shipped")
    closure = ask(BOB, pace=Pace.AFTER_DELIVERY)
    Closure.objects.update(pace=Pace.NOW)
    backup = Backup()
    service.withdraw(closure)
    backup.restore()
    shop.run("UPDATE orders SET status = 'done'")
    release("anna")
    run_until_idle()
    closure.refresh_from_db()
    assert closure.state == State.WAITING
    assert closure.point_of_no_return == NOON.replace(day=11)


def test_the_ledger_says_who_released_and_what_was_lost(alice_waits: tuple[Closure, Backup], clock: SetClock) -> None:
    found = held_back()
    assert found is not None
    assert found.found is not None
    release("anna")
    entry = LedgerEntry.objects.get(event=LedgerEvent.RESTORE_RELEASED)
    assert entry.facts == {
        "operator": "anna", "known": found.mark.number, "found": found.found.number, "closures": 1
    }  # fmt: skip
    assert held_back() is None
    assert verify_chain() is None


def gone_since_the_backup(clock: SetClock) -> Closure:
    """Alice has asked, then the backup was made, then she was erased, and our own database is restored."""
    closure = ask(ALICE, proven=[Identifier("email", "alice@example.com")])
    backup = Backup()
    assert later(closure, clock, days=8).state == State.CLOSED
    backup.restore()
    release("anna")
    return closure


def test_an_account_that_is_gone_is_not_called_erased(shop: Shop, clock: SetClock) -> None:
    closure = gone_since_the_backup(clock)
    assert later(closure, clock, days=30).state == State.WAITING
    assert "not found" in closure.stuck_reason
    assert list(taken_with_care()) == [closure]
    assert signed(closure.pk) is None


def test_a_person_who_has_looked_has_everything_searched_and_the_closing_finished(shop: Shop, clock: SetClock) -> None:
    closure = gone_since_the_backup(clock)
    shop.run("INSERT INTO newsletter VALUES (9, 'alice@example.com')")
    search_and_finish(closure, "anna")
    run_until_idle()
    closure.refresh_from_db()
    assert closure.state == State.CLOSED
    assert shop.run("SELECT * FROM newsletter WHERE email LIKE 'alice%'") == []
    certificate = signed(closure.pk)
    assert certificate is not None
    assert certificate.document["account_was_gone"] is True
    assert [(r["table"], r["rows"]) for r in certificate.document["receipts"] if r["datastore"] == "shop"] == [
        ("newsletter", 1)
    ]


def test_nobody_finishes_anything_before_the_release(
    alice_waits: tuple[Closure, Backup], shop: Shop, clock: SetClock
) -> None:
    closure, _ = alice_waits
    shop.run("DELETE FROM customer WHERE id = 1")
    with pytest.raises(HeldBack):
        search_and_finish(closure, "anna")
    closure.refresh_from_db()
    assert closure.state == State.WAITING
    release("anna")
    search_and_finish(closure, "anna")
    run_until_idle()
    closure.refresh_from_db()
    assert closure.state == State.CLOSED


def test_a_trace_that_is_left_of_an_account_that_is_gone_keeps_its_closing_open(shop: Shop, clock: SetClock) -> None:
    closure = gone_since_the_backup(clock)
    shop.run("INSERT INTO note VALUES (1, 'alice@example.com called')")
    search_and_finish(closure, "anna")
    run_until_idle()
    closure.refresh_from_db()
    assert closure.state == State.ERASING
    assert "note.body" in closure.stuck_reason


def test_an_erasure_whose_key_is_destroyed_since_is_finished_by_a_person(shop: Shop, clock: SetClock) -> None:
    closure = ask(ALICE, proven=[Identifier("email", "alice@example.com")])
    shop.run("INSERT INTO note VALUES (1, 'alice@example.com called')")
    assert later(closure, clock, days=8).state == State.ERASING
    backup = Backup()
    shop.run("DELETE FROM note")
    assert later(closure, clock, days=1).state == State.CLOSED
    backup.restore()
    release("anna")
    assert later(closure, clock, days=1).state == State.ERASING
    assert "key of this case file is lost" in closure.stuck_reason
    search_and_finish(closure, "anna")
    run_until_idle()
    closure.refresh_from_db()
    assert closure.state == State.CLOSED


def test_an_account_that_is_there_is_not_called_gone(
    alice_waits: tuple[Closure, Backup], shop: Shop, clock: SetClock
) -> None:
    closure, _ = alice_waits
    release("anna")
    before = shop.rows()
    with pytest.raises(AccountIsThere):
        search_and_finish(closure, "anna")
    assert not LedgerEntry.objects.filter(event=LedgerEvent.ACCOUNT_GONE).exists()
    assert shop.rows() == before


def test_an_id_that_was_given_to_somebody_else_since_is_not_touched(shop: Shop, clock: SetClock) -> None:
    closure = gone_since_the_backup(clock)
    shop.run("INSERT INTO customer (id, email, name, verified) VALUES (1, 'dewi@example.com', 'Dewi', 1)")
    before = shop.rows()
    assert later(closure, clock, days=30).state == State.WAITING
    assert "other particulars" in closure.stuck_reason
    assert shop.rows() == before


def test_an_engineer_who_has_looked_closes_an_account_with_a_new_address(shop: Shop, clock: SetClock) -> None:
    closure = ask(CHARLIE)
    backup = Backup()
    record(LedgerEvent.DESK_SEARCHED, None, NOON)
    backup.restore()
    shop.run("UPDATE customer SET email = 'charlie@new.example' WHERE id = 3")
    release("anna")
    assert later(closure, clock, days=30).state == State.WAITING
    service.hasten(closure)
    run_until_idle()
    closure.refresh_from_db()
    assert closure.state == State.CLOSED
    assert not shop.has(CHARLIE)


def test_a_request_that_was_confirmed_and_done_since_expires_without_a_mail(shop: Shop, clock: SetClock) -> None:
    closure = service.start_for_customer(ALICE, "anna")
    backup = Backup()
    service.confirm(closure)
    assert later(closure, clock, days=8).state == State.CLOSED
    backup.restore()
    told = len(mails())
    release("anna")
    assert later(closure, clock, days=1).state == State.EXPIRED
    assert len(mails()) == told
