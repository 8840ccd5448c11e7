"""A small shop on SQLite for the tests of a closure's life: alice, bob and charlie, orders, reviews and sessions."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from pamitan.channels.sending import send_due
from pamitan.closure import clock as clocks
from pamitan.closure import service
from pamitan.closure.clock import use_clock
from pamitan.closure.models import Closure
from pamitan.kit.clock import SetClock
from pamitan.worker.sweep import run_until_idle

ALICE, BOB, CHARLIE = "1", "2", "3"
NOON = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)

SCHEMA = """
CREATE TABLE customer (
    id INTEGER PRIMARY KEY, email TEXT, phone TEXT, name TEXT NOT NULL, verified INTEGER NOT NULL,
    active INTEGER NOT NULL DEFAULT 1);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer(id), guest_email TEXT, name TEXT, status TEXT,
    total INTEGER, placed TEXT);
CREATE TABLE review (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer(id), author TEXT, body TEXT);
CREATE TABLE session (id TEXT PRIMARY KEY, customer_id INTEGER);
CREATE TABLE newsletter (id INTEGER PRIMARY KEY, email TEXT);
CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT);
INSERT INTO customer (id, email, phone, name, verified) VALUES
    (1, 'alice@example.com', '+6281234567890', 'Alice Anggraini', 1),
    (2, 'bob@example.com', '+6281200000002', 'Bob Budiman', 0),
    (3, 'charlie@example.com', NULL, 'Charlie Cahyono', 1);
INSERT INTO orders (id, customer_id, guest_email, name, status, total, placed) VALUES
    (10, 1, NULL, 'Alice Anggraini', 'done', 100000, '2026-01-05'),
    (20, 2, NULL, 'Bob Budiman', 'done', 200000, '2026-01-06'),
    (30, 3, NULL, 'Charlie Cahyono', 'done', 300000, '2026-01-07');
INSERT INTO review (id, customer_id, author, body) VALUES
    (1, 1, 'Alice Anggraini', 'Good paper'), (2, 2, 'Bob', 'Nice');
INSERT INTO session VALUES ('sa1', 1), ('sa2', 1), ('sb', 2);
INSERT INTO newsletter VALUES (1, 'alice@example.com'), (2, 'bob@example.com');
"""

STORE_FILE = """\
store:
  name: Toko Kertas
  languages: [id, en, it]
  email: halo@toko.example
  complaints: Otoritas PDP
datastores:
  shop: {{url: "sqlite:///{database}"}}
account:
  table: customer
  id: id
  email: email
  email_verified: {{verified: 1}}
  phone: phone
  name: name
  lock: [{{column: active, set: 0}}]
  sessions: [{{table: session, link: {{on: {{customer_id: account.id}}}}}}]
orders:
  table: orders
  number: id
  status: status
  open: {{status: shipped}}
map:
  shop:
    customer:
      {{link: {{on: {{id: account.id}}}}, delete: true, category: {{en: Account, id: Akun}},
       personal: {{name: name, email: email, phone: phone}}}}
    orders:
      - link: [{{on: {{customer_id: account.id}}}}, {{email: guest_email}}]
        replace: {{name: Former customer}}
        clear: [guest_email]
        detach: [customer_id]
        personal: {{name: name, guest_email: email}}
    review: {{link: {{on: {{customer_id: account.id}}}}, delete: true, personal: {{author: name}}}}
    session: {{link: {{on: {{customer_id: account.id}}}}, delete: true}}
    newsletter: {{link: {{email: email}}, delete: true, personal: {{email: email}}}}
ignore:
  shop: {{note: Staff notes}}
closing:
  withdrawal_days: 7
  confirm_within_days: 3
  wait_for_orders_days: 30
  bar: {{email: forever, phone: 90 days}}
guard: {{table_percent: 100}}
"""


@dataclass
class Shop:
    """The shop's own database, and its store file."""

    database: Path
    file: Path

    def run(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(self.database, timeout=20)
        with connection:
            rows = connection.execute(statement, values).fetchall()
        connection.close()
        return rows

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table."""
        tables = [name for (name,) in self.run("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: self.run(f"SELECT * FROM {table} ORDER BY 1") for table in tables}

    def order_of(self, account: str, status: str) -> str:
        """A new order of that customer; its id."""
        values = (int(account), status)
        self.run("INSERT INTO orders (customer_id, name, status, total) VALUES (?, 'Someone', ?, 5000)", *values)
        return str(self.run("SELECT max(id) FROM orders")[0][0])

    def is_locked(self, account: str) -> bool:
        return self.run("SELECT active FROM customer WHERE id = ?", int(account)) == [(0,)]

    def has(self, account: str) -> bool:
        return bool(self.run("SELECT 1 FROM customer WHERE id = ?", int(account)))


def build_shop(folder: Path, extra: str = "", changes: dict[str, str] | None = None) -> Shop:
    """The shop in that folder; ``changes`` replace words of its store file, ``extra`` is put at the end."""
    shop = Shop(folder / "shop.db", folder / "store.yaml")
    connection = sqlite3.connect(shop.database)
    connection.executescript(SCHEMA)
    connection.close()
    text = STORE_FILE.format(database=shop.database) + extra
    for old, new in (changes or {}).items():
        assert old in text
        text = text.replace(old, new)
    shop.file.write_text(text)
    return shop


@pytest.fixture
def shop(tmp_path: Path, settings: Any) -> Shop:
    """The small shop, served by Pamitan."""
    built = build_shop(tmp_path)
    settings.PAMITAN_STORE = str(built.file)
    settings.PAMITAN_CLOSURE_KEYS = tmp_path / "keys"
    settings.PAMITAN_CLOSURE_KEYS.mkdir()
    return built


@pytest.fixture
def clock(shop: Shop) -> Iterator[SetClock]:
    """A clock that stands at noon until it is moved."""
    with use_clock(SetClock(NOON)) as standing:
        yield standing


def ask(account: str = ALICE, **wishes: Any) -> Closure:
    """The customer asks by themself, and the sweep takes the first look."""
    closure = service.request_closure(account, **{"language": "en", **wishes})
    run_until_idle()
    closure.refresh_from_db()
    return closure


def later(closure: Closure, clock: SetClock, **delta: float) -> Closure:
    """Time passes, and the sweep does what is due."""
    clock.pass_time(**delta)
    run_until_idle()
    closure.refresh_from_db()
    return closure


def mails() -> list[EmailMessage]:
    """Every mail so far, after the outbox was sent."""
    send_due(clocks.clock().now())
    return list(mail.outbox)


def code_in(message: EmailMessage) -> str:
    """The one-time code that stands in the mail."""
    return next(line for line in str(message.body).splitlines() if line.isdigit())
