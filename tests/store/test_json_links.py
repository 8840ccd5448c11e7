"""Links that go by what stands in JSON, in a column of JSON or in text, on every database."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pamitan.erasure.check import check
from pamitan.stores.engine import writing
from pamitan.stores.errors import StoreMismatch
from tests.store.shops import ALICE, BOB, CHARLIE, CUSTOMERS, Shop, proven

UUID_ALICE = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"
UUID_BOB = "3f2504e0-4f89-11d3-9a0c-0305e82c3302"


def json_type(url: str) -> str:
    return "jsonb" if url.startswith("postgres") else "json"


def shop_with(url: str, kind: str, documents: list[Any], file: str) -> Shop:
    """Customers, and a table of events whose ``data`` are these; a text is written down as it is."""
    column = json_type(url) if kind == "json" else kind
    shop = Shop(url, CUSTOMERS + f"CREATE TABLE event (id INTEGER PRIMARY KEY, data {column});\n", file)
    for number, document in enumerate(documents, start=1):
        written = document if isinstance(document, str) or document is None else json.dumps(document)
        shop.execute("INSERT INTO event VALUES (:id, :data)", {"id": number, "data": written})
    return shop


BY_KEY = "map: {event: {link: {on: {data->customer.id: account.id}}, delete: true}}"
BY_ELEMENT = 'map: {event: {link: {on: {"data->members[].id": account.id}}, delete: true}}'


@pytest.fixture(params=["json", "text"])
def kind(request: pytest.FixtureRequest) -> str:
    """How the column is declared."""
    return str(request.param)


def test_a_number_and_a_text_in_json_are_the_same_id(any_url: str, kind: str) -> None:
    documents = [{"customer": {"id": 1}}, {"customer": {"id": "1"}}, {"customer": {"id": 2}}, {"customer": {"id": 11}}]
    shop = shop_with(any_url, kind, documents, BY_KEY)
    assert shop.taken("event", ALICE, BOB) == {"1": [1, 2], "2": [3]}


def test_what_is_no_value_leads_to_nobody(any_url: str, kind: str) -> None:
    documents = [{"customer": {"id": None}}, {"customer": {"id": True}}, {"customer": {"id": [1]}}, {"customer": 1}]
    documents += [{"customer": {"id": {"id": 1}}}, {}, [], None, {"customer": {"id": ""}}]
    shop = shop_with(any_url, kind, documents, BY_KEY)
    assert shop.taken("event", ALICE) == {"1": []}


def test_text_that_is_no_json_is_no_error(any_url: str) -> None:
    documents = [
        "",
        "not json",
        '{"customer": {"id": 1}',
        "a:1:{}",
        "1",
        '"1"',
        "{'customer': 1}",
        '{"customer":{"id":1}}',
    ]
    shop = shop_with(any_url, "text", documents, BY_KEY)
    assert shop.taken("event", ALICE) == {"1": [8]}


def test_json_with_signs_that_jsonb_refuses_is_read(any_url: str) -> None:
    documents = [
        r'{"command": "O:3:\u0000*\u0000x", "customer": {"id": 1}}',
        r'{"path": "C:\\u0000", "smile": "\ud83d\ude00", "customer": {"id": 1}}',
    ]
    shop = shop_with(any_url, "text", documents, BY_KEY)
    assert shop.taken("event", ALICE) == {"1": [1, 2]}


def test_half_a_surrogate_pair_is_read_on_postgresql(postgres_url: str) -> None:
    shop = shop_with(postgres_url, "text", [r'{"half": "\ud83d", "customer": {"id": "1"}}'], BY_KEY)
    assert shop.taken("event", ALICE) == {"1": [1]}


def test_any_element_of_a_list_leads_to_its_person(any_url: str, kind: str) -> None:
    documents = [
        {"members": [{"id": 1}, {"id": "2"}]},
        {"members": [{"id": 2}]},
        {"members": []},
        {"members": [{"name": "x"}, None, 1]},
        {"members": "1"},
        {},
        None,
    ]
    shop = shop_with(any_url, kind, documents, BY_ELEMENT.replace("delete: true", "clear: [data]"))
    assert shop.taken("event", ALICE, BOB, CHARLIE) == {"1": [1], "2": [1, 2], "3": []}


def test_lists_in_lists_and_plain_elements(any_url: str, kind: str) -> None:
    shop = shop_with(
        any_url,
        kind,
        [[{"tags": [1, 2]}, {"tags": ["3"]}], [{"tags": [True, 2]}], [{"tags": [[1]]}], [[1]]],
        'map: {event: {link: {on: {"data->[].tags[]": account.id}}, clear: [data]}}',
    )
    assert shop.taken("event", ALICE, BOB, CHARLIE) == {"1": [1], "2": [1, 2], "3": [1]}


def test_one_element_of_a_list_and_a_key_with_a_dot(any_url: str, kind: str) -> None:
    shop = shop_with(
        any_url,
        kind,
        [{"a.b": [{"id": 1}, {"id": 2}]}, {"a.b": [{"id": 2}, {"id": 1}]}, {"a": {"b": [{"id": 1}]}}],
        """map: {event: {link: {on: {'data->"a.b"[0].id': account.id}}, delete: true}}""",
    )
    assert shop.taken("event", ALICE, BOB) == {"1": [1], "2": [2]}


def test_a_key_with_quotes_and_percent_signs_is_only_a_key(any_url: str, kind: str) -> None:
    shop = shop_with(
        any_url,
        kind,
        [{"it's 100%": 1}, {"it's 100%": "2"}],
        """map: {event: {link: {on: {"data->it's 100%": account.id}}, delete: true}}""",
    )
    assert shop.taken("event", ALICE, BOB) == {"1": [1], "2": [2]}


def test_an_address_in_json_in_any_letter_case(any_url: str, kind: str) -> None:
    documents = [
        {"contact": {"email": "ALICE@Example.COM "}},
        {"contact": {"email": "alice@example.com.evil.test"}},
        {"contact": {"email": "alicé@example.com"}},
        {"contact": {"email": None}},
    ]
    shop = shop_with(any_url, kind, documents, "map: {event: {link: {email: data->contact.email}, delete: true}}")
    assert shop.taken("event", ALICE) == {"1": []}
    assert shop.taken("event", proven(ALICE, "alice@example.com")) == {"1": [1]}


def test_an_address_in_an_element_of_a_list(any_url: str, kind: str) -> None:
    documents = [
        {"guests": [{"email": "bob@example.com"}, {"email": "Alice@example.com"}]},
        {"guests": [{"email": "bob@example.com"}]},
    ]
    shop = shop_with(any_url, kind, documents, 'map: {event: {link: {email: "data->guests[].email"}, clear: [data]}}')
    assert shop.taken("event", proven(ALICE, "alice@example.com")) == {"1": [1]}


def test_a_number_in_json_in_any_format(any_url: str, kind: str) -> None:
    documents = [{"to": "0812 3456 7801"}, {"to": "+62-812-3456-7801"}, {"to": 6281234567801}, {"to": "0812345678"}]
    shop = shop_with(any_url, kind, documents, "map: {event: {link: {phone: data->to}, delete: true}}")
    assert shop.taken("event", proven(ALICE, "+6281234567801")) == {"1": [1, 2, 3]}


def test_a_row_of_another_person_by_a_path_is_not_taken_by_an_address(any_url: str, kind: str) -> None:
    documents = [
        {"owner": 1, "email": "alice@example.com"},
        {"owner": "2", "email": "alice@example.com"},
        {"owner": 99, "email": "alice@example.com"},
        {"owner": 0, "email": "alice@example.com"},
        {"email": "alice@example.com"},
    ]
    links = "[{on: {data->owner: account.id}}, {email: data->email}]"
    shop = shop_with(any_url, kind, documents, f"map: {{event: {{link: {links}, delete: true}}}}")
    assert shop.taken("event", proven(ALICE, "alice@example.com")) == {"1": [1, 3, 4, 5]}


REVERSE = """
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, data {json});
CREATE TABLE address (id INTEGER PRIMARY KEY, code VARCHAR(20), line VARCHAR(50));
INSERT INTO orders VALUES (1, 1, '{{"ship": {{"address": "7"}}, "codes": ["x", "y"]}}'),
    (2, 2, '{{"ship": {{"address": 8}}, "codes": ["z", 5]}}'), (3, 1, NULL), (4, 1, '{{"codes": []}}');
INSERT INTO address VALUES (7, 'x', 'Jalan Satu'), (8, 'y', 'Jalan Dua'), (9, 'z', 'Jalan Tiga'), (10, '5', 'Lima')
"""


def test_a_path_leads_from_a_linked_row_to_another(any_url: str) -> None:
    shop = Shop(
        any_url,
        CUSTOMERS + REVERSE.format(json=json_type(any_url)),
        """
        map:
          orders: {link: {on: {customer_id: account.id}}, delete: true}
          address: {link: {on: {id: orders.data->ship.address}}, delete: true}
    """,
    )
    assert shop.taken("address", ALICE, BOB) == {"1": [7], "2": [8]}


def test_each_element_of_a_list_leads_from_a_linked_row_to_others(any_url: str) -> None:
    shop = Shop(
        any_url,
        CUSTOMERS + REVERSE.format(json=json_type(any_url)),
        """
        map:
          orders: {link: {on: {customer_id: account.id}}, delete: true}
          address: {link: {on: {code: "orders.data->codes[]"}}, delete: true}
    """,
    )
    assert shop.taken("address", ALICE, BOB) == {"1": [7, 8], "2": [9, 10]}
    assert shop.taken("orders", ALICE, BOB) == {"1": [1, 3, 4], "2": [2]}


def test_json_leads_to_json_and_on_to_a_third_table(any_url: str, kind: str) -> None:
    column = json_type(any_url) if kind == "json" else kind
    shop = Shop(
        any_url,
        CUSTOMERS
        + f"""
        CREATE TABLE cart (id INTEGER PRIMARY KEY, data {column});
        CREATE TABLE item (id INTEGER PRIMARY KEY, meta {column});
        CREATE TABLE note (id INTEGER PRIMARY KEY, item_id INTEGER);
        INSERT INTO cart VALUES (1, '{{"owner": 1, "key": "A-1"}}'), (2, '{{"owner": "2", "key": "a-1"}}');
        INSERT INTO item VALUES (1, '{{"cart": "A-1"}}'), (2, '{{"cart": "a-1"}}'), (3, '{{"cart": null}}');
        INSERT INTO note VALUES (1, 1), (2, 2), (3, 3)
        """,
        """
        map:
          note: {link: {on: {item_id: item.id}}, delete: true}
          item: {link: {on: {meta->cart: cart.data->key}}, delete: true}
          cart: {link: {on: {data->owner: account.id}}, delete: true}
    """,
    )
    assert shop.taken("note", ALICE, BOB) == {"1": [1], "2": [2]}


def test_a_tree_in_json_is_followed_to_its_end(any_url: str, kind: str) -> None:
    documents = [{"by": 1, "under": None}, {"under": 1}, {"under": "2"}, {"by": 2}, {"under": 4}]
    shop = shop_with(
        any_url,
        kind,
        documents,
        "map: {event: {link: [{on: {data->by: account.id}}, {on: {data->under: event.id}}], delete: true}}",
    )
    assert shop.taken("event", ALICE, BOB) == {"1": [1, 2, 3], "2": [4, 5]}


def test_a_composite_link_of_a_column_and_a_path(any_url: str) -> None:
    shop = Shop(
        any_url,
        CUSTOMERS
        + f"""
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, shop INTEGER, number INTEGER);
        CREATE TABLE parcel (id INTEGER PRIMARY KEY, shop INTEGER, data {json_type(any_url)});
        INSERT INTO orders VALUES (1, 1, 10, 500), (2, 2, 20, 500);
        INSERT INTO parcel VALUES (1, 10, '{{"order": 500}}'), (2, 20, '{{"order": "500"}}'),
            (3, 30, '{{"order": 500}}')
        """,
        """
        map:
          orders: {link: {on: {customer_id: account.id}}, delete: true}
          parcel: {link: {on: {shop: orders.shop, data->order: orders.number}}, delete: true}
    """,
    )
    assert shop.taken("parcel", ALICE, BOB) == {"1": [1], "2": [2]}


def test_a_cell_of_the_accounts_own_row_may_be_in_json(any_url: str, kind: str) -> None:
    column = json_type(any_url) if kind == "json" else kind
    shop = Shop(
        any_url,
        f"""
        CREATE TABLE customer (id INTEGER PRIMARY KEY, email VARCHAR(100), phone VARCHAR(40), name VARCHAR(100),
            meta {column});
        CREATE TABLE wish (id INTEGER PRIMARY KEY, reference VARCHAR(20));
        INSERT INTO customer VALUES (1, 'alice@example.com', NULL, 'Alice', '{{"refs": ["r1", "r2"], "card": 77}}'),
            (2, 'bob@example.com', NULL, 'Bob', '{{"refs": ["r3"], "card": "78"}}');
        INSERT INTO wish VALUES (1, 'r1'), (2, 'r2'), (3, 'r3'), (4, '77'), (5, '78')
        """,
        """
        map:
          wish: {link: [{on: {reference: "account.meta->refs[]"}}, {on: {reference: account.meta->card}}], delete: true}
        """,
    )
    assert shop.taken("wish", ALICE, BOB) == {"1": [1, 2, 4], "2": [3, 5]}


def test_a_uuid_in_json_in_any_spelling(any_url: str, kind: str) -> None:
    column = json_type(any_url) if kind == "json" else kind
    id_type = "uuid" if any_url.startswith("postgres") else "CHAR(36)"
    shop = Shop(
        any_url,
        f"""
        CREATE TABLE customer (id {id_type} PRIMARY KEY, email VARCHAR(100), phone VARCHAR(40), name VARCHAR(100));
        CREATE TABLE event (id INTEGER PRIMARY KEY, data {column});
        INSERT INTO customer VALUES ('{UUID_ALICE}', 'a@example.com', NULL, 'A'),
            ('{UUID_BOB}', 'b@example.com', NULL, 'B');
        INSERT INTO event VALUES (1, '{{"by": "{UUID_ALICE}"}}'), (2, '{{"by": "{UUID_ALICE.upper()}"}}'),
            (3, '{{"by": "{UUID_ALICE.replace("-", "")}"}}'), (4, '{{"by": "{UUID_BOB}"}}')
        """,
        "map: {event: {link: {on: {data->by: account.id}}, delete: true}}",
    )
    alice, bob = (type(ALICE)(account_id) for account_id in (UUID_ALICE, UUID_BOB))
    assert shop.taken("event", alice, bob) == {UUID_ALICE: [1, 2, 3], UUID_BOB: [4]}


def test_a_text_id_is_compared_byte_for_byte(any_url: str, kind: str) -> None:
    column = json_type(any_url) if kind == "json" else kind
    shop = Shop(
        any_url,
        f"""
        CREATE TABLE customer (id VARCHAR(20) PRIMARY KEY, email VARCHAR(100), phone VARCHAR(40), name VARCHAR(100));
        CREATE TABLE event (id INTEGER PRIMARY KEY, data {column});
        INSERT INTO customer VALUES ('aB1', 'a@example.com', NULL, 'A');
        INSERT INTO event VALUES (1, '{{"by": "aB1"}}'), (2, '{{"by": "AB1"}}'), (3, '{{"by": "aB1 "}}'),
            (4, '{{"by": "áB1"}}')
        """,
        "map: {event: {link: {on: {data->by: account.id}}, delete: true}}",
    )
    assert shop.taken("event", type(ALICE)("aB1")) == {"aB1": [1]}


def test_a_path_into_a_column_that_holds_no_json_is_told(any_url: str) -> None:
    shop = Shop(any_url, CUSTOMERS, "map: {customer: {link: {on: {id->x: account.id}}, delete: true}}")
    with pytest.raises(
        StoreMismatch, match=r"'customer\.id' .* holds no JSON, so 'id->x' leads nowhere; name a column"
    ):
        shop.taken("customer", ALICE)


def test_check_names_the_index_that_a_link_through_json_wants(any_url: str, kind: str) -> None:
    shop = shop_with(any_url, kind, [], BY_KEY)
    rows = [{"id": number, "data": '{"customer": {"id": 7}}'} for number in range(1001)]
    shop.execute("INSERT INTO event VALUES (:id, :data)", *rows)
    found = [problem.mend for problem in check(shop.store) if problem.where == "default.event.data->customer.id"]
    if any_url.startswith(("mysql", "mariadb")) or (kind == "text" and any_url.startswith("postgres")):
        assert found == []
        return
    [statement] = found
    with writing(shop.engine) as connection:
        connection.exec_driver_sql(statement)
    assert [problem.mend for problem in check(shop.store) if "data->customer.id" in problem.where] == []
