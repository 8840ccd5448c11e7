"""Who is a customer of the shop, and who is signed in."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import sqlite3
from collections.abc import Iterator

import phonenumbers

from pamitan.demo.shop.database import Row, insert, moment
from pamitan.demo.shop.passwords import hash_password, is_right


class AddressTakenError(Exception):
    """Somebody has an account with this address already."""


def sign_up(db: sqlite3.Connection, name: str, email: str, password: str, language: str, now: dt.datetime) -> int:
    """A new account, whose address nobody has verified yet. Raises :class:`AddressTakenError`."""
    try:
        return insert(
            db,
            "customer",
            email=email,
            password=hash_password(password),
            full_name=name,
            language=language,
            created_at=moment(now),
        )
    except sqlite3.IntegrityError:
        raise AddressTakenError from None


def find_customer(db: sqlite3.Connection, login: str, password: str) -> Row | None:
    """The customer whose address or mobile number and password these are."""
    for customer in _named(db, login):
        if customer["is_active"] and is_right(password, customer["password"]):
            return customer
    return None


def _named(db: sqlite3.Connection, login: str) -> Iterator[Row]:
    if "@" in login:
        yield from db.execute("SELECT * FROM customer WHERE lower(email) = lower(?)", [login.strip()])
        return
    number = _number(login)
    if number is not None:
        rows = db.execute("SELECT * FROM customer WHERE phone IS NOT NULL").fetchall()
        yield from (row for row in rows if _number(row["phone"]) == number)


def _number(text: str) -> str | None:
    try:
        parsed = phonenumbers.parse(text, "ID")
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def begin_session(db: sqlite3.Connection, customer: int, device: str, now: dt.datetime) -> str:
    """The token of a new session, for the cookie."""
    token = secrets.token_hex(16)
    data = json.dumps({"customer_id": customer, "device": device})
    insert(db, "session", token=token, data=data, created_at=moment(now))
    return token


def end_session(db: sqlite3.Connection, token: str) -> None:
    db.execute("DELETE FROM session WHERE token = ?", [token])


def customer_of(db: sqlite3.Connection, token: str) -> Row | None:
    """The customer who is signed in with this token."""
    session = db.execute("SELECT data FROM session WHERE token = ?", [token]).fetchone()
    if session is None:
        return None
    customer = json.loads(session["data"])["customer_id"]
    row: Row | None = db.execute("SELECT * FROM customer WHERE id = ?", [customer]).fetchone()
    return row


def sessions_of(db: sqlite3.Connection, customer: int) -> list[tuple[str, str]]:
    """Device and beginning of each session, the latest first."""
    rows = db.execute(
        "SELECT data, created_at FROM session WHERE json_extract(data, '$.customer_id') = ? ORDER BY created_at DESC",
        [customer],
    )
    return [(json.loads(row["data"])["device"], row["created_at"]) for row in rows]
