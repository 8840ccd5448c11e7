"""``pamitan replay``: it lists who came back with a restore, and erases them when told to."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pamitan.cli.output import Exit
from tests.flow.closing import ALICE, BOB, Shop, build_shop
from tests.flow.test_certificate_commands import pamitan


@pytest.fixture
def restored(tmp_path: Path) -> Shop:
    """The shop as its backup has it, from a time before alice closed her account."""
    shop = build_shop(tmp_path)
    shutil.copy(shop.database, backup := tmp_path / "backup.db")
    words = ("close", "--store", str(shop.file), "--account", ALICE, "--now", "--yes", "--json")
    assert pamitan(*words, home=tmp_path / "home").returncode == 0
    assert not shop.has(ALICE)
    shutil.copy(backup, shop.database)
    return shop


def replay(shop: Shop, *words: str) -> tuple[int, dict[str, Any]]:
    done = pamitan("replay", "--store", str(shop.file), "--json", *words, home=shop.file.parent / "home")
    return done.returncode, json.loads(done.stdout)


def test_without_yes_it_lists_and_erases_nothing(restored: Shop) -> None:
    before = restored.rows()
    code, told = replay(restored)
    assert code == Exit.BLOCKED
    assert [(one["account"], one["certain"]) for one in told["returned"]] == [(ALICE, True)]
    assert told["closures"] == []
    assert restored.rows() == before


def test_with_yes_who_is_certain_is_erased_again_and_nobody_else(restored: Shop) -> None:
    code, told = replay(restored, "--yes")
    assert code == Exit.DONE
    assert [closure["state"] for closure in told["closures"]] == ["closed"]
    assert (restored.has(ALICE), restored.has(BOB)) == (False, True)
    assert replay(restored) == (Exit.DONE, {"returned": [], "closures": []})
