"""What can go wrong on the way, and how a closure gets over it: nothing is lost, nothing is called closed too early."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from pamitan.closure import service
from pamitan.closure.backlog import backlog_age_seconds
from pamitan.closure.casefiles import Shelf, destroy_key, destroy_left_keys
from pamitan.closure.later import Claim
from pamitan.closure.models import CaseFileRow, Closure
from pamitan.closure.run import step
from pamitan.closure.states import State
from pamitan.closure.traces import Trace, _erasers, register
from pamitan.closure.transition import Overtaken
from pamitan.erasure.casefile import CaseFile
from pamitan.evidence import certificate
from pamitan.evidence.models import Certificate
from pamitan.evidence.tombstones import is_barred
from pamitan.kit.clock import SetClock
from pamitan.stores.errors import StoreUnavailable
from pamitan.stores.types import Identifier
from pamitan.worker.sweep import run_until_idle, sweep_once
from tests.flow.closing import ALICE, BOB, Shop, ask, build_shop, clock, later, mails, shop  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def away(shop: Shop) -> Path:  # noqa: F811
    """The shop's database cannot be reached."""
    moved = shop.database.with_suffix(".away")
    shop.database.rename(moved)
    shop.database.mkdir()
    return moved


def back(shop: Shop, moved: Path) -> None:  # noqa: F811
    shop.database.rmdir()
    moved.rename(shop.database)


# The store does not answer


def test_a_request_while_the_store_is_away_changes_nothing(shop: Shop) -> None:  # noqa: F811
    away(shop)
    with pytest.raises(StoreUnavailable):
        service.request_closure(ALICE, language="en")
    assert not Closure.objects.exists()


def test_a_closure_goes_on_by_itself_when_the_store_is_back(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    closure = ask()
    moved = away(shop)
    closure = later(closure, clock, days=7)
    assert closure.state == State.WAITING
    closure = later(closure, clock, hours=1)
    assert closure.failures > 1
    back(shop, moved)
    assert later(closure, clock, hours=1).state == State.CLOSED


def test_the_pause_grows_with_each_failure_and_not_without_end(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    closure = ask()
    away(shop)
    clock.pass_time(days=7)
    pauses = []
    for _ in range(9):
        run_until_idle()
        closure.refresh_from_db()
        assert closure.due_at is not None
        pauses.append((closure.due_at - clock.now()).total_seconds())
        clock.pass_time(seconds=pauses[-1])
    assert pauses == [15, 30, 60, 120, 240, 480, 600, 600, 600]


def test_undo_while_the_store_is_away_is_done_when_it_is_back(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    closure = ask()
    moved = away(shop)
    closure = later(service.withdraw(closure), clock, seconds=1)
    assert closure.state == State.WITHDRAWN
    assert closure.account_id == ALICE
    back(shop, moved)
    closure = later(closure, clock, hours=1)
    assert not shop.is_locked(ALICE)
    assert closure.account_id == ""


def test_a_confirmation_counts_while_the_store_is_away(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    closure = service.start_for_customer(ALICE, 7)
    moved = away(shop)
    closure = service.confirm(closure)
    assert (closure.state, closure.point_of_no_return) == (State.WAITING, None)
    back(shop, moved)
    closure = later(closure, clock, hours=1)
    assert closure.point_of_no_return is not None
    assert shop.is_locked(ALICE)


# Not found is not erased


def test_an_account_that_vanished_is_not_called_erased(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    closure = ask()
    shop.run("DELETE FROM customer WHERE id = 1")
    closure = later(closure, clock, days=7)
    assert closure.state == State.WAITING
    assert "not 'erased'" in closure.stuck_reason


def test_what_still_names_the_person_keeps_the_closure_open(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    shop.run("INSERT INTO note VALUES (1, 'Alice called: alice@example.com wants a new cover')")
    closure = later(ask(), clock, days=7)
    assert closure.state == State.ERASING
    assert "shop.note.body (email)" in closure.stuck_reason
    assert "alice" not in (closure.stuck_reason + json.dumps(closure.residue)).lower()


def test_what_was_stuck_goes_on_when_it_is_mended(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    shop.run("INSERT INTO note VALUES (1, 'alice@example.com called')")
    closure = later(ask(), clock, days=7)
    shop.run("UPDATE note SET body = 'Somebody called'")
    closure = later(service.look_again(closure, 7), clock, seconds=1)
    assert (closure.stuck_reason, closure.state) == ("", State.CLOSED)


def test_one_account_that_is_stuck_does_not_hold_up_another(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    shop.run("INSERT INTO note VALUES (1, 'alice@example.com called')")
    alice, bob = service.request_closure(ALICE, language="en"), service.request_closure(BOB, language="en")
    later(alice, clock, seconds=1)
    assert later(alice, clock, days=7).state == State.ERASING
    bob.refresh_from_db()
    assert bob.state == State.CLOSED


# An attacker


def test_an_attacker_who_registered_a_victims_address_closes_nothing_of_the_victims(
    shop: Shop,  # noqa: F811
    clock: SetClock,  # noqa: F811
) -> None:
    shop.run("INSERT INTO orders (id, guest_email, name, status) VALUES (90, 'victim@example.com', 'Victor', 'done')")
    shop.run("INSERT INTO newsletter VALUES (9, 'victim@example.com')")
    shop.run("INSERT INTO customer (id, email, name, verified) VALUES (4, 'victim@example.com', 'Mallory', 0)")
    before = shop.rows()
    closure = later(ask("4"), clock, days=7)
    after = shop.rows()
    assert closure.account_hash
    assert after["newsletter"] == before["newsletter"]
    assert after["orders"] == before["orders"]
    assert not is_barred("email", "victim@example.com", clock.now())


def test_a_proven_address_takes_the_guest_orders_along(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    shop.run("INSERT INTO orders (id, guest_email, name, status) VALUES (90, 'Bob@Example.com', 'Bob Budiman', 'done')")
    closure = later(ask(BOB, proven=[Identifier("email", "bob@example.com")]), clock, days=7)
    assert closure.state == State.CLOSED
    assert shop.run("SELECT guest_email, name FROM orders WHERE id = 90") == [(None, "Former customer")]


# Workers


def test_a_frozen_worker_that_wakes_up_changes_nothing(clock: SetClock) -> None:  # noqa: F811
    closure = service.request_closure(ALICE, language="en")
    frozen = Claim(Closure.objects.get(pk=closure.pk), closure.attempt + 1)
    run_until_idle()
    clock.pass_time(minutes=1)
    with pytest.raises(Overtaken):
        Claim(frozen.closure, frozen.attempt - 1).change(blockers=9)
    step([(closure.pk, frozen.attempt - 1)])
    closure.refresh_from_db()
    assert closure.blockers == 0


def test_a_claimed_closure_is_not_claimed_again_before_its_lease_is_over(clock: SetClock) -> None:  # noqa: F811
    closure = service.request_closure(ALICE, language="en")
    Closure.objects.filter(pk=closure.pk).update(due_at=clock.now())
    from pamitan.channels.claiming import claim_due

    assert claim_due(Closure.objects.all(), clock.now(), 10) == [(closure.pk, closure.attempt + 1)]
    assert sweep_once() == 0
    clock.pass_time(minutes=10)
    assert sweep_once() == 1


def test_the_backlog_tells_how_long_work_has_been_due(clock: SetClock) -> None:  # noqa: F811
    service.request_closure(ALICE, language="en")
    clock.pass_time(hours=2)
    assert backlog_age_seconds(clock.now()) == 7200
    run_until_idle()
    assert backlog_age_seconds(clock.now()) == 0


# Case files


def test_a_case_file_is_unreadable_without_its_key() -> None:
    closure = service.request_closure(ALICE, language="en")
    shelf = Shelf([closure])
    shelf.save(ALICE, CaseFile(ALICE))
    loaded = shelf.load(ALICE)
    assert loaded is not None
    assert loaded.account_id == ALICE
    assert b"account" not in bytes(CaseFileRow.objects.get().sealed)
    destroy_key(closure.pk)
    with pytest.raises(Exception, match="key of this case file is lost"):
        shelf.load(ALICE)


def test_case_file_and_key_are_gone_when_it_is_closed(clock: SetClock) -> None:  # noqa: F811
    later(ask(), clock, days=7)
    assert not CaseFileRow.objects.exists()
    assert not list(Path(django_settings.PAMITAN_CLOSURE_KEYS).glob("*.key"))


def test_a_key_that_a_crash_left_behind_is_destroyed_by_the_next_tidying(clock: SetClock) -> None:  # noqa: F811
    closure = later(ask(), clock, days=7)
    left = Path(django_settings.PAMITAN_CLOSURE_KEYS) / f"{closure.pk}.key"
    left.write_bytes(b"k" * 32)
    assert destroy_left_keys() == 1
    assert not left.exists()


# Evidence


def test_the_certificate_of_a_closure_verifies_and_names_nobody(clock: SetClock) -> None:  # noqa: F811
    closure = later(ask(), clock, days=7)
    issued = Certificate.objects.get(subject=closure.pk)
    assert certificate.verify(issued.document, issued.signature, certificate.public_key())
    done = {(r["datastore"], r["table"], r["action"]): r["rows"] for r in issued.document["receipts"]}
    assert done["shop", "customer", "delete"] == 1
    assert "alice" not in json.dumps(issued.document).lower()


# What else we hold


@pytest.fixture
def diary() -> Iterator[list[str]]:
    """Another room of Pamitan that remembers whom it forgot."""
    forgotten: list[str] = []

    def forget(account_id: str) -> list[Trace]:
        forgotten.append(account_id)
        return [Trace("diary", 3)]

    register(forget)
    yield forgotten
    _erasers.remove(forget)


def test_other_rooms_forget_the_customer_with_a_receipt(clock: SetClock, diary: list[str]) -> None:  # noqa: F811
    closure = later(ask(), clock, days=7)
    assert diary == [ALICE]
    receipt = {"datastore": "pamitan", "table": "diary", "action": "delete", "rows": 3, "note": None}
    assert receipt in closure.receipts


# Hooks


class Listener:
    """A hook of the shop, and how it answers."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[int] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.heard.append((self.headers["Idempotency-Key"], json.loads(body)))
                self.send_response(listener.answers.pop(0) if listener.answers else 204)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def hooks(self) -> str:
        url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        return f'hooks:\n  search: {{url: "{url}", secret: quiet, events: [erase]}}\n'


@pytest.fixture
def listener(tmp_path: Path, settings: Any) -> Iterator[Listener]:
    heard = Listener()
    folder = tmp_path / "with-hook"
    folder.mkdir()
    settings.PAMITAN_STORE = str(build_shop(folder, heard.hooks).file)
    yield heard
    heard.server.shutdown()
    heard.server.server_close()


@pytest.mark.usefixtures("shop")
def test_a_hook_hears_once_of_an_erasure(clock: SetClock, listener: Listener) -> None:  # noqa: F811
    closure = later(ask(), clock, days=7)
    assert closure.state == State.CLOSED
    ((key, body),) = listener.heard
    assert key == f"{closure.pk.hex}:erase:search"
    assert (body["event"], body["account_id"], body["emails"]) == ("erase", ALICE, ["alice@example.com"])


@pytest.mark.usefixtures("shop")
def test_a_hook_that_does_not_answer_is_called_again_with_the_same_key(
    clock: SetClock,  # noqa: F811
    listener: Listener,
) -> None:
    listener.answers = [503, 503]
    closure = later(ask(), clock, days=7)
    assert closure.state == State.ERASING
    closure = later(later(closure, clock, minutes=1), clock, minutes=1)
    assert (closure.stuck_reason, closure.state) == ("", State.CLOSED)
    assert len(listener.heard) == 3
    assert len({key for key, _ in listener.heard}) == 1


@pytest.mark.usefixtures("shop")
def test_a_hook_that_refuses_keeps_the_closure_open_and_says_so(
    clock: SetClock,  # noqa: F811
    listener: Listener,
) -> None:
    listener.answers = [404]
    closure = later(ask(), clock, days=7)
    assert closure.state == State.ERASING
    assert "404" in closure.stuck_reason
    assert not [message for message in mails() if message.subject.startswith("Account closed")]
