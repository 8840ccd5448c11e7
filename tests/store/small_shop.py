"""A small shop on any database: three customers and a member of staff, with orders, e-books, credit and sessions."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from pamitan.kit.clock import SetClock
from pamitan.storefile.model import StoreFile
from pamitan.stores.engine import engine_for, writing
from pamitan.stores.store import Store

NOW = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)
ALICE, BOB, CHARLIE, STAFF = "1", "2", "3", "4"

metadata = sa.MetaData()
customer = sa.Table(
    "customer",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(200)),
    sa.Column("phone", sa.String(40)),
    sa.Column("first_name", sa.String(50)),
    sa.Column("last_name", sa.String(50)),
    sa.Column("password", sa.String(120)),
    sa.Column("active", sa.Boolean, nullable=False, default=True),
    sa.Column("staff", sa.Boolean, nullable=False, default=False),
    sa.Column("verified", sa.Boolean, nullable=False, default=False),
    sa.Column("joined", sa.DateTime),
)
orders = sa.Table(
    "orders",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("customer_id", sa.ForeignKey("customer.id")),
    sa.Column("guest_email", sa.String(200)),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("paid", sa.Boolean, nullable=False, default=False),
    sa.Column("placed", sa.DateTime),
    sa.Column("total", sa.Numeric(12, 2)),
)
product = sa.Table(
    "product",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("title", sa.String(100)),
    sa.Column("file", sa.String(100)),
)
order_line = sa.Table(
    "order_line",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("order_id", sa.ForeignKey("orders.id")),
    sa.Column("product_id", sa.ForeignKey("product.id")),
)
gift_card = sa.Table(
    "gift_card",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("customer_id", sa.Integer),
    sa.Column("code", sa.String(60)),
)
credit = sa.Table(
    "credit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("customer_id", sa.Integer),
    sa.Column("amount", sa.Numeric(12, 2)),
)
session = sa.Table(
    "session",
    metadata,
    sa.Column("key", sa.String(40), primary_key=True),
    sa.Column("data", sa.Text),
)

DESCRIPTION: dict[str, Any] = {
    "store": {"name": "Toko", "email": "halo@toko.example", "currency": "IDR"},
    "account": {
        "table": "customer",
        "id": "id",
        "email": "email",
        "email_verified": {"verified": True},
        "phone": "phone",
        "name": ["first_name", "last_name"],
        "password": {"column": "password", "scheme": "django"},
        "created": "joined",
        "where": {"staff": False},
        "active": {"active": True},
        "lock": [{"column": "active", "set": False}, {"column": "password", "prefix": "!pamitan!"}],
        "sessions": [{"table": "session", "link": {"blob": {"column": "data", "format": "json", "path": "user.id"}}}],
    },
    "orders": {
        "table": "orders",
        "number": "id",
        "date": "placed",
        "total": "total",
        "status": "status",
        "statuses": {"Sent": {"en": "On its way", "id": "Dalam perjalanan"}},
        "open": {"status": {"not": ["Complete", "Cancelled"]}},
        "cancel": {"when": {"status": "New", "paid": False}, "set": {"status": "Cancelled"}},
    },
    "library": [
        {
            "label": "E-books",
            "table": "order_line",
            "title": {"table": "product", "on": {"id": "product_id"}, "column": "title"},
            "values": {"file": {"table": "product", "on": {"id": "product_id"}, "column": "file"}},
            "file": "/nowhere/{file}",
        },
        {
            "label": "Gift cards",
            "table": "gift_card",
            "link": {"on": {"customer_id": "account.id"}},
            "title": "code",
            "code": "code",
        },
    ],
    "balances": {
        "label": "Credit",
        "table": "credit",
        "link": {"on": {"customer_id": "account.id"}},
        "amount": "amount",
    },
    "map": {
        "main": {
            "customer": {"link": {"on": {"id": "account.id"}}, "delete": True},
            "orders": {
                "link": [
                    {"on": {"customer_id": "account.id"}},
                    {"email": "guest_email", "where": {"customer_id": None}},
                ],
                "clear": ["guest_email"],
                "detach": ["customer_id"],
            },
            "order_line": {"link": {"on": {"order_id": "orders.id"}}, "delete": True},
        }
    },
}


def described(url: str, **changes: Any) -> StoreFile:
    """The small shop's store file, with some of its sections replaced."""
    return StoreFile.model_validate({**DESCRIPTION, "datastores": {"main": {"url": url}}, **changes})


def open_store(url: str, clock: SetClock | None = None, **changes: Any) -> Store:
    """Make the tables, fill them, and open the store."""
    engine = engine_for(url)
    with writing(engine) as connection:
        metadata.create_all(connection)
        for table, rows in _rows().items():
            connection.execute(sa.insert(table), rows)
    return Store(described(url, **changes), clock or SetClock(NOW))


def rows(store: Store, table: sa.Table) -> list[dict[str, Any]]:
    """All rows of a table, in the order of their keys."""
    with store.engine("main").connect() as connection:
        query = sa.select(table).order_by(*table.primary_key.columns)
        return [dict(row) for row in connection.execute(query).mappings()]


def change(store: Store, statement: sa.Executable) -> None:
    """What the shop itself does."""
    with writing(store.engine("main")) as connection:
        connection.execute(statement)


def _rows() -> dict[sa.Table, list[dict[str, Any]]]:
    return {
        customer: [
            _person(1, "Alice@Shop.example", "0812-3456-7890", "Alice", "Ananda"),
            _person(2, "bob@shop.example", "+62 813 1111 2222", "Bob", "Budiman"),
            _person(3, "charlie@shop.example", "", "Charlie", "Cahya") | {"active": False},
            _person(4, "desk@shop.example", "", "Dewi", "Desk") | {"staff": True},
        ],
        orders: [
            _order(10, 1, "Complete", "40000"),
            _order(11, 1, "New", "20000"),
            _order(12, 1, "Sent", "30000.50") | {"paid": True},
            _order(20, 2, "New", "10000"),
            _order(30, None, "New", "5000") | {"guest_email": "ALICE@shop.example"},
        ],
        product: [
            {"id": 1, "title": "Laut / Bercerita", "file": "laut.epub"},
            {"id": 2, "title": "Bumi", "file": "bumi.epub"},
        ],
        order_line: [
            {"id": 100, "order_id": 10, "product_id": 1},
            {"id": 101, "order_id": 10, "product_id": 2},
            {"id": 200, "order_id": 20, "product_id": 2},
        ],
        gift_card: [{"id": 1, "customer_id": 1, "code": "GIFT-123"}],
        credit: [
            {"id": 1, "customer_id": 1, "amount": Decimal("100000.25")},
            {"id": 2, "customer_id": 1, "amount": Decimal(-20000)},
            {"id": 3, "customer_id": 2, "amount": Decimal(7)},
        ],
        session: [
            {"key": "a1", "data": json.dumps({"user": {"id": 1}})},
            {"key": "a2", "data": json.dumps({"user": {"id": "1"}, "cart": [1, 2]})},
            {"key": "b1", "data": json.dumps({"user": {"id": 11}})},
            {"key": "b2", "data": "not JSON: 1"},
        ],
    }


def _person(number: int, email: str, phone: str, first: str, last: str) -> dict[str, Any]:
    return {
        "id": number,
        "email": email,
        "phone": phone,
        "first_name": first,
        "last_name": last,
        "password": f"md5$salt${'0' * 32}",
        "active": True,
        "staff": False,
        "verified": False,
        "joined": dt.datetime(2025, 1, number, 8, 30),  # noqa: DTZ001 (shops write dates without a zone)
    }


def _order(number: int, owner: int | None, status: str, total: str) -> dict[str, Any]:
    return {
        "id": number,
        "customer_id": owner,
        "guest_email": None,
        "status": status,
        "paid": False,
        "placed": dt.datetime(2026, 3, number % 9 + 1),  # noqa: DTZ001
        "total": Decimal(total),
    }
