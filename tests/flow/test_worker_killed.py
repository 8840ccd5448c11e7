"""The worker as a process: killed in the middle of its work, started again, it finishes; each effect once."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.flow.closing import ALICE, BOB, Shop, build_shop
from tests.flow.installation import PATIENCE_SECONDS, Installation, until
from tests.flow.postbox import Postbox, mail_server


class Search:
    """The shop's search index, which hears of erasures and can be slow to answer."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.heard, self.may_answer = threading.Event(), threading.Event()
        search = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                search.keys.append(self.headers["Idempotency-Key"])
                search.heard.set()
                search.may_answer.wait(PATIENCE_SECONDS)
                try:
                    self.send_response(204)
                    self.end_headers()
                except OSError:
                    pass  # the caller is dead by now

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def hooks(self) -> str:
        url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        return f'hooks:\n  search: {{url: "{url}", secret: quiet, events: [erase], timeout_seconds: 60}}\n'


@pytest.fixture
def search() -> Iterator[Search]:
    search = Search()
    yield search
    search.may_answer.set()
    search.server.shutdown()
    search.server.server_close()


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with mail_server() as box:
        yield box


@pytest.fixture
def shop(tmp_path: Path, search: Search) -> Shop:
    return build_shop(tmp_path, search.hooks)


@pytest.fixture
def pamitan(tmp_path: Path, shop: Shop, postbox: Postbox) -> Iterator[Installation]:
    home = tmp_path / "home"
    home.mkdir()
    installed = Installation(home, shop.file, postbox.port)
    installed.prepare()
    yield installed
    installed.stop()


def outcomes(postbox: Postbox) -> list[str]:
    return [str(mail["Message-ID"]) for mail in postbox.mails if str(mail["Subject"]).startswith("Account closed")]


def due_for_erasure(pamitan: Installation, account: str, shop: Shop) -> str:
    """A closure of that account on the last day of its withdrawal period."""
    reference = pamitan.request(account)
    worker = pamitan.start_worker()
    until(lambda: shop.is_locked(account))
    worker.terminate()
    worker.wait(PATIENCE_SECONDS)
    pamitan.pass_time(days=7, minutes=1)
    return reference


def test_killed_between_the_erasure_and_its_end_it_finishes_after_a_new_start(
    pamitan: Installation, shop: Shop, search: Search, postbox: Postbox
) -> None:
    before = shop.rows()
    reference = due_for_erasure(pamitan, ALICE, shop)
    worker = pamitan.start_worker()
    assert search.heard.wait(PATIENCE_SECONDS)
    pamitan.kill(worker)
    assert pamitan.closure(reference)["state"] == "erasing"
    search.may_answer.set()
    pamitan.start_worker()
    until(lambda: pamitan.closure(reference)["state"] == "closed")
    until(lambda: bool(outcomes(postbox)))
    pamitan.stop()
    assert len(outcomes(postbox)) == 1
    assert len(set(search.keys)) == 1
    assert shop.rows()["customer"] == before["customer"][1:]
    assert shop.rows()["orders"][1:] == before["orders"][1:]
    counted = {(r["table"], r["action"]): r["rows"] for r in pamitan.closure(reference)["receipts"]}
    assert (counted["customer", "delete"], counted["review", "delete"]) == (1, 1)
    assert "alice" not in pamitan.said().lower()


def test_killed_while_the_store_holds_its_rows_locked_it_finishes_after_a_new_start(
    pamitan: Installation, shop: Shop, search: Search
) -> None:
    search.may_answer.set()
    reference = due_for_erasure(pamitan, BOB, shop)
    holder = sqlite3.connect(shop.database, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    worker = pamitan.start_worker()
    until(lambda: pamitan.closure(reference)["state"] == "erasing")
    pamitan.kill(worker)
    assert shop.has(BOB)
    holder.execute("ROLLBACK")
    holder.close()
    pamitan.start_worker()
    until(lambda: pamitan.closure(reference)["state"] == "closed")
    assert not shop.has(BOB)


def test_killed_between_the_mail_servers_acceptance_and_our_receipt_only_the_same_message_id_comes_again(
    pamitan: Installation, shop: Shop, search: Search, postbox: Postbox
) -> None:
    search.may_answer.set()
    reference = due_for_erasure(pamitan, ALICE, shop)
    postbox.arrived.clear()
    postbox.may_answer.clear()
    worker = pamitan.start_worker()
    assert postbox.arrived.wait(PATIENCE_SECONDS)
    until(lambda: pamitan.closure(reference)["state"] == "closed")
    pamitan.kill(worker)
    postbox.may_answer.set()
    pamitan.start_worker()
    until(lambda: len(outcomes(postbox)) == 2)
    pamitan.stop()
    assert len(set(outcomes(postbox))) == 1
    assert len(set(postbox.ids)) == len(postbox.ids) - 1


def test_told_to_stop_it_finishes_what_it_has_in_hand(pamitan: Installation, shop: Shop, search: Search) -> None:
    reference = due_for_erasure(pamitan, ALICE, shop)
    worker = pamitan.start_worker()
    assert search.heard.wait(PATIENCE_SECONDS)
    worker.terminate()
    search.may_answer.set()
    assert worker.wait(PATIENCE_SECONDS) == 0
    assert pamitan.closure(reference)["state"] == "closed"
    assert len(search.keys) == 1
