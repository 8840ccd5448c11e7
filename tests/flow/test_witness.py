"""The ledger's head is told outside; a witness that knows a later one stops all erasing."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pamitan.cli.output import Exit
from pamitan.closure.clock import use_clock
from pamitan.closure.restored import held_back, release
from pamitan.closure.states import State
from pamitan.closure.witness import tell_witnesses
from pamitan.evidence.mark import ledger_end
from pamitan.kit.clock import SetClock
from pamitan.worker.sweep import tidy
from tests.flow.closing import ALICE, BOB, NOON, Shop, ask, build_shop, later
from tests.flow.test_certificate_commands import pamitan

pytestmark = pytest.mark.django_db(transaction=True)
HOOK = """\
hooks:
  witness: {{url: "http://127.0.0.1:{port}/heads", secret: s3cret, events: [ledger_head], timeout_seconds: 5}}
"""


@dataclass
class Witness:
    """Keeps the latest head, as the guide says."""

    port: int = 0
    silent: bool = False
    heads: list[dict[str, Any]] = field(default_factory=list)

    def hear(self, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.silent:
            return 503, {}
        known = self.heads[-1] if self.heads else told
        if (told["releases"], told["number"]) < (known["releases"], known["number"]):
            return 409, {"number": known["number"], "hash": known["hash"]}
        self.heads.append(told)
        return 204, {}


@pytest.fixture
def witness() -> Iterator[Witness]:
    witness = Witness()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = witness.hear(told)
            body = json.dumps(answer).encode() if answer else b""
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        witness.port = server.server_port
        yield witness
        server.shutdown()
        thread.join()


@pytest.fixture
def shop(tmp_path: Path, settings: Any, witness: Witness) -> Shop:
    built = build_shop(tmp_path, extra=HOOK.format(port=witness.port))
    settings.PAMITAN_STORE = str(built.file)
    settings.PAMITAN_CLOSURE_KEYS = tmp_path / "keys"
    settings.PAMITAN_CLOSURE_KEYS.mkdir()
    return built


@pytest.fixture
def clock(shop: Shop) -> Iterator[SetClock]:
    standing = SetClock(NOON)
    with use_clock(standing):
        yield standing


def test_the_head_is_told_and_names_nobody(witness: Witness, clock: SetClock) -> None:
    ask(ALICE)
    tidy()
    end = ledger_end()
    assert end is not None
    assert witness.heads == [
        {"event": "ledger_head", "number": end.number, "hash": end.hash, "at": end.at, "releases": 0}
    ]
    assert "alice" not in str(witness.heads)


def test_an_empty_ledger_has_no_head_to_tell(witness: Witness, clock: SetClock) -> None:
    assert tell_witnesses() is None
    assert witness.heads == []


def test_a_witness_that_knows_a_later_head_stops_all_erasing(witness: Witness, shop: Shop, clock: SetClock) -> None:
    closure = ask(ALICE)
    witness.heads.append({"number": 900, "hash": "f" * 64, "releases": 0})
    tidy()
    found = held_back()
    assert found is not None
    assert (found.mark.number, found.mark.hash) == (900, "f" * 64)
    assert later(closure, clock, days=30).state == State.WAITING
    assert shop.has(ALICE)


def test_released_the_witness_takes_the_head_as_a_beginning(witness: Witness, shop: Shop, clock: SetClock) -> None:
    ask(ALICE)
    witness.heads.append({"number": 900, "hash": "f" * 64, "releases": 0})
    tidy()
    release("anna")
    tidy()
    assert held_back() is None
    assert witness.heads[-1]["releases"] == 1
    assert witness.heads[-1]["number"] < 900


def test_a_witness_that_is_silent_holds_up_nothing(witness: Witness, shop: Shop, clock: SetClock) -> None:
    witness.silent = True
    closure = ask(BOB)
    tidy()
    assert held_back() is None
    assert later(closure, clock, days=8).state == State.CLOSED
    witness.silent = False
    tidy()
    assert len(witness.heads) == 1


def test_a_head_that_was_told_is_found_again_by_the_command(shop: Shop, tmp_path: Path) -> None:
    home, words = tmp_path / "home", ("--store", str(shop.file), "--json")
    pamitan("close", *words, "--account", ALICE, "--yes", home=home)
    told = json.loads(pamitan("ledger", *words, home=home).stdout)
    assert told["holds"] is True
    assert told["number"] > 0
    head = f"{told['number']}:{told['hash']}"
    pamitan("close", *words, "--account", BOB, "--yes", home=home)
    assert pamitan("ledger", *words, "--head", head, home=home).returncode == Exit.DONE
    assert pamitan("ledger", *words, "--head", f"{told['number']}:{'f' * 64}", home=home).returncode == Exit.FAILED
    assert pamitan("ledger", *words, "--head", "x", home=home).returncode == Exit.USAGE
