"""Account ids of every sort lead to their rows, and come back from their text."""

from __future__ import annotations

import pytest
from sqlalchemy import make_url

from pamitan.erasure.execute import erase
from pamitan.erasure.verify import verify
from pamitan.stores.types import Identifier, Subject
from tests.store.shops import Shelf, Shop

SHOP = """
CREATE TABLE account (id {id} PRIMARY KEY, email VARCHAR(100), phone VARCHAR(40), name VARCHAR(100));
CREATE TABLE orders (id {id} PRIMARY KEY, owner {id}, email VARCHAR(100), is_open INTEGER);
INSERT INTO account VALUES ({alice}, 'alice@example.com', NULL, NULL), ({bob}, 'bob@example.com', NULL, NULL);
INSERT INTO orders VALUES ({alice}, {alice}, NULL, 1), ({bob}, {bob}, NULL, 0),
    ({first}, NULL, 'Alice@example.com', 0), ({second}, {bob}, 'alice@example.com', 0);
"""
FILE = """
account: {table: account, email_verified: {not: {email: null}}}
orders: {table: orders, link: {on: {owner: account.id}}, open: {is_open: 1}}
map:
  account: {link: {on: {id: account.id}}, delete: true}
  orders: {link: [{on: {owner: account.id}}, {email: email}], delete: true, personal: {email: email}}
"""


def alice_alone_goes(shop: Shop, account_id: str) -> None:
    """Found by her address, shown by her id, gone with what is hers; bob and the order in his name stay."""
    [alice] = shop.store.find(Identifier("email", "alice@example.com"))
    assert alice == shop.store.account(account_id)
    assert alice.id == account_id
    assert [item.key for item in shop.store.open_items(account_id)] == [f"orders.0:{account_id}"]
    shelf, subject = Shelf(), Subject(account_id)
    assert erase(shop.store, [subject], shelf).set_aside == {}
    assert verify(shop.store, [subject], shelf).is_clean(account_id)
    assert [row[1] for row in shop.rows("account")] == ["bob@example.com"]
    assert sorted(str(row[2]) for row in shop.rows("orders")) == ["None", "alice@example.com"]


@pytest.mark.parametrize("digits", [16, 32, 40])
def test_an_id_of_bytes_is_written_in_hexadecimal_digits(any_url: str, digits: int) -> None:
    ids = [start.ljust(digits, "f") for start in ("00", "27", "80", "a1")]
    postgresql = any_url.startswith("postgresql")
    words = [f"decode('{text}', 'hex')" if postgresql else f"X'{text}'" for text in ids]
    sort = "BYTEA" if postgresql else "BLOB" if any_url.startswith("sqlite") else f"BINARY({digits // 2})"
    names = dict(zip(("alice", "bob", "first", "second"), words, strict=True))
    alice_alone_goes(Shop(any_url, SHOP.format(id=sort, **names), FILE), ids[0])


def test_a_number_of_nineteen_digits_is_an_id(any_url: str) -> None:
    ids = {"alice": "1880000000000000001", "bob": "1880000000000000002", "first": "3", "second": "4"}
    alice_alone_goes(Shop(any_url, SHOP.format(id="BIGINT", **ids), FILE), ids["alice"])


def test_the_largest_number_of_mariadb_is_an_id(any_url: str) -> None:
    if make_url(any_url).get_backend_name() not in ("mysql", "mariadb"):
        pytest.skip("no other database has unsigned numbers")
    ids = {"alice": str(2**64 - 1), "bob": str(2**64 - 2), "first": "3", "second": "4"}
    alice_alone_goes(Shop(any_url, SHOP.format(id="BIGINT UNSIGNED", **ids), FILE), ids["alice"])


def test_a_uuid_is_an_id(any_url: str) -> None:
    if any_url.startswith("sqlite"):
        pytest.skip("SQLite keeps UUIDs as text or bytes")
    ids = {
        name: f"0192f0c1-2b6e-7cc0-8d0e-5f1e6a7b8c9{n}" for n, name in enumerate(("alice", "bob", "first", "second"))
    }
    quoted = {name: f"'{text}'" for name, text in ids.items()}
    alice_alone_goes(Shop(any_url, SHOP.format(id="UUID", **quoted), FILE), ids["alice"])


def test_bytes_that_no_standard_generates_as_a_uuid_are_an_id(any_url: str) -> None:
    """MariaDB's own type for UUIDs refuses these sixteen bytes; BINARY(16) does not."""
    ids = [f"{n}fc05e091a1ef9c901bdfdfc4ce1b696" for n in "8abc"]
    postgresql = any_url.startswith("postgresql")
    words = [f"decode('{text}', 'hex')" if postgresql else f"X'{text}'" for text in ids]
    sort = "BYTEA" if postgresql else "BLOB" if any_url.startswith("sqlite") else "BINARY(16)"
    names = dict(zip(("alice", "bob", "first", "second"), words, strict=True))
    alice_alone_goes(Shop(any_url, SHOP.format(id=sort, **names), FILE), ids[0])


def test_json_names_a_row_whose_key_is_bytes_by_their_digits(any_url: str) -> None:
    """The order's key, in JSON with dashes or without, leads to the order of bytes, and the other way round."""
    postgresql = any_url.startswith("postgresql")
    first, second, third = ("11" * 16, "22" * 16, "33" * 16)
    if any_url.startswith("sqlite"):
        pytest.skip("SQLite keeps UUIDs as text where JSON names them")
    sort = "BYTEA" if postgresql else "BINARY(16)"
    rows = [f"decode('{text}', 'hex')" if postgresql else f"X'{text}'" for text in (first, second, third)]
    dashed = f"{second[:8]}-{second[8:12]}-{second[12:16]}-{second[16:20]}-{second[20:]}"
    shop = Shop(
        any_url,
        f"""
        CREATE TABLE customer (id INTEGER PRIMARY KEY, email VARCHAR(100), phone VARCHAR(40), name VARCHAR(100));
        CREATE TABLE orders (id {sort} PRIMARY KEY, customer_id INTEGER, note VARCHAR(40));
        CREATE TABLE job (id INTEGER PRIMARY KEY, data TEXT);
        CREATE TABLE pick (id INTEGER PRIMARY KEY, customer_id INTEGER, data TEXT);
        CREATE TABLE parcel (id {sort} PRIMARY KEY, address VARCHAR(40));
        INSERT INTO customer VALUES (1, 'alice@example.com', NULL, NULL), (2, 'bob@example.com', NULL, NULL);
        INSERT INTO orders VALUES ({rows[0]}, 1, 'a'), ({rows[1]}, 1, 'b'), ({rows[2]}, 2, 'c');
        INSERT INTO job VALUES (1, '{{"order": "{first}"}}'), (3, '{{"order": "{third}"}}'), (4, '{{"order": "x"}}');
        INSERT INTO pick VALUES (1, 1, '{{"parcel": "{first.upper()}"}}'), (2, 1, '{{"parcel": "{dashed}"}}'),
            (3, 2, '{{"parcel": "{third}"}}'), (4, 1, '{{"parcel": "nothing"}}');
        INSERT INTO parcel VALUES ({rows[0]}, 'Jl. Mawar'), ({rows[1]}, 'Jl. Mawar'), ({rows[2]}, 'Jl. Melati');
        """,
        """
        map:
          customer: {link: {on: {id: account.id}}, delete: true, personal: {email: email}}
          orders: {link: {on: {customer_id: account.id}}, delete: true}
          job: {link: {on: {"data->order": orders.id}}, delete: true}
          pick: {link: {on: {customer_id: account.id}}, delete: true}
          parcel: {link: {on: {id: "pick.data->parcel"}}, delete: true}
        """,
    )
    assert erase(shop.store, [Subject("1")], Shelf()).set_aside == {}
    assert [row[2] for row in shop.rows("orders")] == ["c"]
    assert [row[0] for row in shop.rows("job")] == [3, 4]
    assert [row[1] for row in shop.rows("parcel")] == ["Jl. Melati"]
