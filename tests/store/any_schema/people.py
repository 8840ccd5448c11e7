"""Draws the people of a shop, and the ways in which they write their addresses and numbers."""

from __future__ import annotations

import uuid
from typing import Any

from hypothesis import strategies as st

from tests.store.any_schema.model import Person

NAMES = ("Alice Alisson", "Bob Bobsson", "Charlie Charlson", "Zoë Ångström", "Dewi Lestari")
STRANGER = Person(9, None, "stranger9@example.org", "+628999999901", "Wayan Stranger", "Jl. Kenanga 99")
"""Who is no customer."""


def chance(draw: st.DrawFn, share: int) -> bool:
    """True about once in ``share`` times; simple shops are without."""
    return draw(st.integers(0, share - 1)) == share - 1


@st.composite
def people(draw: st.DrawFn) -> list[Person]:
    """Two to four customers and a member of staff; now and then a namesake, and a family at one address."""
    kind = draw(st.sampled_from(["integer", "offset", "text", "uuid"]))
    count = draw(st.integers(2, 4))
    names, streets = list(NAMES), [f"Jl. Mawar {n}1" for n in range(1, 6)]
    if chance(draw, 4):
        names[1], streets[2] = names[0], streets[0]
    return [
        Person(
            n, identity(kind, n), email(names[n - 1], n), f"+6281234567{n}01", names[n - 1], streets[n - 1], n > count
        )
        for n in range(1, count + 2)
    ]


def email(name: str, number: int) -> str:
    return f"{name.split()[0].lower().replace('ë', 'e')}{number}@example.com"


def identity(kind: str, number: int) -> Any:
    """The person's id; small numbers are also the keys of other tables' rows."""
    match kind:
        case "integer":
            return number
        case "offset":
            return 70 + number
        case "text":
            return f"cus_{number}x"
    return str(uuid.UUID(int=0xA11CE << 100 | number * 0x1111_0000_1111))


def guest_id(person: Person) -> Any:
    """The id of the row that the person has as a guest."""
    match person.id:
        case int():
            return person.id + 500
        case text if len(text) == 36:
            return str(uuid.UUID(int=0xB0B << 100 | person.number * 0x1111_0000_1111))
    return f"guest_{person.number}x"


def typed_email(draw: st.DrawFn, person: Person) -> str:
    """The address as people type it."""
    known = person.email
    return draw(st.sampled_from([known, known.upper(), known.title(), f" {known}"]))


def typed_phone(draw: st.DrawFn, person: Person) -> str:
    """The number as people type it."""
    known = person.phone
    spaced = f"{known[:3]} {known[3:6]}-{known[6:10]}-{known[10:]}"
    return draw(st.sampled_from([known, f"0{known[3:]}", spaced]))
