"""The desk's alarm: seen by everybody, heard by who has switched the sound on, and never before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections
from playwright.sync_api import Browser, Page, expect

from pamitan.closure.clock import use_clock
from pamitan.conversation import service
from pamitan.conversation.models import Channel, Conversation
from pamitan.desk import claims
from pamitan.desk.operators import create_operator
from pamitan.kit.clock import SetClock
from tests.browser.judging import found_by_axe, too_small
from tests.browser.two_people import PHONE, opened, sits_down
from tests.flow.corner_shop import ALICE, BOB, OPERATOR_PASSWORD, WEDNESDAY_MORNING, build_shop
from tests.live_server import serving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TONES_OF_ONE_ALARM = 2
COUNT_TONES = """
window.tones = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...given) {
  window.tones += 1;
  return start.apply(this, given);
};
"""


@pytest.fixture
def chromium(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    with opened(monkeypatch) as browser:
        yield browser


@pytest.fixture
def clock() -> Iterator[SetClock]:
    with use_clock(SetClock(WEDNESDAY_MORNING)) as standing:
        assert isinstance(standing, SetClock)
        yield standing


@pytest.fixture
def queue(chromium: Browser, clock: SetClock, tmp_path: Path, settings: Any) -> Iterator[Page]:
    """Anna's queue, in which nobody waits yet; her browser counts the tones that it plays."""
    settings.PAMITAN_STORE = str(build_shop(tmp_path)[1])
    with serving() as address:
        page = sits_down(chromium, address, script=True).page
        page.add_init_script(COUNT_TONES)
        page.reload()
        expect(page.get_by_role("button", name="Sound when somebody has waited too long")).to_be_visible()
        yield page
    connections.close_all()


def comes_and_waits(clock: SetClock, account: str = ALICE) -> Conversation:
    """A customer begins a chat, and nobody answers within the promised minute."""
    conversation = service.open_conversation(account, Channel.CHAT, service.Request(), "Hello", language="en")
    clock.pass_time(minutes=2)
    return conversation


def looks_up(page: Page) -> None:
    """The operator turns to the page, which looks at once."""
    with page.expect_response("**/desk/waiting/"):
        page.evaluate("dispatchEvent(new Event('focus'))")


def tones(page: Page) -> int:
    count: int = page.evaluate("window.tones")
    return count


def sound_of(page: Page) -> Any:
    return page.get_by_role("button", name="Sound when somebody has waited too long")


def test_the_alarm_is_seen_in_a_sentence_and_in_the_title(queue: Page, clock: SetClock) -> None:
    expect(queue).to_have_title("Queue · Toko Pojok")
    expect(queue.locator("#alarm")).to_have_text("")
    comes_and_waits(clock)
    looks_up(queue)
    expect(queue.get_by_role("status").filter(has_text="1 person has waited longer than promised.")).to_be_visible()
    expect(queue).to_have_title("(1) Queue · Toko Pojok")


def test_nothing_is_heard_before_the_sound_is_switched_on(queue: Page, clock: SetClock) -> None:
    expect(sound_of(queue)).to_have_attribute("aria-pressed", "false")
    comes_and_waits(clock)
    looks_up(queue)
    expect(queue.locator("#alarm")).to_have_text("1 person has waited longer than promised.")
    assert tones(queue) == 0


def test_the_sound_is_heard_once_for_each_who_is_late(queue: Page, clock: SetClock) -> None:
    sound_of(queue).click()
    expect(sound_of(queue)).to_have_attribute("aria-pressed", "true")
    queue.wait_for_function(f"window.tones === {TONES_OF_ONE_ALARM}")
    for late, account in enumerate((ALICE, BOB), start=1):
        comes_and_waits(clock, account)
        looks_up(queue)
        queue.wait_for_function(f"window.tones === {TONES_OF_ONE_ALARM * (1 + late)}")
    looks_up(queue)
    expect(queue).to_have_title("(2) Queue · Toko Pojok")
    assert tones(queue) == TONES_OF_ONE_ALARM * 3


def test_the_sound_stays_on_until_it_is_switched_off(queue: Page, clock: SetClock) -> None:
    sound_of(queue).click()
    queue.reload()
    expect(sound_of(queue)).to_have_attribute("aria-pressed", "true")
    sound_of(queue).click()
    expect(sound_of(queue)).to_have_attribute("aria-pressed", "false")
    comes_and_waits(clock)
    looks_up(queue)
    expect(queue.locator("#alarm")).to_have_text("1 person has waited longer than promised.")
    assert tones(queue) == 0


def test_the_alarm_is_seen_in_a_conversation_too_and_ends_with_the_answer(queue: Page, clock: SetClock) -> None:
    conversation = comes_and_waits(clock)
    queue.goto(f"{queue.url}conversations/{conversation.reference}/")
    expect(queue.locator("#alarm")).to_have_text("1 person has waited longer than promised.")
    queue.get_by_label("Your reply").fill("Good morning.")
    queue.get_by_role("button", name="Send the reply").click()
    expect(queue.locator("#thread")).to_contain_text("Good morning.")
    looks_up(queue)
    expect(queue.locator("#alarm")).to_have_text("")
    expect(queue).not_to_have_title("(1)")


@pytest.mark.parametrize("language", ["en", "id", "it"])
def test_everybody_can_use_the_pages_with_an_alarm(
    chromium: Browser,
    queue: Page,
    clock: SetClock,
    axe: str,
    language: str,
) -> None:
    conversation = comes_and_waits(clock)
    anna, budi = User.objects.get(), create_operator("budi@toko.example", OPERATOR_PASSWORD)
    claims.claim(conversation, budi)
    claims.transfer(conversation, budi, anna, "She is in a hurry.")
    context = chromium.new_context(bypass_csp=True, locale=language, viewport=PHONE)
    cookies = [cookie for cookie in queue.context.cookies() if cookie["name"] != "django_language"]
    context.add_cookies([*cookies, {"name": "django_language", "value": language, "url": queue.url}])  # type: ignore[list-item]
    page = context.new_page()
    for address in (queue.url, f"{queue.url}conversations/{conversation.reference}/"):
        page.goto(address)
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(page.locator("#alarm .notice")).to_be_visible()
        assert (found_by_axe(page, axe), too_small(page)) == ({}, [])
