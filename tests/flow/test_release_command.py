"""``pamitan release``, as an engineer runs it; and the mark that several processes raise."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pamitan.cli.output import Exit
from tests.flow.closing import ALICE, BOB, Shop, build_shop
from tests.flow.test_certificate_commands import pamitan

WRITER = """
import django
django.setup()
import datetime
from pamitan.evidence.ledger import LedgerEvent, record
for _ in range(20):
    record(LedgerEvent.DESK_SEARCHED, None, datetime.datetime.now(datetime.UTC))
"""
READER = """
import django
django.setup()
from pamitan.evidence.mark import gap, known_mark, ledger_end
print(gap() is None, known_mark() == ledger_end(), ledger_end().number)
"""


def run(shop: Shop, *words: str) -> tuple[int, dict[str, Any]]:
    done = pamitan(*words, "--store", str(shop.file), "--json", home=shop.file.parent / "home")
    return done.returncode, json.loads(done.stdout)


@pytest.fixture
def restored(tmp_path: Path) -> tuple[Shop, str]:
    """Bob has asked; a backup of Pamitan's database was made; alice left; then the backup was restored."""
    shop = build_shop(tmp_path)
    _, asked = run(shop, "close", "--account", BOB, "--yes")
    own = tmp_path / "home" / "pamitan.sqlite3"
    shutil.copy(own, backup := tmp_path / "backup.sqlite3")
    assert run(shop, "close", "--account", ALICE, "--now", "--yes")[0] == Exit.DONE
    shutil.copy(backup, own)
    return shop, str(asked["reference"])


def test_the_commands_say_that_it_is_held_back_and_nothing_is_erased(restored: tuple[Shop, str]) -> None:
    shop, reference = restored
    before = shop.rows()
    code, told = run(shop, "close", "--account", BOB, "--now", "--yes")
    assert code == Exit.HELD_BACK
    assert "pamitan release" in told["error"]
    assert run(shop, "replay", "--yes")[0] == Exit.HELD_BACK
    assert run(shop, "status", reference)[1]["held_back"] is True
    assert shop.rows() == before


def test_without_a_yes_nothing_is_released(restored: tuple[Shop, str]) -> None:
    shop, reference = restored
    done = pamitan("release", "--store", str(shop.file), home=shop.file.parent / "home", typed="n\n")
    assert done.returncode == Exit.FAILED
    assert "newer backup" in done.stdout
    assert run(shop, "status", reference)[1]["held_back"] is True


def test_released_it_goes_on(restored: tuple[Shop, str]) -> None:
    shop, reference = restored
    assert run(shop, "release", "--yes") == (Exit.DONE, {"released": True, "closures": 1, "gone": []})
    assert run(shop, "status", reference)[1]["held_back"] is False
    assert run(shop, "release", "--yes") == (Exit.DONE, {"released": False, "closures": 0, "gone": []})
    assert run(shop, "close", "--account", BOB, "--now", "--yes")[1]["state"] == "closed"
    assert not shop.has(BOB)


def test_an_account_that_is_gone_is_listed_and_finished_by_its_reference(restored: tuple[Shop, str]) -> None:
    shop, reference = restored
    shop.run("DELETE FROM customer WHERE id = 2")
    shop.run("INSERT INTO note VALUES (1, 'bob@example.com called')")
    assert run(shop, "release", "--yes")[1]["gone"] == [[reference, "waiting"]]
    code, told = run(shop, "release", "--gone", reference)
    assert (code, told["state"]) == (Exit.NOT_CLOSED, "erasing")
    assert "note.body" in told["stuck_reason"]
    shop.run("DELETE FROM note")
    code, told = run(shop, "release", "--gone", reference)
    assert (code, told["state"]) == (Exit.DONE, "closed")


def test_processes_that_write_at_once_raise_one_mark(tmp_path: Path, postgres_url: str) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "pamitan.config.settings",
        "PAMITAN_HOME": str(tmp_path / "home"),
        "PAMITAN_DATABASE_URL": postgres_url.replace("postgresql+psycopg://", "postgresql://"),
    }
    migrate = [str(Path(sys.executable).parent / "django-admin"), "migrate", "-v0"]
    subprocess.run(migrate, env=environment, check=True)
    writers = [subprocess.Popen([sys.executable, "-c", WRITER], env=environment) for _ in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    read = subprocess.run([sys.executable, "-c", READER], env=environment, check=True, capture_output=True, text=True)
    assert read.stdout.split() == ["True", "True", "60"]
