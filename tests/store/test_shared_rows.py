"""Rows that two customers share: they stay whole until the last of them leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from pamitan.erasure.check import check
from pamitan.erasure.execute import ErasureResult, erase
from pamitan.erasure.plan import plan
from pamitan.erasure.verify import verify
from pamitan.kit.clock import SetClock
from pamitan.storefile.model import StoreFile
from pamitan.stores.store import Store
from pamitan.stores.types import Subject
from tests.store.shops import ALICE, BOB, CHARLIE, CUSTOMERS, NOW, Shelf, Shop, proven

DELETE_CUSTOMER = "customer: {link: {on: {id: account.id}}, delete: true}"
FAMILY = f"""{CUSTOMERS}
CREATE TABLE address (id INTEGER PRIMARY KEY, name VARCHAR(100), street VARCHAR(100));
CREATE TABLE address_note (id INTEGER PRIMARY KEY, address_id INTEGER REFERENCES address (id), body VARCHAR(100));
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id), email VARCHAR(100),
    address_id INTEGER REFERENCES address (id), total INTEGER NOT NULL);
INSERT INTO address VALUES (1, 'Family Alisson', 'Jl. Mawar 1'), (2, 'Alice Alisson', 'Jl. Melati 2'),
    (3, 'Charlie Charlson', 'Jl. Anggrek 3');
INSERT INTO address_note VALUES (1, 1, 'ring twice'), (2, 2, 'leave it with Alice Alisson');
INSERT INTO orders VALUES (10, 1, NULL, 1, 100), (11, 1, NULL, 2, 110), (20, 2, NULL, 1, 200), (30, 3, NULL, 3, 300);
"""
DETACHED = f"""
map:
  {DELETE_CUSTOMER}
  orders: {{link: {{on: {{customer_id: account.id}}}}, detach: [customer_id], clear: [email]}}
  address:
    link: {{on: {{id: orders.address_id}}}}
    clear: [name, street]
    personal: {{name: name, street: address}}
  address_note: {{link: {{on: {{address_id: address.id}}}}, delete: true}}
"""
DELETED = f"""
map:
  {DELETE_CUSTOMER}
  orders: {{link: {{on: {{customer_id: account.id}}}}, delete: true}}
  address: {{link: {{on: {{id: orders.address_id}}}}, delete: true, personal: {{name: name, street: address}}}}
  address_note: {{link: {{on: {{address_id: address.id}}}}, delete: true}}
"""
WHOLE = (1, "Family Alisson", "Jl. Mawar 1")
MAPS = {"detached": DETACHED, "deleted": DELETED}


def closed(shop: Shop, *subjects: Subject, shelf: Shelf | None = None) -> ErasureResult:
    result = erase(shop.store, subjects, shelf or Shelf())
    assert result.set_aside == {}
    return result


def receipts(result: ErasureResult, subject: Subject) -> list[tuple[str, str, int, str | None]]:
    return sorted((r.table, r.action, r.rows, r.note) for r in result.receipts[subject.account_id])


@pytest.mark.parametrize("map_", MAPS)
def test_a_familys_address_stays_whole_when_one_of_them_leaves(any_url: str, map_: str) -> None:
    shop = Shop(any_url, FAMILY, MAPS[map_])
    result = closed(shop, ALICE)
    assert ("address", "keep", 1, "shared with another customer") in receipts(result, ALICE)
    assert WHOLE in shop.rows("address")
    assert (3, "Charlie Charlson", "Jl. Anggrek 3") in shop.rows("address")
    assert not [row for row in shop.rows("address") if row[1] == "Alice Alisson"]
    assert shop.rows("address_note") == [(1, 1, "ring twice")]


@pytest.mark.parametrize("map_", MAPS)
def test_it_is_erased_with_the_last_of_them(any_url: str, map_: str) -> None:
    shop = Shop(any_url, FAMILY, MAPS[map_])
    closed(shop, ALICE)
    result = closed(shop, BOB)
    assert [r.action for r in result.receipts["2"] if r.table == "address"] == [
        {"detached": "clear"}.get(map_, "delete")
    ]
    assert not [row for row in shop.rows("address") if row[1] == "Family Alisson"]
    assert shop.rows("address_note") == []
    assert (3, "Charlie Charlson", "Jl. Anggrek 3") in shop.rows("address")


@pytest.mark.parametrize("map_", MAPS)
def test_it_is_erased_when_both_leave_in_one_batch(any_url: str, map_: str) -> None:
    shop = Shop(any_url, FAMILY, MAPS[map_])
    result = closed(shop, ALICE, BOB)
    assert "shared with another customer" not in str(result.receipts)
    assert not [row for row in shop.rows("address") if row[1] == "Family Alisson"]


@pytest.mark.parametrize("map_", MAPS)
def test_a_dry_run_tells_the_same_as_the_erasure(any_url: str, map_: str) -> None:
    shop = Shop(any_url, FAMILY, MAPS[map_])
    planned = plan(shop.store, [ALICE]).per_account["1"]
    assert sorted(planned, key=repr) == sorted(closed(shop, ALICE).receipts["1"], key=repr)


@pytest.mark.parametrize("map_", MAPS)
def test_what_stands_in_it_is_explained_and_does_not_hold_up_the_closing(any_url: str, map_: str) -> None:
    shop, shelf = Shop(any_url, FAMILY, MAPS[map_]), Shelf()
    shop.execute("UPDATE address SET name = 'Alice Alisson', street = 'alice@example.com' WHERE id = 1")
    closed(shop, ALICE, shelf=shelf)
    for _look in range(2):
        looked = verify(shop.store, [ALICE], shelf)
        assert looked.is_clean("1")
        assert looked.receipts == {"1": []}
        assert {(r.table, r.explained_by) for r in looked.residue["1"]} == {
            ("address", "another customer's row leads here too")
        }
    assert shop.rows("address")[0] == (1, "Alice Alisson", "alice@example.com")


def test_what_is_no_longer_shared_goes_with_the_next_look(any_url: str) -> None:
    shop, shelf = Shop(any_url, FAMILY, DETACHED), Shelf()
    closed(shop, ALICE, shelf=shelf)
    shop.execute("DELETE FROM orders WHERE id = 20")
    looked = verify(shop.store, [ALICE], shelf)
    assert [(r.table, r.action, r.rows) for r in looked.receipts["1"]] == [
        ("address", "clear", 1), ("address_note", "delete", 1)
    ]  # fmt: skip
    assert shop.rows("address")[0][0] == 1
    assert WHOLE not in shop.rows("address")


def test_a_batch_that_is_halved_leaves_the_address_to_the_one_who_cannot_go(any_url: str) -> None:
    shop = Shop(any_url, FAMILY, DELETED)
    shop.execute("CREATE TABLE held (id INTEGER PRIMARY KEY, customer_id INTEGER, FOREIGN KEY (customer_id) "
                 "REFERENCES customer (id))")  # fmt: skip
    shop.execute("INSERT INTO held VALUES (1, 2)")
    result = erase(shop.store, [ALICE, BOB, CHARLIE], Shelf())
    assert list(result.set_aside) == ["2"]
    assert shop.rows("address") == [WHOLE]
    assert [row[0] for row in shop.rows("orders")] == [20]


def test_a_guests_order_and_staff_hold_the_address_too(any_url: str) -> None:
    map_ = DETACHED.replace(
        "link: {on: {customer_id: account.id}}", "link: [{on: {customer_id: account.id}}, {email: email}]", 1
    )
    shop = Shop(any_url, FAMILY, map_)
    shop.execute("UPDATE orders SET customer_id = NULL, email = 'zoe@example.com' WHERE id = 20")
    closed(shop, proven(ALICE, "alice@example.com"))
    assert WHOLE in shop.rows("address")


def test_an_order_of_the_same_persons_own_address_does_not_hold_it(any_url: str) -> None:
    map_ = DETACHED.replace(
        "link: {on: {customer_id: account.id}}", "link: [{on: {customer_id: account.id}}, {email: email}]", 1
    )
    shop = Shop(any_url, FAMILY, map_)
    shop.execute("UPDATE orders SET customer_id = NULL, email = 'Alice@example.com' WHERE id = 20")
    closed(shop, proven(ALICE, "alice@example.com"))
    assert WHOLE not in shop.rows("address")


def test_a_closed_account_whose_row_was_emptied_holds_nothing_back(any_url: str) -> None:
    shop = Shop(
        any_url,
        FAMILY,
        """
        map:
          customer:
            link: {on: {id: account.id}}
            replace: {email: "gone-{unique}@invalid.example", name: "-"}
            clear: [phone]
          orders:
            link: {on: {customer_id: account.id}}
            keep: {law: Tax Act, reason: tax, until: {years: 10}, columns: [customer_id, total]}
            clear: [email]
          address: {link: {on: {id: orders.address_id}}, clear: [name, street]}
        """,
    )
    closed(shop, ALICE)
    assert WHOLE in shop.rows("address")
    closed(shop, BOB)
    assert WHOLE not in shop.rows("address")


def test_an_address_that_two_accounts_name_stays_with_the_other(any_url: str) -> None:
    shop = Shop(
        any_url,
        f"""{CUSTOMERS}
        CREATE TABLE address (id INTEGER PRIMARY KEY, street VARCHAR(100));
        ALTER TABLE customer ADD COLUMN address_id INTEGER;
        INSERT INTO address VALUES (1, 'Jl. Mawar 1'), (3, 'Jl. Anggrek 3');
        UPDATE customer SET address_id = 1 WHERE id < 3;
        UPDATE customer SET address_id = 3 WHERE id = 3;
        """,
        f"""
        map:
          {DELETE_CUSTOMER}
          address: {{link: {{on: {{id: account.address_id}}}}, delete: true}}
        """,
    )
    closed(shop, ALICE, CHARLIE)
    assert shop.rows("address") == [(1, "Jl. Mawar 1")]
    closed(shop, BOB)
    assert shop.rows("address") == []


def test_a_polymorphic_pivot_of_a_warehouse_holds_the_address(any_url: str) -> None:
    shop = Shop(
        any_url,
        f"""{CUSTOMERS}
        CREATE TABLE address (id INTEGER PRIMARY KEY, street VARCHAR(100));
        CREATE TABLE addressable (id INTEGER PRIMARY KEY, owner_type VARCHAR(20), owner_id INTEGER, address_id INTEGER);
        INSERT INTO address VALUES (1, 'Jl. Gudang 1'), (2, 'Jl. Melati 2');
        INSERT INTO addressable VALUES (1, 'customer', 1, 1), (2, 'warehouse', 1, 1), (3, 'customer', 1, 2);
        """,
        f"""
        map:
          {DELETE_CUSTOMER}
          addressable: {{link: {{on: {{owner_id: account.id}}, where: {{owner_type: customer}}}}, delete: true}}
          address: {{link: {{on: {{id: addressable.address_id}}}}, delete: true}}
        """,
    )
    closed(shop, ALICE)
    assert shop.rows("address") == [(1, "Jl. Gudang 1")]
    assert shop.rows("addressable") == [(2, "warehouse", 1, 1)]


GIFTS = f"""{CUSTOMERS}
CREATE TABLE gift (id INTEGER PRIMARY KEY, buyer_id INTEGER REFERENCES customer (id),
    giftee_id INTEGER REFERENCES customer (id), card VARCHAR(100));
CREATE TABLE gift_line (id INTEGER PRIMARY KEY, gift_id INTEGER REFERENCES gift (id), title VARCHAR(100));
INSERT INTO gift VALUES (1, 1, 2, 'for Bob'), (2, 1, 1, 'for me'), (3, 2, 1, 'for Alice'), (4, 1, NULL, 'for nobody'),
    (5, 2, 3, 'for Charlie');
INSERT INTO gift_line VALUES (10, 1, 'a'), (20, 2, 'b'), (30, 3, 'c'), (40, 4, 'd'), (50, 5, 'e');
"""
GIFT_LINES = "gift_line: {link: {on: {gift_id: gift.id}}, delete: true}"
BOTH = "gift: {link: [{on: {buyer_id: account.id}}, {on: {giftee_id: account.id}}], delete: true}"
TWO_RULES = """gift:
    - {link: {on: {buyer_id: account.id}}, delete: true}
    - {link: {on: {giftee_id: account.id}}, detach: [giftee_id]}"""


def test_a_row_of_two_owners_stays_with_the_other_and_is_cut_from_the_leaving_one(any_url: str) -> None:
    shop, shelf = Shop(any_url, GIFTS, f"map:\n  {DELETE_CUSTOMER}\n  {BOTH}\n  {GIFT_LINES}"), Shelf()
    result = closed(shop, ALICE, shelf=shelf)
    assert shop.rows("gift") == [(1, None, 2, "for Bob"), (3, 2, None, "for Alice"), (5, 2, 3, "for Charlie")]
    assert [row[0] for row in shop.rows("gift_line")] == [10, 30, 50]
    assert [entry for entry in receipts(result, ALICE) if entry[0] == "gift"] == [
        ("gift", "delete", 2, None), ("gift", "detach", 2, None), ("gift", "keep", 2, "shared with another customer")
    ]  # fmt: skip
    assert verify(shop.store, [ALICE], shelf).receipts == {"1": []}
    assert erase(shop.store, [ALICE], shelf).set_aside == {}
    assert shop.rows("gift") == [(1, None, 2, "for Bob"), (3, 2, None, "for Alice"), (5, 2, 3, "for Charlie")]
    closed(shop, BOB)
    assert shop.rows("gift") == [(5, None, 3, "for Charlie")]


def test_a_row_of_two_owners_goes_when_both_leave_in_one_batch(any_url: str) -> None:
    shop = Shop(any_url, GIFTS, f"map:\n  {DELETE_CUSTOMER}\n  {BOTH}\n  {GIFT_LINES}")
    closed(shop, ALICE, BOB)
    assert shop.rows("gift") == [(5, None, 3, "for Charlie")]


def test_two_rules_for_two_owners_delete_nothing_from_under_the_other(any_url: str) -> None:
    shop = Shop(any_url, GIFTS, f"map:\n  {DELETE_CUSTOMER}\n  {TWO_RULES}\n  {GIFT_LINES}")
    closed(shop, ALICE)
    assert shop.rows("gift") == [(1, None, 2, "for Bob"), (3, 2, None, "for Alice"), (5, 2, 3, "for Charlie")]


def test_a_tie_that_cannot_be_cut_goes_with_the_first_of_the_two(any_url: str) -> None:
    shop = Shop(
        any_url,
        f"""{CUSTOMERS}
        CREATE TABLE friendship (one INTEGER NOT NULL, other INTEGER NOT NULL, PRIMARY KEY (one, other),
            FOREIGN KEY (one) REFERENCES customer (id), FOREIGN KEY (other) REFERENCES customer (id));
        INSERT INTO friendship VALUES (1, 2), (3, 1), (2, 3);
        """,
        f"""
        map:
          {DELETE_CUSTOMER}
          friendship: {{link: [{{on: {{one: account.id}}}}, {{on: {{other: account.id}}}}], delete: true}}
        """,
    )
    closed(shop, ALICE)
    assert shop.rows("friendship") == [(2, 3)]


def test_the_parent_of_a_row_that_stays_stays_too(any_url: str) -> None:
    shop = Shop(
        any_url,
        GIFTS.replace("card VARCHAR(100)", "card VARCHAR(100), order_id INTEGER REFERENCES orders (id)").replace(
            "CREATE TABLE gift (",
            "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id));\n"
            "INSERT INTO orders VALUES (7, 1), (8, 1);\nCREATE TABLE gift (", 1
        ).replace("'for Bob'", "'for Bob', 7").replace("'for me'", "'for me', 8").replace("'for Alice'", "'', NULL")
        .replace("'for nobody'", "'', NULL").replace("'for Charlie'", "'', NULL"),
        f"""
        map:
          {DELETE_CUSTOMER}
          orders: {{link: {{on: {{customer_id: account.id}}}}, delete: true}}
          {BOTH}
          {GIFT_LINES}
        """,
    )  # fmt: skip
    shelf = Shelf()
    result = closed(shop, ALICE, shelf=shelf)
    assert shop.rows("orders") == [(7, None)]
    assert ("orders", "keep", 1, "shared with another customer") in receipts(result, ALICE)
    assert verify(shop.store, [ALICE], shelf).receipts == {"1": []}


def test_third_persons_and_staff_that_a_customers_row_points_to_stay_untouched(any_url: str) -> None:
    shop = Shop(
        any_url,
        f"""{CUSTOMERS}
        CREATE TABLE staff (id INTEGER PRIMARY KEY, name VARCHAR(100), email VARCHAR(100));
        INSERT INTO staff VALUES (1, 'Alice Agent', 'agent@example.com');
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id),
            sales_rep_id INTEGER REFERENCES staff (id), referrer_id INTEGER REFERENCES customer (id), note VARCHAR(50));
        INSERT INTO orders VALUES (10, 1, 1, 2, 'x'), (20, 2, 1, 1, 'y');
        """,
        f"""
        map:
          {DELETE_CUSTOMER}
          orders:
            - {{link: {{on: {{customer_id: account.id}}}}, clear: [note], detach: [customer_id]}}
            - {{link: {{on: {{referrer_id: account.id}}}}, detach: [referrer_id]}}
        """,
    )
    closed(shop, ALICE)
    assert shop.rows("staff") == [(1, "Alice Agent", "agent@example.com")]
    assert shop.rows("orders") == [(10, None, 1, 2, None), (20, 2, 1, None, "y")]
    assert [row[0] for row in shop.rows("customer")] == [2, 3]


def test_an_index_is_asked_for_where_it_is_looked_whose_a_shared_row_is(any_url: str) -> None:
    shop = Shop(
        any_url,
        f"""{CUSTOMERS}
        CREATE TABLE address (id INTEGER PRIMARY KEY, street VARCHAR(50));
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, address_id INTEGER);
        CREATE INDEX orders_customer ON orders (customer_id);
        """,
        f"""
        map:
          {DELETE_CUSTOMER}
          orders: {{link: {{on: {{customer_id: account.id}}}}, detach: [customer_id]}}
          address: {{link: {{on: {{id: orders.address_id}}}}, delete: true}}
        """,
    )
    many = [{"n": n} for n in range(1001)]
    shop.execute("INSERT INTO orders VALUES (:n, 1, :n)", *many)
    asked = [p for p in check(shop.store) if p.where == "default.orders.address_id" and "CREATE INDEX" in p.mend]
    assert len(asked) == 1
    shop.execute(asked[0].mend)
    assert [p for p in check(shop.store) if "CREATE INDEX" in p.mend] == []


def test_a_shared_row_is_told_in_another_datastore_too(any_url: str, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    other.touch()
    shop = Shop(any_url, CUSTOMERS, f"map: {{{DELETE_CUSTOMER}}}")
    side = Shop(
        f"sqlite:///{other}",
        "CREATE TABLE address (id INTEGER PRIMARY KEY, street VARCHAR(50));\n"
        "CREATE TABLE parcel (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, address_id INTEGER);\n"
        "INSERT INTO address VALUES (1, 'Jl. Mawar 1'), (2, 'Jl. Melati 2');\n"
        "INSERT INTO parcel VALUES (1, 1, 1), (2, 2, 1), (3, 1, 2), (4, 0, 2)",
        f"map: {{{DELETE_CUSTOMER}}}",
    )
    rules = {
        "parcel": {"link": {"on": {"customer": "account.id"}}, "detach": {"customer": -1}},
        "address": {"link": {"on": {"id": "parcel.address_id"}}, "delete": True},
    }
    plain = shop.file.model_dump(exclude_unset=True)
    datastores = {**plain["datastores"], "side": {"url": side.url}}
    account = {**plain["account"], "datastore": "default"}
    maps = {"default": {"customer": {"link": {"on": {"id": "account.id"}}, "delete": True}}, "side": rules}
    file = StoreFile.model_validate({**plain, "datastores": datastores, "account": account, "map": maps})
    store = Store(file, SetClock(NOW))
    assert erase(store, [ALICE], Shelf()).set_aside == {}
    assert side.rows("address") == [(1, "Jl. Mawar 1")]
    assert erase(store, [BOB], Shelf()).set_aside == {}
    assert side.rows("address") == []


def test_a_login_that_a_member_of_staff_shares_is_scrubbed_and_not_deleted(any_url: str) -> None:
    shop = Shop(
        any_url,
        f"""{CUSTOMERS}
        CREATE TABLE login (id INTEGER PRIMARY KEY, phone VARCHAR(40), secret VARCHAR(40));
        CREATE TABLE staff (id INTEGER PRIMARY KEY, login_id INTEGER REFERENCES login (id));
        ALTER TABLE customer ADD COLUMN login_id INTEGER;
        INSERT INTO login VALUES (5, '081', 'x'), (6, '082', 'y');
        INSERT INTO staff VALUES (1, 5);
        UPDATE customer SET login_id = id + 4 WHERE id < 3;
        """,
        f"""
        map:
          {DELETE_CUSTOMER}
          login:
            - link: {{on: {{id: account.login_id}}}}
              where: {{not: {{exists: {{table: staff, on: {{login_id: id}}}}}}}}
              delete: true
            - link: {{on: {{id: account.login_id}}}}
              where: {{exists: {{table: staff, on: {{login_id: id}}}}}}
              clear: [phone]
        """,
    )
    assert closed(shop, ALICE, BOB).receipts
    assert shop.rows("login") == [(5, None, "x")]
    assert shop.rows("staff") == [(1, 5)]
