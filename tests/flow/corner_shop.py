"""A corner shop with three customers, and its people: alice, bob (no e-mail) and charlie; anna at the desk."""

from __future__ import annotations

import datetime as dt
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.test import Client

from pamitan.closure.clock import use_clock
from pamitan.desk.operators import create_operator, current_code
from pamitan.kit.clock import SetClock

ALICE, BOB, CHARLIE = "1", "2", "3"
PASSWORD = "gula jawa manis"
OPERATOR_PASSWORD = "kunci-meja-bantuan"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WEDNESDAY_MORNING = dt.datetime(2026, 11, 25, 3, 0, tzinfo=dt.UTC)
"""10:00 in Jakarta; the desk is open from 08:00 to 20:00."""

STORE_FILE = """\
store:
  name: Toko Pojok
  languages: [en, id, it]
  country: ID
  timezone: Asia/Jakarta
  email: halo@toko.example
  phone: "+62 21 555 0100"
  hours: {mon: "08:00-20:00", tue: "08:00-20:00", wed: "08:00-20:00", thu: "08:00-20:00", fri: "08:00-20:00"}
datastores:
  shop: {url: "sqlite:///DATABASE"}
account:
  table: customer
  id: id
  email: email
  email_verified: {verified: 1}
  phone: phone
  name: name
  language: language
  password: {column: password, scheme: django}
orders:
  table: orders
  number: number
  status: status
  open: {status: paid}
map:
  shop:
    customer: {link: {on: {id: account.id}}, delete: true, category: Account}
    orders: {link: {on: {customer_id: account.id}}, detach: [customer_id]}
"""


@dataclass
class Shop:
    """The shop's own database."""

    path: Path

    def run(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        connection = sqlite3.connect(self.path)
        with connection:
            rows = connection.execute(statement, values).fetchall()
        connection.close()
        return rows


def build_shop(folder: Path, extra: str = "") -> tuple[Shop, Path]:
    """The shop, and its store file with ``extra`` at its end."""
    shop = Shop(folder / "shop.db")
    shop.run(
        "CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT, verified INTEGER, phone TEXT, name TEXT,"
        " language TEXT, password TEXT)"
    )
    shop.run("CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, number TEXT, status TEXT)")
    hashed = make_password(PASSWORD)
    people = [
        (ALICE, "alice@example.com", "+6281234567890", "Alice Putri", "id"),
        (BOB, None, "+6281298765432", "Bob Santoso", "en"),
        (CHARLIE, "charlie@example.com", None, "Charlie Rossi", "it"),
    ]
    for number, email, phone, name, language in people:
        shop.run("INSERT INTO customer VALUES (?, ?, 1, ?, ?, ?, ?)", number, email, phone, name, language, hashed)
    file = folder / "store.yaml"
    file.write_text(STORE_FILE.replace("DATABASE", str(shop.path)) + extra)
    return shop, file


@pytest.fixture
def shop(tmp_path: Path, settings: object, db: None) -> Shop:
    """The corner shop, served by Pamitan."""
    built, file = build_shop(tmp_path)
    settings.PAMITAN_STORE = str(file)  # type: ignore[attr-defined]
    return built


@pytest.fixture
def clock(shop: Shop) -> object:
    """A clock that stands on a Wednesday morning until it is moved."""
    with use_clock(SetClock(WEDNESDAY_MORNING)) as standing:
        yield standing


@pytest.fixture
def anna(shop: Shop) -> User:
    """An operator with a second factor."""
    return create_operator("anna@toko.example", OPERATOR_PASSWORD, SECRET)


def customer_client(login: str, language: str = "en") -> Client:
    """A browser in which this customer has signed in."""
    client = Client(headers={"accept-language": language})
    answer = client.post("/sign-in", {"login": login, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def operator_client(operator: User, language: str = "en") -> Client:
    """A browser in which this operator has signed in, with both factors."""
    client = Client(headers={"accept-language": language})
    client.post("/desk/sign-in/", {"login": operator.email, "password": OPERATOR_PASSWORD})
    assert types_code(client, operator).status_code == 302
    return client


def types_code(client: Client, operator: User) -> Any:
    """The answer to the code of this half minute; where that ended on the way, to the next code."""
    code = current_code(operator)
    answer = client.post("/desk/sign-in/code/", {"code": code})
    if answer.status_code == 200 and current_code(operator) != code:
        answer = client.post("/desk/sign-in/code/", {"code": current_code(operator)})
    return answer
