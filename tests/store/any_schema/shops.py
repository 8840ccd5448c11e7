"""Draws shops. What contradicts itself is not drawn: a row that stays is cut off from what it is bound to and goes."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.store.any_schema.drawing import Drawing
from tests.store.any_schema.model import (
    EMAIL,
    PHONE,
    Becomes,
    Column,
    Effect,
    Emptied,
    History,
    Pseudonym,
    Row,
    Rule,
    Shop,
    Table,
)
from tests.store.any_schema.people import chance, guest_id, people, typed_email

NAMES = ("orders", "Order Line", "group", "note", "t_5", "select")


@st.composite
def histories(draw: st.DrawFn) -> History:
    """A shop, and who leaves it."""
    shop = draw(shops())
    numbers = [person.number for person in shop.customers]
    leaving = draw(st.lists(st.sampled_from(numbers), min_size=1, unique=True))
    proven = {(n, kind) for n in leaving for kind in (EMAIL, PHONE) if not chance(draw, 3)}
    return History(shop, tuple(leaving), frozenset(proven), draw(st.integers(0, 160)))


@st.composite
def shops(draw: st.DrawFn) -> Shop:
    """A customer table and up to five others."""
    shop = Shop(draw(people()), [])
    shop.tables.append(customers(draw, shop))
    for name in NAMES[: draw(st.integers(2, 5))]:
        shop.tables.append(Drawing(draw, shop, name).table())
    for table in shop.tables[1:]:
        table.wild = chance(draw, 4)
    return shop


def guests(draw: st.DrawFn, shop: Shop, table: Table) -> None:
    """Some people also bought without signing in, and have a second row, which their address tells."""
    table.add(Column("guest", "integer", null=False))
    table.links.append({EMAIL: "email"})
    for row in table.rows:
        row.values["guest"] = 0
    for person in draw(st.lists(st.sampled_from(shop.people), min_size=1, max_size=3, unique_by=lambda p: p.number)):
        values = {
            "id": guest_id(person),
            "no": len(table.rows) + 1,
            "phone": draw(st.sampled_from([None, person.phone])),
        }
        values |= {"street": None, "staff": 0, "guest": 1, "name": draw(st.sampled_from([None, person.name]))}
        values["email"] = typed_email(draw, person)
        table.rows.append(Row(values, person.number, frozenset({EMAIL}), mapped=not person.staff))


def customers(draw: st.DrawFn, shop: Shop) -> Table:
    """The account table; its rows are deleted, or emptied and kept."""
    texts = [Column("email", "varchar", draw(st.booleans())), Column("phone", "varchar"), Column("street", "text")]
    numbers = [Column("no", "integer", null=False), Column("staff", "integer", null=False)]
    table = Table("customer", ("id",), shop.id_column("id", null=False), *numbers, *texts, Column("name", "varchar"))
    table.links = [{"on": {"id": "account.id"}}]
    table.personal = {"email": "email", "phone": "phone", "name": "name", "street": "address"}
    for person in shop.people:
        values = {"id": person.id, "no": person.number, "phone": person.phone, "name": person.name}
        values |= {"street": person.street, "staff": int(person.staff), "email": typed_email(draw, person)}
        table.rows.append(Row(values, person.number, mapped=not person.staff))
    if chance(draw, 3):
        shop.guests = True
        guests(draw, shop, table)
    table.rules = [Rule({"delete": True}, deletes=True)]
    if not shop.has_uuids and chance(draw, 3):
        said: dict[str, Any] = {
            "clear": ["phone", "street"],
            "replace": {"email": "gone-{unique}@gone.example", "name": "-"},
        }
        gone: dict[str, Effect] = {"email": Pseudonym("gone-{unique}@gone.example"), "name": Becomes("-")}
        table.rules = [Rule(said, effects={"phone": Emptied(), "street": Emptied(), **gone})]
    return table
