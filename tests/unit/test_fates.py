"""What the data map and the schema say together, and where they contradict each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from pamitan.erasure.errors import MapMismatch
from pamitan.erasure.fates import Fates, fates_of
from tests.store.shops import CUSTOMERS, Shop

SQL = f"""{CUSTOMERS}
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer (id),
    code INTEGER NOT NULL UNIQUE, tag VARCHAR(5) NOT NULL UNIQUE, twice INTEGER GENERATED ALWAYS AS (id * 2));
CREATE TABLE line (id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders (id), next INTEGER REFERENCES line (id));
"""


def fates(tmp_path: Path, tables: str) -> Fates:
    path = tmp_path / "shop.db"
    path.touch()
    shop = Shop(f"sqlite:///{path}", SQL, f"map: {{{tables}}}")
    return fates_of(shop.file, "default", shop.schema)


def test_children_are_deleted_before_their_parents(tmp_path: Path) -> None:
    found = fates(
        tmp_path,
        """customer: {link: {on: {id: account.id}}, delete: true},
           orders: {link: {on: {customer_id: account.id}}, delete: true},
           line: {link: {on: {order_id: orders.id}}, delete: true}""",
    )
    assert found.deletions == ("line", "orders", "customer")


def test_a_foreign_key_to_its_own_table_is_cut_before_the_deletion(tmp_path: Path) -> None:
    found = fates(tmp_path, "line: {link: {on: {id: account.id}}, delete: true}")
    assert found.of("line").loosened == ("next",)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("clear: [colour]", "no column 'colour'"),
        ("clear: [code]", "unique"),
        ("clear: [tag]", "holds 5 characters"),
        ("clear: [twice]", "computed"),
        ("clear: [customer_id]", "foreign key"),
        ("detach: [customer_id]", "name the value that means nobody"),
        ("replace: {code: 7}", "write {unique}"),
        ("replace: {tag: null}", "cannot be NULL"),
        ("replace: {tag: '{unique}{unique}'}", "once"),
    ],
)
def test_a_rule_that_the_schema_cannot_bear_is_refused_with_the_mend(tmp_path: Path, rule: str, said: str) -> None:
    with pytest.raises(MapMismatch) as refusal:
        fates(tmp_path, f"orders: {{link: {{on: {{customer_id: account.id}}}}, {rule}}}")
    assert said in str(refusal.value)
    assert "orders" in str(refusal.value)


def test_a_table_that_is_not_there_is_named_with_the_near_miss(tmp_path: Path) -> None:
    with pytest.raises(MapMismatch, match=r"no table 'order' \(did you mean 'orders'"):
        fates(tmp_path, "order: {link: {on: {customer_id: account.id}}, delete: true}")
