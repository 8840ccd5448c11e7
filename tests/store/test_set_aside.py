"""A batch with one account that cannot be erased: it is set aside with the reason, whatever the others' rows need."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pamitan.erasure.execute import erase
from tests.store.shops import ALICE, BOB, CHARLIE, CUSTOMERS, Shelf, Shop

SQL = f"""{CUSTOMERS}
CREATE TABLE loan (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer (id));
CREATE TABLE thing (id INTEGER PRIMARY KEY, customer_id INTEGER, body VARCHAR(100), extra VARCHAR(100), day DATE);
INSERT INTO loan VALUES (1, 2);
INSERT INTO thing VALUES
    (1, 1, 'Alice Alisson was here', '{{"name": "Alice", "size": 3}}', '2026-01-01'),
    (2, 2, 'Bob Bobsson was here', '{{"name": "Bob", "size": 4}}', '2026-01-01'),
    (3, 3, 'Charlie Charlson was here', '{{"name": "Charlie", "size": 5}}', '2026-01-01');
"""
KEPT = "{law: Tax act, reason: Books, until: {years: 10, column: day}}"
ACTIONS = {
    "scrub": "scrub: {extra: [name]}",
    "redact": "redact: [body]",
    "unlink": 'unlink: ["file://FOLDER/{id}.png"], delete: true',
    "keep": f"keep: {KEPT}",
}


def things(shop: Shop) -> dict[int, tuple[Any, ...]]:
    return {row[0]: row[1:] for row in shop.rows("thing")}


@pytest.mark.parametrize("action", ACTIONS)
def test_one_impossible_account_stays_whole_and_the_others_go(any_url: str, tmp_path: Path, action: str) -> None:
    """Bob's loan, of which the data map knows nothing, forbids that his account goes."""
    for number in (1, 2, 3):
        (tmp_path / f"{number}.png").write_bytes(b"a face")
    rule = ACTIONS[action].replace("FOLDER", str(tmp_path))
    shop, shelf = Shop(any_url, SQL, f"""
map:
  customer: {{link: {{on: {{id: account.id}}}}, delete: true, personal: {{name: name}}}}
  thing: {{link: {{on: {{customer_id: account.id}}}}, {rule}}}
"""), Shelf()  # fmt: skip
    before = things(shop)
    result = erase(shop.store, [ALICE, BOB, CHARLIE], shelf)
    assert set(result.receipts) == {"1", "3"}
    assert list(result.set_aside) == ["2"]
    assert "loan" in result.set_aside["2"]
    assert [row[0] for row in shop.rows("customer")] == [2]
    assert things(shop)[2] == before[2]
    assert (tmp_path / "2.png").exists()
    for account in ("1", "3"):
        assert ("thing", action) in {(r.table, r.action) for r in result.receipts[account]}
        assert (things(shop).get(int(account)) == before[int(account)]) is (action == "keep")
        assert (tmp_path / f"{account}.png").exists() is (action != "unlink")
        casefile = shelf.load(account)
        assert casefile is not None
        assert [rows.rows for rows in casefile.datastores["default"].retained] == ([1] if action == "keep" else [])
