"""Somebody who is not signed in, on a phone: proves who they are by a code, and writes in their own words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from pamitan.channels.models import Mail
from pamitan.closure.clock import use_clock
from pamitan.conversation.models import Conversation
from pamitan.kit.clock import SetClock
from tests.browser.two_people import PHONE, Person, opened
from tests.flow.corner_shop import ALICE, WEDNESDAY_MORNING, build_shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MONDAY = WEDNESDAY_MORNING + dt.timedelta(days=4, hours=22)
"""08:00 in Jakarta, when the desk opens after a weekend."""
CHANNELS = [("E-mail us (recommended)", "Send"), ("Phone", "Continue"), ("Start chat", "Start chat")]


@pytest.fixture
def chromium(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    with opened(monkeypatch) as browser:
        yield browser


@pytest.fixture
def clock(tmp_path: Path, settings: Any) -> Iterator[SetClock]:
    settings.PAMITAN_STORE = str(build_shop(tmp_path)[1])
    clock = SetClock(WEDNESDAY_MORNING)
    with use_clock(clock):
        yield clock
    connections.close_all()


def proves_by_code(chromium: Browser, address: str) -> Person:
    """From the help centre, by the code in the mail, to the choice of what it is about."""
    alice = Person(chromium, PHONE)
    alice.page.goto(f"{address}/help/write")
    alice.page.get_by_label("E-mail or mobile number of your account").fill("0812-3456-7890")
    alice.tap("Send me a code")
    expect(alice.page.get_by_role("heading", name="Enter the code")).to_be_visible()
    found = re.search(r"\b\d{6}\b", Mail.objects.get().text)
    assert found is not None
    alice.page.get_by_label("Code from the e-mail").fill(found[0])
    alice.tap("Sign in")
    expect(alice.page.get_by_role("heading", name="Contact us")).to_be_visible()
    return alice


def fits(person: Person) -> None:
    """Nothing stands out of the phone's screen."""
    assert person.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize(("channel", "send"), CHANNELS)
def test_something_else_in_ones_own_words(
    chromium: Browser, live_server: LiveServer, clock: SetClock, channel: str, send: str
) -> None:
    alice = proves_by_code(chromium, live_server.url)
    alice.tap("Something else")
    fits(alice)
    alice.tap(channel)
    expect(alice.page.get_by_label("Your message")).to_have_value("")
    alice.tap(send)
    alice.reads("The message is empty. Please write something.")
    alice.page.get_by_label("Your message").fill("Whose name is on my account?")
    alice.tap(send)
    alice.reads("We have your message.")
    alice.reads("Whose name is on my account?")
    fits(alice)
    talk = Conversation.objects.get()
    assert (talk.account_id, talk.area, talk.topic, talk.detail) == (ALICE, "other", "", "")


@pytest.mark.parametrize(("channel", "send"), CHANNELS)
def test_while_the_desk_is_closed(
    chromium: Browser, live_server: LiveServer, clock: SetClock, channel: str, send: str
) -> None:
    clock.pass_time(days=3)
    alice = proves_by_code(chromium, live_server.url)
    for choice in ("My account", "Update or edit account information", "Something else"):
        alice.tap(choice)
    alice.reads("Nobody is here now. We are here again from 30 November 2026, 08:00.")
    alice.tap(channel)
    alice.reads("Nobody is here now. We are here again from 30 November 2026, 08:00.")
    alice.page.get_by_label("Your message").fill("Whose name is on my account?")
    if channel == "Phone":
        expect(alice.page.get_by_label("Call me as soon as you are here again")).to_be_checked()
    alice.tap(send)
    alice.reads("We have your message. Nobody is here now. We are here again from 30 November 2026, 08:00.")
    fits(alice)
    talk = Conversation.objects.get()
    assert (talk.detail, talk.call_at) == ("other", MONDAY if channel == "Phone" else None)
