"""Real shops' customers leave: nothing of them stays, and nothing of anyone else is touched."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from pamitan.erasure.execute import erase
from pamitan.erasure.plan import plan
from pamitan.erasure.verify import verify
from pamitan.stores.errors import StoreUnavailable
from pamitan.stores.types import Subject
from tests.shops.closing import Shelf, close, subject
from tests.shops.platforms import PLATFORMS
from tests.shops.shop import Shop, changed

# One of each shop with everything that a customer can have: named in docs/reference/presets.md
TYPICAL = {"oscar": 16, "opencart": 6, "chinook": 1, "chinook-sqlite": 1}


def typical(shop: Shop) -> int:
    return TYPICAL[shop.preset]


def test_nothing_of_the_person_is_left_and_nobody_else_is_touched(shop: Shop) -> None:
    closed = close(shop, [typical(shop)])
    [person] = closed.people
    assert closed.left() == []
    assert closed.blocking == set()
    assert closed.changed <= person.rows
    assert closed.broken() == []
    assert closed.books_now() == closed.books


def test_every_receipt_counts_the_rows_that_changed(shop: Shop) -> None:
    closed = close(shop, [typical(shop)])
    counted = Counter(table for table, _key in closed.changed)
    said = {
        table: max(r.rows for r in closed.receipts[str(typical(shop))] if r.table == table and r.action != "keep")
        for table in counted
    }
    assert all(said[table] >= rows for table, rows in counted.items())


def test_all_customers_leave_in_one_run(shop: Shop) -> None:
    closed = close(shop, PLATFORMS[shop.preset].ids(shop))
    own = frozenset().union(*(person.rows for person in closed.people))
    assert closed.changed <= own
    assert closed.broken() == []
    assert closed.books_now() == closed.books
    assert {(found.table, found.column) for found in closed.left()} <= out_of_reach(shop)
    assert {(table, column) for table, column, _kind in closed.blocking} <= out_of_reach(shop)


def out_of_reach(shop: Shop) -> set[tuple[str, str]]:
    """Where no link leads: a review written while signed out bears a name and nothing else."""
    return {("oc_review", "author")} if shop.preset == "opencart" else set()


def test_a_name_that_no_link_reaches_is_listed(opencart: Shop) -> None:
    theo = 5
    closed = close(opencart, [theo])
    assert {(found.table, found.column) for found in closed.left()} == {("oc_review", "author")}
    assert ("oc_review", "author", "name") in {(r.table, r.column, r.kind) for r in closed.residue[str(theo)]}


def test_a_guest_order_under_an_address_that_is_not_proven_stays_as_it_is(oscar: Shop) -> None:
    michelle = 33
    closed = close(oscar, [michelle], proven=False)
    [person] = closed.people
    assert ("order_order", ("48",)) in person.guest_rows
    assert closed.changed & person.guest_rows == set()
    listed = {(r.table, r.column) for r in closed.residue[str(michelle)]}
    assert ("order_order", "guest_email") in listed


def test_a_guest_order_in_capitals_under_a_proven_address_is_taken(oscar: Shop) -> None:
    michelle = 33
    closed = close(oscar, [michelle])
    [person] = closed.people
    assert oscar.cell("order_order", "guest_email", "id", 48) == ""
    assert closed.changed <= person.rows
    assert closed.left() == []


def test_a_guest_order_stays_while_another_account_holds_the_address(oscar: Shop) -> None:
    michelle, thief = 33, 34
    oscar.run("UPDATE auth_user SET email = 'Michelle.Reynolds@example.org' WHERE id = :id", id=thief)
    person = PLATFORMS["oscar"].person(oscar, michelle)
    closed = close(oscar, [thief])
    assert closed.changed & person.rows == set()


def test_a_plan_says_what_happens_and_writes_nothing(shop: Shop) -> None:
    account = typical(shop)
    person = PLATFORMS[shop.preset].person(shop, account)
    before = shop.rows()
    planned = plan(shop.store, [subject(person)])
    assert changed(before, shop.rows()) == set()
    done = close(shop, [account])
    assert planned.per_account[str(account)] == done.receipts[str(account)]


def test_a_second_run_changes_nothing(shop: Shop) -> None:
    people = [PLATFORMS[shop.preset].person(shop, typical(shop))]
    subjects, shelf = [subject(person) for person in people], Shelf()
    erase(shop.store, subjects, shelf)
    after = shop.rows()
    again = erase(shop.store, subjects, shelf)
    assert again.set_aside == {}
    assert {table for table, _key in changed(after, shop.rows())} <= {"customer", "Customer"}
    assert not any(r.blocking for r in verify(shop.store, subjects, shelf).residue[subjects[0].account_id])


def test_an_account_that_never_was_is_set_aside(shop: Shop) -> None:
    before = shop.rows()
    result = erase(shop.store, [Subject("987654")], Shelf())
    assert set(result.set_aside) == {"987654"}
    assert changed(before, shop.rows()) == set()


def test_staff_are_never_erased(oscar: Shop) -> None:
    before = oscar.rows()
    assert set(erase(oscar.store, [Subject("2")], Shelf()).set_aside) == {"2"}
    assert changed(before, oscar.rows()) == set()


def test_two_runs_at_once_do_no_harm(shop: Shop) -> None:
    platform = PLATFORMS[shop.preset]
    ids = platform.ids(shop)[:6]
    people = [platform.person(shop, account) for account in ids]
    before, shelf = shop.rows(), Shelf()
    first, second = [subject(p) for p in people[:4]], [subject(p) for p in people[2:]]

    def run(subjects: list[Subject]) -> None:
        for attempt in range(5):
            try:
                erase(shop.store, subjects, shelf)
            except StoreUnavailable:  # as the sweep does: another time
                if attempt == 4:
                    raise
            else:
                return

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(run, first), pool.submit(run, second)]:
            done.result()
    own = frozenset().union(*(person.rows for person in people))
    assert changed(before, shop.rows()) <= own
    subjects = [subject(person) for person in people]
    residue = verify(shop.store, subjects, shelf).residue
    blocking = {(r.table, r.column) for found in residue.values() for r in found if r.blocking}
    assert blocking <= out_of_reach(shop)
