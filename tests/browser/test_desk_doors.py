"""The desk's pages that need a state of their own: way in, second factor, refusals, figures; for everybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page

from pamitan.desk.models import Role
from pamitan.desk.operators import create_operator, current_code
from tests.browser.test_accessibility import axe, found_by_axe, missed_by_tab, too_small  # noqa: F401
from tests.browser.test_with_help import address, chromium  # noqa: F401
from tests.flow.corner_shop import OPERATOR_PASSWORD, SECRET

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def type_password(page: Page, desk: str, operator: User) -> None:
    page.goto(f"{desk}/sign-in/")
    page.locator("#id_login").fill(operator.email)
    page.locator("#id_password").fill(OPERATOR_PASSWORD)
    with page.expect_navigation():
        page.locator("main button[type=submit]").click()


def sign_in(page: Page, desk: str, role: Role) -> None:
    operator = create_operator(f"{role}@toko.example", OPERATOR_PASSWORD, SECRET, role=role)
    type_password(page, desk, operator)
    page.locator("#id_code").fill(current_code(operator))
    with page.expect_navigation():
        page.locator("main form:not([data-passkey]) button[type=submit]").click()


def second_factor(page: Page, desk: str, settings: Any) -> None:
    type_password(page, desk, create_operator("berta@toko.example", OPERATOR_PASSWORD))


def without_factor(page: Page, desk: str, settings: Any) -> None:
    second_factor(page, desk, settings)
    page.goto(f"{desk}/")


def first_passkey(page: Page, desk: str, settings: Any) -> None:
    second_factor(page, desk, settings)
    page.goto(f"{desk}/second-factor/passkeys/")


def code(page: Page, desk: str, settings: Any) -> None:
    type_password(page, desk, create_operator("anna@toko.example", OPERATOR_PASSWORD, SECRET))


def locked_out(page: Page, desk: str, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    berta = create_operator("berta@toko.example", OPERATOR_PASSWORD)
    type_password(page, desk, berta)
    page.context.clear_cookies(name="pamitan_desk")
    type_password(page, desk, berta)


def another_role(page: Page, desk: str, settings: Any) -> None:
    sign_in(page, desk, Role.OPERATOR)
    page.goto(f"{desk}/people/")


def figures(page: Page, desk: str, settings: Any) -> None:
    sign_in(page, desk, Role.LEAD)
    page.goto(f"{desk}/figures/")
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")


def audit(page: Page, desk: str, settings: Any) -> None:
    sign_in(page, desk, Role.AUDITOR)


WAYS = {
    "Set up": second_factor,
    "without a second factor": without_factor,
    "first passkey": first_passkey,
    "code": code,
    "too many tries": locked_out,
    "another role": another_role,
    "figures": figures,
    "auditor's ledger": audit,
}


@pytest.mark.parametrize("language", ["en", "id", "it"])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_everybody_can_use_the_page(
    chromium: Browser,  # noqa: F811
    address: str,  # noqa: F811
    axe: str,  # noqa: F811
    settings: Any,
    way: Callable[[Page, str, Any], None],
    language: str,
) -> None:
    context = chromium.new_context(bypass_csp=True, locale=language)
    context.add_cookies([{"name": "django_language", "value": language, "url": address}])
    page = context.new_page()
    way(page, f"{address}/desk", settings)
    assert page.locator("html").get_attribute("lang") == language
    assert (found_by_axe(page, axe), too_small(page), missed_by_tab(page)) == ({}, [], [])
