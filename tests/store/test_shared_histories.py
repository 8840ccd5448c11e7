"""Any history of leaving: a shared row stays whole as long as one of those who share it is there, and no longer."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pamitan.erasure.execute import erase
from pamitan.erasure.verify import verify
from pamitan.stores.types import Subject
from tests.store.shops import Shelf, Shop

PEOPLE = (1, 2, 3, 4)
ADDRESSES = (1, 2, 3)
SQL = """
CREATE TABLE customer (id INTEGER PRIMARY KEY, email VARCHAR(100), phone VARCHAR(40), name VARCHAR(100));
CREATE TABLE address (id INTEGER PRIMARY KEY, street VARCHAR(100));
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, giftee_id INTEGER, address_id INTEGER);
CREATE TABLE note (id INTEGER PRIMARY KEY, address_id INTEGER);
"""
FILE = """
map:
  customer: {link: {on: {id: account.id}}, delete: true}
  orders:
    link: [{on: {customer_id: account.id}}, {on: {giftee_id: account.id}}]
    %s
  address: {link: {on: {id: orders.address_id}}, clear: [street]}
  note: {link: {on: {address_id: address.id}}, delete: true}
"""
FATES = {"deleted": "delete: true", "detached": "detach: [customer_id, giftee_id]"}
someone = st.sampled_from((None, *PEOPLE))


@dataclass(frozen=True)
class Order:
    """An order in the drawn shop."""

    customer: int | None
    giftee: int | None
    address: int

    @property
    def people(self) -> set[int]:
        return {who for who in (self.customer, self.giftee) if who}


orders = st.lists(st.builds(Order, someone, someone, st.sampled_from(ADDRESSES)), max_size=7)
leaving = st.permutations(PEOPLE).flatmap(
    lambda order: st.lists(st.integers(1, 3), min_size=1, max_size=4).map(lambda sizes: batches(order, sizes))
)


def batches(order: list[int], sizes: list[int]) -> list[list[int]]:
    """The people in that order, in batches of these sizes; who is left over stays."""
    found, start = [], 0
    for size in sizes:
        if order[start : start + size]:
            found.append(order[start : start + size])
        start += size
    return found


@pytest.fixture(params=FATES)
def shop(any_url: str, request: pytest.FixtureRequest) -> Shop:
    return Shop(any_url, SQL, FILE % FATES[request.param])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=orders, history=leaving)
def test_a_shared_row_goes_with_the_last_of_them(shop: Shop, drawn: list[Order], history: list[list[int]]) -> None:
    fill(shop, drawn)
    gone: set[int] = set()
    shelf = Shelf()
    for batch in history:
        subjects = [Subject(str(who)) for who in batch]
        assert erase(shop.store, subjects, shelf).set_aside == {}
        gone |= set(batch)
        assert streets(shop) == expected(drawn, gone)
        assert notes(shop) == {address for address, street in expected(drawn, gone).items() if street}
        late = verify(shop.store, subjects, shelf)
        assert all(not receipts for receipts in late.receipts.values())
        assert streets(shop) == expected(drawn, gone)


def expected(drawn: list[Order], gone: set[int]) -> dict[int, str | None]:
    """Whole while somebody is there, or nobody ever left who shared it."""
    held = {order.address for order in drawn if order.people - gone}
    left = {order.address for order in drawn if order.people & gone}
    return {address: None if address in left - held else f"Jl. {address}" for address in ADDRESSES}


def fill(shop: Shop, drawn: list[Order]) -> None:
    for table in ("note", "orders", "address", "customer"):
        shop.execute(f"DELETE FROM {table}")
    shop.execute(
        "INSERT INTO customer VALUES (:id, :email, NULL, 'x')",
        *({"id": n, "email": f"c{n}@example.com"} for n in PEOPLE),
    )
    shop.execute("INSERT INTO address VALUES (:id, :street)", *({"id": n, "street": f"Jl. {n}"} for n in ADDRESSES))
    shop.execute("INSERT INTO note VALUES (:id, :id)", *({"id": n} for n in ADDRESSES))
    rows = [{"id": i, "c": o.customer, "g": o.giftee, "a": o.address} for i, o in enumerate(drawn)]
    if rows:
        shop.execute("INSERT INTO orders VALUES (:id, :c, :g, :a)", *rows)


def streets(shop: Shop) -> dict[int, str | None]:
    return {row[0]: row[1] for row in shop.rows("address")}


def notes(shop: Shop) -> set[int]:
    return {row[1] for row in shop.rows("note")}
