"""Finding an e-mail address or phone number in whatever spelling a column holds it.

SQL is only a sieve, wide enough to let every spelling through; which spellings are the same identifier is decided by
our own normalisation, byte for byte (``unicode_ci`` finds jose@ where josé@ was asked for).
"""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import registry
from sqlalchemy.sql.elements import ColumnElement

from pamitan.content.identifiers import normalise_email, normalise_phone
from pamitan.stores.types import Identifier, IdentifierKind

ESCAPE = "!"
_TAIL = 6
"""So many last digits of a phone number are compared by the sieve."""
_BETWEEN_DIGITS = " -.()/+\t\u00a0\u2011\u2013"
_AROUND_ADDRESSES = " \t\r\n\u00a0\u200b\ufeff"
_PUNYCODE_LABEL = re.compile(r"xn--[a-z0-9-]+")


def normalised(kind: IdentifierKind, value: object, country: str) -> Identifier | None:
    """The identifier that a cell holds, if any."""
    text = value.decode(errors="replace") if isinstance(value, bytes) else None if value is None else str(value)
    found = normalise_email(text) if kind == "email" else normalise_phone(text, country)
    return Identifier(kind, found) if found else None


def sieve_of(identifier: Identifier) -> str:
    """What :func:`sieved` gives for each plain spelling of that identifier."""
    return identifier.value if identifier.kind == "email" else identifier.value[-_TAIL:]


def pattern_of(identifier: Identifier) -> str | None:
    """A LIKE pattern for an address beyond ASCII, whose letter case and form no database folds as Python does."""
    if identifier.kind == "phone" or (identifier.value.isascii() and "xn--" not in identifier.value):
        return None
    escaped = re.sub(f"([%_{ESCAPE}])", ESCAPE + r"\1", identifier.value)
    return "%" + re.sub(r"%*[^\x00-\x7f]+%*", "%", _PUNYCODE_LABEL.sub("%", escaped)) + "%"


def sieved(kind: IdentifierKind, cell: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """The cell as the sieve compares it with :func:`sieve_of`.

    Without bound values, so that an index on this very expression (:func:`sieve_index`) serves.
    """
    text = exact(cell, dialect)
    for character in _BETWEEN_DIGITS if kind == "phone" else _AROUND_ADDRESSES:
        text = sa.func.replace(text, _character(character, dialect), sa.literal_column("''"))
    if kind == "email":
        return sa.func.lower(text)
    tail: ColumnElement[Any] = sa.literal_column(str(_TAIL if dialect != "sqlite" else -_TAIL))
    return sa.func.substr(text, tail) if dialect == "sqlite" else sa.func.right(text, tail)


def sieve_index(kind: IdentifierKind, table: sa.Table, column: str, dialect: str) -> tuple[str, str] | None:
    """Name and statement of the index that spares the sieve a reading of the whole table.

    ``None`` on MariaDB and MySQL: the one has no index on an expression, the other none on such a one.
    """
    if dialect not in ("postgresql", "sqlite"):
        return None
    spoken: Any = registry.load(dialect)()
    quoted = spoken.identifier_preparer
    expression = sieved(kind, sa.column(column), dialect).compile(dialect=spoken)
    name = f"pamitan_{table.name}_{column}"[:60]
    return name, f"CREATE INDEX {quoted.quote(name)} ON {quoted.format_table(table)} (({expression}))"


def _character(character: str, dialect: str) -> ColumnElement[Any]:
    """By its number, because it may be one that nobody sees in a statement."""
    names = {"postgresql": "chr", "sqlite": "char"}
    if dialect not in names:
        return sa.literal(character)
    return sa.literal_column(f"{names[dialect]}({ord(character)})")


def exact(cell: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """The cell as text that is equal to another only byte for byte."""
    if dialect in ("mysql", "mariadb"):
        converted = sa.func.convert(cell.op("USING")(sa.literal_column("utf8mb4")), type_=sa.Text)
        return sa.collate(converted, "utf8mb4_nopad_bin")
    return sa.collate(sa.cast(cell, sa.Text), "C" if dialect == "postgresql" else "BINARY")
