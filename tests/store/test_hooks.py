"""Hooks, against a real HTTP server on the loopback."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from pamitan.kit.clock import SetClock
from pamitan.storefile.model import Hook
from pamitan.stores.errors import StoreError, StoreUnavailable
from pamitan.stores.hooks import call_hook
from tests.servers import free_port
from tests.store.small_shop import ALICE, BOB, DESCRIPTION, NOW, open_store, orders, rows


class Shop:
    """What a shop's hook sees, and what it answers."""

    def __init__(self) -> None:
        self.answer = 200
        self.seen: list[tuple[dict[str, str], bytes]] = []
        self.url = ""

    def hook(self, *events: str) -> dict[str, Any]:
        return {"url": self.url, "secret": "s3cret", "events": list(events), "timeout_seconds": 2}


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            shop.seen.append((dict(self.headers), body))
            self.send_response(shop.answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        shop.url = f"http://127.0.0.1:{server.server_port}/hook"
        yield shop
        server.shutdown()
        thread.join()


def called(shop: Shop) -> None:
    hook = Hook.model_validate(shop.hook("erase"))
    call_hook(hook, "erase", {"account_id": "7"}, "key-1", SetClock(NOW))


def test_a_call_is_signed_and_named(shop: Shop) -> None:
    called(shop)
    [(headers, body)] = shop.seen
    seconds = int(NOW.timestamp())
    expected = hmac.new(b"s3cret", f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    assert json.loads(body) == {"event": "erase", "account_id": "7"}
    assert headers["X-Pamitan-Signature"] == f"t={seconds},v1={expected}"
    assert (headers["X-Pamitan-Event"], headers["Idempotency-Key"]) == ("erase", "key-1")


@pytest.mark.parametrize("answer", [500, 503, 429, 408])
def test_an_answer_that_says_later_is_temporary(shop: Shop, answer: int) -> None:
    shop.answer = answer
    with pytest.raises(StoreUnavailable, match=str(answer)):
        called(shop)


@pytest.mark.parametrize("answer", [302, 400, 401, 404, 410])
def test_any_other_answer_is_lasting(shop: Shop, answer: int) -> None:
    shop.answer = answer
    with pytest.raises(StoreError, match=str(answer)) as caught:
        called(shop)
    assert not isinstance(caught.value, StoreUnavailable)


def test_no_answer_is_temporary() -> None:
    hook = Hook(url=f"http://127.0.0.1:{free_port()}/", secret="s3cret", events=["erase"], timeout_seconds=1)
    with pytest.raises(StoreUnavailable) as caught:
        call_hook(hook, "erase", {}, "key-1")
    assert "s3cret" not in str(caught.value)


def test_an_order_is_cancelled_by_the_shops_hook(shop: Shop, any_url: str) -> None:
    cancel = {"when": {"status": "New"}, "hook": "cancel"}
    store = open_store(
        any_url, orders={**DESCRIPTION["orders"], "cancel": cancel}, hooks={"cancel": shop.hook("cancel_order")}
    )
    before = rows(store, orders)
    [item] = [item for item in store.open_items(ALICE) if item.can_cancel]
    store.cancel(ALICE, item.key, "key-2")
    [(headers, body)] = shop.seen
    assert json.loads(body) == {
        "event": "cancel_order",
        "account_id": ALICE,
        "kind": "order",
        "id": "11",
        "number": "11",
    }
    assert headers["Idempotency-Key"] == "key-2"
    assert rows(store, orders) == before


def test_another_customers_order_never_reaches_the_hook(shop: Shop, sqlite_url: str) -> None:
    cancel = {"when": {"status": "New"}, "hook": "cancel"}
    store = open_store(
        sqlite_url, orders={**DESCRIPTION["orders"], "cancel": cancel}, hooks={"cancel": shop.hook("cancel_order")}
    )
    with pytest.raises(KeyError):
        store.cancel(ALICE, store.open_items(BOB)[0].key, "key-3")
    assert shop.seen == []


def test_lock_and_unlock_are_told_to_those_who_ask(shop: Shop, sqlite_url: str) -> None:
    hooks = {"door": shop.hook("lock", "unlock"), "search": shop.hook("erase")}
    store = open_store(sqlite_url, hooks=hooks)
    applied = store.lock(ALICE, idempotency_key="closure-1")
    store.unlock(ALICE, applied)
    assert [json.loads(body)["event"] for _headers, body in shop.seen] == ["lock", "unlock"]
    assert shop.seen[0][0]["Idempotency-Key"] == "closure-1:door"


def test_a_lock_whose_hook_fails_changes_nothing(shop: Shop, sqlite_url: str) -> None:
    shop.answer = 503
    store = open_store(sqlite_url, hooks={"door": shop.hook("lock")})
    with pytest.raises(StoreUnavailable):
        store.lock(ALICE)
    assert store.planned_locks(ALICE) != []
