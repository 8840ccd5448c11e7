"""One case of the gallery: tables with rows, a store file as text, and what closing accounts changes in all of it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from textwrap import indent
from typing import Any

import sqlalchemy as sa

from pamitan.erasure.execute import erase
from pamitan.erasure.plan import plan
from pamitan.erasure.receipt import Receipt
from pamitan.erasure.residue import Residue
from pamitan.erasure.verify import verify
from pamitan.kit.clock import SetClock
from pamitan.storefile.load import load_store_file
from pamitan.stores.engine import engine_for, reading, writing
from pamitan.stores.schema import refresh
from pamitan.stores.store import Store
from pamitan.stores.types import Identifier, Subject
from tests.store.shops import NOW, Shelf

Rows = list[tuple[Any, ...]]
PEOPLE = """
CREATE TABLE customer (id INTEGER PRIMARY KEY, email VARCHAR(100), phone VARCHAR(40), name VARCHAR(100),
    staff INTEGER NOT NULL);
INSERT INTO customer VALUES
    (1, 'alice@example.com', '+6281234567801', 'Alice Alisson', 0),
    (2, 'bob@example.com', '+6281234567802', 'Bob Bobsson', 0),
    (3, 'charlie@example.com', NULL, 'Charlie Charlson', 0),
    (4, 'dewi@toko.example', '+6281234567804', 'Dewi Desk', 1);
"""
STORE = """
store: {name: Toko, email: halo@toko.example, country: ID}
datastores: {main: {url: "${STORE_URL}"}}
account: {table: customer, id: id, email: email, phone: phone, name: name, where: {staff: 0}}
map:
  main:
    customer:
      link: {on: {id: account.id}}
      delete: true
      personal: {email: email, phone: phone, name: name}
"""
ALICE = Subject("1", frozenset({Identifier("email", "alice@example.com"), Identifier("phone", "+6281234567801")}))
BOB = Subject("2", frozenset({Identifier("email", "bob@example.com"), Identifier("phone", "+6281234567802")}))
CHARLIE = Subject("3", frozenset({Identifier("email", "charlie@example.com")}))
JSON_TYPES = {"postgresql": "JSONB", "sqlite": "TEXT", "mysql": "JSON", "mariadb": "JSON"}


class Case:
    """A shop in a database. ``map_`` is the data map of its tables beside ``customer``; ``store`` the rest of the file.

    ``{JSON}`` in the SQL stands for the database's own type.
    """

    def __init__(self, url: str, sql: str, map_: str, store: str = STORE, people: str = PEOPLE) -> None:
        self.engine = engine_for(url)
        with writing(self.engine) as connection:
            for statement in (people + sql).replace("{JSON}", JSON_TYPES[self.engine.dialect.name]).split(";\n"):
                if statement.strip():
                    connection.execute(sa.text(statement.strip().rstrip(";").replace(":", "\\:")))
        self.schema = refresh(self.engine)
        self.store = Store(_loaded(store + indent(map_, "    "), url), SetClock(NOW))
        self.shelf = Shelf()
        self.receipts: dict[str, list[Receipt]] = {}

    def close(self, *who: Subject) -> dict[str, Rows]:
        """Close the accounts, see that all is as planned, verified and done once for all; the tables that changed.

        The table of the accounts is left out where just the rows of those who left are gone.
        """
        before, planned = self.rows(), plan(self.store, who)
        assert planned.objections == {}
        result = erase(self.store, who, self.shelf)
        assert result.set_aside == {}
        assert _counted(result.receipts) == _counted(planned.per_account)
        self.receipts = result.receipts
        after = self.rows()
        self._see_that_it_is_over(who, after)
        return self._changed(before, after, {subject.account_id for subject in who})

    def _changed(self, before: dict[str, Rows], after: dict[str, Rows], gone: set[str]) -> dict[str, Rows]:
        account = self.store.file.account
        key = list(self.schema.table(account.table).columns).index(account.id)
        left = [row for row in before[account.table] if str(row[key]) not in gone]
        expected = {**before, account.table: left}
        return {name: rows for name, rows in after.items() if rows != expected[name]}

    def try_to_close(self, who: Subject) -> list[Residue]:
        """Erase, and what the verification finds."""
        assert erase(self.store, [who], self.shelf).set_aside == {}
        return verify(self.store, [who], self.shelf).residue[who.account_id]

    def _see_that_it_is_over(self, who: Sequence[Subject], after: dict[str, Rows]) -> None:
        verified = verify(self.store, who, self.shelf)
        assert verified.receipts == {subject.account_id: [] for subject in who}
        blocking = [item for found in verified.residue.values() for item in found if item.blocking]
        assert verified.set_aside == {}
        assert blocking == []
        assert self.rows() == after

    def execute(self, statement: str) -> None:
        """What the shop itself does."""
        with writing(self.engine) as connection:
            connection.exec_driver_sql(statement)

    def rows(self) -> dict[str, Rows]:
        """All rows of all tables, in the order of their cells."""
        with reading(self.engine) as connection:
            return {name: sorted(self._rows(connection, name), key=repr) for name in self.schema.tables}

    def _rows(self, connection: sa.Connection, name: str) -> Rows:
        found = connection.execute(sa.select(sa.text("*")).select_from(self.schema.table(name).sql))
        return [tuple(_as_text(value) for value in row) for row in found]

    def done(self, subject: Subject) -> set[tuple[str, str, int]]:
        """The receipts of one account: table, action, rows."""
        return {(r.table, r.action, r.rows) for r in self.receipts[subject.account_id] if r.table != "customer"}


def quoted(url: str, text: str) -> str:
    """A literal of SQL; MariaDB reads a backslash in it."""
    plain = text.replace("'", "''")
    return f"'{plain.replace(chr(92), chr(92) * 2) if url.startswith('mysql') else plain}'"


def _loaded(text: str, url: str) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.yaml"
        path.write_text(text, "utf-8")
        return load_store_file(str(path), {"STORE_URL": url})


def _as_text(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value


def _counted(receipts: dict[str, list[Receipt]]) -> dict[str, set[tuple[str, str, int]]]:
    return {account: {(r.table, r.action, r.rows) for r in done} for account, done in receipts.items()}
