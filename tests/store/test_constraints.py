"""What the database would refuse or do by itself: told by check, and stopped before it is done."""

from __future__ import annotations

import pytest

from pamitan.erasure.check import Problem, check
from pamitan.erasure.execute import erase
from tests.scanner import snapshot
from tests.store.shops import ALICE, BOB, CUSTOMERS, Shelf, Shop

DELETE_CUSTOMER = "customer: {link: {on: {id: account.id}}, delete: true}"


def told(shop: Shop, severity: str, where: str) -> list[Problem]:
    return [p for p in check(shop.store) if (p.severity, p.where) == (severity, where)]


REFERRED = f"""{CUSTOMERS}
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, referrer_id INTEGER,
    FOREIGN KEY (customer_id) REFERENCES customer (id), FOREIGN KEY (referrer_id) REFERENCES customer (id)
    ON DELETE SET NULL);
INSERT INTO orders VALUES (10, 1, NULL), (20, 2, 1);
"""


def test_rows_that_the_database_would_set_to_null_untold_stop_the_account(any_url: str) -> None:
    shop = Shop(
        any_url,
        REFERRED,
        f"map: {{{DELETE_CUSTOMER}, orders: {{link: {{on: {{customer_id: account.id}}}}, delete: true}}}}",
    )
    before = shop.everything()
    result = erase(shop.store, [ALICE], Shelf())
    assert "change rows of 'orders'" in result.set_aside["1"]
    assert "ON DELETE SET NULL of referrer_id" in result.set_aside["1"]
    assert "detaches these rows" in result.set_aside["1"]
    assert shop.everything() == before
    assert "a link by referrer_id that detaches it" in told(shop, "warning", "default.orders.referrer_id")[0].mend
    assert erase(shop.store, [BOB], Shelf()).set_aside == {}


def test_detached_by_a_rule_they_are_told_and_nothing_stops(any_url: str) -> None:
    shop = Shop(
        any_url,
        REFERRED,
        f"""
        map:
          {DELETE_CUSTOMER}
          orders:
            - {{link: {{on: {{customer_id: account.id}}}}, delete: true}}
            - {{link: {{on: {{referrer_id: account.id}}}}, detach: [referrer_id]}}
        """,
    )
    assert erase(shop.store, [ALICE], Shelf()).set_aside == {}
    assert shop.rows("orders") == [(20, 2, None)]
    assert [p for p in check(shop.store) if p.severity == "error"] == []


@pytest.mark.parametrize("ignored", [False, True])
def test_an_unmapped_table_that_is_set_to_null_is_stopped_unless_a_reason_is_given(any_url: str, ignored: bool) -> None:
    ignore = "ignore: {default: {audit: of the staff alone}}" if ignored else ""
    shop = Shop(any_url, CUSTOMERS, f"{ignore}\nmap:\n  {DELETE_CUSTOMER}")
    shop.execute("CREATE TABLE audit (id INTEGER PRIMARY KEY, who INTEGER, FOREIGN KEY (who) REFERENCES customer (id) "
                 "ON DELETE SET NULL)")  # fmt: skip
    shop.execute("INSERT INTO audit VALUES (1, 1)")
    problem = told(shop, "warning" if ignored else "error", "default.audit.who")
    assert any("ON DELETE SET NULL" in p.message for p in problem)
    result = erase(shop.store, [ALICE], Shelf())
    assert list(result.set_aside) == ([] if ignored else ["1"])
    assert shop.rows("audit") == [(1, None if ignored else 1)]


def test_a_foreign_key_over_letters_of_any_case_is_followed_as_the_database_does(sqlite_url: str) -> None:
    shop = Shop(
        sqlite_url,
        """
        CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT COLLATE NOCASE UNIQUE, phone TEXT, name TEXT);
        CREATE TABLE news (id INTEGER PRIMARY KEY, email TEXT REFERENCES customer (email) ON DELETE SET NULL);
        CREATE TABLE mail (id INTEGER PRIMARY KEY, email TEXT REFERENCES customer (email) ON DELETE CASCADE);
        INSERT INTO customer VALUES (1, 'alice@example.com', NULL, 'Alice'), (2, 'bob@example.com', NULL, 'Bob');
        INSERT INTO news VALUES (1, 'ALICE@example.com');
        INSERT INTO mail VALUES (1, 'Bob@example.com');
        """,
        f"""
        map:
          {DELETE_CUSTOMER}
          news: {{link: {{on: {{email: account.email}}}}, detach: [email]}}
          mail: {{link: {{on: {{email: account.email}}}}, delete: true}}
        """,
    )
    before = shop.everything()
    result = erase(shop.store, [ALICE, BOB], Shelf())
    assert "ON DELETE SET NULL of email" in result.set_aside["1"]
    assert "ON DELETE CASCADE of email" in result.set_aside["2"]
    assert shop.everything() == before


SPARED = f"""{CUSTOMERS}
CREATE TABLE address (id INTEGER PRIMARY KEY, customer_id INTEGER, street VARCHAR(50));
CREATE TABLE invoice (id INTEGER PRIMARY KEY, address_id INTEGER, total INTEGER,
    FOREIGN KEY (address_id) REFERENCES address (id));
INSERT INTO address VALUES (1, 1, 'a'), (2, 1, 'b');
INSERT INTO invoice VALUES (7, 2, 100);
"""


@pytest.mark.parametrize(
    ("where", "right"),
    [
        ("{not: {exists: {table: invoice, on: {address_id: id}}}}", True),
        ("{street: [a, b], not: {any: [{street: c}, {exists: {table: invoice, on: {address_id: id}}}]}}", True),
        ("{not: {exists: {table: invoice, on: {address_id: id}, where: {total: 100}}}}", False),
        ("{exists: {table: invoice, on: {address_id: id}}}", False),
        ("{street: a}", False),
    ],
)
def test_a_condition_that_spares_what_is_pointed_at_makes_a_foreign_key_harmless(
    sqlite_url: str, where: str, right: bool
) -> None:
    shop = Shop(
        sqlite_url,
        SPARED,
        f"""
        ignore: {{default: {{invoice: figures alone}}}}
        map:
          {DELETE_CUSTOMER}
          address:
            - {{link: {{on: {{customer_id: account.id}}}}, where: {where}, delete: true}}
            - {{link: {{on: {{customer_id: account.id}}}}, clear: [street], detach: [customer_id]}}
        """,
    )
    found = [p.message for p in check(shop.store) if p.severity == "error"]
    assert (found == []) is right
    if right:
        assert erase(shop.store, [ALICE], Shelf()).set_aside == {}
        assert shop.rows("address") == [(2, None, None)]


CHECKED = f"""{CUSTOMERS}
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, status VARCHAR(20) NOT NULL,
    name VARCHAR(20) NOT NULL, total INTEGER NOT NULL,
    CONSTRAINT known_status CHECK (status IN ('open', 'paid', 'gone')),
    CONSTRAINT paid_total CHECK (status <> 'paid' OR total > 0), CONSTRAINT some_name CHECK (name <> ''));
INSERT INTO orders VALUES (10, 1, 'open', 'Alice', 0), (20, 2, 'paid', 'Bob', 5), (30, 3, 'open', 'Charlie', 0);
"""


@pytest.mark.parametrize(
    ("action", "severity", "constraint"),
    [
        ("replace: {status: erased}", "error", "known_status"),
        ("replace: {status: paid}", "warning", "paid_total"),
        ("clear: [name]", "error", "some_name"),
        ('replace: {status: gone, name: "-"}', None, None),
        ('replace: {name: "x-{unique}"}', None, None),
    ],
)
def test_a_check_constraint_is_tried_on_rows_as_they_would_become(
    any_url: str, action: str, severity: str | None, constraint: str | None
) -> None:
    shop = Shop(
        any_url,
        CHECKED,
        f"""
        map:
          {DELETE_CUSTOMER}
          orders: {{link: {{on: {{customer_id: account.id}}}}, detach: [customer_id], {action}}}
        """,
    )
    before = snapshot(shop.url)
    found = [(p.severity, p.message, p.mend) for p in check(shop.store) if "the constraint '" in p.message]
    assert snapshot(shop.url) == before
    assert [level for level, _, _ in found] == ([severity] if severity else [])
    for _level, message, mend in found:
        assert f"'{constraint}'" in message
        assert "'replace'" in mend


def test_rows_of_two_customers_that_cannot_be_cut_are_told(sqlite_url: str) -> None:
    shop = Shop(
        sqlite_url,
        f"""{CUSTOMERS}
        CREATE TABLE friendship (one INTEGER NOT NULL, other INTEGER NOT NULL, PRIMARY KEY (one, other));
        CREATE TABLE gift (id INTEGER PRIMARY KEY, buyer_id INTEGER, giftee_id INTEGER);
        """,
        f"""
        map:
          {DELETE_CUSTOMER}
          friendship: {{link: [{{on: {{one: account.id}}}}, {{on: {{other: account.id}}}}], delete: true}}
          gift: {{link: [{{on: {{buyer_id: account.id}}}}, {{on: {{giftee_id: account.id}}}}], delete: true}}
        """,
    )
    found = [(p.severity, p.where) for p in check(shop.store) if "cannot be cut" in p.message]
    assert found == [("warning", "default.friendship.one"), ("warning", "default.friendship.other")]
