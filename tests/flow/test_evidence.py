"""Ledger, tombstones and certificate: what proves a closing, and what shows when someone tampers with it."""

from __future__ import annotations

import copy
import datetime as dt
import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, connections, transaction

from pamitan.evidence import certificate
from pamitan.evidence.ledger import LedgerEvent, record, verify_chain
from pamitan.evidence.models import AppendOnly, Certificate, LedgerEntry, LedgerHead
from pamitan.evidence.tombstones import bar, forget_ended, is_barred

NOON = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
CLOSURE = uuid.UUID(int=7)
TABLE = "ON evidence_ledgerentry"


def write_three() -> None:
    for event in (LedgerEvent.REQUEST_RECEIVED, LedgerEvent.REQUEST_CONFIRMED, LedgerEvent.ERASURE_BEGUN):
        record(event, CLOSURE, NOON, rows=1)


def behind_our_back(statement: str) -> None:
    """What somebody with the database's password can do: switch the trigger off, then change what they like."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER ledger_append_only {TABLE if connection.vendor == 'postgresql' else ''}")
        cursor.execute(statement)


@pytest.mark.django_db
def test_an_untouched_ledger_holds() -> None:
    write_three()
    assert verify_chain() is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("tampering", "number"),
    [
        ("UPDATE evidence_ledgerentry SET facts = '{\"rows\": 2}' WHERE number = 2", 2),
        ("UPDATE evidence_ledgerentry SET at = '2026-03-09 12:00:00' WHERE number = 1", 1),
        ("UPDATE evidence_ledgerentry SET event = 'closure:request:refuse' WHERE number = 3", 3),
        ("DELETE FROM evidence_ledgerentry WHERE number = 1", 1),
        ("DELETE FROM evidence_ledgerentry WHERE number = 2", 2),
        ("DELETE FROM evidence_ledgerentry WHERE number = 3", 3),
        ("UPDATE evidence_ledgerentry SET subject = NULL WHERE number = 2", 2),
    ],
)
def test_tampering_shows_where_it_was_done(tampering: str, number: int) -> None:
    write_three()
    behind_our_back(tampering)
    broken = verify_chain()
    assert broken is not None
    assert broken.number == number


@pytest.mark.django_db
def test_a_forged_entry_that_is_put_in_shows() -> None:
    write_three()
    behind_our_back(
        "INSERT INTO evidence_ledgerentry SELECT 4, at, event, subject, facts, 'x', 'y' FROM evidence_ledgerentry"
        " WHERE number = 1"
    )
    assert verify_chain() is not None


@pytest.mark.django_db
def test_our_own_code_cannot_change_an_entry() -> None:
    write_three()
    entry = LedgerEntry.objects.get(number=2)
    changes: list[Callable[[], object]] = [
        entry.save,
        entry.delete,
        LedgerEntry.objects.all().delete,
        lambda: LedgerEntry.objects.update(event=""),
    ]
    for change in changes:
        with pytest.raises(AppendOnly):
            change()


@pytest.mark.django_db
def test_the_database_refuses_to_change_an_entry() -> None:
    write_three()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE evidence_ledgerentry SET event = 'x'")
    assert verify_chain() is None


@pytest.mark.django_db
def test_an_entry_is_undone_with_the_transaction_it_belongs_to() -> None:
    write_three()
    with transaction.atomic():
        record(LedgerEvent.ERASURE_FINISHED, CLOSURE, NOON)
        transaction.set_rollback(True)
    assert LedgerEntry.objects.count() == 3
    assert verify_chain() is None


@pytest.mark.django_db
def test_the_ledger_takes_no_address() -> None:
    with pytest.raises(ValueError, match="leave out"):
        record(LedgerEvent.BLOCKERS_IGNORED, CLOSURE, NOON, reason="alice@example.com asked")
    assert not LedgerEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_stand_in_line() -> None:
    def write() -> None:
        for _ in range(10):
            record(LedgerEvent.HOOK_CALLED, CLOSURE, NOON)
        connections.close_all()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert LedgerHead.objects.get().number == 40
    assert verify_chain() is None


@pytest.mark.django_db
def test_a_barred_address_is_barred_and_no_other() -> None:
    bar("email", "alice@example.com", now=NOON, until=None)
    assert is_barred("email", "alice@example.com", NOON + 9999 * DAY)
    assert not is_barred("email", "bob@example.com", NOON)
    assert not is_barred("phone", "alice@example.com", NOON)


@pytest.mark.django_db
def test_a_bar_ends_when_it_was_said_to() -> None:
    bar("phone", "+6281234567890", now=NOON, until=NOON + 90 * DAY)
    assert is_barred("phone", "+6281234567890", NOON + 89 * DAY)
    assert not is_barred("phone", "+6281234567890", NOON + 90 * DAY)
    assert forget_ended(NOON + 90 * DAY) == 1


@pytest.mark.django_db
def test_a_longer_bar_wins_over_a_shorter_one() -> None:
    bar("email", "alice@example.com", now=NOON, until=NOON + 10 * DAY)
    bar("email", "alice@example.com", now=NOON, until=None)
    bar("email", "alice@example.com", now=NOON, until=NOON + DAY)
    assert is_barred("email", "alice@example.com", NOON + 9999 * DAY)


@pytest.mark.django_db
def test_another_key_knows_no_tombstone(settings: pytest.FixtureRequest) -> None:
    bar("email", "alice@example.com", now=NOON, until=None)
    settings.PAMITAN_TOMBSTONE_KEY = b"o" * 32  # type: ignore[attr-defined]
    assert not is_barred("email", "alice@example.com", NOON)


@pytest.mark.django_db
def test_a_certificate_is_verified_by_its_public_key_alone() -> None:
    issued = certificate.issue(CLOSURE, {"store": "Toko Kertas", "receipts": []}, NOON)
    stored = Certificate.objects.get()
    assert stored.document == issued.document
    assert certificate.verify(stored.document, stored.signature, certificate.public_key())


@pytest.mark.django_db
def test_a_changed_certificate_does_not_verify() -> None:
    issued = certificate.issue(CLOSURE, {"store": "Toko Kertas", "receipts": [{"rows": 1}]}, NOON)
    changed = copy.deepcopy(issued.document)
    changed["receipts"][0]["rows"] = 2
    assert not certificate.verify(changed, issued.signature, issued.public_key)
    assert not certificate.verify(issued.document, "AAAA", issued.public_key)
    assert not certificate.verify(issued.document, issued.signature, "no key")
