"""Invented people, and what fills a platform's tables: namesakes, a shared address, names beyond ASCII."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tests.scanner import connect_to

BCRYPT = "$2y$10$" + "abcdefghijklmnopqrstuv" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ01234"
AGENT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0"


@dataclass(frozen=True)
class Person:
    """A customer as every shop here knows one."""

    number: int
    first: str
    last: str
    email: str
    phone: str
    street: str
    city: str

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def ip(self) -> str:
        return f"198.51.100.{self.number + 20}"

    @property
    def values(self) -> tuple[str, ...]:
        """What tells this person in a text."""
        return self.email, self.phone, self.name, self.street


PEOPLE = [
    Person(1, "Siti", "Rahayu", "siti.rahayu@example.com", "+6281234500011", "Jalan Kenanga 4", "Bandung"),
    Person(2, "Siti", "Rahayu", "s.rahayu88@example.net", "+6281234500022", "Jalan Cempaka 19", "Surabaya"),
    Person(3, "Zoë", "Ångström", "zoe@example.org", "+46701234567", "Storgatan 12", "Malmö"),
    Person(4, "Marco", "D'Angelo", "marco.dangelo@example.it", "+393331234567", "Via Roma 7", "Torino"),
    Person(5, "Grace", "Hope", "grace@example.com", "+6281234500055", "Jalan Kenanga 4", "Bandung"),
    Person(6, "Óscar", "Núñez", "oscar.nunez@example.es", "+34612345678", "Calle Mayor 33", "Madrid"),
    Person(7, "李", "小龍", "li.xiaolong@example.cn", "+8613912345678", "南京東路 88號", "上海"),
    Person(8, "Budi", "Santoso", "budi_santoso@example.com", "+6281234500088", "Gang Buntu 3", "Solo"),
]


class Lab:
    """One database that is being filled."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = connect_to(url)

    def sql(self, text: str) -> None:
        """Statements, each ended by a semicolon at the end of its line."""
        with self._engine.begin() as connection:
            for statement in filter(None, map(str.strip, text.split(";\n"))):
                connection.exec_driver_sql(statement)

    def put(self, table: str, columns: str, rows: Sequence[Sequence[Any]]) -> None:
        """Rows in these columns; lists and mappings as JSON."""
        quote = self._engine.dialect.identifier_preparer.quote_identifier
        names = columns.split()
        marks = ", ".join(f":p{place}" for place in range(len(names)))
        statement = sa.text(f"INSERT INTO {quote(table)} ({', '.join(map(quote, names))}) VALUES ({marks})")
        values = [{f"p{place}": _stored(value) for place, value in enumerate(row)} for row in rows]
        with self._engine.begin() as connection:
            connection.execute(statement, values)

    def done(self) -> str:
        """Let go of the database; its URL."""
        self._engine.dispose()
        return self.url


def _stored(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (dict, list)) else value


def uid(kind: str, number: int) -> uuid.UUID:
    """The same sixteen bytes for the same thing each time; of no version that a standard knows."""
    return uuid.UUID(md5(f"{kind}{number}"))


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def php(value: Any) -> str:
    """Serialised by PHP."""
    if isinstance(value, str):
        return f's:{len(value.encode())}:"{value}";'
    if isinstance(value, int):
        return f"i:{value};"
    return f"a:{len(value)}:{{" + "".join(php(key) + php(item) for key, item in value.items()) + "}"
