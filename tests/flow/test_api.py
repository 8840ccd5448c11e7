"""What the shop's own programs may ask."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.test import Client

from pamitan.closure import service
from pamitan.evidence.tombstones import bar
from pamitan.kit.clock import SetClock
from tests.flow.book_shop import CHARLIE, Shop, clock, shop  # noqa: F401

pytestmark = pytest.mark.usefixtures("clock")


def ask(body: object, token: str | None = "token-of-the-shop") -> object:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return Client(headers=headers).post("/api/barred", body, content_type="application/json")


@pytest.mark.parametrize("spelling", ["gone@example.com", " GONE@Example.com", "gone@example.com "])
def test_an_address_of_a_closed_account_is_barred_in_any_spelling(clock: SetClock, spelling: str) -> None:  # noqa: F811
    bar("email", "gone@example.com", now=clock.now(), until=None)
    assert ask({"identifier": spelling}).json() == {"barred": True}  # type: ignore[attr-defined]


def test_a_number_is_barred_until_its_day(clock: SetClock) -> None:  # noqa: F811
    bar("phone", "+6281234567890", now=clock.now(), until=clock.now() + dt.timedelta(days=90))
    assert ask({"identifier": "0812-3456-7890"}).json() == {"barred": True}  # type: ignore[attr-defined]
    clock.pass_time(days=91)
    assert ask({"identifier": "0812-3456-7890"}).json() == {"barred": False}  # type: ignore[attr-defined]


def test_other_addresses_are_not_barred() -> None:
    assert ask({"identifier": "alice@example.com"}).json() == {"barred": False}  # type: ignore[attr-defined]


@pytest.mark.parametrize("token", [None, "", "wrong", "token-of-the-sho", "tökén"])
def test_without_the_token_nothing_is_told(token: str | None) -> None:
    answer = ask({"identifier": "alice@example.com"}, token)
    assert answer.status_code == 401  # type: ignore[attr-defined]
    assert "api_token" in answer.json()["error"]  # type: ignore[attr-defined]


def test_a_store_file_without_a_token_lets_nobody_ask(shop: Shop, settings: object) -> None:  # noqa: F811
    file = shop.folder / "closed.yaml"
    file.write_text((shop.folder / "store.yaml").read_text().replace("api_token: token-of-the-shop\n", ""))
    settings.PAMITAN_STORE = str(file)  # type: ignore[attr-defined]
    assert ask({"identifier": "alice@example.com"}).status_code == 401  # type: ignore[attr-defined]


@pytest.mark.parametrize("body", [{}, {"identifier": ""}, {"identifier": "neither"}, {"identifier": 5}, "no json", []])
def test_bad_input_is_answered_with_a_sentence(body: object) -> None:
    answer = ask(body if isinstance(body, str) else json.dumps(body))
    assert answer.status_code in (400, 422)  # type: ignore[attr-defined]
    assert answer.headers["Content-Type"].startswith("application/json")  # type: ignore[attr-defined]
    assert len(answer.json()["error"]) > 10  # type: ignore[attr-defined]


@pytest.mark.parametrize("address", ["/health", "/api/health"])
def test_health_tells_how_far_the_sweep_is_behind(clock: SetClock, address: str) -> None:  # noqa: F811
    assert Client().get(address).json() == {"status": "ok", "backlog_seconds": 0}
    service.request_closure(CHARLIE, language="en")
    clock.pass_time(minutes=5)
    assert Client().get(address).json()["backlog_seconds"] == 300


def test_the_api_describes_itself_and_needs_no_page_for_it() -> None:
    described = Client().get("/api/openapi.json").json()
    assert set(described["paths"]) == {"/api/barred", "/api/calls", "/api/health"}
    assert Client().get("/api/docs").status_code == 404
