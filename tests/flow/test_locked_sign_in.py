"""An account that Pamitan locked by a flag alone: its holder still comes in here, to look and to undo."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from pamitan.closure import service
from pamitan.worker.sweep import run_until_idle
from tests.flow.corner_shop import ALICE, BOB, PASSWORD, Shop, build_shop

pytestmark = pytest.mark.django_db

FLAG = "\n  active: {verified: 1}\n  lock: [{column: verified, set: 0}]\n"


@pytest.fixture
def shop(tmp_path: Path, settings: object) -> Shop:
    """The corner shop, with a flag that keeps a customer out."""
    built, file = build_shop(tmp_path)
    scheme = "  password: {column: password, scheme: django}\n"
    file.write_text(file.read_text().replace(scheme, scheme.rstrip() + FLAG))
    settings.PAMITAN_STORE = str(file)  # type: ignore[attr-defined]
    return built


def _sign_in(login: str) -> int:
    return Client().post("/sign-in", {"login": login, "password": PASSWORD}).status_code


def test_who_was_locked_for_the_closure_still_comes_in(shop: Shop) -> None:
    service.request_closure(ALICE, language="en")
    run_until_idle()
    assert shop.run("SELECT verified FROM customer WHERE id = ?", ALICE) == [(0,)]
    assert _sign_in("alice@example.com") == 302


def test_whom_the_shop_switched_off_does_not(shop: Shop) -> None:
    shop.run("UPDATE customer SET verified = 0 WHERE id = ?", BOB)
    assert _sign_in("081298765432") == 422


def test_undo_sets_the_flag_back(shop: Shop) -> None:
    closure = service.request_closure(ALICE, language="en")
    run_until_idle()
    service.withdraw(closure)
    run_until_idle()
    assert shop.run("SELECT verified FROM customer WHERE id = ?", ALICE) == [(1,)]
