"""More shops for the tests of ``pamitan map``, in the manner of three families of platforms.

``modular``: modules that know nothing of one another, prefixed text keys, the password two tables away inside JSON.
``attributed``: typed attribute tables beside an entity, with a look-up of what each attribute is. ``ticketed``: an
event shop whose buyers need no account, with names in JSON.
"""

from __future__ import annotations

import json
from typing import Any

from tests.store.mapping_shops import HASH, PEOPLE, WORDS, Person, Tables

PHRASES = ["Please ring twice", "No onions", "Call before you come", "Leave it at the door"]


def modular(url: str) -> str:
    """Text keys such as ``cus_01``; the sign-in is ``customer <- auth_identity (JSON) <- provider_identity (JSON)``."""
    shop = Tables(url)

    def key(kind: str, p: Person) -> str:
        return f"{kind}_01HX{p.number:06}"

    shop.add(
        "customer",
        "id:word! email:word first_name:word last_name:word phone:word has_account:int metadata:text company_name:word",
        [(key("cus", p), p.email, p.first, p.last, p.phone, 1, None, None) for p in PEOPLE],
    )
    shop.add(
        "auth_identity",
        "id:word! app_metadata:text",
        [(key("aid", p), json.dumps({"customer_id": key("cus", p)})) for p in PEOPLE]
        + [("aid_x", '{"user_id": "u_1"}')],
    )
    shop.add(
        "provider_identity",
        "id:word! entity_id:word provider:word auth_identity_id:word provider_metadata:text",
        [(key("pid", p), p.email, "emailpass", key("aid", p), json.dumps({"password": HASH})) for p in PEOPLE],
    )
    shop.add("user", "id:word! email:word first_name:word", [("u_1", "boss@shop.example", "Petra")])
    shop.add(
        "order",
        "id:word! display_id:int customer_id:word email:word status:word shipping_address_id:word",
        [(key("ord", p), p.number, key("cus", p), p.email, "pending", key("adr", p)) for p in PEOPLE],
    )
    shop.add(
        "order_address",
        "id:word! customer_id:word first_name:word address_1:word city:word phone:word metadata:text",
        [(key("adr", p), None, p.first, p.street, "Roma", p.phone, None) for p in PEOPLE],
    )
    shop.add(
        "order_line_item",
        "id:word! order_id:word title:word metadata:text",
        [
            (key("li", p), key("ord", p), WORDS[p.number % 8], json.dumps({"engraving": f"For {p.name}"}))
            for p in PEOPLE
        ],
    )
    shop.add(
        "cart",
        "id:word! customer_id:word email:word currency_code:word",
        [(key("crt", p), key("cus", p) if p.number % 2 else None, p.email, "eur") for p in PEOPLE],
    )
    shop.add(
        "workflow_execution",
        "id:word! workflow_id:word context:text",
        [(key("wf", p), "complete-cart", json.dumps({"data": {"input": {"mail": {"to": p.email}}}})) for p in PEOPLE],
    )
    shop.add(
        "notification",
        "id:word! to:word channel:word template:word receiver_id:word",
        [(key("no", p), p.email, "email", "order.placed", key("cus", p)) for p in PEOPLE],
    )
    shop.add("product", "id:word! title:word description:text", [(f"prod_{w}", w, f"A {w}") for w in WORDS])
    shop.add("region", "id:word! name:word currency_code:word", [("reg_1", "Europe", "eur")])
    return shop.done()


def attributed(url: str) -> str:
    """Entities with typed attribute tables, flat copies for the grid, addresses and payments per order."""
    shop = Tables(url)
    shop.add(
        "customer_entity",
        "entity_id:int! email:word firstname:word lastname:word password_hash:word group_id:int dob:word taxvat:word",
        [(p.number + 1, p.email, p.first, p.last, HASH, 1, f"{1955 + p.number}-01-02", None) for p in PEOPLE],
    )
    shop.add("customer_group", "customer_group_id:int! customer_group_code:word", [(1, "General"), (2, "Wholesale")])
    shop.add("eav_attribute", "attribute_id:int! attribute_code:word", [(5, "telephone"), (6, "street"), (7, "colour")])
    shop.add(
        "customer_address_entity",
        "entity_id:int! parent_id:int firstname:word lastname:word street:text city:word telephone:word",
        [(p.number + 70, p.number + 1, p.first, p.last, p.street, "Roma", p.phone) for p in PEOPLE],
    )
    values = [(p, attribute, value) for p in PEOPLE for attribute, value in ((5, p.phone), (6, p.street), (7, "red"))]
    shop.add(
        "customer_entity_varchar",
        "value_id:int! attribute_id:int entity_id:int value:word",
        [(i, attribute, p.number + 1, value) for i, (p, attribute, value) in enumerate(values)],
    )
    shop.add(
        "customer_grid_flat",
        "entity_id:int! name:text email:word billing_full:text billing_telephone:word",
        [(p.number + 1, p.name, p.email, f"{p.street} Roma", p.phone) for p in PEOPLE],
    )
    shop.add(
        "sales_order",
        "entity_id:int! increment_id:word state:word customer_id:int customer_email:word customer_firstname:word "
        "remote_ip:word grand_total:num billing_address_id:int customer_note:text",
        [
            (
                p.number + 200,
                f"0000{p.number}",
                ["new", "complete"][p.number % 2],
                p.number + 1 if p.number % 4 else None,
                p.email,
                p.first,
                p.ip,
                9,
                p.number + 300,
                PHRASES[p.number % 4],
            )
            for p in PEOPLE
        ],
    )
    shop.add(
        "sales_order_address",
        "entity_id:int! parent_id:int customer_id:int firstname:word street:text telephone:word address_type:word",
        [(p.number + 300, p.number + 200, p.number + 1, p.first, p.street, p.phone, "billing") for p in PEOPLE],
    )
    shop.add(
        "sales_order_grid",
        "entity_id:int! increment_id:word customer_id:int billing_name:word shipping_address:text",
        [(p.number + 200, f"0000{p.number}", p.number + 1, p.name, f"{p.street} Roma") for p in PEOPLE],
    )
    shop.add(
        "sales_order_payment",
        "entity_id:int! parent_id:int cc_last_4:word cc_owner:word additional_information:text",
        [(p.number + 600, p.number + 200, "4242", p.name, json.dumps({"payer_email": p.email})) for p in PEOPLE],
    )
    shop.add(
        "newsletter_subscriber",
        "subscriber_id:int! customer_id:int subscriber_email:word subscriber_status:int",
        [(p.number + 1, 0 if p.number % 2 else p.number + 1, p.email, 1) for p in PEOPLE[:30]],
    )
    shop.add(
        "review_detail",
        "detail_id:int! review_id:int nickname:word detail:text customer_id:int",
        [
            (p.number + 1, p.number, p.first, f"Good {WORDS[p.number % 8]}, says {p.first}", p.number + 1)
            for p in PEOPLE
        ],
    )
    shop.add(
        "admin_user",
        "user_id:int! username:word email:word password:word firstname:word",
        [(1, "root", "root@shop.example", HASH, "Petra")],
    )
    shop.add("core_config", "config_id:int! path:word value:text", [(1, "trans_email/ident", "boss@shop.example")])
    shop.add("directory_region", "region_id:int! code:word default_name:word", [(1, "RM", "Roma"), (2, "MI", "Milano")])
    return shop.done()


def ticketed(url: str) -> str:
    """Orders by e-mail, with and without a customer; attendees' names in JSON; answers and mails beside them."""
    shop = Tables(url)

    def parts(p: Person) -> str:
        return json.dumps({"_scheme": "given_family", "given_name": p.first, "family_name": p.last})

    shop.add(
        "app_customer",
        "id:int! identifier:word email:word phone:word password:word name_parts:text name_cached:word "
        "is_active:int locale:word",
        [
            (p.number + 1, f"C{p.number:04}", p.email, p.phone, "pbkdf2_sha256$1$x$y", parts(p), p.name, 1, "en")
            for p in PEOPLE
        ],
    )
    shop.add(
        "app_order",
        "id:int! code:word status:word email:word phone:word customer_id:int datetime:word "
        "total:num meta_info:text comment:text",
        [
            (
                p.number + 50,
                f"T{p.number}",
                "npce"[p.number % 4],
                p.email.upper(),
                p.phone,
                None if p.number % 3 else p.number + 1,
                "2026-01-01",
                5,
                json.dumps({"contact_form_data": {"email": p.email}}),
                "",
            )
            for p in PEOPLE
        ],
    )
    shop.add(
        "app_orderposition",
        "id:int! order_id:int secret:word attendee_name_cached:word attendee_email:word "
        "attendee_name_parts:text street:text",
        [(p.number + 400, p.number + 50, f"s{p.number}x", p.name, p.email, parts(p), p.street) for p in PEOPLE],
    )
    shop.add(
        "app_questionanswer",
        "id:int! orderposition_id:int question_id:int answer:text",
        [(p.number, p.number + 400, 1, p.phone if p.number % 2 else "vegetarian") for p in PEOPLE],
    )
    shop.add(
        "app_logentry",
        "id:int! content_type_id:int object_id:int user_id:int action_type:word data:text",
        [
            (p.number, 2, p.number + 50, None, "order.contact.changed", json.dumps({"new": {"email": p.email}}))
            for p in PEOPLE
        ],
    )
    shop.add(
        "django_content_type",
        "id:int! app_label:word model:word",
        [(1, "app", "customer"), (2, "app", "order"), (3, "app", "item")],
    )
    shop.add(
        "app_invoice",
        "id:int! order_id:int invoice_no:word invoice_to:text internal_reference:word date:word",
        [(p.number, p.number + 50, f"{p.number:05}", f"{p.name}\n{p.street}\nRoma", "", "2026-01-02") for p in PEOPLE],
    )
    shop.add(
        "app_outgoingmail",
        "id:int! to:text subject:text body_plain:text customer_id:int",
        [(p.number, json.dumps([p.email]), "Your ticket", f"Hello {p.name}, here it is.", None) for p in PEOPLE[:30]],
    )
    shop.add(
        "app_user",
        "id:int! email:word password:word fullname:word is_staff:int",
        [(1, "boss@shop.example", HASH, "Petra Boss", 1)],
    )
    shop.add("app_item", "id:int! name:word description:text", [(i, w, f"A {w}") for i, w in enumerate(WORDS)])
    shop.add(
        "app_waitinglist", "id:int! email:word name_cached:word", [(p.number, p.email, p.name) for p in PEOPLE[:10]]
    )
    return shop.done()


PLATFORMS: dict[str, Any] = {"modular": modular, "attributed": attributed, "ticketed": ticketed}
