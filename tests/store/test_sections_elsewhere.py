"""Orders, library, balances and sessions in another datastore than the accounts, and with their values in JSON."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from pamitan.erasure.check import check
from pamitan.erasure.errors import MapMismatch
from pamitan.erasure.plan import plan
from pamitan.kit.clock import SetClock
from pamitan.storefile.model import StoreFile
from pamitan.stores.engine import engine_for, writing
from pamitan.stores.store import Store
from tests.store.shops import ALICE, CUSTOMERS, NOW

SHOP = """
CREATE TABLE sale (id INTEGER PRIMARY KEY, data {json});
CREATE TABLE token (id VARCHAR(20) PRIMARY KEY);
INSERT INTO sale VALUES (1, '{{"buyer": "1", "state": "new", "total": "12.50", "at": 1767225600, "book": "Laut"}}'),
    (2, '{{"buyer": 1, "state": "done", "total": 7}}'), (3, '{{"buyer": 2, "state": "new", "total": 99}}');
INSERT INTO token VALUES ('t-1'), ('t-2')
"""
BY_BUYER = {"on": {"data->buyer": "account.id"}}


def described(url: str, home: Path, **changes: Any) -> StoreFile:
    with writing(engine_for(f"sqlite:///{home}")) as connection:
        for statement in filter(None, CUSTOMERS.split(";\n")):
            connection.exec_driver_sql(statement)
    with writing(engine_for(url)) as connection:
        for statement in SHOP.format(json="jsonb" if url.startswith("postgres") else "json").split(";\n"):
            connection.exec_driver_sql(statement)
    sale = {"datastore": "sales", "table": "sale", "link": BY_BUYER}
    file: dict[str, Any] = {
        "store": {"name": "Toko", "email": "shop@example.com"},
        "datastores": {"main": {"url": f"sqlite:///{home}"}, "sales": {"url": url}},
        "account": {
            "datastore": "main",
            "table": "customer",
            "id": "id",
            "email": "email",
            "sessions": [{"datastore": "sales", "table": "token", "link": {"on": {"id": "t-{account.id}"}}}],
        },
        "orders": {
            **sale,
            "open": {"data->state": "new"},
            "total": "data->total",
            "date": "data->at",
            "number": "data->book",
            "cancel": {"when": {"data->state": "new"}, "set": {"data": None}},
        },
        "library": {
            **sale,
            "label": "Books",
            "title": "data->book",
            "code": "id",
            "where": {"data->book": {"not": None}},
        },
        "balances": {**sale, "label": "Points", "amount": "data->total", "unit": "points"},
        "map": {
            "main": {"customer": {"link": {"on": {"id": "account.id"}}, "delete": True}},
            "sales": {"sale": {"link": BY_BUYER, "delete": True}},
        },
    }
    return StoreFile.model_validate({**file, **changes})


@pytest.fixture
def home(tmp_path: Path) -> Path:
    path = tmp_path / "home.db"
    path.touch()
    return path


def rows(store: Store, table: str) -> list[Any]:
    with store.engine("sales").connect() as connection:
        return [row[0] for row in connection.execute(sa.text(f"SELECT id FROM {table} ORDER BY id"))]


def test_what_is_open_saved_and_lost_is_read_where_it_is(any_url: str, home: Path) -> None:
    store = Store(described(any_url, home), SetClock(NOW))
    [item] = store.open_items("1")
    assert (item.number, item.total, item.can_cancel) == ("Laut", Decimal("12.50"), True)
    assert item.date is not None
    assert item.date.year == 2026
    assert [book.title for book in store.library("1")] == ["Laut"]
    assert [(held.amount, held.unit) for held in store.balances("1")] == [(Decimal("19.5"), "points")]
    assert store.open_items("3") == store.library("3") == store.balances("3") == []


def test_an_order_there_is_cancelled_there(any_url: str, home: Path) -> None:
    store = Store(described(any_url, home), SetClock(NOW))
    [item] = store.open_items("1")
    with pytest.raises(KeyError):
        store.cancel("2", item.key, "k")
    store.cancel("1", item.key, "k")
    assert store.open_items("1") == []
    assert len(store.open_items("2")) == 1


def test_sessions_there_are_ended(any_url: str, home: Path) -> None:
    store = Store(described(any_url, home), SetClock(NOW))
    assert store.end_sessions("1") == 1
    assert rows(store, "token") == ["t-2"]


def test_such_a_store_file_fits(any_url: str, home: Path) -> None:
    store = Store(described(any_url, home), SetClock(NOW))
    assert [problem for problem in check(store) if problem.severity == "error" and "sale" in problem.where] == []
    assert plan(store, [ALICE]).objections == {}


@pytest.mark.parametrize(
    ("section", "name"),
    [
        ({"orders": {"open": {"data->state": "new"}, "total": "dta->total"}}, "orders.sale"),
        ({"orders": {"open": {"dta->state": "new"}}}, "orders.sale"),
        ({"balances": {"label": "Points", "amount": "dta"}}, "balances.sale"),
        ({"library": {"label": "Books", "title": "dta", "code": "id"}}, "library.sale"),
    ],
)
def test_a_fault_there_stops_check_and_plan(sqlite_url: str, home: Path, section: dict[str, Any], name: str) -> None:
    [(key, given)] = section.items()
    there = {"datastore": "sales", "table": "sale", "link": BY_BUYER, **given}
    store = Store(described(sqlite_url, home, **{key: there}), SetClock(NOW))
    assert [found.where for found in check(store) if "no column 'dta'" in found.message] == [name]
    with pytest.raises(MapMismatch, match=rf"'sales': {name}: table 'sale' has no column 'dta'"):
        plan(store, [ALICE])


def test_a_datastore_that_is_not_there_is_told(sqlite_url: str, home: Path) -> None:
    there = {"datastore": "sles", "table": "sale", "link": BY_BUYER, "open": {}}
    with pytest.raises(ValidationError, match="there is no datastore 'sles'; name one of: main, sales"):
        described(sqlite_url, home, orders=there)
