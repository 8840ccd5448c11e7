"""``pamitan close --shadow``: of the rehearsal nothing stays, in the shop or with us."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from tests.flow.closing import build_shop
from tests.flow.test_certificate_commands import pamitan


def our_own(home: Path) -> dict[str, Any]:
    """Every row of every table of our own database, and every file beside it that holds a key."""
    [database] = list(home.rglob("*.sqlite3"))
    with sqlite3.connect(database) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows: dict[str, Any] = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in tables}
    connection.close()
    return rows | {str(path): path.read_bytes() for path in sorted(home.rglob("*.key"))}


def test_a_rehearsal_leaves_no_trace_in_our_own_tables(tmp_path: Path) -> None:
    shop, home = build_shop(tmp_path), tmp_path / "home"
    closed = pamitan("close", "--store", str(shop.file), "--account", "1", "--now", "--yes", "--json", home=home)
    assert closed.returncode == 0, closed.stdout
    before, rows = our_own(home), shop.rows()
    assert {"closure_closure", "evidence_ledgerentry", "evidence_tombstone", "channels_mail"} <= before.keys()
    assert len(before["evidence_ledgerentry"]) > 3
    rehearsed = pamitan("close", "--store", str(shop.file), "--account", "2", "--shadow", "--json", home=home)
    assert rehearsed.returncode == 0, rehearsed.stderr
    assert ("customer", "delete", 1) in {
        (r["table"], r["action"], r["rows"]) for r in json.loads(rehearsed.stdout)["receipts"]
    }
    assert shop.rows() == rows
    assert our_own(home) == before


def test_a_rehearsal_tells_what_the_verification_of_the_real_run_finds(tmp_path: Path) -> None:
    shop, home = build_shop(tmp_path), tmp_path / "home"
    shop.run("INSERT INTO review VALUES (9, 2, 'Bob', 'Ask alice@example.com')")
    common = ["close", "--store", str(shop.file), "--account", "1", "--json"]
    before = shop.rows()
    rehearsed = json.loads(pamitan(*common, "--shadow", home=home).stdout)
    assert shop.rows() == before
    done = json.loads(pamitan(*common, "--now", "--yes", home=home).stdout)
    assert (rehearsed["late"], rehearsed["not_verified"]) == ([], None)
    assert rehearsed["residue"] == [found for found in done["residue"] if found["table"] == "review"]
    assert [found["blocking"] for found in rehearsed["residue"]] == [True]
