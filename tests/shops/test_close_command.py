"""``pamitan close`` on the real shops: the whole life of a closure, without web or mail server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.scanner import find_values
from tests.shops.platforms import PLATFORMS
from tests.shops.shop import Shop, changed

COMMAND = Path(sys.executable).with_name("pamitan")


@pytest.fixture
def pamitan(shop: Shop, tmp_path: Path) -> Any:
    def run(*words: str) -> tuple[int, dict[str, Any]]:
        env = {**os.environ, **shop.env, "PAMITAN_HOME": str(tmp_path / "home")}
        env.pop("DJANGO_SETTINGS_MODULE", None)
        command = [str(COMMAND), *words, "--store", f"preset:{shop.preset}", "--json"]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        return done.returncode, json.loads(done.stdout)

    return run


# Nothing stands in their way: Noah's only order is an abandoned checkout, Tracy's is complete
FREE = {"oscar": 11, "opencart": 11, "chinook": 2, "chinook-sqlite": 2}
BUSY = {"oscar": 16, "opencart": 13}
with_open_orders = pytest.mark.parametrize("shop", ["oscar-sqlite", "oscar-postgres", "opencart"], indirect=True)


def test_an_account_without_anything_open_is_closed_at_once(shop: Shop, pamitan: Any) -> None:
    platform = PLATFORMS[shop.preset]
    person = platform.person(shop, FREE[shop.preset])
    before = shop.rows()
    proven = ["--proven", person.email]
    code, said = pamitan("close", "--account", person.email, *proven, "--now", "--yes")
    assert (code, said["state"], bool(said["blockers"])) == (0, "closed", False)
    assert said["reference"]
    assert {"datastore", "table", "action", "rows"} <= said["receipts"][0].keys()
    assert changed(before, shop.rows()) <= person.rows
    left = {(found.table, found.column) for found in find_values(shop.url, person.values - person.phones)}
    explained = {(found["table"], found["column"]) for found in said["residue"] if found["explained_by"]}
    assert left <= explained | platform.retained


@with_open_orders
def test_an_open_order_ends_it_with_its_own_code_and_the_list(shop: Shop, pamitan: Any) -> None:
    before = shop.rows()
    code, said = pamitan("close", "--account", str(BUSY[shop.preset]), "--now", "--yes")
    assert (code, said["state"]) == (3, None)
    assert len(said["blockers"]) >= 2
    assert changed(before, shop.rows()) == set()


@with_open_orders
def test_open_orders_can_be_passed_over_with_a_reason(shop: Shop, pamitan: Any) -> None:
    code, said = pamitan(
        "close", "--account", str(BUSY[shop.preset]), "--now", "--yes", "--ignore-blockers", "Asked for twice by letter"
    )
    assert (code, said["state"]) == (0, "closed")
