"""The erasure engine: small hard schemas, rows before and after for everyone."""

from __future__ import annotations

from pamitan.erasure.execute import ErasureResult, erase
from pamitan.stores.types import Subject
from tests.store.shops import ALICE, BOB, CHARLIE, CUSTOMERS, Shelf, Shop, proven

DELETE_CUSTOMER = "customer: {link: {on: {id: account.id}}, delete: true}"


def closed(shop: Shop, *subjects: Subject) -> ErasureResult:
    """Erase, and see that nobody was set aside."""
    result = erase(shop.store, subjects, Shelf())
    assert result.set_aside == {}
    return result


def receipts(result: ErasureResult, subject: Subject) -> list[tuple[str, str, int]]:
    return sorted((r.table, r.action, r.rows) for r in result.receipts[subject.account_id])


DEEP = f"""{CUSTOMERS}
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer (id));
CREATE TABLE line (order_id INTEGER REFERENCES orders (id), number INTEGER, title VARCHAR(50),
    PRIMARY KEY (order_id, number));
CREATE TABLE note (id INTEGER PRIMARY KEY, order_id INTEGER, line_number INTEGER, body VARCHAR(50),
    FOREIGN KEY (order_id, line_number) REFERENCES line (order_id, number));
INSERT INTO orders VALUES (10, 1), (11, 1), (20, 2);
INSERT INTO line VALUES (10, 1, 'a'), (10, 2, 'b'), (20, 1, 'c');
INSERT INTO note VALUES (1, 10, 1, 'x'), (2, 10, 2, 'y'), (3, 20, 1, 'z');
"""
DEEP_MAP = f"""
map:
  {DELETE_CUSTOMER}
  orders: {{link: {{on: {{customer_id: account.id}}}}, delete: true}}
  line: {{link: {{on: {{order_id: orders.id}}}}, delete: true}}
  note: {{link: {{on: {{order_id: line.order_id, line_number: line.number}}}}, delete: true}}
"""


def test_children_go_before_their_parents_to_any_depth(any_url: str) -> None:
    shop = Shop(any_url, DEEP, DEEP_MAP)
    result = closed(shop, ALICE)
    assert receipts(result, ALICE) == [
        ("customer", "delete", 1), ("line", "delete", 2), ("note", "delete", 2), ("orders", "delete", 2),
    ]  # fmt: skip
    assert shop.rows("orders") == [(20, 2)]
    assert shop.rows("line") == [(20, 1, "c")]
    assert shop.rows("note") == [(3, 20, 1, "z")]
    assert [row[0] for row in shop.rows("customer")] == [2, 3]


def test_a_batch_counts_each_account_by_itself(any_url: str) -> None:
    shop = Shop(any_url, DEEP, DEEP_MAP)
    result = closed(shop, ALICE, BOB, CHARLIE)
    assert receipts(result, BOB) == [
        ("customer", "delete", 1), ("line", "delete", 1), ("note", "delete", 1), ("orders", "delete", 1),
    ]  # fmt: skip
    assert receipts(result, CHARLIE) == [("customer", "delete", 1)]
    assert shop.everything() == {"customer": [], "orders": [], "line": [], "note": []}


ORDERS = f"""{CUSTOMERS}
CREATE TABLE address (id INTEGER PRIMARY KEY, name VARCHAR(100) NOT NULL, street VARCHAR(100),
    search_text VARCHAR(200));
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id), email VARCHAR(100),
    address_id INTEGER REFERENCES address (id), total INTEGER NOT NULL);
INSERT INTO address VALUES (1, 'Alice Alisson', 'Jl. Mawar 1', 'Alice Alisson Jl. Mawar 1'),
    (2, 'Bob Bobsson', 'Jl. Melati 2', 'Bob Bobsson Jl. Melati 2');
INSERT INTO orders VALUES (10, 1, NULL, 1, 100), (20, 2, 'bob@example.com', 2, 200),
    (30, NULL, 'ALICE@example.com', NULL, 300), (31, 2, 'alice@example.com', NULL, 310);
"""


def test_a_detached_order_stays_and_its_address_is_emptied_through_the_reverse_link(any_url: str) -> None:
    shop = Shop(
        any_url,
        ORDERS,
        f"""
        map:
          {DELETE_CUSTOMER}
          orders: {{link: {{on: {{customer_id: account.id}}}}, detach: [customer_id], clear: [email]}}
          address:
            link: {{on: {{id: orders.address_id}}}}
            clear: [name, street, search_text]
            personal: {{name: name}}
    """,
    )
    result = closed(shop, ALICE)
    assert receipts(result, ALICE) == [
        ("address", "clear", 1), ("customer", "delete", 1), ("orders", "clear", 1), ("orders", "detach", 1),
    ]  # fmt: skip
    assert shop.rows("orders")[0] == (10, None, None, 1, 100)
    assert shop.rows("orders")[1:] == [
        (20, 2, "bob@example.com", 2, 200),
        (30, None, "ALICE@example.com", None, 300),
        (31, 2, "alice@example.com", None, 310),
    ]
    assert shop.rows("address") == [(1, "", None, None), (2, "Bob Bobsson", "Jl. Melati 2", "Bob Bobsson Jl. Melati 2")]


def test_a_guest_order_goes_with_its_proven_address_and_another_ones_order_stays(any_url: str) -> None:
    shop = Shop(
        any_url,
        ORDERS,
        f"""
        map:
          {DELETE_CUSTOMER}
          orders:
            link: [{{on: {{customer_id: account.id}}}}, {{email: email}}]
            detach: [customer_id]
            clear: [email]
    """,
    )
    closed(shop, proven(ALICE, "alice@example.com"))
    assert shop.rows("orders") == [
        (10, None, None, 1, 100),
        (20, 2, "bob@example.com", 2, 200),
        (30, None, None, None, 300),
        (31, 2, "alice@example.com", None, 310),
    ]


def test_what_a_law_keeps_wins_over_a_deletion_and_over_a_clearing(any_url: str) -> None:
    shop = Shop(
        any_url,
        ORDERS,
        """
        map:
          customer: {link: {on: {id: account.id}}, clear: [email, phone, name]}
          orders:
            - link: {on: {customer_id: account.id}}
              where: {total: 100}
              keep: {law: Tax Act, reason: tax, until: {years: 10}}
            - {link: {on: {customer_id: account.id}}, delete: true}
          address: {link: {on: {id: orders.address_id}}, delete: true}
        """,
    )
    shop.execute("INSERT INTO orders VALUES (11, 1, 'a', NULL, 101)")
    result = closed(shop, ALICE)
    assert shop.rows("orders")[0] == (10, 1, None, 1, 100)
    assert 11 not in [row[0] for row in shop.rows("orders")]
    assert shop.rows("address")[0] == (1, "Alice Alisson", "Jl. Mawar 1", "Alice Alisson Jl. Mawar 1")
    notes = {(r.table, r.action): r.note for r in result.receipts["1"]}
    assert notes["orders", "keep"] == "Tax Act; kept although another rule deletes"
    assert notes["address", "keep"] == "rows kept by law point at it: Tax Act"
    assert shop.rows("customer")[0] == (1, None, None, None)


def test_kept_columns_are_not_cleared_and_the_rest_of_the_row_is(any_url: str) -> None:
    shop = Shop(
        any_url,
        ORDERS,
        f"""
        map:
          {DELETE_CUSTOMER}
          orders: {{link: {{on: {{customer_id: account.id}}}}, detach: [customer_id], clear: [email]}}
          address:
            - link: {{on: {{id: orders.address_id}}}}
              keep: {{columns: [name], law: Tax Act, reason: tax, until: {{years: 10}}}}
            - {{link: {{on: {{id: orders.address_id}}}}, clear: [name, street, search_text]}}
        """,
    )
    closed(shop, ALICE)
    assert shop.rows("address")[0] == (1, "Alice Alisson", None, None)


def test_an_account_that_a_kept_row_points_at_is_set_aside_with_the_mend(any_url: str) -> None:
    shop = Shop(
        any_url,
        ORDERS,
        f"""
        map:
          {DELETE_CUSTOMER}
          orders:
            - {{link: {{on: {{customer_id: account.id}}}}, keep: {{law: Tax Act, reason: tax, until: {{years: 10}}}}}}
        """,
    )
    before = shop.everything()
    result = erase(shop.store, [ALICE, CHARLIE], Shelf())
    assert "detach them" in result.set_aside["1"]
    assert list(result.receipts) == ["3"]
    assert shop.rows("orders") == before["orders"]
    assert [row[0] for row in shop.rows("customer")] == [1, 2]


def test_an_attacker_with_the_victims_address_gets_nothing_of_the_victim(any_url: str) -> None:
    shop = Shop(
        any_url,
        ORDERS,
        f"""
        map:
          {DELETE_CUSTOMER}
          orders: {{link: [{{on: {{customer_id: account.id}}}}, {{email: email}}], delete: true}}
        """,
    )
    shop.execute("INSERT INTO customer VALUES (9, 'Alice@Example.COM', NULL, 'Mallory')")
    before = shop.everything()
    closed(shop, proven(Subject("9"), "alice@example.com"))
    after = shop.everything()
    assert after["orders"] == before["orders"]
    assert after["customer"] == [row for row in before["customer"] if row[0] != 9]


def test_an_accent_makes_another_address(any_url: str) -> None:
    shop = Shop(
        any_url,
        CUSTOMERS
        + """
        CREATE TABLE news (id INTEGER PRIMARY KEY, email VARCHAR(100));
        INSERT INTO news VALUES (1, 'jose@example.com'), (2, 'josé@example.com'),
            (3, 'JOSÉ@example.com'), (4, 'Jose@Example.com');
        """,
        f"map: {{{DELETE_CUSTOMER}, news: {{link: {{email: email}}, delete: true}}}}",
    )
    closed(shop, proven(ALICE, "josé@example.com"))
    assert [row[0] for row in shop.rows("news")] == [1, 4]
    closed(shop, proven(BOB, "jose@example.com"))
    assert shop.rows("news") == []


def test_a_number_is_found_in_any_format(any_url: str) -> None:
    shop = Shop(
        any_url,
        CUSTOMERS
        + """
        CREATE TABLE sms (id INTEGER PRIMARY KEY, phone VARCHAR(40));
        INSERT INTO sms VALUES (1, '0812-3456-7801'), (2, '+62 812 3456 7802'), (3, '+62 (812) 3456.7801'), (4, '');
        """,
        f"map: {{{DELETE_CUSTOMER}, sms: {{link: {{phone: phone}}, delete: true}}}}",
    )
    closed(shop, proven(ALICE, "+6281234567801"))
    assert [row[0] for row in shop.rows("sms")] == [2, 4]


def test_a_thread_of_messages_that_points_at_itself_goes_as_a_whole(any_url: str) -> None:
    shop = Shop(
        any_url,
        CUSTOMERS
        + """
        CREATE TABLE message (id INTEGER PRIMARY KEY, customer_id INTEGER, parent_id INTEGER REFERENCES message (id));
        INSERT INTO message VALUES (1, 1, NULL), (2, NULL, 1), (3, NULL, 2), (4, NULL, 3), (5, 2, NULL), (6, NULL, 5);
        """,
        f"""
        map:
          {DELETE_CUSTOMER}
          message: {{link: [{{on: {{customer_id: account.id}}}}, {{on: {{parent_id: message.id}}}}], delete: true}}
        """,
    )
    result = closed(shop, ALICE)
    assert shop.rows("message") == [(5, 2, None), (6, None, 5)]
    assert ("message", "delete", 4) in receipts(result, ALICE)


def test_tables_that_point_at_one_another_go_together(any_url: str) -> None:
    sql = (
        CUSTOMERS
        + """
        CREATE TABLE cart (id INTEGER PRIMARY KEY, customer_id INTEGER, last_item INTEGER);
        CREATE TABLE item (id INTEGER PRIMARY KEY, cart_id INTEGER NOT NULL REFERENCES cart (id));
        INSERT INTO cart VALUES (1, 1, NULL), (2, 2, NULL);
        INSERT INTO item VALUES (11, 1), (12, 1), (21, 2);
        ALTER TABLE cart ADD FOREIGN KEY (last_item) REFERENCES item (id);
        UPDATE cart SET last_item = id * 10 + 1;
        """
    )
    if any_url.startswith("sqlite"):  # has no ADD FOREIGN KEY, and needs none: it looks the table up at the first use
        sql = sql.replace("last_item INTEGER", "last_item INTEGER REFERENCES item (id)")
        sql = sql.replace("ALTER TABLE cart ADD FOREIGN KEY (last_item) REFERENCES item (id);", "")
    shop = Shop(
        any_url,
        sql,
        f"""
        map:
          {DELETE_CUSTOMER}
          cart: {{link: {{on: {{customer_id: account.id}}}}, delete: true}}
          item: {{link: {{on: {{cart_id: cart.id}}}}, delete: true}}
        """,
    )
    closed(shop, ALICE)
    assert shop.rows("cart") == [(2, 2, 21)]
    assert shop.rows("item") == [(21, 2)]


def test_rows_without_a_primary_key_are_told_apart(any_url: str) -> None:
    shop = Shop(
        any_url,
        CUSTOMERS
        + """
        CREATE TABLE log (customer_id INTEGER, line VARCHAR(50), ip VARCHAR(50));
        INSERT INTO log VALUES (1, 'x', '1.1.1.1'), (1, NULL, '1.1.1.1'), (2, 'x', '2.2.2.2'), (NULL, NULL, '3.3.3.3');
        CREATE TABLE visit (customer_id INTEGER, ip VARCHAR(50), page VARCHAR(50));
        INSERT INTO visit VALUES (1, '1.1.1.1', 'home'), (1, '1.1.1.2', 'cart'), (2, '2.2.2.2', 'home');
        """,
        f"""
        map:
          {DELETE_CUSTOMER}
          log: {{link: {{on: {{customer_id: account.id}}}}, delete: true}}
          visit:
            - {{link: {{on: {{customer_id: account.id}}}}, where: {{page: home}}, clear: [ip]}}
            - {{link: {{on: {{customer_id: account.id}}}}, detach: [customer_id], replace: {{ip: gone}}}}
        """,
    )
    result = closed(shop, ALICE)
    assert shop.rows("log") == [(2, "x", "2.2.2.2"), (None, None, "3.3.3.3")]
    assert shop.rows("visit") == [(2, "2.2.2.2", "home"), (None, "gone", "cart"), (None, None, "home")]
    assert ("log", "delete", 2) in receipts(result, ALICE)


def test_a_message_between_two_customers_loses_only_the_end_of_the_one_who_leaves(any_url: str) -> None:
    shop = Shop(
        any_url,
        CUSTOMERS
        + """
        CREATE TABLE message (id INTEGER PRIMARY KEY, sender INTEGER, recipient INTEGER, body VARCHAR(50));
        INSERT INTO message VALUES (1, 1, 2, 'a'), (2, 2, 1, 'b'), (3, 2, 3, 'c');
        """,
        f"""
        map:
          {DELETE_CUSTOMER}
          message:
            link: [{{on: {{sender: account.id}}}}, {{on: {{recipient: account.id}}}}]
            detach: [sender, recipient]
        """,
    )
    closed(shop, ALICE)
    assert shop.rows("message") == [(1, None, 2, "a"), (2, 2, None, "b"), (3, 2, 3, "c")]


def test_columns_that_cannot_be_null_get_a_value_that_fits_them(any_url: str) -> None:
    shop = Shop(
        any_url,
        CUSTOMERS
        + """
        CREATE TABLE profile (id INTEGER PRIMARY KEY, login VARCHAR(20) NOT NULL UNIQUE, nick VARCHAR(10) NOT NULL,
            points INTEGER NOT NULL, born DATE NOT NULL, seen TIMESTAMP NOT NULL, mail VARCHAR(40) NOT NULL UNIQUE);
        INSERT INTO profile VALUES (1, 'alice', 'ali', 5, '1990-01-01', '2026-01-01 00:00:00', 'alice@example.com'),
            (2, 'bob', 'bo', 6, '1991-01-01', '2026-01-02 00:00:00', 'bob@example.com');
        """,
        f"""
        map:
          {DELETE_CUSTOMER}
          profile:
            link: {{on: {{id: account.id}}}}
            clear: [login, nick, points, born, seen]
            replace: {{mail: "closed-{{unique}}@shop.invalid"}}
        """,
    )
    closed(shop, ALICE, BOB)
    (_, login, nick, points, born, _, mail), other = shop.rows("profile")
    assert (nick, points, str(born)) == ("", 0, "1970-01-02")
    assert len(login) == 16
    assert mail.startswith("closed-")
    assert mail.endswith("@shop.invalid")
    assert (login, mail) != (other[1], other[6])


def test_an_account_that_is_not_there_is_not_called_erased(any_url: str) -> None:
    shop = Shop(any_url, DEEP, DEEP_MAP)
    result = erase(shop.store, [Subject("77"), ALICE], Shelf())
    assert result.set_aside["77"].startswith("not found")
    assert list(result.receipts) == ["1"]


def test_staff_are_never_erased(any_url: str) -> None:
    shop = Shop(any_url, DEEP, "account: {where: {name: {not: Bob Bobsson}}}" + DEEP_MAP)
    before = shop.everything()
    result = erase(shop.store, [BOB], Shelf())
    assert "not a customer" in result.set_aside["2"]
    assert shop.everything() == before


def test_one_impossible_account_is_set_aside_and_the_others_are_erased(any_url: str) -> None:
    shop = Shop(
        any_url,
        DEEP
        + """
        CREATE TABLE dispute (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id));
        INSERT INTO dispute VALUES (1, 20);
        """,
        DEEP_MAP,
    )
    result = erase(shop.store, [ALICE, BOB, CHARLIE], Shelf())
    assert list(result.receipts) == ["1", "3"]
    assert "dispute" in result.set_aside["2"]
    assert shop.rows("orders") == [(20, 2)]
    assert [row[0] for row in shop.rows("customer")] == [2]


def test_rows_that_the_database_would_drag_along_unasked_stop_the_erasure(any_url: str) -> None:
    shop = Shop(
        any_url,
        DEEP
        + """
        CREATE TABLE review (id INTEGER PRIMARY KEY, customer_id INTEGER,
            FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE);
        INSERT INTO review VALUES (1, 1);
        """,
        DEEP_MAP,
    )
    result = erase(shop.store, [ALICE, BOB], Shelf())
    assert "'review'" in result.set_aside["1"]
    assert list(result.receipts) == ["2"]
    assert shop.rows("review") == [(1, 1)]


def test_a_second_run_finds_nothing_to_do_and_remembers_the_first(any_url: str) -> None:
    shop, shelf = Shop(any_url, DEEP, DEEP_MAP), Shelf()
    first = erase(shop.store, [ALICE], shelf)
    after = shop.everything()
    second = erase(shop.store, [ALICE], shelf)
    assert shop.everything() == after
    assert receipts(second, ALICE) == receipts(first, ALICE)
    assert {receipt.note for receipt in second.receipts["1"]} == {"recovered"}
