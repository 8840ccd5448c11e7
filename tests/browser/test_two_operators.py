"""Two operators at two browsers: each sees what the other does; and the desk by keys alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from pamitan.conversation import service
from pamitan.conversation.models import Author, Channel, Conversation
from tests.browser.test_with_help import address, chromium  # noqa: F401
from tests.browser.two_people import sits_down
from tests.flow.corner_shop import ALICE, BOB

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AFTER_A_SIGN_MS = 30_000


@pytest.fixture
def conversation(address: str) -> Conversation:  # noqa: F811
    wanted = service.Request("account", "update", "close")
    return service.open_conversation(ALICE, Channel.EMAIL, wanted, "Please close my account.", language="en")


@pytest.fixture
def both(chromium: Browser, address: str, conversation: Conversation) -> tuple[Page, Page]:  # noqa: F811
    anna, budi = (sits_down(chromium, address, name, script=True) for name in ("anna", "budi"))
    return anna.page, budi.page


def test_a_second_operator_sees_who_is_answering(
    both: tuple[Page, Page],
    address: str,  # noqa: F811
    conversation: Conversation,
) -> None:
    anna, budi = both
    for page in both:
        page.goto(f"{address}/desk/conversations/{conversation.reference}/")
    budi.get_by_label("Your reply").press_sequentially("Hello Ali")
    expect(anna.get_by_text("budi is answering.")).to_be_visible(timeout=AFTER_A_SIGN_MS)
    budi.get_by_role("button", name="Send the reply").click()
    expect(budi.get_by_label("Your reply")).to_have_value("")
    anna.get_by_label("Your reply").fill("Hello from Anna")
    anna.get_by_role("button", name="Send the reply").click()
    expect(anna.get_by_text("budi serves this conversation. Nothing was sent.")).to_be_visible()
    expect(anna.get_by_label("Your reply")).to_have_value("Hello from Anna")
    said = conversation.messages.filter(author=Author.OPERATOR).values_list("text", flat=True)
    assert list(said) == ["Hello Ali"]


def test_the_queue_shows_by_itself_what_is_new(
    both: tuple[Page, Page],
) -> None:
    anna, _ = both
    expect(anna.locator(".queue-line")).to_have_count(1)
    wanted = service.Request("account", "update", "close")
    newer = service.open_conversation(BOB, Channel.EMAIL, wanted, "Me too.", language="en")
    expect(anna.get_by_text(newer.reference)).to_be_visible(timeout=AFTER_A_SIGN_MS)


def test_a_conversation_is_served_by_keys_alone(
    both: tuple[Page, Page],
) -> None:
    anna, _ = both
    anna.keyboard.press("j")
    with anna.expect_navigation():
        anna.keyboard.press("Enter")
    expect(anna.get_by_text("Please close my account.")).to_be_visible()
    with anna.expect_navigation():
        anna.keyboard.press("c")
    expect(anna.get_by_role("button", name="Let others serve it")).to_be_visible()
    anna.keyboard.press("r")
    anna.keyboard.type("cjq? is only text here")
    anna.keyboard.press("Tab")
    expect(anna.get_by_label("Your reply")).to_have_value("cjq? is only text here")
    with anna.expect_response("**/reply/"):
        anna.get_by_role("button", name="Send the reply").press("Enter")
    anna.reload()
    expect(anna.locator(".said.mine")).to_have_count(1)
    anna.locator("body").press("q")
    expect(anna.get_by_role("heading", name="Queue")).to_be_visible()


def test_the_keys_can_be_switched_off(both: tuple[Page, Page]) -> None:
    anna, _ = both
    anna.locator("body").press("?")
    box = anna.get_by_label("Use these keys")
    expect(box).to_be_checked()
    box.uncheck()
    anna.reload()
    anna.locator("body").press("j")
    expect(anna.locator(".queue-line:focus")).to_have_count(0)
    anna.locator("#shortcuts summary").click()
    anna.get_by_label("Use these keys").check()
    anna.locator("#shortcuts summary").focus()
    anna.keyboard.press("j")
    expect(anna.locator(".queue-line:focus")).to_have_count(1)
