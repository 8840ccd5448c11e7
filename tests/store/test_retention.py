"""What a law kept is erased when its date comes: row by row, once, and nothing else."""

from __future__ import annotations

import datetime as dt

import pytest

from pamitan.erasure.execute import erase
from pamitan.erasure.receipt import DATE_CAME, RECOVERED
from pamitan.storefile.model import StoreFile
from pamitan.stores.engine import writing
from tests.store.gallery.case import ALICE, BOB, STORE, Case
from tests.store.retained import Later, done

INVOICES = """
CREATE TABLE invoice (id INTEGER PRIMARY KEY, customer_id INTEGER, name VARCHAR(40) NOT NULL, street VARCHAR(40),
    day DATE, total INTEGER);
INSERT INTO invoice VALUES (1, 1, 'Alice Alisson', 'Jl. Mawar 1', '2020-05-01', 100),
    (2, 1, 'Alice Alisson', 'Jl. Mawar 1', '2024-02-29', 200), (3, 1, 'Alice Alisson', NULL, NULL, 300),
    (4, 2, 'Bob Bobsson', 'Jl. Melati 2', '2020-05-01', 400);
"""
WHOLE = """
invoice:
  link: {on: {customer_id: account.id}}
  detach: [customer_id]
  keep: {law: Tax Act 7, reason: Books, until: {column: day, years: 10}}
  personal: {name: name, street: address}
"""
CELLS = WHOLE.replace("years: 10}", "years: 10}, columns: [name, street]")
MEMBERS = """
store: {name: Bank, email: halo@bank.example, country: ID}
datastores: {main: {url: "${STORE_URL}"}}
account: {table: member, id: id, email: email, name: name}
map:
  main:
"""


def ids(case: Case, table: str = "invoice") -> list[int]:
    return [row[0] for row in case.rows()[table]]


def run(case: Case, statement: str) -> None:
    with writing(case.engine) as connection:
        connection.exec_driver_sql(statement)


def changed(case: Case, **until: object) -> StoreFile:
    """The store file after the law was changed."""
    [rule] = case.store.file.map["main"]["invoice"]
    assert rule.keep is not None
    new = rule.model_copy(
        update={"keep": rule.keep.model_copy(update={"until": rule.keep.until.model_copy(update=until)})}
    )
    return case.store.file.model_copy(update={"map": {"main": {**case.store.file.map["main"], "invoice": [new]}}})


def test_each_row_goes_when_its_own_date_comes(any_url: str) -> None:
    case = Case(any_url, INVOICES, WHOLE)
    case.close(ALICE)
    later = Later(case, ALICE)
    assert later.days == [dt.date(2030, 5, 1), dt.date(2034, 2, 28), dt.date(2036, 11, 2)]
    before = later.on("2030-05-01")
    assert (before.receipts, before.next_day) == ([], dt.date(2030, 5, 1))
    first = later.on("2030-05-02")
    assert (done(first), first.next_day) == ({("invoice", "delete", 1)}, dt.date(2034, 2, 28))
    assert {receipt.note for receipt in first.receipts} == {DATE_CAME}
    assert ids(case) == [2, 3, 4]
    assert done(later.on("2035-01-01")) == {("invoice", "delete", 1)}
    last = later.on("2036-11-03")
    assert (done(last), last.left, last.next_day) == ({("invoice", "delete", 1)}, [], None)
    assert ids(case) == [4]


def test_kept_cells_are_emptied_and_the_row_stays(any_url: str) -> None:
    case = Case(any_url, INVOICES, CELLS)
    case.close(ALICE)
    later = Later(case, ALICE)
    assert done(later.on("2040-01-01")) == {("invoice", "clear", 3)}
    assert [row[2:4] + row[5:] for row in case.rows()["invoice"]] == [
        ("", None, 100),
        ("", None, 200),
        ("", None, 300),
        ("Bob Bobsson", "Jl. Melati 2", 400),
    ]
    assert later.retained == []


def test_once_is_enough(any_url: str) -> None:
    case = Case(any_url, INVOICES, WHOLE)
    case.close(ALICE, BOB)
    alice, bob = Later(case, ALICE), Later(case, BOB)
    again = list(alice.retained)
    alice.on("2040-01-01")
    assert ids(case) == [4]
    alice.retained = again
    assert alice.on("2040-01-01").receipts == []
    assert done(bob.on("2040-01-01")) == {("invoice", "delete", 1)}


def test_the_date_may_stand_in_another_table_that_is_gone_by_then(any_url: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER);
        CREATE TABLE payment (id INTEGER PRIMARY KEY, order_id INTEGER, paid DATE, card VARCHAR(20));
        INSERT INTO orders VALUES (7, 1), (8, 2);
        INSERT INTO payment VALUES (1, 7, '2021-01-31', '4111 Alice'), (2, 8, '2021-01-31', '4111 Bob');
        """,
        """
orders:
  link: {on: {customer_id: account.id}}
  keep:
    law: Tax Act 7
    reason: Books
    until: {column: {table: payment, on: {order_id: id}, column: paid}, years: 5, months: 1}
payment: {link: {on: {order_id: orders.id}}, delete: true}
""",
    )
    case.close(ALICE)
    later = Later(case, ALICE)
    assert later.days == [dt.date(2026, 2, 28)]
    assert done(later.on("2026-03-01")) == {("orders", "delete", 1)}
    assert (ids(case, "orders"), ids(case, "payment")) == ([8], [2])


def test_a_row_waits_for_those_that_need_it(any_url: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, day DATE);
        CREATE TABLE invoice (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id), day DATE,
            name VARCHAR(40));
        CREATE TABLE parcel (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id), code VARCHAR(9));
        INSERT INTO orders VALUES (1, 1, '2020-01-01'), (2, 1, '2020-01-01'), (3, 2, '2020-01-01');
        INSERT INTO invoice VALUES (1, 1, '2020-01-01', 'Alice'), (2, 3, '2020-01-01', 'Bob');
        INSERT INTO parcel VALUES (1, 1, 'A1'), (2, 2, 'A2'), (3, 3, 'B3');
        """,
        """
orders:
  link: {on: {customer_id: account.id}}
  keep: {law: Trade Act, reason: Books, until: {column: day, years: 6}}
invoice:
  link: {on: {order_id: orders.id}}
  keep: {law: Tax Act, reason: Books, until: {column: day, years: 10}}
parcel:
  link: {on: {order_id: orders.id}}
  keep: {law: Trade Act, reason: Books, until: {years: 1}}
""",
    )
    case.close(ALICE)
    later = Later(case, ALICE)
    first = later.on("2027-11-03")
    assert done(first) == {("orders", "delete", 1), ("parcel", "delete", 2)}
    assert (ids(case, "orders"), ids(case, "parcel")) == ([1, 3], [3])
    assert first.next_day == dt.date(2030, 1, 1)
    assert done(later.on("2030-01-02")) == {("orders", "delete", 1), ("invoice", "delete", 1)}
    assert (ids(case, "orders"), ids(case, "invoice")) == ([3], [2])


def test_a_row_that_only_kept_rows_needed_goes_with_the_last_of_them(any_url: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, total INTEGER);
        CREATE TABLE invoice (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id),
            name VARCHAR(40));
        INSERT INTO orders VALUES (1, 1, 100), (2, 1, 200), (3, 2, 300);
        INSERT INTO invoice VALUES (1, 1, 'Alice Alisson'), (3, 3, 'Bob Bobsson');
        """,
        """
orders: {link: {on: {customer_id: account.id}}, delete: true}
invoice:
  link: {on: {order_id: orders.id}}
  keep: {law: Tax Act 7, reason: Books, until: {years: 10}}
  personal: {name: name}
""",
    )
    case.close(ALICE)
    assert ids(case, "orders") == [1, 3]
    assert done(Later(case, ALICE).on("2036-11-03")) == {("orders", "delete", 1), ("invoice", "delete", 1)}
    assert (ids(case, "orders"), ids(case, "invoice")) == ([3], [3])


def test_an_account_that_is_kept_itself_goes_last(any_url: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE member (id INTEGER PRIMARY KEY, email VARCHAR(100), name VARCHAR(40), staff INTEGER);
        CREATE TABLE loan (id INTEGER PRIMARY KEY, member_id INTEGER NOT NULL REFERENCES member (id), day DATE);
        INSERT INTO member VALUES (1, 'alice@example.com', 'Alice Alisson', 0), (2, 'bob@example.com', 'Bob', 0);
        INSERT INTO loan VALUES (1, 1, '2020-01-01'), (2, 1, '2025-01-01'), (3, 2, '2020-01-01');
        """,
        """
member:
  link: {on: {id: account.id}}
  clear: [email]
  keep: {law: Bank Act, reason: Books, until: {days: 1}}
loan:
  link: {on: {member_id: account.id}}
  keep: {law: Bank Act, reason: Books, until: {column: day, years: 10}}
customer: {link: {on: {id: member.id}}, delete: true}
""",
        store=MEMBERS,
    )
    assert erase(case.store, [ALICE], case.shelf).set_aside == {}
    later = Later(case, ALICE)
    assert done(later.on("2031-01-01")) == {("loan", "delete", 1)}
    assert done(later.on("2035-01-02")) == {("loan", "delete", 1), ("member", "delete", 1)}
    assert (ids(case, "member"), ids(case, "loan")) == ([2], [3])


def test_a_longer_period_is_honoured_when_the_old_date_comes(any_url: str) -> None:
    case = Case(any_url, INVOICES, WHOLE)
    case.close(ALICE)
    later = Later(case, ALICE, file=changed(case, years=15))
    result = later.on("2030-05-02")
    assert (result.receipts, result.next_day) == ([], dt.date(2035, 5, 1))
    assert done(later.on("2035-05-02")) == {("invoice", "delete", 1)}


def test_without_the_rule_the_date_that_was_promised_counts(any_url: str) -> None:
    case = Case(any_url, INVOICES, WHOLE)
    case.close(ALICE)
    map_ = {name: rules for name, rules in case.store.file.map["main"].items() if name != "invoice"}
    later = Later(case, ALICE, file=case.store.file.model_copy(update={"map": {"main": map_}}))
    assert later.on("2030-05-01").receipts == []
    assert done(later.on("2030-05-02")) == {("invoice", "delete", 1)}


def test_a_key_that_was_given_to_another_row_is_left_alone(any_url: str) -> None:
    case = Case(any_url, INVOICES, WHOLE)
    case.close(ALICE)
    run(case, "DELETE FROM invoice WHERE id IN (1, 3)")
    run(case, "INSERT INTO invoice VALUES (1, NULL, 'Charlie Charlson', 'Jl. Kenanga 3', '2029-01-01', 100)")
    result = Later(case, ALICE).on("2040-01-01")
    assert (done(result), result.replaced) == ({("invoice", "delete", 1)}, 1)
    assert ids(case) == [1, 4]


def test_a_row_that_names_somebody_again_is_left_alone(any_url: str) -> None:
    case = Case(any_url, INVOICES, WHOLE)
    case.close(ALICE)
    run(case, "UPDATE invoice SET customer_id = 3 WHERE id = 2")
    result = Later(case, ALICE).on("2040-01-01")
    assert (done(result), result.replaced) == ({("invoice", "delete", 2)}, 1)
    assert ids(case) == [2, 4]


def test_what_the_shop_wrote_on_the_record_since_does_not_matter(any_url: str) -> None:
    case = Case(any_url, INVOICES, WHOLE)
    case.close(ALICE)
    run(case, "UPDATE invoice SET total = 0 WHERE id = 1")
    assert done(Later(case, ALICE).on("2030-05-02")) == {("invoice", "delete", 1)}


def test_a_run_that_broke_off_before_the_commit_is_done_again(any_url: str) -> None:
    case = Case(any_url, INVOICES, WHOLE)
    case.close(ALICE)
    later = Later(case, ALICE)
    later.drawer.breaks = True
    with pytest.raises(KeyboardInterrupt):
        later.on("2040-01-01")
    assert ids(case) == [1, 2, 3, 4]
    later.drawer.breaks = False
    assert done(later.on("2040-01-01")) == {("invoice", "delete", 3)}


def test_a_run_that_broke_off_after_the_commit_says_recovered(any_url: str) -> None:
    case = Case(any_url, INVOICES, WHOLE)
    case.close(ALICE)
    later = Later(case, ALICE)
    again = list(later.retained)
    later.drawer.breaks = True
    with pytest.raises(KeyboardInterrupt):
        later.on("2040-01-01")
    written = later.drawer.held
    later.drawer.breaks = False
    later.on("2040-01-01")
    later.retained, later.drawer.held = again, written
    result = later.on("2040-01-01")
    assert [(receipt.rows, receipt.note) for receipt in result.receipts] == [(3, RECOVERED)]
    assert ids(case) == [4]


def test_a_shop_with_guests_in_its_customers_table_erases_what_is_due_too(any_url: str) -> None:
    guests = STORE.replace("where: {staff: 0}", "where: {staff: {not: 1}}, guests: {staff: 2}")
    case = Case(
        any_url,
        INVOICES,
        WHOLE,
        store=guests.replace("{on: {id: account.id}}", "[{on: {id: account.id}}, {email: email}]"),
    )
    run(case, "INSERT INTO customer VALUES (5, 'Alice@Example.com', NULL, 'Alice A.', 2)")
    case.close(ALICE)
    assert ids(case, "customer") == [2, 3, 4]
    assert ids(case) == [1, 2, 3, 4]
    assert done(Later(case, ALICE).on("2040-01-01")) == {("invoice", "delete", 3)}
    assert ids(case) == [4]
