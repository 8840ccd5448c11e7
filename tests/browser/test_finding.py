"""At the desk: a finding that nobody explains is looked at, explained, and the closure goes on; on every screen."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from pamitan.closure import service
from pamitan.closure.clock import clock, use_clock
from pamitan.closure.models import Closure
from pamitan.kit.clock import SetClock
from pamitan.worker.sweep import run_until_idle
from tests.browser.test_with_help import address, chromium, sits_down  # noqa: F401
from tests.flow.corner_shop import ALICE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def stuck(address: str, tmp_path: Path) -> Closure:  # noqa: F811
    """Alice's account is erased, but a note that nobody mapped names her."""
    with sqlite3.connect(tmp_path / "shop.db") as shop:
        shop.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT)")
        shop.execute("INSERT INTO note VALUES (7, 'alice@example.com called')")
    closure = service.request_closure(ALICE, language="en")
    run_until_idle()
    with use_clock(SetClock(clock().now())) as later:
        later.pass_time(days=8)
        run_until_idle()
    closure.refresh_from_db()
    assert closure.unexplained
    return closure


def test_an_operator_explains_a_finding(chromium: Browser, address: str, stuck: Closure) -> None:  # noqa: F811
    anna = sits_down(chromium, address)
    anna.page.goto(f"{address}/desk/closures/")
    anna.tap("Look at what stands in note, body")
    anna.reads("shop · note")
    anna.page.get_by_label("It is another person's").check()
    anna.page.get_by_label("Why?").fill("alice@example.com is a supplier")
    anna.tap("Explain it")
    anna.reads("Write a reason, without names, e-mail addresses")
    anna.page.get_by_label("Why?").fill("a supplier of that name")
    anna.tap("Explain it")
    anna.reads("All closures get on by themselves.")
    stuck.refresh_from_db()
    assert stuck.unexplained == []
