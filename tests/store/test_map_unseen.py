"""What shops that were never seen taught ``pamitan map``; each on a few tables of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from pamitan.draft.draft import Draft, draft
from pamitan.storefile.load import load_store_file
from pamitan.storefile.model import StoreFile
from tests.store.mapping_shops import HASH, PEOPLE, Person, Tables

SOME = PEOPLE[:12]
TOKENS = [f"{p.number:02}a7f3c9e1b2d4f6a8b0c1d2e3f4a5b6" for p in PEOPLE]


def customers(shop: Tables, more: str = "", values: Sequence[Any] = (), guests: Sequence[Sequence[Any]] = ()) -> None:
    """A plain table of customers."""
    rows: list[Sequence[Any]] = [(p.number + 1, p.email, p.first, p.last, HASH, *values) for p in SOME]
    shop.add("customer", f"id:int! email:word first_name:word last_name:word password:word {more}", [*rows, *guests])


def links(made: Draft) -> set[tuple[str, str]]:
    return {(one.table, str(one.link)) for one in made.findings if one.kind == "link" and one.confidence >= 0.5}


def kinds(made: Draft, table: str) -> dict[str, str]:
    found = [
        one
        for one in made.findings
        if one.table == table and one.column and one.kind != "link" and one.confidence >= 0.5
    ]
    return {str(one.column): one.kind for one in found}


def loaded(made: Draft, folder: Path) -> StoreFile:
    path = folder / "draft.yaml"
    path.write_text(made.text)
    return load_store_file(str(path), {})


def an_order(p: Person) -> tuple[Any, ...]:
    return p.number + 500, p.number + 1, "paid"


def test_guests_in_the_customers_table_are_linked_by_their_address_and_so_are_their_orders(
    any_url: str, tmp_path: Path
) -> None:
    shop = Tables(any_url)
    customers(shop, "is_guest:int", [0], [(90, SOME[3].email, "G", "Guest", "", 1)])
    shop.add("orders", "id:int! customer_id:int status:word", [*map(an_order, SOME), (900, 90, "paid")])
    file = loaded(draft(shop.done()), tmp_path)
    assert file.account.guests is not None
    assert [str(link) for link in file.map["main"]["customer"][0].link][1:]
    assert "customer.id" in str(file.map["main"]["orders"][0].link)


def test_keys_that_begin_with_id_are_keys(any_url: str) -> None:
    shop = Tables(any_url)
    rows: list[Sequence[Any]] = [(p.number + 1, p.email, p.first, p.last, HASH) for p in SOME]
    shop.add("xy_customer", "id_customer:int! email:word firstname:word lastname:word passwd:word", rows)
    shop.add(
        "xy_orders",
        "id_order:int! reference:word id_customer:int",
        [(p.number + 500, f"R{p.number}QX7", p.number + 1) for p in SOME],
    )
    shop.add(
        "xy_order_detail",
        "id_order_detail:int! id_order:int engraving:text",
        [(p.number + 800, p.number + 500, p.name) for p in SOME],
    )
    shop.add(
        "xy_payment",
        "id_payment:int! order_reference:word card_holder:word",
        [(p.number + 50, f"R{p.number}QX7", p.name) for p in SOME],
    )
    made = draft(shop.done())
    assert {
        ("xy_order_detail", "id_order = xy_orders.id_order"),
        ("xy_payment", "order_reference = xy_orders.reference"),
    } <= links(made)
    assert kinds(made, "xy_payment") == {"card_holder": "name"}


def test_an_order_is_the_customers_by_the_part_that_says_whose_it_is(any_url: str) -> None:
    shop = Tables(any_url)
    customers(shop)
    shop.add("orders", "id:int! status:word remark:text", [(p.number + 500, "open", f"for {p.name}") for p in SOME])
    shop.add(
        "order_customer",
        "id:int! order_id:int customer_id:int",
        [(p.number, p.number + 500, p.number + 1) for p in SOME],
    )
    made = draft(shop.done())
    assert ("orders", "id = order_customer.order_id") in links(made)
    assert [one.table.name for one in made.orders] == ["orders"]


def test_products_do_not_become_a_customers_by_the_reviews_of_them(any_url: str) -> None:
    shop = Tables(any_url)
    customers(shop)
    shop.add("product", "id:int! title:word", [(p.number + 500, f"Thing {p.number}") for p in SOME])
    shop.add(
        "product_review",
        "id:int! product_id:int customer_id:int",
        [(p.number, p.number + 500, p.number + 1) for p in SOME],
    )
    assert not {table for table, _link in links(draft(shop.done()))} & {"product"}


def test_what_staff_write_on_an_order_is_followed_to_the_orders_customer(any_url: str) -> None:
    shop = Tables(any_url)
    customers(shop, "is_staff:int", [0], [(90, "desk@shop.example", "Petra", "Desk", HASH, 1)])
    shop.add("orders", "id:int! customer_id:int status:word", list(map(an_order, SOME)))
    shop.add(
        "order_event",
        "id:int! user_id:int order_id:int message:text",
        [(p.number, 90, p.number + 500, f"mailed {p.email}") for p in SOME],
    )
    assert ("order_event", "order_id = orders.id") in links(draft(shop.done()))


def test_a_row_of_two_persons_has_a_rule_for_each(any_url: str, tmp_path: Path) -> None:
    shop = Tables(any_url)
    customers(shop)
    pairs = list(zip(SOME, [*SOME[1:], SOME[0]], strict=True))
    shop.add(
        "gift_order",
        "id:int! sender_id:int sender_email:word receiver_id:int receiver_email:word",
        [(p.number, p.number + 1, p.email, q.number + 1, q.email) for p, q in pairs],
    )
    rules = loaded(draft(shop.done()), tmp_path).map["main"]["gift_order"]
    assert [sorted(rule.clear) for rule in rules] == [["sender_email"], ["receiver_email"]]
    assert [sorted(rule.detach) for rule in rules] == [["sender_id"], ["receiver_id"]]


def test_an_address_in_rows_that_are_nobodys_is_taken_out_of_their_text(any_url: str, tmp_path: Path) -> None:
    shop = Tables(any_url)
    customers(shop)
    rows = [(p.number, p.number + 1, f"signed in as {p.email}") for p in SOME]
    shop.add("shop_log", "id:int! customer_id:int line:text", [*rows, (90, None, f"could not send to {SOME[5].email}")])
    rules = loaded(draft(shop.done()), tmp_path).map["main"]["shop_log"]
    assert [(rule.delete, rule.redact) for rule in rules] == [(True, []), (False, ["line"])]


def test_a_cart_with_a_password_for_the_account_to_be_is_no_rival(any_url: str) -> None:
    shop = Tables(any_url)
    rows: list[Sequence[Any]] = [(p.number + 1, p.email, p.first, p.last, HASH) for p in SOME]
    shop.add("customer_entity", "entity_id:int! email:word firstname:word lastname:word password_hash:word", rows)
    carts: list[Sequence[Any]] = [(p.number + 50, p.number + 1, p.email, p.first, HASH) for p in SOME]
    shop.add(
        "quote", "entity_id:int! customer_id:int customer_email:word customer_firstname:word password_hash:word", carts
    )
    shop.add("quote_item", "entity_id:int! quote_id:int sku:word", [(p.number, p.number + 50, "mug") for p in SOME])
    made = draft(shop.done())
    assert made.survey.account.table == "customer_entity"
    assert ("quote", "customer_id = account.id") in links(made)


def test_random_keys_are_secrets_and_tie_what_has_the_same(any_url: str) -> None:
    shop = Tables(any_url)
    customers(shop)
    some = list(zip(SOME, TOKENS, strict=False))
    shop.add("api_context", "token:word! customer_id:int", [(token, p.number + 1) for p, token in some])
    shop.add("cart", "token:word! payload:text", [(token, f'{{"street": "{p.street}"}}') for p, token in some])
    shop.add(
        "orders", "id:int! customer_id:int secure_key:word", [(p.number, p.number + 1, token) for p, token in some]
    )
    made = draft(shop.done())
    assert ("cart", "token = api_context.token") in links(made)
    assert kinds(made, "orders") == {"secure_key": "secret"}


def test_of_a_mails_sender_and_receiver_the_customer_is_the_one_whose_address_is_known(any_url: str) -> None:
    shop = Tables(any_url)
    customers(shop)
    mails: list[Sequence[Any]] = [(p.number, "desk@shop.example", p.email, f"Dear {p.name}") for p in SOME]
    shop.add("mail_log", "id:int! from:word to:word body:text", mails)
    assert ("mail_log", "email: to") in links(draft(shop.done()))


def test_a_long_number_under_the_same_name_ties_even_two_rows(any_url: str) -> None:
    shop = Tables(any_url)
    customers(shop)
    with_numbers: list[Sequence[Any]] = [(f"2603{p.number:02}-101112-7781", p.number + 1) for p in SOME]
    shop.add("summary_order", "basket_no:word! customer_id:int", with_numbers)
    shop.add("remark", "id:int! basket_no:word content:text", [(n, with_numbers[n][0], "called") for n in (1, 2)])
    assert ("remark", "basket_no = summary_order.basket_no") in links(draft(shop.done()))


def test_addresses_of_networks_are_not_taken_for_postal_ones(any_url: str) -> None:
    shop = Tables(any_url)
    customers(shop, "remote_address:word", ["198.51.100.7"])
    assert kinds(draft(shop.done()), "customer")["remote_address"] == "ip address"


def test_states_with_a_negation_sound_open(any_url: str) -> None:
    shop = Tables(any_url)
    customers(shop)
    states = ["fulfilled", "unfulfilled", "completed", "incomplete", "delivered", "undelivered"]
    shop.add(
        "orders", "id:int! customer_id:int status:word", [(p.number, p.number + 1, states[p.number % 6]) for p in SOME]
    )
    (orders,) = draft(shop.done()).orders
    open_ones = {one.name for one in orders.states if not one.sounds_finished}
    assert open_ones == {"unfulfilled", "incomplete", "undelivered"}


def test_numbers_of_states_are_looked_up_in_their_translations(any_url: str) -> None:
    shop = Tables(any_url)
    customers(shop)
    shop.add(
        "orders",
        "id_order:int! customer_id:int current_state:int",
        [(p.number + 50, p.number + 1, p.number % 2 + 4) for p in SOME],
    )
    shop.add("order_state", "id_order_state:int! color:word", [(4, "blue"), (5, "green")])
    shop.add("order_state_lang", "id_order_state:int! id_lang:int! name:word", [(4, 1, "Shipped"), (5, 1, "Delivered")])
    (orders,) = draft(shop.done()).orders
    assert {one.name: one.sounds_finished for one in orders.states} == {"Shipped": False, "Delivered": True}


def test_json_in_a_json_string_and_addresses_as_keys_are_seen(any_url: str) -> None:
    shop = Tables(any_url)
    customers(shop)
    jobs: list[Sequence[Any]] = [(p.number, f'"{{\\"mail\\": \\"{p.email}\\"}}"') for p in SOME]
    logs: list[Sequence[Any]] = [(p.number, f'{{"recipients": {{"{p.email}": "{p.name}"}}}}') for p in SOME]
    shop.add("job", "id:int! body:text", jobs)
    shop.add("mail_log", "id:int! context:text", logs)
    made = draft(shop.done())
    assert (set(kinds(made, "job")), set(kinds(made, "mail_log"))) == ({"body"}, {"context"})


def test_a_warehouse_with_an_address_among_those_of_customers_is_only_a_doubt(sqlite_url: str) -> None:
    shop = Tables(sqlite_url)
    addresses = [(p.number + 500, p.first, p.street) for p in SOME]
    shop.add("address", "id:int! first_name:word street:word", [*addresses, (900, "Depot", "Jalan Gudang 1")])
    rows: list[Sequence[Any]] = [(p.number + 1, p.email, p.first, HASH, p.number + 500) for p in SOME]
    shop.add("customer", "id:int! email:word first_name:word password:word address_id:int", rows)
    with sa.create_engine(shop.done()).begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE depot (id INTEGER PRIMARY KEY, email TEXT, address_id INTEGER REFERENCES address (id))"
        )
        connection.exec_driver_sql("INSERT INTO depot VALUES (1, 'depot@shop.example', 900)")
    made = draft(shop.done())
    assert ("address", "id = account.address_id") in links(made)
    assert "depot: is it a customer's by address_id = address.id (0.30)?" in made.text


def test_a_table_that_may_not_be_read_is_a_doubt(postgres_url: str, tmp_path: Path) -> None:
    shop = Tables(postgres_url)
    customers(shop)
    shop.add("payroll", "id:int! salary:int", [(1, 1)])
    url = sa.make_url(shop.done())
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {url.database}_reader LOGIN")
        connection.execute(f"GRANT SELECT ON customer TO {url.database}_reader")
    made = draft(url.set(username=f"{url.database}_reader").render_as_string(hide_password=False))
    assert "payroll: this user of the database may not read it; grant SELECT on it, or map it by hand" in made.text
    assert "payroll" not in loaded(made, tmp_path).ignore.get("main", {})
