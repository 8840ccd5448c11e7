"""What stands in a row beside its links: columns of every sort, and what a rule can do to each of them."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.store.any_schema.model import Becomes, Column, Effect, Emptied, Person, Pseudonym, Rewritten, Row

Choice = tuple[str, Any, Effect]
"""(action, the value that the store file gives it, what the cell must become)"""
CLEAR: Choice = ("clear", None, Emptied())


ERASED = "[erased]"


def redacted(read: Callable[[Any], Any], expected: Callable[[Any], Any]) -> Choice:
    """What is the person's in the cell is taken out of the text."""
    return ("redact", None, Rewritten(read, expected))


def scrubbed(paths: Sequence[str], read: Callable[[Any], Any], expected: Callable[[Any], Any]) -> Choice:
    """Named parts go out of the value."""
    return ("scrub", list(paths), Rewritten(read, expected))


def replaced(value: str) -> Choice:
    """The cell is overwritten."""
    return ("replace", value, Pseudonym(value) if "{unique}" in value else Becomes(value))


@dataclass(frozen=True)
class Piece:
    """A column with something of a person in it."""

    column: Column
    value: Callable[[Person, int], Any]
    choices: Sequence[Choice]
    personal: str | None = None
    unique: bool = False
    can_be_kept: bool = True


def note(person: Person, no: int) -> str:
    return f"{no}: it's for {person.name}; call {person.phone} or write to {person.email}."


def line(row: Row, told: Sequence[str]) -> str:
    """A line of a log that tells of somebody."""
    return f"line {row.values['no']} to {'; '.join(told)}."


def as_json(person: Person, no: int) -> str:
    plain = {"customer": {"name": person.name, "email": person.email}, "total": no, "tags": ["a\\b", "100%"]}
    return json.dumps(plain)


def packed(person: Person, no: int) -> str:
    return base64.b64encode(zlib.compress(as_json(person, no).encode())).decode()


def php(person: Person, no: int) -> str:
    texts = ("email", person.email, "name", person.name)
    pairs = "".join(f's:{len(text.encode())}:"{text}";' for text in texts)
    return f"a:3:{{{pairs}i:0;i:{no};}}"


def search_text(person: Person, no: int) -> str:
    return f"{person.name} {person.street} {person.email} {no}".lower()


def as_it_is(cell: Any) -> Any:
    return cell


def of_json(cell: Any) -> Any:
    return json.loads(cell) if isinstance(cell, str) else cell


def unpacked(cell: Any) -> Any:
    return json.loads(zlib.decompress(base64.b64decode(cell)))


def redacted_json(value: Any) -> Any:
    return {**value, "customer": {"name": ERASED, "email": ERASED}}


def without_customer(value: Any) -> Any:
    return {key: part for key, part in value.items() if key != "customer"}


PHP_TEXTS = re.compile(r'("(?:email|name)";)s:\d+:"[^"]+"')
NOTE = re.compile(r"for .+; call .+ or write to .+\.$")
REDACT = redacted(as_it_is, lambda text: NOTE.sub(f"for {ERASED}; call {ERASED} or write to {ERASED}.", text))
REDACT_PHP = redacted(as_it_is, lambda text: PHP_TEXTS.sub(rf'\1s:8:"{ERASED}"', text))
SCRUB_PHP = scrubbed(["email", "name"], as_it_is, lambda text: f"a:1:{{{text[text.index('i:0;') :]}")
SCRUB_INNER = scrubbed(["customer.name", "customer.email"], of_json, lambda value: {**value, "customer": {}})
JSON_CHOICES = [CLEAR, redacted(of_json, redacted_json), scrubbed(["customer"], of_json, without_customer)]
PACKED_CHOICES = [CLEAR, redacted(unpacked, redacted_json), scrubbed(["customer"], unpacked, without_customer)]
PIECES = [
    Piece(Column("note", "text"), note, [CLEAR, REDACT, replaced("it's gone; 100% \\o/")]),
    Piece(Column("remark", "text", null=False), note, [CLEAR, REDACT, replaced("-")]),
    Piece(Column("name", "varchar"), lambda p, _no: p.name, [CLEAR, replaced("X {unique}")], "name"),
    Piece(Column("Full Name", "varchar", null=False, length=30), lambda p, _no: p.name, [CLEAR, replaced("-")], "name"),
    Piece(Column("street", "text"), lambda p, _no: p.street, [CLEAR], "address"),
    Piece(Column("mobile", "varchar"), lambda p, _no: p.phone, [CLEAR, replaced("0")], "phone"),
    Piece(
        Column("slug", "varchar", null=False, length=45),
        lambda p, no: f"{no}-{p.email}",
        [CLEAR, replaced("gone-{unique}")],
        unique=True,
        can_be_kept=False,
    ),
    Piece(Column("slug2", "varchar"), lambda p, no: f"{p.email}-{no}", [CLEAR], unique=True),
    Piece(
        Column("level", "varchar", null=False, length=10, check="IN ('gold', 'none')"),
        lambda _p, _no: "gold",
        [replaced("none")],
        can_be_kept=False,
    ),
    Piece(Column("born", "date"), lambda p, _no: f"199{p.number}-02-0{p.number}", [CLEAR]),
    Piece(Column("born2", "date", null=False), lambda p, _no: f"199{p.number}-02-0{p.number}", [CLEAR]),
    Piece(Column("age", "integer", null=False), lambda p, _no: 30 + p.number, [CLEAR, ("replace", 7, Becomes(7))]),
    Piece(
        Column("data", "json"),
        as_json,
        JSON_CHOICES,
    ),
    Piece(
        Column("meta", "json", null=False),
        as_json,
        [CLEAR, SCRUB_INNER],
    ),
    Piece(
        Column("payload", "text"),
        packed,
        PACKED_CHOICES,
    ),
    Piece(Column("options", "text"), php, [CLEAR, REDACT_PHP, replaced("a:0:{}"), SCRUB_PHP]),
    Piece(Column("search_text", "text"), search_text, [CLEAR]),
]
