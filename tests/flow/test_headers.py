"""What every answer says beside its words: strict content policy, nothing kept, nothing told, cookies out of reach."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from pamitan.closure import service as closures
from pamitan.conversation import service
from pamitan.conversation.models import Channel
from tests.flow.corner_shop import ALICE, BOB, OPERATOR_PASSWORD, PASSWORD, Shop, customer_client, operator_client

pytestmark = pytest.mark.usefixtures("clock")

STRANGERS = [
    "/", "/delete-account", "/health", "/sign-in", "/sign-in/code", "/sign-in/code/enter", "/sign-in/which",
    "/enter?token=x", "/nowhere", "/download/x", "/confirm/PM-AAAAA-AAAAA?token=x", "/status/PM-AAAAA-AAAAA?token=x",
    "/help/", "/help/manage", "/help/articles/close", "/help/contact", "/close", "/desk/", "/desk/sign-in/",
    "/desk/second-factor/", "/api/nowhere",
]  # fmt: skip
CUSTOMERS = [
    "/", "/close", "/close/confirm", "/close/done", "/status", "/download/all", "/help/", "/help/contact",
    "/help/contact/email?area=account&topic=update&detail=close", "/help/contact/phone?area=account&topic=update",
    "/help/conversations", "/nowhere",
]  # fmt: skip
OPERATORS = [
    "/desk/", "/desk/closures/", "/desk/find/?code=x", "/desk/codes/", "/desk/codes/new/", "/desk/codes/file/",
    "/desk/sign-out/", "/desk/again/", "/desk/second-factor/", "/desk/second-factor/qr.svg", "/desk/nowhere/",
]  # fmt: skip


def policy_of(answer: HttpResponse) -> dict[str, list[str]]:
    """The content policy, as directive and sources."""
    parts = answer.headers["Content-Security-Policy"].split(";")
    return {name: sources for name, *sources in (part.split() for part in parts)}


def assert_strict(answer: HttpResponse) -> None:
    policy = policy_of(answer)
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == ["'none'"]
    assert {source for sources in policy.values() for source in sources} == {"'self'", "'none'"}
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert not {"Server", "X-Powered-By", "Access-Control-Allow-Origin"} & set(answer.headers)


def assert_not_kept(answer: HttpResponse) -> None:
    assert {"no-store", "private"} <= {part.strip() for part in answer.headers["Cache-Control"].split(",")}


def assert_cookies_out_of_reach(answer: HttpResponse) -> None:
    for cookie in (given for given in answer.cookies.values() if given.value):
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert not cookie["domain"]


def assert_all(answer: HttpResponse) -> None:
    assert_strict(answer)
    assert_not_kept(answer)
    assert_cookies_out_of_reach(answer)


@pytest.mark.parametrize("address", STRANGERS)
def test_pages_for_strangers(address: str) -> None:
    assert_all(Client().get(address))


@pytest.mark.parametrize("address", CUSTOMERS)
def test_pages_for_customers(address: str) -> None:
    assert_all(customer_client("alice@example.com").get(address))


@pytest.mark.parametrize("address", OPERATORS)
def test_pages_for_operators(anna: User, address: str) -> None:
    assert_all(operator_client(anna).get(address))


def test_pages_of_a_closure_and_of_a_conversation(anna: User) -> None:
    closure = closures.request_closure(BOB, language="en", accept_losses=["all"])
    wanted = service.Request("account", "update", "close", None)
    talk = service.open_conversation(ALICE, Channel.CHAT, wanted, "Hello.", language="en")
    token = closures.status_token(closure)
    assert_all(Client().get(f"/status/{closure.reference}?token={token}"))
    assert_all(customer_client("alice@example.com").get(f"/help/conversations/{talk.reference}"))
    assert_all(operator_client(anna).get(f"/desk/conversations/{talk.reference}/"))


@pytest.mark.parametrize(
    "send",
    [
        lambda: Client().post("/sign-in", {"login": "alice@example.com", "password": PASSWORD}),
        lambda: Client().post("/sign-in", {"login": "alice@example.com", "password": "wrong"}),
        lambda: Client().post("/sign-in/code", {"login": "alice@example.com"}),
        lambda: Client().post("/language", {"language": "it", "next": "/"}),
        lambda: Client(enforce_csrf_checks=True).post("/sign-in", {"login": "x", "password": "y"}),
        lambda: Client().post("/desk/sign-in/", {"login": "anna@toko.example", "password": OPERATOR_PASSWORD}),
        lambda: customer_client("alice@example.com").post("/sign-out"),
    ],
    ids=["right password", "wrong password", "code", "language", "expired form", "desk", "sign-out"],
)
@pytest.mark.usefixtures("anna")
def test_answers_to_forms(send: Callable[[], HttpResponse]) -> None:
    assert_all(send())


def test_a_store_that_is_down(shop: Shop) -> None:
    alice = customer_client("alice@example.com")
    shop.path.rename(shop.path.with_suffix(".away"))
    answer = alice.get("/close")
    assert answer.status_code == 503
    assert_all(answer)


def test_a_failure_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("django.template.loader.get_template", broken)
    client = Client(raise_request_exception=False)
    answer = client.get("/")
    assert answer.status_code == 500
    assert_all(answer)


def test_over_https_cookies_travel_encrypted_only(settings: object) -> None:
    for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"):
        setattr(settings, name, True)
    answer = Client().post("/sign-in", {"login": "alice@example.com", "password": PASSWORD}, secure=True)
    switched = Client().post("/language", {"language": "it", "next": "/"}, secure=True)
    assert all(cookie["secure"] for page in (answer, switched) for cookie in page.cookies.values())
