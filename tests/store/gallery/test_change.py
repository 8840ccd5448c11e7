"""Clear, replace and detach: whatever type and constraint the column has, and business facts survive."""

from __future__ import annotations

import datetime as dt
import re

from tests.store.gallery.case import ALICE, BOB, Case


def test_a_column_is_emptied_in_its_own_type(any_url: str) -> None:
    """NULL where that is allowed, else what means nothing in that type. Amount and date of the order survive."""
    case = Case(
        any_url,
        """
        CREATE TABLE profile (customer_id INTEGER PRIMARY KEY, note VARCHAR(60), nick VARCHAR(60) NOT NULL,
            age INTEGER NOT NULL, born DATE NOT NULL, spent DECIMAL(8, 2) NOT NULL, joined DATE);
        INSERT INTO profile VALUES (1, 'Alice', 'ali', 36, '1990-01-01', 10.50, '2020-02-02'),
            (2, 'Bob', 'bob', 35, '1991-01-01', 20.50, '2021-02-02');
        """,
        """
profile: {link: {on: {customer_id: account.id}}, clear: [note, nick, age, born]}
""",
    )
    alice, bob = case.close(ALICE)["profile"]
    assert alice[:4] == (1, None, "", 0)
    assert str(alice[4]) == "1970-01-02"
    assert (str(alice[5]), str(alice[6])) == ("10.50" if not any_url.startswith("sqlite") else "10.5", "2020-02-02")
    assert bob[:4] == (2, "Bob", "bob", 35)


def test_a_unique_column_that_cannot_be_null_gets_a_pseudonym_that_fits(any_url: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE profile (customer_id INTEGER PRIMARY KEY, slug VARCHAR(12) NOT NULL UNIQUE,
            handle VARCHAR(30) NOT NULL UNIQUE);
        INSERT INTO profile VALUES (1, 'alice', 'alice-alisson'), (2, 'bob', 'bob-bobsson'), (3, 'char', 'lie');
        """,
        """
profile: {link: {on: {customer_id: account.id}}, clear: [slug], replace: {handle: "gone-{unique}"}}
""",
    )
    first, second, third = case.close(ALICE, BOB)["profile"]
    for row in (first, second):
        assert re.fullmatch("[0-9a-f]{12}", row[1])
        assert re.fullmatch("gone-[0-9a-f]{16}", row[2])
    assert first[1:] != second[1:]
    assert third == (3, "char", "lie")


def test_a_check_of_the_database_is_respected(any_url: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE profile (customer_id INTEGER PRIMARY KEY, salutation VARCHAR(5) NOT NULL
            CHECK (salutation IN ('Ms', 'Mr', 'none')), name VARCHAR(30) CHECK (name IS NULL OR name <> ''));
        INSERT INTO profile VALUES (1, 'Ms', 'Alice Alisson'), (2, 'Mr', 'Bob Bobsson');
        """,
        """
profile: {link: {on: {customer_id: account.id}}, clear: [name], replace: {salutation: none}, personal: {name: name}}
""",
    )
    assert case.close(ALICE) == {"profile": [(1, "none", None), (2, "Mr", "Bob Bobsson")]}


def test_a_row_is_cut_off_to_nobody_where_null_is_not_allowed(any_url: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE review (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, stars INTEGER, said VARCHAR(60));
        INSERT INTO review VALUES (1, 1, 5, 'Alice loves it'), (2, 2, 4, 'Fine'), (3, 0, 3, 'So so');
        """,
        """
review: {link: {on: {customer_id: account.id}}, detach: {customer_id: 0}, clear: [said]}
""",
    )
    assert case.close(ALICE) == {"review": [(1, 0, 5, None), (2, 2, 4, "Fine"), (3, 0, 3, "So so")]}


def test_a_message_between_two_is_cut_at_the_end_of_the_one_who_leaves(any_url: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE message (id INTEGER PRIMARY KEY, sender INTEGER, receiver INTEGER, sent DATE);
        INSERT INTO message VALUES (1, 1, 2, '2026-01-01'), (2, 2, 1, '2026-01-02'), (3, 2, 3, '2026-01-03');
        """,
        """
message: {link: [{on: {sender: account.id}}, {on: {receiver: account.id}}], detach: [sender, receiver]}
""",
    )
    assert [row[:3] for row in case.close(ALICE)["message"]] == [(1, None, 2), (2, 2, None), (3, 2, 3)]
    assert [row[:3] for row in case.close(BOB)["message"]] == [(1, None, None), (2, None, None), (3, None, 3)]


def test_a_copy_that_was_made_for_searching_is_emptied_too(any_url: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE address (id INTEGER PRIMARY KEY, customer_id INTEGER, line VARCHAR(60), search_text TEXT NOT NULL);
        INSERT INTO address VALUES (1, 1, 'Jl. Mawar 1', 'alice alisson jl mawar 1'), (2, 2, 'x', 'bob bobsson x');
        """,
        """
address: {link: {on: {customer_id: account.id}}, clear: [line, search_text], detach: [customer_id]}
""",
    )
    assert case.close(ALICE) == {"address": [(1, None, None, ""), (2, 2, "x", "bob bobsson x")]}


def test_a_search_vector_of_postgresql_is_emptied(postgres_url: str) -> None:
    case = Case(
        postgres_url,
        """
        CREATE TABLE review (id INTEGER PRIMARY KEY, customer_id INTEGER, body TEXT, vector TSVECTOR NOT NULL);
        INSERT INTO review VALUES (1, 1, 'by Alice Alisson', to_tsvector('by Alice Alisson')),
            (2, 2, 'b', to_tsvector('b'));
        """,
        """
review: {link: {on: {customer_id: account.id}}, clear: [body, vector]}
""",
    )
    assert case.close(ALICE) == {"review": [(1, 1, None, ""), (2, 2, "b", "'b':1")]}


def test_a_flag_of_the_shop_is_no_erasure(any_url: str) -> None:
    """The shop has marked her review as deleted; it is erased all the same."""
    case = Case(
        any_url,
        """
        CREATE TABLE review (id INTEGER PRIMARY KEY, customer_id INTEGER, said VARCHAR(60), deleted_at DATE);
        INSERT INTO review VALUES (1, 1, 'Alice was here', '2025-01-01'), (2, 1, 'and here', NULL), (3, 2, 'Bob', NULL);
        """,
        """
review: {link: {on: {customer_id: account.id}}, delete: true}
""",
    )
    assert case.close(ALICE) == {"review": [(3, 2, "Bob", None)]}


def test_an_emptied_account_row_stays_where_the_shop_needs_it(any_url: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer (id),
            placed DATE);
        INSERT INTO orders VALUES (1, 1, '2026-01-01'), (2, 2, '2026-01-02');
        """,
        """
orders:
  link: {on: {customer_id: account.id}}
  keep: {law: Tax Act 7, reason: Books, until: {column: placed, years: 10}}
""",
        store="""
store: {name: Toko, email: halo@toko.example, country: ID}
datastores: {main: {url: "${STORE_URL}"}}
account: {table: customer, id: id, email: email, phone: phone, name: name, where: {staff: 0}}
map:
  main:
    customer: {link: {on: {id: account.id}}, clear: [phone], replace: {email: "gone-{unique}@gone.example", name: "-"}}
""",
    )
    customers = case.close(ALICE)["customer"]
    assert customers[0][0] == 1
    assert re.fullmatch(r"gone-[0-9a-f]{16}@gone\.example", customers[0][1])
    assert customers[0][2:] == (None, "-", 0)
    assert case.done(ALICE) == {("orders", "keep", 1)}


def test_dates_and_amounts_of_orders_are_the_shops(any_url: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id), total INTEGER,
            day DATE);
        INSERT INTO orders VALUES (1, 1, 100, '2026-01-01'), (2, 2, 200, '2026-01-01'), (3, 1, 300, '2026-01-02');
        """,
        """
orders: {link: {on: {customer_id: account.id}}, detach: [customer_id]}
""",
    )
    orders = case.close(ALICE)["orders"]
    assert [row[2:] for row in orders] == [
        (100, orders[0][3]),
        (200, orders[0][3]),
        (300, orders[2][3]),
    ]
    assert str(orders[2][3]) == str(dt.date(2026, 1, 2))
