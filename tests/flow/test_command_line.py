"""The commands as people and scripts run them: each in a process of its own, with a home of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.flow.corner_shop import ALICE, BOB, CHARLIE, Shop, build_shop
from tests.flow.postbox import mail_server
from tests.servers import free_port

PAMITAN = [sys.executable, "-c", "from pamitan.cli import main; main()"]


@dataclass
class Shell:
    home: Path
    shop: Shop
    store_file: Path

    smtp_port: int = 1

    def run(self, *words: str, answer: str = "") -> subprocess.CompletedProcess[str]:
        """Run ``pamitan WORDS``; ``answer`` is typed in."""
        command = [*PAMITAN, *words]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, input=answer)

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([*PAMITAN, *words], env=self.environment, stdout=subprocess.PIPE)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PAMITAN_", "DJANGO_"))}
        return kept | {"PAMITAN_HOME": str(self.home), "PAMITAN_SMTP_PORT": str(self.smtp_port), "COLUMNS": "200"}

    def close(self, account: str, *words: str) -> tuple[int, dict[str, Any]]:
        """``pamitan close --now --yes --json``: the exit code and the printed object."""
        common = ["--store", str(self.store_file), "--account", account]
        done = self.run("close", *common, "--now", "--yes", "--json", *words)
        return done.returncode, json.loads(done.stdout)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    shop, store_file = build_shop(tmp_path)
    return Shell(tmp_path / "home", shop, store_file)


def test_close_now_runs_the_whole_life(shell: Shell) -> None:
    code, printed = shell.close("alice@example.com")
    assert (code, printed["state"]) == (0, "closed")
    assert {"datastore": "shop", "table": "customer", "action": "delete", "rows": 1, "note": None} in printed[
        "receipts"
    ]
    assert [row[0] for row in shell.shop.run("SELECT name FROM customer ORDER BY id")] == [
        "Bob Santoso",
        "Charlie Rossi",
    ]


@pytest.mark.parametrize("named", ["2", "+62 812-9876-5432", "081298765432"])
def test_an_account_is_named_by_id_or_phone_in_any_spelling(shell: Shell, named: str) -> None:
    code, _ = shell.close(named)
    assert code == 0
    assert shell.shop.run("SELECT count(*) FROM customer WHERE id = ?", BOB) == [(0,)]


def test_what_is_still_open_stops_it_with_its_list(shell: Shell) -> None:
    shell.shop.run("INSERT INTO orders VALUES (1, ?, 'A-17', 'paid')", ALICE)
    code, printed = shell.close(ALICE)
    assert code == 3
    assert [(blocker["kind"], blocker["number"]) for blocker in printed["blockers"]] == [("order", "A-17")]
    assert shell.shop.run("SELECT count(*) FROM customer") == [(3,)]


def test_blockers_can_be_overruled_with_a_reason(shell: Shell) -> None:
    shell.shop.run("INSERT INTO orders VALUES (1, ?, 'A-17', 'paid')", ALICE)
    code, printed = shell.close(ALICE, "--ignore-blockers", "the parcel came back")
    assert (code, printed["state"]) == (0, "closed")
    assert shell.shop.run("SELECT number, customer_id FROM orders") == [("A-17", None)]


def test_an_unknown_account_is_not_found_and_never_closed(shell: Shell) -> None:
    code, printed = shell.close("nobody@example.com")
    assert code == 6
    assert "no such customer" in printed["error"]


def test_without_yes_it_asks_and_no_means_no(shell: Shell) -> None:
    done = shell.run("close", "--store", str(shell.store_file), "--account", CHARLIE, "--now", answer="n\n")
    assert done.returncode == 1
    assert shell.shop.run("SELECT count(*) FROM customer WHERE id = ?", CHARLIE) == [(1,)]


def test_without_now_the_closure_waits_and_status_finds_it(shell: Shell) -> None:
    done = shell.run("close", "--store", str(shell.store_file), "--account", ALICE, "--yes", "--json")
    reference = json.loads(done.stdout)["reference"]
    shown = shell.run("status", "--store", str(shell.store_file), reference, "--json")
    assert (shown.returncode, json.loads(shown.stdout)["state"]) == (0, "waiting")
    assert shell.shop.run("SELECT count(*) FROM customer WHERE id = ?", ALICE) == [(1,)]


def test_now_takes_up_a_closure_that_waits(shell: Shell) -> None:
    shell.run("close", "--store", str(shell.store_file), "--account", ALICE, "--yes")
    code, printed = shell.close(ALICE)
    assert (code, printed["state"]) == (0, "closed")


def test_an_order_stops_also_a_closure_that_waits(shell: Shell) -> None:
    shell.run("close", "--store", str(shell.store_file), "--account", ALICE, "--yes")
    shell.shop.run("INSERT INTO orders VALUES (1, ?, 'A-17', 'paid')", ALICE)
    assert shell.close(ALICE)[0] == 3
    assert shell.close(ALICE, "--ignore-blockers", "the parcel came back")[0] == 0


def test_status_of_an_unknown_reference_says_so(shell: Shell) -> None:
    done = shell.run("status", "--store", str(shell.store_file), "PM-AAAAA-AAAAA", "--json")
    assert done.returncode == 6


def test_status_lists_what_was_opened_since(shell: Shell) -> None:
    done = shell.run("close", "--store", str(shell.store_file), "--account", ALICE, "--yes", "--json")
    shell.shop.run("INSERT INTO orders VALUES (1, ?, 'A-17', 'paid')", ALICE)
    shown = shell.run("status", "--store", str(shell.store_file), json.loads(done.stdout)["reference"], "--json")
    assert [blocker["number"] for blocker in json.loads(shown.stdout)["blockers"]] == ["A-17"]


@pytest.mark.parametrize("named", [ALICE, "Alice@example.com"])
def test_it_goes_on_although_the_account_itself_is_gone_already(shell: Shell, named: str) -> None:
    shell.shop.run("INSERT INTO orders VALUES (1, NULL, 'from alice@example.com', 'done')")
    code, printed = shell.close(named)
    assert (code, printed["state"], printed["blockers"]) == (4, "erasing", [])
    shell.shop.run("DELETE FROM orders")
    code, again = shell.close(named)
    assert (code, again["state"], again["reference"]) == (0, "closed", printed["reference"])


def test_run_again_when_all_is_done_it_shows_the_closed_account(shell: Shell) -> None:
    _, first = shell.close(ALICE)
    code, again = shell.close(ALICE)
    assert (code, again) == (0, first)


def test_a_hook_that_is_silent_is_told_as_something_that_passes(shell: Shell) -> None:
    hooks = "hooks: {search: {url: 'http://127.0.0.1:1/', secret: s, events: [erase]}}\n"
    shell.store_file.write_text(shell.store_file.read_text() + hooks)
    code, printed = shell.close(ALICE)
    assert (code, printed["state"]) == (5, "erasing")
    assert "run the same command again" in printed["stuck_reason"]


def test_plan_shows_what_would_happen_and_writes_nothing(shell: Shell) -> None:
    before = shell.shop.path.read_bytes()
    done = shell.run("plan", "--store", str(shell.store_file), "--account", ALICE, "--json")
    planned = {(r["table"], r["action"], r["rows"]) for r in json.loads(done.stdout)["receipts"]}
    assert done.returncode == 0
    assert planned == {("customer", "delete", 1)}
    assert shell.shop.path.read_bytes() == before


def test_shadow_gives_the_receipts_of_the_real_run_and_changes_nothing(shell: Shell) -> None:
    before = shell.shop.path.read_bytes()
    words = ["--store", str(shell.store_file), "--account", ALICE, "--shadow", "--json"]
    rehearsed = json.loads(shell.run("close", *words).stdout)
    assert shell.shop.path.read_bytes() == before
    _code, done = shell.close(ALICE)
    assert (rehearsed["set_aside"], rehearsed["receipts"]) == (None, done["receipts"])


def test_check_accepts_a_whole_store_file(shell: Shell) -> None:
    done = shell.run("check", str(shell.store_file), "--json")
    assert (done.returncode, json.loads(done.stdout)["ok"]) == (0, True)


def test_check_names_text_messages_without_a_provider(shell: Shell) -> None:
    words = shell.store_file.read_text()
    shell.store_file.write_text(words.replace("store:\n", "store:\n  codes_by: [email, sms]\n", 1))
    done = shell.run("check", str(shell.store_file))
    assert done.returncode == 2
    assert "codes by sms need a provider; describe its hook under 'sms', or take sms out" in done.stdout + done.stderr


def test_check_refuses_an_unmapped_table_with_a_link(shell: Shell) -> None:
    shell.shop.run(
        "CREATE TABLE wish (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id), note TEXT)"
    )
    done = shell.run("check", str(shell.store_file), "--json")
    problems = json.loads(done.stdout)["problems"]
    assert done.returncode == 1
    problem = next(problem for problem in problems if "wish.customer_id" in problem["where"])
    assert problem["mend"]
    assert shell.store_file.read_text("utf-8").splitlines()[problem["line"] - 1].strip() == "shop:"


def test_check_records_the_schema_and_a_change_stops_what_comes_after(shell: Shell) -> None:
    done = shell.run("check", str(shell.store_file), "--record", "--json")
    record = shell.store_file.with_name(f"{shell.store_file.name}.schema.json")
    assert (done.returncode, json.loads(done.stdout)["recorded"]) == (0, str(record))
    planned = ["plan", "--store", str(shell.store_file), "--account", ALICE]
    assert shell.run(*planned).returncode == 0
    shell.shop.run("ALTER TABLE customer ADD COLUMN nickname TEXT")
    for command in (planned, ["check", str(shell.store_file)]):
        done = shell.run(*command, "--json")
        assert done.returncode == 1
        assert "'customer.nickname' is new" in done.stdout
        assert "--record" in done.stdout
    assert shell.run("check", str(shell.store_file), "--record").returncode == 0
    assert shell.run(*planned).returncode == 0


def test_a_refused_store_file_is_not_recorded(shell: Shell) -> None:
    shell.shop.run("CREATE TABLE wish (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id))")
    done = shell.run("check", str(shell.store_file), "--record")
    assert done.returncode == 1
    assert "Nothing was recorded." in done.stdout
    assert list(shell.store_file.parent.glob("*.schema.json")) == []


@pytest.mark.parametrize(
    "command", [["check"], ["plan", "--account", "1", "--store"], ["close", "--account", "1", "--store"]]
)
def test_a_broken_store_file_is_named_with_its_line(shell: Shell, command: list[str]) -> None:
    broken = shell.store_file.with_name("broken.yaml")
    broken.write_text(shell.store_file.read_text().replace("delete: true", "delte: true"))
    line = next(n for n, text in enumerate(broken.read_text().splitlines(), 1) if "delte" in text)
    done = shell.run(*command, str(broken))
    assert done.returncode == 2
    assert f"{broken}:{line}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_store_that_does_not_answer_is_said_so(shell: Shell) -> None:
    gone = shell.store_file.with_name("gone.yaml")
    gone.write_text(
        shell.store_file.read_text().replace("sqlite:///" + str(shell.shop.path), "postgresql://u:secret@127.0.0.1:1/x")
    )
    done = shell.run("close", "--store", str(gone), "--account", ALICE, "--now", "--yes", "--json")
    assert done.returncode == 5
    assert "secret" not in done.stdout + done.stderr


def test_two_that_are_the_first_at_once_do_not_disturb_each_other(shell: Shell) -> None:
    with ThreadPoolExecutor() as pool:
        both = [pool.submit(shell.close, account) for account in (ALICE, BOB)]
    assert [(code, printed["state"]) for code, printed in (done.result() for done in both)] == [(0, "closed")] * 2


def test_a_home_that_cannot_be_written_to_is_said_so(shell: Shell) -> None:
    shell.home = shell.store_file / "home"
    done = shell.run("status", "--store", str(shell.store_file), "PM-AAAAA-AAAAA")
    assert (done.returncode, "PAMITAN_HOME" in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_what_our_own_database_keeps_names_nobody(shell: Shell) -> None:
    with mail_server() as postbox:
        shell.smtp_port = postbox.port
        shell.close(ALICE)
    kept = b"".join(path.read_bytes() for path in shell.home.rglob("*") if path.is_file())
    assert postbox.recipients == ["alice@example.com"] * 2
    assert b"PM-" in kept
    assert b"alice" not in kept.lower()


def test_without_a_mail_server_it_says_that_mails_wait(shell: Shell) -> None:
    code, printed = shell.close(ALICE)
    assert (code, printed["mails_waiting"]) == (0, 2)


def test_an_operator_is_let_in_once(shell: Shell) -> None:
    words = [
        "operator",
        "add",
        "--store",
        str(shell.store_file),
        "dina@toko.example",
        "--password",
        "jalan-kenanga-12",
        "--json",
    ]
    assert shell.run(*words).returncode == 0
    again = shell.run(*words)
    assert again.returncode == 2
    assert "exists already" in again.stdout


def test_an_operator_has_a_role_and_can_be_reset_and_removed(shell: Shell) -> None:
    def operator(*words: str) -> tuple[int, Any]:
        done = shell.run("operator", words[0], "--store", str(shell.store_file), *words[1:], "--json")
        return done.returncode, json.loads(done.stdout)

    assert operator("add", "dina@toko.example", "--password", "jalan-kenanga-12", "--role", "lead")[0] == 0
    line = {"number": 1, "operator": "dina@toko.example", "role": "lead", "second_factor": False}
    assert operator("list") == (0, [line])
    assert operator("reset", "dina@toko.example")[0] == 0
    assert operator("remove", "dina@toko.example")[0] == 0
    assert operator("list") == (0, [])
    assert operator("remove", "dina@toko.example")[0] == 6


def test_serve_answers_and_ends_cleanly(shell: Shell) -> None:
    port = free_port()
    words = ["serve", "--store", str(shell.store_file), "--port", str(port)]
    with shell.start(*words) as server:
        assert _answer(f"http://127.0.0.1:{port}/health") == 200
        server.terminate()
        assert server.wait(30) == 0


def test_the_demo_tells_a_script_where_to_begin(shell: Shell) -> None:
    port = free_port()
    with shell.start("demo", "--port", str(port), "--json") as demo:
        assert demo.stdout
        said = json.loads(demo.stdout.readline())
        assert _answer(said["url"]) == 200
        demo.terminate()
        assert demo.wait(30) == 0
    assert said["customers"]


def test_a_taken_port_is_said_so(shell: Shell) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = shell.run("serve", "--store", str(shell.store_file), "--port", port)
    assert done.returncode == 1
    assert f"127.0.0.1:{port}" in done.stderr
    assert "--port" in done.stderr


def _answer(url: str) -> int:
    """The status that the server answers with, once it does."""
    for _ in range(300):
        try:
            return httpx.get(url).status_code
        except httpx.ConnectError:
            time.sleep(0.1)
    raise AssertionError("the server did not answer within 30 s")


def test_schema_prints_a_json_schema(shell: Shell) -> None:
    done = shell.run("schema")
    assert json.loads(done.stdout)["properties"]["map"]
