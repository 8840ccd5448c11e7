"""A small book shop on SQLite for the tests of the portal: customers, orders, e-books as files, gift cards."""

from __future__ import annotations

import datetime as dt
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from pamitan.closure.clock import use_clock
from pamitan.kit.clock import SetClock

PASSWORD = "kopi tubruk pagi"
MONDAY = dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC)
ALICE, BOB, CHARLIE, DEWI, DEWI_TOO = "1", "2", "3", "4", "5"
"""Alice has e-books and credit; bob open orders and no e-mail address; charlie nothing; dewi has two accounts."""

SCHEMA = """
CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT, phone TEXT, name TEXT, password TEXT, created TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, number TEXT, status TEXT, total INTEGER);
CREATE TABLE book (id INTEGER PRIMARY KEY, customer_id INTEGER, title TEXT, file TEXT);
CREATE TABLE card (id INTEGER PRIMARY KEY, customer_id INTEGER, amount INTEGER);
INSERT INTO orders VALUES (1, 2, 'A-1', 'paid', 120000), (2, 2, 'A-2', 'new', 35000), (3, 1, 'A-3', 'done', 1);
INSERT INTO book VALUES (1, 1, 'Laut', 'laut.epub'), (2, 1, 'Bumi', 'bumi.epub'), (3, 1, 'Hilang', 'hilang.epub');
INSERT INTO card VALUES (1, 1, 120000);
"""

STORE_FILE = """\
store:
  name: Toko Buku
  languages: [id, en, it]
  country: ID
  currency: IDR
  timezone: Asia/Jakarta
  email: halo@toko.example
datastores:
  shop: {{url: "sqlite:///{folder}/shop.db"}}
account:
  table: customer
  id: id
  email: email
  phone: phone
  name: name
  created: created
  password: {{column: password, scheme: django}}
orders:
  table: orders
  number: number
  status: status
  statuses: {{paid: {{en: Paid, id: Dibayar, it: Pagato}}, new: {{en: New, id: Baru, it: Nuovo}}}}
  total: total
  open: {{status: [new, paid]}}
  cancel: {{when: {{status: new}}, set: {{status: cancelled}}}}
library:
  label: {{en: E-books, id: Buku elektronik, it: Libri elettronici}}
  table: book
  title: title
  file: "{folder}/files/{{file}}"
  values: {{file: file}}
balances: {{label: {{en: Credit, id: Saldo, it: Credito}}, table: card, amount: amount}}
map:
  shop:
    customer: {{link: {{on: {{id: account.id}}}}, delete: true, category: {{en: Account, id: Akun, it: Account}}}}
    orders:
      link: {{on: {{customer_id: account.id}}}}
      category: {{en: Invoices, id: Faktur, it: Fatture}}
      keep:
        law: {{en: Tax law, id: UU Pajak, it: Legge fiscale}}
        reason: {{en: Bookkeeping, id: Pembukuan, it: Contabilità}}
        until: {{years: 10}}
    book: {{link: {{on: {{customer_id: account.id}}}}, delete: true}}
    card: {{link: {{on: {{customer_id: account.id}}}}, delete: true}}
closing: {{withdrawal_days: 7, bar: {{email: forever, phone: 90 days}}}}
guard: {{table_percent: 100}}
handover_secret: hand-over-secret
api_token: token-of-the-shop
"""


@dataclass
class Shop:
    """The shop's own folder."""

    folder: Path

    def run(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        connection = sqlite3.connect(self.folder / "shop.db")
        with connection:
            rows = connection.execute(statement, values).fetchall()
        connection.close()
        return rows


@pytest.fixture
def shop(tmp_path: Path, settings: object, db: None) -> Shop:
    """The book shop, served by Pamitan."""
    built = Shop(tmp_path)
    connection = sqlite3.connect(tmp_path / "shop.db")
    connection.executescript(SCHEMA)
    hashed = make_password(PASSWORD)
    people = [
        (ALICE, "alice@example.com", "+6281234567890", "Alice Putri", hashed, "2024-05-03 10:00:00"),
        (BOB, None, "+6281298765432", "Bob Santoso", hashed, "2024-05-04 10:00:00"),
        (CHARLIE, "charlie@example.com", None, "Charlie Rossi", hashed, "2024-05-05 10:00:00"),
        (DEWI, "dewi@example.com", None, "Dewi Lestari", hashed, "2020-01-02 10:00:00"),
        (DEWI_TOO, "dewi@example.com", "+6281211112222", "Dewi L.", hashed, "2025-06-07 10:00:00"),
    ]
    with connection:
        connection.executemany("INSERT INTO customer VALUES (?, ?, ?, ?, ?, ?)", people)
    connection.close()
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "laut.epub").write_bytes(b"laut" * 100_000)
    (tmp_path / "files" / "bumi.epub").write_bytes(b"bumi")
    file = tmp_path / "store.yaml"
    file.write_text(STORE_FILE.format(folder=tmp_path))
    settings.PAMITAN_STORE = str(file)  # type: ignore[attr-defined]
    return built


@pytest.fixture
def clock(shop: Shop) -> object:
    """A clock that stands until it is moved."""
    with use_clock(SetClock(MONDAY)) as standing:
        yield standing


def browser(language: str = "en") -> Client:
    """A browser in which nobody has signed in."""
    return Client(headers={"accept-language": language})


def signed_in(login: str, language: str = "en") -> Client:
    """A browser in which this customer has signed in."""
    client = browser(language)
    answer = client.post("/sign-in", {"login": login, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def text_of(answer: object) -> str:
    return str(answer.content.decode())  # type: ignore[attr-defined]
