"""Passkeys with a real browser and its virtual authenticator, under the strict policy of the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from playwright.sync_api import Browser, CDPSession, Page, expect
from pytest_django.live_server_helper import LiveServer

from pamitan.desk.operators import create_operator
from tests.browser.test_with_help import address, chromium  # noqa: F401
from tests.flow.corner_shop import OPERATOR_PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:  # noqa: F811
    context = chromium.new_context(locale="en")
    page = context.new_page()
    complaints: list[str] = []
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type == "error" and "409" not in said.text else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []
    context.close()


@pytest.fixture
def desk(address: str, live_server: LiveServer) -> str:  # noqa: F811
    """The desk under a name: a passkey belongs to a name, never to a bare number."""
    return re.sub(r"//[^:/]+", "//localhost", live_server.url) + "/desk"


def authenticator(page: Page) -> tuple[CDPSession, str]:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options: dict[str, Any] = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, str(made["authenticatorId"])


def password(page: Page, desk: str, operator: User) -> None:
    page.goto(f"{desk}/sign-in/")
    page.get_by_label("E-mail address").fill(operator.email)
    page.get_by_label("Password").fill(OPERATOR_PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Continue").click()


def add_passkey(page: Page, desk: str) -> None:
    page.goto(f"{desk}/second-factor/passkeys/")
    page.get_by_label("Its name").fill("my phone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def test_a_passkey_as_the_first_second_factor_then_signs_in(page: Page, desk: str) -> None:
    berta = create_operator("berta@toko.example", OPERATOR_PASSWORD)
    authenticator(page)
    password(page, desk, berta)
    page.get_by_role("link", name="Use a passkey instead").click()
    expect(page.get_by_label("Its name")).to_be_visible()
    add_passkey(page, desk)
    assert Authenticator.objects.filter(user=berta, type="webauthn").count() == 1
    page.context.clear_cookies()
    password(page, desk, berta)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()


def test_a_recovery_code_stands_in_for_a_lost_passkey(page: Page, desk: str) -> None:
    berta = create_operator("berta@toko.example", OPERATOR_PASSWORD)
    session, number = authenticator(page)
    password(page, desk, berta)
    add_passkey(page, desk)
    code = page.locator(".codes li").first.inner_text()
    session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": number})
    page.context.clear_cookies()
    password(page, desk, berta)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()


def test_another_persons_passkey_does_not_let_in(page: Page, desk: str) -> None:
    berta = create_operator("berta@toko.example", OPERATOR_PASSWORD)
    session, number = authenticator(page)
    password(page, desk, berta)
    add_passkey(page, desk)
    session.send("WebAuthn.clearCredentials", {"authenticatorId": number})
    page.context.clear_cookies()
    password(page, desk, berta)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("The passkey was not used")).to_be_visible()
    page.goto(f"{desk}/")
    expect(page.get_by_role("heading", name="Your code")).to_be_visible()


def test_the_last_second_factor_stays_and_another_one_goes(page: Page, desk: str) -> None:
    anna = create_operator("anna@toko.example", OPERATOR_PASSWORD)
    authenticator(page)
    password(page, desk, anna)
    add_passkey(page, desk)
    page.goto(f"{desk}/second-factor/passkeys/")
    page.get_by_role("link", name="Remove").click()
    with page.expect_response(lambda answer: answer.status == 409):
        page.get_by_role("button", name="Yes, remove").click()
    expect(page.get_by_text("This is your only second factor.")).to_be_visible()
    assert Authenticator.objects.filter(user=anna, type="webauthn").count() == 1
