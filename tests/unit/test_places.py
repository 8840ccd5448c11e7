"""A fault that only the database shows names the line of the store file that it is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from pamitan.storefile.places import Places

FILE = """\
store: {name: Toko, email: halo@toko.example}
datastores: {main: {url: "sqlite:////x.db"}}
account:
  table: customer
  phone: phone
  password: {column: hash, scheme: bcrypt}
orders:
  - table: orders
    open: {}
  - table: returns
    kind: return
balances:
  table: credit
map:
  main:
    customer: {link: {on: {id: account.id}}, delete: true}
    shop.address:
      link: {on: {id: orders.address_id}}
      clear:
        - street
        - city
      personal:
        street: address
    orders:
      - link:
          on:
            data->customer.id: account.id
        clear: [note]
    "log_*":
      link: {on: {customer_id: account.id}}
      delete: true
ignore:
  main:
    product: nothing
"""


@pytest.fixture
def places(tmp_path: Path) -> Places:
    path = tmp_path / "store.yaml"
    path.write_text(FILE, "utf-8")
    return Places(str(path))


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("account", 3),
        ("account.password", 6),
        ("account.nothing", 3),
        ("orders.orders", 8),
        ("returns.returns", 10),
        ("balances.credit", 12),
        ("main.customer", 16),
        ("main.shop.address", 17),
        ("main.shop.address.city", 21),
        ("main.shop.address.street", 20),
        ("main.shop.address.none", 17),
        ("main.orders.data", 27),
        ("main.log_2026.customer_id", 30),
        ("main.product", 34),
        ("main.unmapped", 15),
        ("elsewhere.table", None),
    ],
)
def test_the_line_of_what_check_speaks_of(places: Places, where: str, line: int | None) -> None:
    assert places.line(where) == line


def test_a_file_that_is_gone_has_no_lines() -> None:
    assert Places("/nowhere/store.yaml").line("account") is None
