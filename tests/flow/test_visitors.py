"""One password tried on many accounts from one place: the place waits, others do not, and no address is kept."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.test import Client

from tests.flow.corner_shop import OPERATOR_PASSWORD, PASSWORD

pytestmark = pytest.mark.usefixtures("clock")

LIMIT = 6


@pytest.fixture(autouse=True)
def low_limit(settings: Any) -> None:
    settings.PAMITAN_TRIES_PER_ADDRESS = LIMIT


def sign_in(login: str, password: str, **where: str) -> int:
    return Client(**where).post("/sign-in", {"login": login, "password": password}).status_code  # type: ignore[arg-type]


def try_many(**where: str) -> None:
    for number in range(LIMIT):
        assert sign_in(f"somebody{number}@example.com", "sandi123", **where) == 422


def test_a_place_with_too_many_wrong_passwords_waits_whatever_the_account() -> None:
    assert sign_in("alice@example.com", PASSWORD, REMOTE_ADDR="203.0.113.7") == 302
    try_many(REMOTE_ADDR="203.0.113.7")
    assert sign_in("alice@example.com", PASSWORD, REMOTE_ADDR="203.0.113.7") == 422
    assert sign_in("alice@example.com", PASSWORD, REMOTE_ADDR="203.0.113.8") == 302


def test_it_is_over_after_a_quarter_of_an_hour() -> None:
    try_many(REMOTE_ADDR="203.0.113.7")
    for row in AccessAttempt.objects.all():
        AccessAttempt.objects.filter(pk=row.pk).update(attempt_time=row.attempt_time - dt.timedelta(minutes=16))
    assert sign_in("alice@example.com", PASSWORD, REMOTE_ADDR="203.0.113.7") == 302


def test_an_ipv6_network_counts_as_one_place() -> None:
    for number in range(LIMIT):
        sign_in(f"somebody{number}@example.com", "sandi123", REMOTE_ADDR=f"2001:db8:0:1::{number}")
    assert sign_in("alice@example.com", PASSWORD, REMOTE_ADDR="2001:db8:0:1:ffff::1") == 422
    assert sign_in("alice@example.com", PASSWORD, REMOTE_ADDR="2001:db8:0:2::1") == 302


def test_behind_a_proxy_the_visitor_counts_and_not_the_proxy(settings: Any) -> None:
    settings.PAMITAN_BEHIND_PROXY = True
    proxy = {"REMOTE_ADDR": "10.0.0.1"}
    try_many(HTTP_X_FORWARDED_FOR="192.0.2.99, 203.0.113.7", **proxy)
    assert sign_in("alice@example.com", PASSWORD, HTTP_X_FORWARDED_FOR="192.0.2.99, 203.0.113.8", **proxy) == 302
    assert sign_in("alice@example.com", PASSWORD, HTTP_X_FORWARDED_FOR="8.8.8.8, 203.0.113.7", **proxy) == 422


def test_without_a_proxy_a_forged_header_changes_nothing() -> None:
    for number in range(LIMIT):
        sign_in(
            f"somebody{number}@example.com", "sandi123",
            HTTP_X_FORWARDED_FOR=f"192.0.2.{number}", REMOTE_ADDR="203.0.113.7",
        )  # fmt: skip
    assert sign_in("alice@example.com", PASSWORD, REMOTE_ADDR="203.0.113.7") == 422


def test_right_passwords_do_not_count() -> None:
    for _ in range(LIMIT + 2):
        assert sign_in("charlie@example.com", PASSWORD, REMOTE_ADDR="203.0.113.7") == 302


def test_the_desk_has_the_same_limit(anna: User) -> None:
    try_many(REMOTE_ADDR="203.0.113.7")
    client = Client(REMOTE_ADDR="203.0.113.7")
    answer = client.post("/desk/sign-in/", {"login": anna.email, "password": OPERATOR_PASSWORD})
    assert answer.status_code == 200
    assert "too many tries" in answer.content.decode()
    other = Client(REMOTE_ADDR="203.0.113.8")
    answer = other.post("/desk/sign-in/", {"login": anna.email, "password": OPERATOR_PASSWORD})
    assert answer.headers["Location"] == "/desk/sign-in/code/"


def test_the_address_is_not_kept() -> None:
    try_many(REMOTE_ADDR="203.0.113.7")
    kept = " ".join(str(row) for row in AccessAttempt.objects.values_list())
    assert AccessAttempt.objects.count() == LIMIT + 1
    assert "203.0.113" not in kept
