"""Two people at once, on each channel, from the first tap to the outcome mail: with real mail servers on both sides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import Browser, expect

from pamitan.channels.models import Mail
from pamitan.channels.sending import send_due
from pamitan.closure.clock import use_clock
from pamitan.closure.models import Closure
from pamitan.closure.states import State
from pamitan.conversation.models import Conversation, Message
from pamitan.kit.clock import SetClock
from pamitan.worker import mailing
from pamitan.worker.sweep import run_until_idle
from tests.browser.two_people import PHONE, Person, asks_for_help, opened, sits_down
from tests.flow.corner_shop import PASSWORD, WEDNESDAY_MORNING, Shop, build_shop
from tests.flow.postbox import Postbox
from tests.live_server import serving
from tests.mailbox import Mailbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ALICE = "alice@example.com"
PDF = b"%PDF-1.7\n" + bytes(range(256))
EVERYBODY, ALL_BUT_ALICE = [(1,), (2,), (3,)], [(2,), (3,)]


@dataclass
class House:
    """The running shop with its desk, and what happens around it."""

    address: str
    shop: Shop
    clock: SetClock
    postbox: Postbox

    def mail(self, subject: str) -> EmailMessage:
        """What is due is sent; the one mail to alice with these words in its subject."""
        send_due(self.clock.now())
        found = [mail for mail in self.postbox.mails if subject in str(mail["Subject"]) and mail["To"] == ALICE]
        assert len(found) == 1, [str(mail["Subject"]) for mail in self.postbox.mails]
        return found[0]

    def customers(self) -> list[tuple[object, ...]]:
        return self.shop.run("SELECT id FROM customer ORDER BY id")


@pytest.fixture
def chromium(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    with opened(monkeypatch) as browser:
        yield browser


@pytest.fixture
def house(tmp_path: Path, settings: Any, postbox: Postbox) -> Iterator[House]:
    shop, file = build_shop(tmp_path)
    settings.PAMITAN_STORE = str(file)
    settings.PAMITAN_CLOSURE_KEYS, settings.PAMITAN_ATTACHMENTS = tmp_path / "keys", tmp_path / "attachments"
    settings.PAMITAN_CLOSURE_KEYS.mkdir()
    settings.PAMITAN_ATTACHMENTS.mkdir()
    clock = SetClock(WEDNESDAY_MORNING)
    with use_clock(clock), serving() as address:
        settings.PAMITAN_URL = address
        yield House(address, shop, clock, postbox)
    connections.close_all()


def test_by_mail(chromium: Browser, house: House, mailbox: Mailbox) -> None:
    alice, anna = Person(chromium, PHONE), sits_down(chromium, house.address)
    asks_for_help(alice, house.address, "E-mail us (recommended)", "Send")
    anna.tap("Refresh")
    anna.tap("Close my account")
    anna.page.get_by_label("Your reply").fill("Gladly. Shall I prepare it?")
    anna.tap("Send the reply")
    anna.reads("Gladly. Shall I prepare it?")

    mailbox.deliver(answer_to(house.mail("Our answer to you"), "Yes, please prepare it."))
    mailing.take_in()
    anna.page.reload()
    anna.reads("Yes, please prepare it.")
    anna.tap("Start the closure for this customer")
    anna.reads("The customer sees a card and confirms it there.")

    link = link_in(house.mail("Please confirm"))
    elsewhere = Person(chromium, PHONE)  # another program on her phone, in which she has not signed in
    elsewhere.page.goto(link)
    elsewhere.tap("Yes, close my account")
    elsewhere.reads("The procedure has started")
    anna.page.reload()
    anna.reads("The procedure has started.")
    assert_it_ends(house, [alice, anna, elsewhere], said=3)


@pytest.mark.parametrize("when", ["now", "later"])
def test_by_phone(chromium: Browser, house: House, when: str) -> None:
    alice, anna = Person(chromium, PHONE), sits_down(chromium, house.address)
    if when == "later":
        asks_for_help(alice, house.address, "Phone", "Continue", call_at="2026-11-25T12:00")
        house.clock.pass_time(hours=2)
    else:
        asks_for_help(alice, house.address, "Phone", "Continue")
    anna.tap("Refresh")
    anna.tap("Close my account")
    expect(anna.page.get_by_role("link", name="+62 812-3456-7890")).to_have_attribute("href", "tel:+6281234567890")

    anna.tap("Send the code")
    anna.reads("We have sent a code to the registered address")
    anna.page.get_by_label("The code that is read out").fill(code_in(house.mail("The code for our call")))
    anna.tap("Check the code")
    anna.reads("The code was right: the account's holder is speaking.")
    anna.tap("I reached the customer")
    anna.reads("We spoke on the phone.")
    anna.tap("Start the closure for this customer")
    anna.reads("The customer sees a card and confirms it there.")

    alice.page.reload()
    if when == "later":  # too long ago that she has shown who she is
        alice.page.get_by_label("Enter your password again").fill(PASSWORD)
    confirms(alice)
    anna.page.reload()
    anna.reads("The procedure has started.")
    assert_it_ends(house, [alice, anna], said=1)


def test_by_chat(chromium: Browser, house: House) -> None:
    alice, anna = Person(chromium, PHONE, script=True), sits_down(chromium, house.address, script=True)
    asks_for_help(alice, house.address, "Start chat", "Start chat")
    expect(alice.page.get_by_label("Your message")).to_be_visible()
    anna.tap("Refresh")
    anna.tap("Close my account")
    anna.page.get_by_label("Your reply").fill("Gladly. I prepare it now.")
    anna.page.get_by_label("Files to send along").set_input_files({"name": "bill.pdf", "mimeType": "", "buffer": PDF})
    anna.page.get_by_role("button", name="Send the reply").click()
    alice.reads("Gladly. I prepare it now.")
    with alice.page.expect_download() as download:
        alice.page.get_by_role("link", name="bill.pdf").click()
    assert Path(download.value.path()).read_bytes() == PDF
    expect(anna.page.get_by_label("Files to send along")).to_have_value("")
    anna.tap("Start the closure for this customer")
    alice.reads("The operator has prepared the closing of your account")
    confirms(alice)
    anna.reads("The procedure has started.")
    assert_it_ends(house, [alice, anna], said=2, files=1)


def confirms(alice: Person) -> None:
    """One tap on her own screen."""
    alice.tap("Yes, close my account")
    expect(alice.page.get_by_role("heading", name="The procedure has started")).to_be_visible()


def answer_to(mail: EmailMessage, words: str) -> bytes:
    """As a customer's mail program writes it."""
    answer = EmailMessage()
    answer["From"], answer["To"] = ALICE, str(mail["Reply-To"])
    answer["Subject"], answer["Message-ID"] = f"Re: {mail['Subject']}", "<answer@example.com>"
    answer["In-Reply-To"] = str(mail["Message-ID"])
    answer.set_content(words)
    return answer.as_bytes()


def words_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(mail: EmailMessage) -> str:
    found = re.search(r"http\S+/confirm/\S+", words_of(mail))
    assert found is not None
    return found[0]


def code_in(mail: EmailMessage) -> str:
    found = re.search(r"^\s*(\d{6})\s*$", words_of(mail), re.MULTILINE)
    assert found is not None
    return found[1]


def assert_it_ends(house: House, people: list[Person], *, said: int, files: int = 0) -> None:
    """Time passes: the account is closed, alice has the mail, and the desk knows nothing of her any more."""
    closure, talk = Closure.objects.get(), Conversation.objects.get()
    assert closure.state == State.WAITING
    assert house.customers() == EVERYBODY
    assert Message.objects.exclude(text="").count() == said
    messages, desk = Message.objects.count(), people[1].page.context.request
    assert talk.reference in desk.get(f"{house.address}/desk/conversations/{talk.reference}/").text()
    for person in people:
        assert person.complaints == []
        person.page.close()  # a page that looks again by itself would come too late
    run_until_idle()  # looks for what stands in the way, before the days begin to count
    house.clock.pass_time(days=8)
    run_until_idle()

    closure.refresh_from_db()
    assert closure.state == State.CLOSED
    assert house.customers() == ALL_BUT_ALICE
    outcome = house.mail("Account closed")
    assert closure.reference in words_of(outcome)
    assert not Conversation.objects.exists()
    assert not Message.objects.exists()
    assert not Mail.objects.exclude(recipient="").exists()
    ours = {receipt["table"]: receipt["rows"] for receipt in closure.receipts if receipt["datastore"] == "pamitan"}
    assert ours["conversation_conversation"] == 1
    assert ours["conversation_message"] == messages
    assert ours.get("files", 0) == files
    assert list(Path(settings.PAMITAN_ATTACHMENTS).iterdir()) == []
    queue = desk.get(f"{house.address}/desk/")
    assert (queue.ok, talk.reference in queue.text()) == (True, False)
    assert desk.get(f"{house.address}/desk/conversations/{talk.reference}/").status == 404
