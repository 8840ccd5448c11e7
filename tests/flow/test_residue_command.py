"""``pamitan residue``: every row in which something of a customer is left, with its key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.flow.corner_shop import build_shop
from tests.flow.test_command_line import Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    shop, store_file = build_shop(tmp_path)
    shop.run("CREATE TABLE memo (id INTEGER PRIMARY KEY, body TEXT)")
    for number in range(1, 8):
        shop.run(f"INSERT INTO memo VALUES ({number}, 'Sold to alice@example.com')")
    return Shell(tmp_path / "home", shop, store_file)


def test_all_keys_of_a_finding_are_listed(shell: Shell) -> None:
    code, printed = shell.close("alice@example.com", "--ignore-blockers", "test")
    [blocking] = [found for found in printed["residue"] if found["blocking"]]
    assert (code, blocking["rows"], blocking["key"]) == (4, 7, "1; 2; 3")
    store = ["--store", str(shell.store_file)]
    done = shell.run("residue", *store, printed["reference"], "--json")
    assert (done.returncode, done.stderr) == (0, "")
    [listed] = [found for found in json.loads(done.stdout)["residue"] if found["blocking"]]
    assert (listed["table"], listed["rows"], listed["keys"]) == ("memo", 7, [str(n) for n in range(1, 8)])
    assert len(shell.shop.run("SELECT id FROM memo WHERE body LIKE '%alice@%'")) == 7
    assert "1; 2; 3; 4; 5; 6; 7" in shell.run("residue", *store, printed["reference"]).stdout


def test_after_the_end_nothing_is_known_to_search_for(shell: Shell) -> None:
    shell.shop.run("DELETE FROM memo")
    _code, printed = shell.close("alice@example.com", "--ignore-blockers", "test")
    done = shell.run("residue", "--store", str(shell.store_file), printed["reference"])
    assert (printed["state"], done.returncode) == ("closed", 1)
    assert "what to search for is known from the beginning of an erasure until its end" in done.stderr
