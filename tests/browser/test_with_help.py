"""Two people at once in a chat, without JavaScript; the other channels go so to the end in test_help_to_the_end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from pamitan.closure.clock import use_clock
from pamitan.conversation.models import Conversation
from pamitan.kit.clock import SetClock
from tests.browser.two_people import PHONE, Person, asks_for_help, opened, sits_down
from tests.flow.corner_shop import WEDNESDAY_MORNING, build_shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONGER_THAN_A_REFRESH_MS = 40_000


@pytest.fixture
def chromium(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    with opened(monkeypatch) as browser:
        yield browser


@pytest.fixture
def address(tmp_path: Path, settings: Any, live_server: LiveServer) -> Iterator[str]:
    settings.PAMITAN_STORE = str(build_shop(tmp_path)[1])
    with use_clock(SetClock(WEDNESDAY_MORNING)):
        yield live_server.url


def test_help_from_the_first_tap_to_the_start(chromium: Browser, address: str) -> None:
    alice, anna = Person(chromium, PHONE), sits_down(chromium, address)
    asks_for_help(alice, address, "Start chat", "Start chat")
    anna.tap("Refresh")
    anna.tap("Close my account")
    anna.tap("Closing prepared")
    anna.tap("Send the reply")
    anna.tap("Start the closure for this customer")
    anna.reads("The customer sees a card and confirms it there.")

    alice.reads("The operator has prepared the closing of your account", LONGER_THAN_A_REFRESH_MS)
    alice.tap("Yes, close my account")
    alice.reads("The procedure has started")
    anna.page.reload()
    anna.reads("The procedure has started")

    closure = Conversation.objects.get().closure
    assert closure
    for person in (alice, anna):
        person.reads(closure.reference)
        assert person.complaints == []
