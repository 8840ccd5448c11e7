"""The scan in two parts: mapped tables at once, everything at night; and what an operator says of findings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from django.contrib.auth.models import User

from pamitan.closure import service
from pamitan.closure.errors import NoSuchFinding, TellsWho
from pamitan.closure.findings import Explanation, resolve
from pamitan.closure.models import Closure
from pamitan.closure.states import State
from pamitan.closure.store import current_store
from pamitan.closure.timeline import timeline
from pamitan.evidence.models import Certificate, LedgerEntry
from pamitan.kit.clock import SetClock
from pamitan.worker.sweep import run_until_idle
from tests.flow.closing import ALICE, BOB, NOON, Shop, ask, build_shop, clock, later, mails, shop  # noqa: F401
from tests.flow.corner_shop import anna, operator_client  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

NIGHT = dt.datetime(2026, 3, 17, 19, 0, tzinfo=dt.UTC)
"""02:00 in Jakarta, in the first night after the withdrawal period."""


@pytest.fixture
def nightly(tmp_path: Path, settings: Any, shop: Shop) -> Shop:  # noqa: F811
    """The same shop, which wants the full scan at night."""
    (tmp_path / "nightly").mkdir()
    changes = {
        "closing:": 'closing:\n  full_scan_at: "02:00"',
        "languages: [id": "timezone: Asia/Jakarta\n  languages: [id",
    }
    built = build_shop(tmp_path / "nightly", changes=changes)
    settings.PAMITAN_STORE = str(built.file)
    return built


def test_an_erased_account_is_closed_only_after_the_night(nightly: Shop, clock: SetClock) -> None:  # noqa: F811
    closure = later(ask(), clock, days=7)
    assert not nightly.has(ALICE)
    assert (closure.state, closure.due_at, closure.verified_at) == (State.ERASING, NIGHT, clock.now())
    closure = later(closure, clock, hours=8)
    assert closure.state == State.CLOSED
    assert mails()[-1].subject.startswith("Account closed")


def test_what_stands_in_no_mapped_table_is_found_at_night(nightly: Shop, clock: SetClock) -> None:  # noqa: F811
    nightly.run("INSERT INTO note VALUES (1, 'alice@example.com called')")
    closure = later(ask(), clock, days=7)
    assert (closure.stuck_reason, closure.residue) == ("", [])
    closure = later(closure, clock, hours=8)
    assert closure.state == State.ERASING
    assert "shop.note.body (email)" in closure.stuck_reason


def test_what_stands_in_a_mapped_table_is_found_at_once(nightly: Shop, clock: SetClock) -> None:  # noqa: F811
    nightly.run("INSERT INTO review VALUES (9, 2, 'Bob', 'Ask alice@example.com')")
    closure = later(ask(), clock, days=7)
    assert "shop.review.body (email)" in closure.stuck_reason


def test_one_pass_closes_all_that_are_due(nightly: Shop, clock: SetClock) -> None:  # noqa: F811
    first, second = ask(ALICE), ask(BOB)
    later(first, clock, days=7)
    later(first, clock, hours=8)
    second.refresh_from_db()
    assert [Closure.objects.get(pk=c.pk).state for c in (first, second)] == [State.CLOSED, State.CLOSED]


def test_the_command_does_not_wait_for_the_night(nightly: Shop, clock: SetClock) -> None:  # noqa: F811
    closure = later(ask(), clock, days=7)
    service.look_again(closure, "command line")
    run_until_idle(closure.pk)
    closure.refresh_from_db()
    assert closure.state == State.CLOSED


def test_the_status_page_promises_the_night(nightly: Shop, clock: SetClock) -> None:  # noqa: F811
    closure = later(ask(), clock, hours=1)
    assert {entry.key: entry.at for entry in timeline(closure)}["close"] == NIGHT
    assert service.promised_end(closure) == NIGHT
    closure = later(closure, clock, days=7)
    entries = {entry.key: (entry.at, entry.status) for entry in timeline(closure)}
    assert entries["verified"] == (closure.verified_at, "done")
    assert entries["verify"] == (service.promised_end(closure), "current")


# What an operator says of a finding


def stuck(shop: Shop, clock: SetClock) -> Closure:  # noqa: F811
    shop.run("INSERT INTO note VALUES (1, 'Sold to alice@example.com')")
    return later(ask(), clock, days=7)


def test_an_explained_finding_lets_the_closure_go_on(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    closure = stuck(shop, clock)
    resolve(closure, 0, Explanation.RETAINED, "Art. 2220 c.c.", "7", clock.now())
    closure = later(closure, clock, seconds=1)
    assert closure.state == State.CLOSED
    assert closure.residue[0]["explained_by"] == "kept by law, says the desk: Art. 2220 c.c."
    entry = LedgerEntry.objects.get(event="desk:finding:resolve")
    assert (entry.facts["table"], entry.facts["reason"]) == ("note", "Art. 2220 c.c.")


def test_more_rows_than_the_operator_saw_are_not_explained(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    closure = stuck(shop, clock)
    resolve(closure, 0, Explanation.ANOTHERS, "a supplier with that address", "7", clock.now())
    shop.run("INSERT INTO note VALUES (2, 'alice@example.com again')")
    closure = later(closure, clock, seconds=1)
    assert (closure.state, len(closure.unexplained)) == (State.ERASING, 1)


def test_another_row_in_the_same_place_is_not_explained(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    closure = stuck(shop, clock)
    resolve(closure, 0, Explanation.ANOTHERS, "a supplier with that address", "7", clock.now())
    shop.run("DELETE FROM note")
    shop.run("INSERT INTO note VALUES (2, 'alice@example.com again')")
    closure = later(closure, clock, seconds=1)
    assert (closure.state, [found["key"] for found in closure.unexplained]) == (State.ERASING, ["2"])


def test_a_row_that_went_leaves_the_others_explained(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    shop.run("INSERT INTO note VALUES (2, 'alice@example.com again')")
    closure = stuck(shop, clock)
    resolve(closure, 0, Explanation.ANOTHERS, "a supplier with that address", "7", clock.now())
    shop.run("DELETE FROM note WHERE id = 1")
    assert later(closure, clock, seconds=1).state == State.CLOSED


def test_what_was_explained_is_remembered_without_the_keys_of_rows(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    shop.run("INSERT INTO note VALUES (4711, 'alice@example.com again')")
    closure = stuck(shop, clock)
    resolve(closure, 0, Explanation.ANOTHERS, "a supplier with that address", "7", clock.now())
    entry = LedgerEntry.objects.get(event="desk:finding:resolve")
    assert "4711" in Closure.objects.get(pk=closure.pk).residue[0]["key"]
    assert "4711" not in f"{Closure.objects.get(pk=closure.pk).resolved} {entry.facts}"


@pytest.mark.parametrize(
    "reason", ["", "  ", "alice@example.com says so", "call 081234567890", "Alice Anggraini", "of anggraini's sister"]
)
def test_a_reason_is_there_and_names_nobody(shop: Shop, clock: SetClock, reason: str) -> None:  # noqa: F811
    closure = stuck(shop, clock)
    with pytest.raises(TellsWho):
        resolve(closure, 0, Explanation.ANOTHERS, reason, "7", clock.now())
    assert Closure.objects.get(pk=closure.pk).resolved == []


def test_only_what_is_there_can_be_explained(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    closure = stuck(shop, clock)
    with pytest.raises(NoSuchFinding):
        resolve(closure, 1, Explanation.ANOTHERS, "a namesake", "7", clock.now())


def test_the_key_of_a_row_is_forgotten_with_the_closing(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    closure = stuck(shop, clock)
    assert closure.residue[0]["key"] == "1"
    resolve(closure, 0, Explanation.ANOTHERS, "a supplier", "7", clock.now())
    closure = later(closure, clock, seconds=1)
    certificate = Certificate.objects.get()
    assert "key" not in closure.residue[0]
    assert all("key" not in found for found in certificate.document["residue"])


def test_the_desk_shows_and_takes_the_explanation(shop: Shop, clock: SetClock, anna: User) -> None:  # noqa: F811
    closure = stuck(shop, clock)
    client = operator_client(anna)
    address = f"/desk/closures/{closure.reference}/findings/0/"
    assert address in client.get("/desk/closures/").content.decode()
    assert "note" in client.get(address).content.decode()
    assert client.post(address, {"reason": "a supplier"}).status_code == 400
    refused = client.post(address, {"explanation": "anothers", "reason": "bob@example.com"})
    assert (refused.status_code, "bob@example.com" in refused.content.decode()) == (400, True)
    done = client.post(address, {"explanation": "anothers", "reason": "a supplier"})
    assert done.status_code == 302
    assert later(closure, clock, seconds=1).state == State.CLOSED
    assert client.get(address).status_code == 404


# The power goes while the scan is at work


@contextmanager
def power_cut(before: int) -> Iterator[list[str]]:
    """Crash before the statement of that number on the shop's database; counts them as they come."""
    seen: list[str] = []
    engine = current_store().engine("shop")

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)
        if len(seen) == before:
            raise PowerCut

    sa.event.listen(engine, "before_cursor_execute", count)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", count)


class PowerCut(BaseException):
    """Nobody catches this; the process is gone."""


def cut_through(closure: Closure, before: int) -> bool:
    """Sweep until the power goes before that statement; whether it went. The closure is never closed by then."""
    with power_cut(before):
        try:
            run_until_idle()
        except PowerCut:
            closure.refresh_from_db()
            assert closure.ended_at is None
            return True
    return False


# a cursor that the crash left open is closed by the garbage collector, as the system would close it
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_a_power_cut_at_any_statement_never_closes_before_both_scans(
    nightly: Shop,
    clock: SetClock,  # noqa: F811
) -> None:
    closure = ask()
    clock.pass_time(days=7)
    before, cuts = 1, 0
    while closure.verified_at is None:
        cuts += cut_through(closure, before)
        before += 1
        closure.refresh_from_db()
    assert (closure.state, closure.due_at) == (State.ERASING, NIGHT)
    run_until_idle()
    closure.refresh_from_db()
    assert closure.state == State.ERASING
    clock.pass_time(hours=8)
    before, at_night = 1, 0
    while cut_through(closure, before):
        before, at_night = before + 1, at_night + 1
    closure.refresh_from_db()
    assert (cuts > 10, at_night > 10) == (True, True)
    assert closure.state == State.CLOSED
    assert not [found for found in closure.residue if found["blocking"]]
    assert Certificate.objects.count() == 1
    assert [row for table in nightly.rows().values() for row in table if "alice" in str(row).lower()] == []
