"""Pages that need a state of their own, judged as those of the tour: in each language in turn."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from tests.browser.addresses import name_of
from tests.browser.judging import faults
from tests.browser.rare import RARE, House, Rare
from tests.browser.stops import in_turn
from tests.browser.test_with_help import address, chromium  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("rare", "language"), in_turn(RARE))
def test_everybody_can_use_the_page(
    chromium: Browser,  # noqa: F811
    address: str,  # noqa: F811
    axe: str,
    settings: Any,
    tmp_path: Path,
    rare: Rare,
    language: str,
) -> None:
    named = re.sub(r"//[^:/]+", "//localhost", address)  # a passkey belongs to a name, never to a bare number
    settings.PAMITAN_URL = named
    context = chromium.new_context(bypass_csp=True, locale=language)
    context.add_cookies([{"name": "django_language", "value": language, "url": named}])
    page = context.new_page()
    rare.way(House(page, named, settings, tmp_path / "shop.db"))
    assert name_of(urlsplit(page.url).path) == rare.view
    assert page.locator("html").get_attribute("lang") == language
    assert faults(page, axe) == {}
