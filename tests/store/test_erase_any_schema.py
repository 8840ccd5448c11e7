"""Any small schema, any rows, a crash anywhere: nobody else's row changes, nothing of the person's stays.

Schemas are drawn at random: tables that point at the customer, at one another or at themselves, by foreign keys or by
plain ids, each with a fate. The invariants need no knowledge of the engine.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pamitan.erasure.execute import erase
from pamitan.erasure.verify import verify
from pamitan.stores.engine import reading
from pamitan.stores.types import Subject
from tests.store.shops import Shelf, Shop
from tests.store.test_erase_crash import PowerCut, power_cut

PEOPLE = ("1", "2", "3")
SECRET = "belongs to {}"


@dataclasses.dataclass(frozen=True)
class Drawn:
    """One table: what it points at (an earlier table, or the customer), how, and what becomes of its rows."""

    name: str
    parent: str
    enforced: bool
    itself: bool
    fate: str
    required: bool
    rows: tuple[tuple[int, int | None], ...]
    """(row of the parent, row of this table that it points at)"""


@st.composite
def tables(draw: st.DrawFn) -> list[Drawn]:
    drawn: list[Drawn] = []
    for number in range(draw(st.integers(1, 4))):
        parents = ["customer", *(table.name for table in drawn)]
        parent = draw(st.sampled_from(parents))
        parent_rows = 3 if parent == "customer" else len(next(t for t in drawn if t.name == parent).rows)
        fate = draw(st.sampled_from(["delete", "clear", "detach", "keep"])) if parent == "customer" else None
        rows = (
            draw(st.lists(st.tuples(st.integers(1, parent_rows), st.none() | st.integers(1, 5)), max_size=6))
            if parent_rows
            else []
        )
        drawn.append(
            Drawn(
                f"t{number}",
                parent,
                draw(st.booleans()),
                draw(st.booleans()),
                fate or "",
                draw(st.booleans()),
                tuple((p, s if s is not None and s <= i else None) for i, (p, s) in enumerate(rows)),
            )
        )
    return [dataclasses.replace(table, fate=fate_of(table)) for table in drawn]


def fate_of(table: Drawn) -> str:
    """Whoever points at a deleted row by a foreign key is deleted too; a customer's row is cut off before it goes."""
    if table.parent == "customer":
        return "delete" if table.required and table.fate != "delete" else table.fate
    return "delete"


def owner(table: Drawn, row: int, drawn: list[Drawn]) -> str:
    parent = table.rows[row - 1][0]
    if table.parent == "customer":
        return str(parent)
    return owner(next(t for t in drawn if t.name == table.parent), parent, drawn)


def sql(drawn: list[Drawn]) -> str:
    statements = ["CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT, phone TEXT, name TEXT)"]
    statements += [f"INSERT INTO customer VALUES ({n}, 'p{n}@example.com', NULL, '{SECRET.format(n)}')" for n in PEOPLE]
    for table in drawn:
        points = f"REFERENCES {table.parent} (id)" if table.enforced else ""
        own = f", self INTEGER {f'REFERENCES {table.name} (id)' if table.enforced else ''}" if table.itself else ""
        required = "NOT NULL" if table.required else ""
        columns = f"id INTEGER PRIMARY KEY, up INTEGER {required} {points}, body TEXT NOT NULL{own}"
        statements.append(f"CREATE TABLE {table.name} ({columns})")
        for number, (parent, self_) in enumerate(table.rows, 1):
            body = SECRET.format(owner(table, number, drawn))
            same = self_ is not None and owner(table, self_, drawn) == owner(table, number, drawn)
            extra = f", {self_ if same else 'NULL'}" if table.itself else ""
            statements.append(f"INSERT INTO {table.name} VALUES ({number}, {parent}, '{body}'{extra})")
    return ";\n".join(statements)


def mapped(drawn: list[Drawn]) -> str:
    actions = {
        "delete": "delete: true",
        "clear": "clear: [body], detach: [up]",
        "detach": "detach: [up], replace: {body: gone}",
        "keep": "keep: {columns: [body], law: Tax Act, reason: tax, until: {years: 1}}, detach: [up]",
    }
    lines = ["map:", "  customer: {link: {on: {id: account.id}}, delete: true}"]
    for table in drawn:
        target = "account.id" if table.parent == "customer" else f"{table.parent}.id"
        lines.append(f"  {table.name}: {{link: {{on: {{up: {target}}}}}, {actions[table.fate]}}}")
    return "\n".join(lines)


@given(drawn=tables(), who=st.sets(st.sampled_from(PEOPLE), min_size=1), crash=st.integers(0, 120))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_only_the_persons_rows_change_and_all_of_them_do(drawn: list[Drawn], who: set[str], crash: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shop.db"
        path.touch()
        shop = Shop(f"sqlite:///{path}", sql(drawn), mapped(drawn))
        before, shelf, subjects = shop.everything(), Shelf(), [Subject(account) for account in sorted(who)]
        with power_cut(shop, crash):
            try:
                erase(shop.store, subjects, shelf)
            except PowerCut:
                assert shop.everything() == before
        result = erase(shop.store, subjects, shelf)
        assert result.set_aside == {}
        check(shop, drawn, before, who)
        after = shop.everything()
        erase(shop.store, subjects, shelf)
        assert verify(shop.store, subjects, shelf).receipts == {account: [] for account in who}
        assert shop.everything() == after


def check(shop: Shop, drawn: list[Drawn], before: dict[str, list[tuple[Any, ...]]], who: set[str]) -> None:
    after = shop.everything()
    kept = {table.name for table in drawn if table.fate == "keep"}
    for name, rows in before.items():
        others = [row for row in rows if not any(SECRET.format(account) in row for account in who)]
        assert [row for row in after[name] if row in others] == others, "a row of somebody else changed"
        left = [row for row in after[name] if any(SECRET.format(account) in row for account in who)]
        assert not left or name in kept, "something of the person stays"
    with reading(shop.engine) as connection:
        assert list(broken(connection)) == []


def broken(connection: sa.Connection) -> Iterator[Any]:
    yield from connection.exec_driver_sql("PRAGMA foreign_key_check")
