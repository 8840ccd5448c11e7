"""Chat, with two people at once: each sees what the other says at once, and nothing is lost or said twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, expect

from pamitan.closure.clock import use_clock
from pamitan.conversation.models import Conversation, Message
from pamitan.kit.clock import SetClock
from tests.browser.two_people import PHONE, Person, asks_for_help, opened, sits_down
from tests.flow.corner_shop import WEDNESDAY_MORNING, build_shop
from tests.live_server import serving
from tests.servers import free_port

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONGER_THAN_BETWEEN_TWO_SIGNS_MS = 3_100


@pytest.fixture
def chromium(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    with opened(monkeypatch) as browser:
        yield browser


@pytest.fixture
def store(tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.PAMITAN_STORE = str(build_shop(tmp_path)[1])
    with use_clock(SetClock(WEDNESDAY_MORNING)):
        yield
    connections.close_all()


@pytest.fixture
def address(store: None) -> Iterator[str]:
    with serving() as address:
        yield address


def chat(chromium: Browser, address: str) -> tuple[Person, Person]:
    """Alice has begun a chat, and anna has it open."""
    alice, anna = Person(chromium, PHONE, script=True), sits_down(chromium, address, script=True)
    asks_for_help(alice, address, "Start chat", "Start chat")
    alice.page.wait_for_url("**?still")  # the script has found its place, and listens
    expect(alice.page.get_by_label("Your message")).to_be_visible()
    anna.page.goto(f"{address}/desk/conversations/{Conversation.objects.get().reference}/")
    return alice, anna


def says(person: Person, words: str) -> None:
    field = person.page.locator("form[data-say] textarea")
    field.fill(words)
    person.page.locator("form[data-say] button[type=submit]").last.click()
    expect(field).to_have_value("")


def lines(person: Person) -> list[str]:
    return person.page.locator("#thread .words").all_inner_texts()


def test_each_side_sees_at_once_what_the_other_says(chromium: Browser, address: str) -> None:
    alice, anna = chat(chromium, address)
    says(anna, "Hello Alice, how can I help?")
    alice.reads("Hello Alice, how can I help?")
    says(alice, "<b>Please</b> close my account.")
    anna.reads("<b>Please</b> close my account.")
    assert lines(alice) == lines(anna)
    assert (alice.complaints, anna.complaints) == ([], [])


def test_the_place_in_the_queue_is_shown_until_somebody_answers(chromium: Browser, address: str) -> None:
    alice, anna = chat(chromium, address)
    alice.reads("Your place in the queue: 1")
    says(anna, "Good morning.")
    expect(alice.page.get_by_text("Your place in the queue")).to_have_count(0)


def test_each_side_sees_that_the_other_is_writing(chromium: Browser, address: str) -> None:
    alice, anna = chat(chromium, address)
    alice.page.get_by_label("Your message").press_sequentially("Wait")
    anna.reads("The customer is writing …")
    anna.page.locator("form[data-say] textarea").press_sequentially("Yes")
    alice.reads("Toko Pojok is writing …")


def test_the_sign_of_writing_goes_with_the_words_and_comes_again(chromium: Browser, address: str) -> None:
    alice, anna = chat(chromium, address)
    for words in ("One", "Two"):
        anna.page.wait_for_timeout(LONGER_THAN_BETWEEN_TWO_SIGNS_MS)
        anna.page.locator("form[data-say] textarea").press_sequentially(words)
        alice.reads("Toko Pojok is writing …")
        anna.page.locator("form[data-say] button[type=submit]").last.click()
        alice.reads(words)
        expect(alice.page.get_by_text("Toko Pojok is writing …")).to_have_count(0)


def test_the_customer_confirms_with_one_tap_and_both_see_that_it_has_started(chromium: Browser, address: str) -> None:
    alice, anna = chat(chromium, address)
    anna.tap("Start the closure for this customer")
    alice.reads("The operator has prepared the closing of your account")
    alice.tap("Yes, close my account")
    alice.reads("The procedure has started")
    anna.reads("The procedure has started")


def test_what_is_written_is_kept_while_the_page_turns(chromium: Browser, address: str) -> None:
    alice, anna = chat(chromium, address)
    alice.page.get_by_label("Your message").fill("Half a sentence")
    anna.tap("Start the closure for this customer")
    alice.reads("Something has changed. Show it.")
    expect(alice.page.get_by_label("Your message")).to_have_value("Half a sentence")


def test_nothing_is_lost_or_said_twice_when_the_server_is_started_anew(chromium: Browser, store: None) -> None:
    port = free_port()
    with serving(port) as address:
        alice, anna = chat(chromium, address)
        says(anna, "One")
        alice.reads("One")
    field = alice.page.get_by_label("Your message")
    field.fill("Two, while nobody listens")
    alice.page.locator("form[data-say] button[type=submit]").click()
    alice.reads("The connection is lost. We try again by ourselves; what you have written is kept.")
    with serving(port):
        anna.reads("Two, while nobody listens")
        expect(field).to_have_value("")
        says(anna, "Three")
        alice.reads("Three")
        assert lines(alice)[-3:] == lines(anna)[-3:] == ["One", "Two, while nobody listens", "Three"]
    assert Message.objects.filter(text="Two, while nobody listens").count() == 1
