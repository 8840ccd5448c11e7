"""Rows that name the account, or a row of the account, by a key: by foreign keys, composite keys, ids without any."""

from __future__ import annotations

from tests.store.gallery.case import ALICE, BOB, Case


def test_a_foreign_key(any_url: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE wish (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id), title VARCHAR(40));
        INSERT INTO wish VALUES (1, 1, 'Laut Bercerita'), (2, 2, 'Bumi'), (3, 1, 'Pulang'), (4, NULL, 'Amba');
        """,
        """
wish: {link: {on: {customer_id: account.id}}, delete: true}
""",
    )
    assert case.close(ALICE) == {"wish": [(2, 2, "Bumi"), (4, None, "Amba")]}
    assert case.done(ALICE) == {("wish", "delete", 2)}


def test_an_id_without_a_foreign_key_as_text(any_url: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE visit (id INTEGER PRIMARY KEY, visitor VARCHAR(20), page VARCHAR(40));
        INSERT INTO visit VALUES (1, '1', '/a'), (2, '11', '/b'), (3, '2', '/c'), (4, 'guest', '/d'), (5, '', '/e'),
            (6, '0', '/f'), (7, NULL, '/g');
        """,
        """
visit: {link: {on: {visitor: account.id}}, detach: [visitor]}
""",
    )
    assert case.close(ALICE)["visit"][0] == (1, None, "/a")
    assert case.done(ALICE) == {("visit", "detach", 1)}


def test_a_foreign_key_of_two_columns_two_tables_away(any_url: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE orders (shop VARCHAR(5), number INTEGER, customer_id INTEGER REFERENCES customer (id),
            PRIMARY KEY (shop, number));
        CREATE TABLE line (id INTEGER PRIMARY KEY, shop VARCHAR(5), number INTEGER, engraving VARCHAR(40),
            FOREIGN KEY (shop, number) REFERENCES orders (shop, number));
        INSERT INTO orders VALUES ('jog', 1, 1), ('jog', 2, 2), ('bdg', 1, 2);
        INSERT INTO line VALUES (1, 'jog', 1, 'for mum'), (2, 'jog', 2, 'b'), (3, 'bdg', 1, 'c');
        """,
        """
orders: {link: {on: {customer_id: account.id}}, detach: [customer_id]}
line: {link: {on: {shop: orders.shop, number: orders.number}}, clear: [engraving]}
""",
    )
    assert case.close(ALICE) == {
        "orders": [("bdg", 1, 2), ("jog", 1, None), ("jog", 2, 2)],
        "line": [(1, "jog", 1, None), (2, "jog", 2, "b"), (3, "bdg", 1, "c")],
    }


def test_five_tables_deep(any_url: str) -> None:
    depth = range(1, 6)
    above = {n: f"t{n - 1}" for n in depth} | {1: "customer"}
    tables = "".join(
        f"CREATE TABLE t{n} (id INTEGER PRIMARY KEY, up INTEGER REFERENCES {above[n]} (id));\n"
        f"INSERT INTO t{n} VALUES (1, 1), (2, 2);\n"
        for n in depth
    )
    links = "".join(f"t{n}: {{link: {{on: {{up: {above[n]}.id}}}}, delete: true}}\n" for n in depth)
    assert Case(any_url, tables, links).close(ALICE) == {f"t{n}": [(2, 2)] for n in depth}


def test_a_polymorphic_pair_of_type_and_id(any_url: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER);
        CREATE TABLE log (id INTEGER PRIMARY KEY, kind VARCHAR(20), ref INTEGER, said VARCHAR(60));
        INSERT INTO orders VALUES (2, 1), (1, 2);
        INSERT INTO log VALUES (1, 'customer', 1, 'Alice signed in'), (2, 'customer', 2, 'Bob signed in'),
            (3, 'order', 2, 'Alice paid'), (4, 'order', 1, 'Bob paid'), (5, 'product', 1, 'price changed');
        """,
        """
orders: {link: {on: {customer_id: account.id}}, detach: [customer_id]}
log:
  link:
    - {on: {ref: account.id}, where: {kind: customer}}
    - {on: {ref: orders.id}, where: {kind: order}}
  delete: true
""",
    )
    assert case.close(ALICE) == {
        "orders": [(1, 2), (2, None)],
        "log": [(2, "customer", 2, "Bob signed in"), (4, "order", 1, "Bob paid"), (5, "product", 1, "price changed")],
    }


def test_the_name_of_a_type_is_looked_up(any_url: str) -> None:
    """Django's content types, OpenCart's groups: the number means another thing in each installation."""
    case = Case(
        any_url,
        """
        CREATE TABLE content_type (id INTEGER PRIMARY KEY, model VARCHAR(20));
        CREATE TABLE history (id INTEGER PRIMARY KEY, type_id INTEGER, ref VARCHAR(20), body VARCHAR(40));
        INSERT INTO content_type VALUES (7, 'customer'), (8, 'product');
        INSERT INTO history VALUES (1, 7, '1', 'Alice'), (2, 8, '1', 'A book'), (3, 7, '2', 'Bob');
        """,
        """
history:
  link:
    on: {ref: account.id}
    where: {exists: {table: content_type, on: {id: type_id}, where: {model: customer}}}
  delete: true
""",
    )
    assert case.close(ALICE) == {"history": [(2, 8, "1", "A book"), (3, 7, "2", "Bob")]}


def test_key_and_value_of_which_only_some_are_personal(any_url: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE setting (customer_id INTEGER, name VARCHAR(20), value VARCHAR(60),
            PRIMARY KEY (customer_id, name));
        INSERT INTO setting VALUES (1, 'birthday', '1990-01-01'), (1, 'billing_name', 'Alice Alisson'),
            (1, 'billing_phone', '0812-3456-7801'), (1, 'theme', 'dark'), (2, 'birthday', '1991-01-01');
        """,
        """
setting:
  link: {on: {customer_id: account.id}}
  where: {any: [{name: birthday}, {name: {like: "billing%"}}]}
  delete: true
""",
    )
    assert case.close(ALICE) == {"setting": [(1, "theme", "dark"), (2, "birthday", "1991-01-01")]}


def test_rows_that_point_at_each_other_and_at_themselves(any_url: str) -> None:
    """A thread of messages: answers hang on messages; and the newest of a thread is pointed at from its first."""
    case = Case(
        any_url,
        """
        CREATE TABLE message (id INTEGER PRIMARY KEY, customer_id INTEGER, answers INTEGER REFERENCES message (id),
            newest INTEGER, body VARCHAR(40));
        INSERT INTO message VALUES (1, 1, NULL, 3, 'Hello'), (2, NULL, 1, NULL, 'Dear Alice'),
            (3, NULL, 2, NULL, 'Bye'), (4, 2, NULL, NULL, 'Hi');
        """,
        """
message:
  link:
    - {on: {customer_id: account.id}}
    - {on: {answers: message.id}}
  delete: true
""",
    )
    assert case.close(ALICE) == {"message": [(4, 2, None, None, "Hi")]}


def test_two_tables_in_a_circle_of_foreign_keys(any_url: str) -> None:
    on_sqlite = any_url.startswith("sqlite")  # there a table may point at one that is yet to come
    case = Case(
        any_url,
        f"""
        CREATE TABLE page (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer (id),
            latest INTEGER {"REFERENCES revision (id)" if on_sqlite else ""});
        CREATE TABLE revision (id INTEGER PRIMARY KEY, page_id INTEGER NOT NULL REFERENCES page (id));
        INSERT INTO page VALUES (1, 1, NULL), (2, 2, NULL);
        INSERT INTO revision VALUES (10, 1), (11, 1), (20, 2);
        UPDATE page SET latest = 11 WHERE id = 1;
        UPDATE page SET latest = 20 WHERE id = 2;
        {"" if on_sqlite else "ALTER TABLE page ADD FOREIGN KEY (latest) REFERENCES revision (id)"}
        """,
        """
page: {link: {on: {customer_id: account.id}}, delete: true}
revision: {link: {on: {page_id: page.id}}, delete: true}
""",
    )
    assert case.close(ALICE) == {"page": [(2, 2, 20)], "revision": [(20, 2)]}


def test_the_other_way_round_from_an_order_to_its_address(any_url: str) -> None:
    case = Case(
        any_url,
        """
        CREATE TABLE address (id INTEGER PRIMARY KEY, name VARCHAR(40), street VARCHAR(40));
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, ship_to INTEGER REFERENCES address (id),
            bill_to INTEGER REFERENCES address (id));
        INSERT INTO address VALUES (1, 'Alice Alisson', 'Jl. Mawar 1'), (2, 'Alice Alisson', 'Jl. Melati 2'),
            (3, 'Bob Bobsson', 'Jl. Kenanga 3'), (4, 'Toko', 'Jl. Malioboro 4');
        INSERT INTO orders VALUES (10, 1, 1, 2), (20, 2, 3, 3);
        """,
        """
orders: {link: {on: {customer_id: account.id}}, detach: [customer_id, ship_to, bill_to]}
address:
  link: [{on: {id: orders.ship_to}}, {on: {id: orders.bill_to}}]
  delete: true
  personal: {name: name, street: address}
""",
    )
    assert case.close(ALICE) == {
        "orders": [(10, None, None, None), (20, 2, 3, 3)],
        "address": [(3, "Bob Bobsson", "Jl. Kenanga 3"), (4, "Toko", "Jl. Malioboro 4")],
    }


def test_staff_and_third_persons_that_a_row_points_to_stay(any_url: str) -> None:
    """A ticket names the customer, the colleague who answers, and the friend whom the gift was for."""
    case = Case(
        any_url,
        """
        CREATE TABLE contact (id INTEGER PRIMARY KEY, name VARCHAR(40), email VARCHAR(60));
        CREATE TABLE ticket (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id),
            clerk_id INTEGER REFERENCES customer (id), friend_id INTEGER REFERENCES contact (id), body VARCHAR(60));
        INSERT INTO contact VALUES (1, 'Erin Erikson', 'erin@example.org');
        INSERT INTO ticket VALUES (1, 1, 4, 1, 'I am Alice'), (2, 2, 4, 1, 'I am Bob');
        """,
        """
ticket: {link: {on: {customer_id: account.id}}, delete: true}
""",
    )
    assert case.close(ALICE, BOB) == {"ticket": []}
    assert case.rows()["contact"] == [(1, "Erin Erikson", "erin@example.org")]
    assert [row[0] for row in case.rows()["customer"]] == [3, 4]
