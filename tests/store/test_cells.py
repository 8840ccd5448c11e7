"""Cells of every type are emptied and overwritten, also where rows of one table meet several fates in one statement."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from pamitan.erasure.execute import erase
from tests.store.shops import ALICE, CUSTOMERS, Shelf, Shop

TYPES = {
    "postgresql": {"json": "JSONB", "blob": "BYTEA", "moment": "TIMESTAMPTZ", "choice": "mood"},
    "mysql": {"json": "JSON", "blob": "BLOB", "moment": "DATETIME", "choice": "ENUM('glad', 'sad')"},
    "sqlite": {"json": "JSON", "blob": "BLOB", "moment": "DATETIME", "choice": "VARCHAR(4)"},
}
SHOP = (
    CUSTOMERS
    + """
CREATE TABLE note (id INTEGER PRIMARY KEY, writer INTEGER, reader INTEGER, facts {json} NOT NULL,
    picture {blob} NOT NULL, made {moment} NOT NULL, born DATE NOT NULL, amount NUMERIC(8, 2) NOT NULL,
    mood {choice} NOT NULL, words VARCHAR(20) NOT NULL);
INSERT INTO note VALUES
    (1, 1, 2, '{{"to": "bob"}}', 'x', '2026-01-02 03:04:05', '1990-01-02', 9.5, 'glad', 'hello'),
    (2, 2, 1, '{{"to": "alice"}}', 'y', '2026-01-02 03:04:05', '1990-01-02', 7.5, 'glad', 'hi');
"""
)
FILE = """
map:
  customer: {link: {on: {id: account.id}}, delete: true}
  note:
    - link: {on: {writer: account.id}}
      detach: [writer]
      clear: [facts, picture, made, born, amount]
      replace: {mood: sad, words: "-"}
    - link: {on: {reader: account.id}}
      detach: [reader]
"""


def note(shop: Shop, number: int) -> dict[str, Any]:
    table = sa.text(f"SELECT * FROM note WHERE id = {number}")
    with shop.engine.connect() as connection:
        return dict(connection.execute(table).mappings().one())


def test_a_cell_of_any_type_is_emptied_where_two_rules_meet_in_one_table(any_url: str) -> None:
    backend = sa.make_url(any_url).get_backend_name()
    types = TYPES["mysql" if backend == "mariadb" else backend]
    first = "CREATE TYPE mood AS ENUM ('glad', 'sad');\n" if backend == "postgresql" else ""
    shop = Shop(any_url, first + SHOP.format(**types), FILE)
    hers, to_her = note(shop, 1), note(shop, 2)
    assert erase(shop.store, [ALICE], Shelf()).set_aside == {}
    emptied = note(shop, 1)
    assert {str(emptied["facts"]), bytes(emptied["picture"]), float(emptied["amount"])} == {"{}", b"", 0.0}
    assert (str(emptied["made"])[:10], str(emptied["born"])) == ("1970-01-02", "1970-01-02")
    assert (emptied["writer"], emptied["reader"], emptied["mood"], emptied["words"]) == (None, 2, "sad", "-")
    assert note(shop, 2) == to_her | {"reader": None}
    assert hers["facts"] != emptied["facts"]
