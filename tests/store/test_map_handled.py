"""Drafts of shops where customers, staff and addresses share tables: whose a row is, and who merely handled it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pamitan.draft.draft import Draft, draft
from pamitan.storefile.load import load_store_file
from pamitan.storefile.rules import Rule
from tests.store.mapping_shops import HASH, PEOPLE, Tables

SOME = PEOPLE[:12]
STAFF = 900


def users(shop: Tables) -> None:
    """Customers and one of the shop's own people, who signs in as they do."""
    rows: list[Sequence[Any]] = [(p.number + 1, p.email, p.first, HASH, p.number + 100) for p in SOME]
    shop.add("users", "id:int! email:word first_name:word password:word partner_id:int", [*rows, staff()])


def staff() -> tuple[Any, ...]:
    return STAFF, "desk@toko.example", "Desk", HASH, 899


def rules(made: Draft, folder: Path, table: str) -> list[Rule]:
    path = folder / "draft.yaml"
    path.write_text(made.text)
    return load_store_file(str(path), {}).map["main"][table]


def test_rows_that_a_few_accounts_handled_are_cut_from_them_and_belong_to_whom_else_they_name(
    sqlite_url: str, tmp_path: Path
) -> None:
    shop = Tables(sqlite_url)
    users(shop)
    shop.add(
        "partner",
        "id:int! create_uid:int name:word street:word",
        [(p.number + 100, STAFF, p.name, p.street) for p in SOME],
    )
    made = draft(shop.done())
    owning = rules(made, tmp_path, "partner")[0]
    assert [link.on for link in owning.link] == [{"id": "account.partner_id"}]
    assert owning.delete


def test_names_of_orders_are_no_names_of_people(sqlite_url: str) -> None:
    shop = Tables(sqlite_url)
    users(shop)
    shop.add(
        "sale_order",
        "id:int! user_id:int name:word state:word email:word phone:word",
        [(p.number, p.number + 1, f"S000{p.number}", "sale", p.email, p.phone) for p in SOME],
    )
    made = draft(shop.done())
    marked = {str(one.column) for one in made.findings if one.table == "sale_order" and one.confidence >= 0.5}
    assert {"email", "phone"} <= marked
    assert not {"name"} & {str(one.column) for one in made.findings if one.table == "sale_order" and one.kind == "name"}


def test_the_shops_own_address_in_customers_rows_is_not_theirs(sqlite_url: str) -> None:
    shop = Tables(sqlite_url)
    users(shop)
    mails: list[Sequence[Any]] = [(p.number, p.number + 1, "halo@toko.example", p.email, "hello") for p in SOME]
    shop.add("queued_email", "id:int! user_id:int from_email:word to_email:word body:text", mails)
    made = draft(shop.done())
    marked = {str(one.column) for one in made.findings if one.table == "queued_email" and one.kind == "email"}
    assert marked == {"to_email"}


def test_a_gifts_recipient_goes_with_itself_and_not_with_the_buyer(sqlite_url: str, tmp_path: Path) -> None:
    shop = Tables(sqlite_url)
    users(shop)
    gifts: list[Sequence[Any]] = [
        (p.number, p.number + 1, p.email, f"friend{p.number}@friends.example", "paid") for p in SOME
    ]
    shop.add("gift_order", "id:int! user_id:int buyer_email:word recipient_email:word status:word", gifts)
    found = rules(draft(shop.done()), tmp_path, "gift_order")
    assert "recipient_email" not in found[0].clear
    assert "buyer_email" in found[0].clear
    assert [(rule.link[0].mentions, rule.redact) for rule in found[1:]] == [("recipient_email", ["recipient_email"])]


def test_entities_are_told_by_values_that_are_names_of_tables(sqlite_url: str) -> None:
    shop = Tables(sqlite_url)
    users(shop)
    shop.add("address", "id:int! user_id:int street:word", [(p.number + 300, p.number + 1, p.street) for p in SOME])
    pairs = [("Users", p.number + 1, "nick", p.first) for p in SOME]
    pairs += [("Address", p.number + 300, "bell", p.last) for p in SOME]
    rows: list[Sequence[Any]] = [(number, *pair) for number, pair in enumerate(pairs)]
    shop.add("generic_attribute", "id:int! key_group:word entity_id:int key:word value:text", rows)
    made = draft(shop.done())
    found = {(tie.on, *tie.where.values()) for tie in made.survey.ties["generic_attribute"]}
    assert found == {((("entity_id", "account.id"),), "Users"), ((("entity_id", "address.id"),), "Address")}


def test_staff_among_the_accounts_is_asked_about(sqlite_url: str) -> None:
    shop = Tables(sqlite_url)
    users(shop)
    assert "account: does users hold people of the shop as well?" in draft(shop.done()).text


def test_a_role_that_sounds_like_staff_is_proposed_to_be_left_out(sqlite_url: str) -> None:
    shop = Tables(sqlite_url)
    rows: list[Sequence[Any]] = [(p.number + 1, p.email, p.first, HASH, "customer") for p in SOME]
    admin = (STAFF, "desk@toko.example", "Desk", HASH, "admin")
    shop.add("users", "id:int! email:word first_name:word password:word role:word", [*rows, admin])
    assert "where: {role: [customer]}" in draft(shop.done()).text


def test_sessions_that_nothing_ties_to_anybody_are_asked_about(sqlite_url: str) -> None:
    shop = Tables(sqlite_url)
    users(shop)
    shop.add("web_sessions", "id:word! data:text", [(f"s{n}", "opaque") for n in range(9)])
    assert "web_sessions: is called after things of customers" in draft(shop.done()).text
