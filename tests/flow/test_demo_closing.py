"""Every customer of the demo leaves: the shop's own database, its own hooks, days that pass, real erasure."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from pamitan.closure import service
from pamitan.closure.clock import use_clock
from pamitan.closure.models import Closure
from pamitan.closure.store import current_store
from pamitan.content.identifiers import parse_identifier
from pamitan.conversation.models import Channel, Conversation
from pamitan.conversation.service import Request, open_conversation
from pamitan.demo.catcher import keep_mail
from pamitan.demo.home import STORE_FILE, Address, DemoHome
from pamitan.demo.mailbox import Mailbox
from pamitan.demo.practice import answer_waiting
from pamitan.demo.shop import accounts, orders
from pamitan.demo.shop.database import connect
from pamitan.demo.shop.people import GUEST, PEOPLE, Person
from pamitan.evidence.tombstones import is_barred
from pamitan.kit.clock import SetClock
from pamitan.stores.types import Account
from pamitan.worker.sweep import run_until_idle
from tests.scanner import broken_foreign_keys, find_values, snapshot

pytestmark = pytest.mark.django_db(transaction=True)

NAMED = {person.name.split()[0].lower(): person for person in PEOPLE}
KEPT_BY_LAW = {("invoice", "buyer_name"), ("invoice", "buyer_address")}
PUBLIC = {("author", "name")}


@dataclass(frozen=True)
class Senja:
    """The shop, with Pamitan beside it."""

    home: DemoHome
    clock: SetClock

    @property
    def database(self) -> Path:
        return self.home.path / "shop.sqlite3"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.database}"

    def account(self, person: Person) -> Account:
        identifier = parse_identifier(person.sign_in, "ID")
        assert identifier is not None
        [account] = [account for account in current_store().find(identifier) if account.name == person.name]
        return account

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.database)) as database:
            return database.execute(query, values).fetchall()

    def request(self, person: Person, pace: str = "withdrawal") -> Closure:
        account = self.account(person)
        known = service.before_you_go(account.id)
        losses = [] if pace == "after_delivery" else [item.key for item in known.open_items]
        return service.request_closure(account.id, language="en", pace=pace, accept_losses=losses)

    def let_pass(self, **time: float) -> None:
        self.clock.pass_time(**time)
        run_until_idle()

    def leave(self, person: Person) -> Closure:
        """Close this customer's account, whatever is open, and wait until it is done."""
        closure = self.request(person)
        run_until_idle()
        self.let_pass(days=8)
        closure.refresh_from_db()
        return closure


@pytest.fixture
def senja(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, live_server: Any) -> Iterator[Senja]:
    home = DemoHome.within(tmp_path)
    home.make(fresh=False)
    port = int(live_server.url.rsplit(":", 1)[1])
    environment = home.environment(Address("127.0.0.1", port, "127.0.0.1"), 25) | {
        "SENJA_HOOKS": f"{live_server.url}/shop/hooks"
    }
    for name, value in environment.items():
        if name.startswith("SENJA_"):
            monkeypatch.setenv(name, value)
    settings.ROOT_URLCONF = "pamitan.demo.urls"
    # A file of its own for each test: a process reads each store file once
    settings.PAMITAN_STORE = str(shutil.copy(STORE_FILE, tmp_path / "store.yaml"))
    clock = SetClock(dt.datetime.now(dt.UTC))
    with use_clock(clock):
        yield Senja(home, clock)


def _traces(senja: Senja, person: Person) -> set[tuple[str, str]]:
    """Where an independent search of all columns still finds the person."""
    words = [person.name, person.email or "", person.phone or "", person.old_email]
    words += [person.home.street] if person.home else []
    return {(found.table, found.column) for found in find_values(senja.url, words)}


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name.split()[0])
def test_every_customer_can_leave_and_nothing_unexplained_is_left(senja: Senja, person: Person) -> None:
    assert _traces(senja, person) - KEPT_BY_LAW - PUBLIC

    closure = senja.leave(person)

    assert (closure.state, closure.stuck_reason) == ("closed", "")
    assert [found for found in closure.residue if found["blocking"] or found["explained_by"] is None] == []
    assert broken_foreign_keys(senja.url) == []


@pytest.mark.parametrize(
    "person", [person for person in PEOPLE if "Anggraini" not in person.name], ids=lambda person: person.name.split()[0]
)
def test_an_independent_search_finds_only_what_the_law_keeps(senja: Senja, person: Person) -> None:
    senja.leave(person)
    assert _traces(senja, person) <= KEPT_BY_LAW | PUBLIC


def test_of_a_family_that_shares_a_number_the_one_who_stays_keeps_it(senja: Senja) -> None:
    dewi, rizky = NAMED["dewi"], NAMED["rizky"]
    rizkys_rows = senja.rows("SELECT * FROM customer WHERE full_name = ?", rizky.name)
    rizkys_messages = senja.rows("SELECT * FROM sms_log WHERE body LIKE '%Rizky%'")

    senja.leave(dewi)

    assert senja.rows("SELECT * FROM customer WHERE full_name = ?", rizky.name) == rizkys_rows
    assert senja.rows("SELECT * FROM sms_log WHERE body LIKE '%Rizky%'") == rizkys_messages
    assert find_values(senja.url, [dewi.email or ""]) == []


def test_nobody_elses_rows_change(senja: Senja) -> None:
    before = snapshot(senja.url)
    senja.leave(NAMED["sari"])
    after = snapshot(senja.url)
    changed = {table for table in before if before[table] != after[table]}
    assert "product" not in changed
    assert "staff" not in changed
    assert sum((before["customer"] - after["customer"]).values()) == 1
    assert sum((before["newsletter"] - after["newsletter"]).values()) == 1
    assert sum((before["shop_order"] - after["shop_order"]).values()) == 2
    assert len(senja.rows("SELECT 1 FROM shop_order")) == sum(before["shop_order"].values())


def test_a_forgotten_row_of_the_same_person_goes_too(senja: Senja) -> None:
    siti = NAMED["siti"]
    old = "SELECT customer_id FROM old_customer WHERE full_name = ?"
    assert senja.rows(old, siti.name) == [(None,)]
    senja.leave(siti)
    assert senja.rows(old, siti.name) == []


def test_guest_orders_in_another_letter_case_count_as_open_and_are_detached(senja: Senja) -> None:
    marco = NAMED["marco"]
    spelled = "SELECT number FROM shop_order WHERE lower(guest_email) = ?"
    assert len(senja.rows(spelled, marco.email)) == 2
    assert len(service.before_you_go(senja.account(marco).id).open_items) == 1
    senja.leave(marco)
    assert senja.rows(spelled, marco.email) == []


def test_a_name_on_a_book_cover_stays(senja: Senja) -> None:
    senja.leave(NAMED["raka"])
    assert senja.rows("SELECT 1 FROM author WHERE name = 'Raka Permadi'")


def test_an_account_closes_by_itself_once_the_parcel_has_arrived(senja: Senja) -> None:
    budi = NAMED["budi"]
    closure = senja.request(budi, pace="after_delivery")
    run_until_idle()
    senja.let_pass(days=8)
    closure.refresh_from_db()
    assert closure.state == "waiting"

    [(order, customer)] = senja.rows("SELECT id, customer_id FROM shop_order WHERE status = 'shipped'")
    with connect(senja.database) as database:
        orders.deliver(database, order, customer, senja.clock.now())
    senja.let_pass(days=1)
    senja.let_pass(days=8)

    closure.refresh_from_db()
    assert closure.state == "closed"


def test_a_paid_order_is_cancelled_by_the_shop_with_one_refund(senja: Senja) -> None:
    account = senja.account(NAMED["ayu"])
    known = service.before_you_go(account.id)
    [paid] = [item for item in known.open_items if "Dibayar" in str(item.status)]
    for _twice in range(2):
        try:
            current_store().cancel(account.id, paid.key, "ayu-cancels-once")
        except KeyError:
            continue
    assert senja.rows("SELECT status FROM shop_order WHERE number = ?", paid.number) == [("cancelled",)]
    assert senja.rows("SELECT count(*), sum(amount) FROM refund") == [(1, 112_000)]


def test_the_search_engine_is_told_once(senja: Senja) -> None:
    senja.leave(NAMED["sari"])
    run_until_idle()
    assert senja.rows("SELECT event, count(*) FROM hook_call GROUP BY event") == [("erase", 1)]


def test_a_closed_address_is_barred_and_the_shop_may_sell_to_others(senja: Senja) -> None:
    senja.leave(NAMED["sari"])
    assert is_barred("email", "sari@surat.example", senja.clock.now())
    assert not is_barred("email", "budi.santoso@surat.example", senja.clock.now())


def test_who_registers_with_a_victims_address_changes_nothing_of_theirs(senja: Senja) -> None:
    """Lina has ordered as a guest; the attacker registers her address, which nobody verifies, and closes."""
    with connect(senja.database) as database:
        attacker = accounts.sign_up(database, "Eve", "LINA@surat.example", "password-of-eve", "en", senja.clock.now())
    lina = "SELECT * FROM {} WHERE lower({}) = 'lina@surat.example'"
    places = [("shop_order", "guest_email"), ("newsletter", "email"), ("invoice", "buyer_email")]
    before = [senja.rows(lina.format(*place)) for place in places]
    assert all(before)

    closure = service.request_closure(str(attacker), language="en")
    run_until_idle()
    senja.let_pass(days=8)

    closure.refresh_from_db()
    assert [senja.rows(lina.format(*place)) for place in places] == before
    assert senja.rows("SELECT 1 FROM customer WHERE id = ?", attacker) == []
    assert (closure.state, closure.stuck_reason) == ("closed", "")
    assert not is_barred("email", str(GUEST.email), senja.clock.now())


def test_the_practice_operator_leaves_the_first_go_to_a_person(senja: Senja) -> None:
    conversation = _ask(senja, "Hello, I would like to close my account.")
    assert answer_waiting() == 0
    senja.clock.pass_time(minutes=1)
    assert answer_waiting() == 1
    assert "Practice operator" in conversation.messages.get(author="operator").text


def test_the_practice_operator_prepares_a_closing_that_was_asked_for(senja: Senja) -> None:
    conversation = _ask(senja, "Hello, I would like to close my account.")
    senja.clock.pass_time(minutes=1)
    answer_waiting()
    conversation.refresh_from_db()
    assert conversation.closure is not None
    assert conversation.closure.state == "requested"


def test_the_practice_operator_prepares_nothing_that_was_not_asked_for(senja: Senja) -> None:
    conversation = _ask(senja, "Hello, where is my parcel?")
    senja.clock.pass_time(minutes=1)
    answer_waiting()
    conversation.refresh_from_db()
    assert conversation.closure is None


def test_an_answer_to_a_conversations_mail_is_said_in_it(senja: Senja) -> None:
    conversation = _ask(senja, "Hello, where is my parcel?")
    letter = EmailMessage()
    letter["From"], letter["To"] = "halo@senja.example", "sari@surat.example"
    letter["Subject"] = f"Our answer to you ({conversation.reference})"
    letter.set_content("It is on its way.")
    keep_mail(senja.home.mails, letter.as_bytes())
    mailbox = Mailbox(senja.home.mails)

    mailbox.reply(mailbox.mails()[0], "Thank you!", senja.clock.now())

    assert conversation.messages.filter(author="customer", text="Thank you!").exists()
    assert mailbox.mails()[0].to == "halo@senja.example"


def _ask(senja: Senja, words: str) -> Conversation:
    account = senja.account(NAMED["sari"])
    return open_conversation(account.id, Channel.EMAIL, Request(), words, language="en")
