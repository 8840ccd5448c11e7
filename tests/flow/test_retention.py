"""What a law keeps after a closing: filed without a name, shown, and erased by the sweep when its date comes."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pamitan.closure.clock import use_clock
from pamitan.closure.models import Closure, RetentionFile
from pamitan.closure.retention import destroy_left_retention_keys, retained_overview
from pamitan.closure.states import State
from pamitan.erasure.receipt import DATE_CAME
from pamitan.evidence import certificate
from pamitan.evidence.models import Certificate, LedgerEntry
from pamitan.kit.clock import SetClock
from pamitan.worker.sweep import run_until_idle
from tests.flow.closing import ALICE, BOB, CHARLIE, NOON, Shop, ask, build_shop, later

pytestmark = pytest.mark.django_db(transaction=True)
KEEP = """        keep: {law: Tax Act 7, reason: Books, until: {column: placed, years: 10}, columns: [total]}
        detach: [customer_id]"""


@pytest.fixture
def shop(tmp_path: Path, settings: Any) -> Shop:
    """The small shop, which has to keep the totals of its orders."""
    built = build_shop(tmp_path, changes={"        detach: [customer_id]": KEEP})
    built.run("INSERT INTO orders (id, customer_id, name, status, total, placed) VALUES (11, 1, 'A', 'done', 9, NULL)")
    settings.PAMITAN_STORE = str(built.file)
    settings.PAMITAN_CLOSURE_KEYS = tmp_path / "keys"
    settings.PAMITAN_CLOSURE_KEYS.mkdir()
    return built


@pytest.fixture
def clock(shop: Shop) -> Iterator[SetClock]:
    """A clock that stands until it is moved."""
    with use_clock(SetClock(NOON)) as standing:
        yield standing


@pytest.fixture
def closed(shop: Shop, clock: SetClock) -> Closure:
    """Alice's closure, closed."""
    closure = later(ask(ALICE), clock, days=8)
    assert closure.state == State.CLOSED
    return closure


def totals(shop: Shop) -> list[Any]:
    return shop.run("SELECT id, total FROM orders WHERE id IN (10, 11, 20) ORDER BY id")


def events(closure: Closure) -> list[str]:
    return [entry.event for entry in LedgerEntry.objects.filter(subject=closure.pk).order_by("number")]


def key_files(settings: Any) -> list[Path]:
    return list((settings.PAMITAN_CLOSURE_KEYS / "retained").glob("*.key"))


def sweep_on(clock: SetClock, day: dt.date) -> None:
    clock.pass_time(seconds=(dt.datetime.combine(day, dt.time(12), dt.UTC) - clock.now()).total_seconds())
    run_until_idle()


def test_the_file_names_nobody_and_cannot_be_read_without_its_key(closed: Closure, settings: Any) -> None:
    row = RetentionFile.objects.get(pk=closed.pk)
    assert (row.rows, row.next_day) == (2, dt.date(2036, 1, 5))
    assert b"orders" not in bytes(row.sealed)
    assert len(key_files(settings)) == 1
    assert closed.account_id == ""


def test_each_date_is_kept_and_the_rest_sealed_anew(
    closed: Closure, shop: Shop, clock: SetClock, settings: Any
) -> None:
    [first_key] = key_files(settings)
    sweep_on(clock, dt.date(2036, 1, 5))
    assert totals(shop) == [(10, 100000), (11, 9), (20, 200000)]
    sweep_on(clock, dt.date(2036, 1, 6))
    assert totals(shop) == [(10, None), (11, 9), (20, 200000)]
    [second_key] = key_files(settings)
    assert second_key != first_key
    sweep_on(clock, dt.date(2036, 3, 19))
    assert totals(shop) == [(10, None), (11, None), (20, 200000)]
    assert not RetentionFile.objects.exists()
    assert key_files(settings) == []


def test_receipts_ledger_and_certificate_tell_of_it(closed: Closure, clock: SetClock) -> None:
    [kept] = Certificate.objects.get(subject=closed.pk).document["retained"]
    assert kept == {
        "datastore": "shop",
        "table": "orders",
        "law": "Tax Act 7",
        "columns": ["total"],
        "rows": 2,
        "from": "2036-01-05",
        "until": "2036-03-18",
    }
    sweep_on(clock, dt.date(2036, 1, 6))
    sweep_on(clock, dt.date(2036, 3, 19))
    closed.refresh_from_db()
    assert {"datastore": "shop", "table": "orders", "action": "clear", "note": DATE_CAME, "rows": 2} in closed.receipts
    assert events(closed).count("closure:retention:erase") == 2
    issued = Certificate.objects.get(subject=closed.pk)
    assert issued.document["retained"] == []
    assert issued.document["receipts"] == closed.receipts
    assert issued.document["first_issued_at"] == (NOON + dt.timedelta(days=8)).isoformat()
    assert certificate.verify(issued.document, issued.signature, issued.public_key)


def test_the_desk_is_told_how_many_and_when(closed: Closure) -> None:
    overview = retained_overview()
    assert (overview["rows"], overview["closures"], overview["next_day"]) == (2, 1, dt.date(2036, 1, 5))


def test_a_longer_period_in_the_store_file_is_honoured(
    closed: Closure, shop: Shop, clock: SetClock, settings: Any
) -> None:
    changed = shop.file.with_name("changed.yaml")
    changed.write_text(shop.file.read_text().replace("years: 10", "years: 12"))
    settings.PAMITAN_STORE = str(changed)
    sweep_on(clock, dt.date(2036, 1, 6))
    assert totals(shop)[0] == (10, 100000)
    assert RetentionFile.objects.get().next_day == dt.date(2038, 1, 5)


def test_what_cannot_be_erased_is_tried_again_and_said(closed: Closure, shop: Shop, clock: SetClock) -> None:
    shop.run("CREATE TRIGGER no BEFORE UPDATE ON orders BEGIN SELECT RAISE(ABORT, 'locked'); END")
    sweep_on(clock, dt.date(2036, 1, 6))
    row = RetentionFile.objects.get()
    assert row.reason
    assert events(closed).count("closure:retention:stick") == 1
    assert retained_overview()["failing"] == [row]
    shop.run("DROP TRIGGER no")
    sweep_on(clock, dt.date(2036, 1, 8))
    assert totals(shop)[0] == (10, None)
    assert RetentionFile.objects.get().reason == ""


def test_without_its_key_nothing_is_erased_and_the_desk_is_told(
    closed: Closure, shop: Shop, clock: SetClock, settings: Any
) -> None:
    [key] = key_files(settings)
    key.unlink()
    sweep_on(clock, dt.date(2036, 1, 6))
    assert totals(shop)[0] == (10, 100000)
    assert "the key of this closure's retained records is lost" in RetentionFile.objects.get().reason


def test_a_key_that_a_crash_left_is_destroyed_after_a_day(closed: Closure, settings: Any) -> None:
    [key] = key_files(settings)
    left = key.with_name(f"{uuid.uuid4()}.key")
    left.write_bytes(b"x")
    assert destroy_left_retention_keys() == 0
    os.utime(left, (0, 0))
    assert destroy_left_retention_keys() == 1
    assert key_files(settings) == [key]


def test_of_many_closures_the_one_that_cannot_be_done_holds_up_no_other(shop: Shop, clock: SetClock) -> None:
    asked = {account: ask(account) for account in (ALICE, BOB, CHARLIE)}
    later(asked[ALICE], clock, days=8)
    shop.run("CREATE TRIGGER no BEFORE UPDATE ON orders WHEN old.id = 20 BEGIN SELECT RAISE(ABORT, 'locked'); END")
    sweep_on(clock, dt.date(2036, 1, 8))
    assert shop.run("SELECT id, total FROM orders WHERE id IN (10, 20, 30) ORDER BY id") == [
        (10, None), (20, 200000), (30, None)
    ]  # fmt: skip
    [stuck] = retained_overview()["failing"]
    assert stuck.closure == asked[BOB]
    assert [events(closure).count("closure:retention:erase") for closure in asked.values()] == [1, 0, 1]


def test_a_closure_whose_key_is_lost_holds_up_no_other(shop: Shop, clock: SetClock, settings: Any) -> None:
    asked = [ask(account) for account in (ALICE, BOB)]
    later(asked[0], clock, days=8)
    lost = RetentionFile.objects.get(pk=asked[1].pk).key
    (settings.PAMITAN_CLOSURE_KEYS / "retained" / f"{lost}.key").unlink()
    sweep_on(clock, dt.date(2036, 1, 8))
    assert [row[1] for row in totals(shop)] == [None, 9, 200000]
    assert RetentionFile.objects.get(pk=asked[1].pk).reason
