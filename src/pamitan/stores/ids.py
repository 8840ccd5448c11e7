"""The keys of a shop's rows as text, and back: as text they go through mails, addresses and the command line.

A key of bytes (BINARY(16), ``bytea``) is written in hexadecimal digits.
"""

from __future__ import annotations

import re
import uuid
from typing import Any

import sqlalchemy as sa

from pamitan.stores.schema import Column

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,20}")
_SIGNED = range(-(2**63), 2**63)
_UNSIGNED = range(2**64)
_UUID_DIGITS = 32


def id_text(value: Any) -> str:
    """The key that a database driver gives, as text."""
    return bytes(value).hex() if isinstance(value, (bytes, bytearray, memoryview)) else str(value)


def as_key(text: str, column: Column) -> Any:
    """The text in the type of a key column; ``None`` where it has no such form."""
    match column.kind:
        case "integer" | "decimal":
            # as a BIGINT: a number beyond the column's own type names nobody, and is no error
            number = whole_number(text, unsigned="unsigned" in column.sql_type.lower())
            return None if number is None else sa.literal(number, sa.BigInteger())
        case "uuid" if "uuid" in column.sql_type.lower():
            return as_uuid(text)
        case "binary":
            return as_bytes(text)
    return None if "\0" in text else text


def whole_number(text: str, unsigned: bool) -> int | None:
    """The number that the text is, if a 64-bit integer of that sort can hold it."""
    if not _WHOLE_NUMBER.fullmatch(text):
        return None
    number = int(text)
    return number if number in (_UNSIGNED if unsigned else _SIGNED) else None


def as_uuid(text: str) -> uuid.UUID | None:
    """The UUID that the text is, if any."""
    if len(text) < _UUID_DIGITS:
        return None
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def as_bytes(text: str) -> bytes | None:
    """The bytes that the hexadecimal digits or the UUID stand for."""
    try:
        return bytes.fromhex(text.replace("-", ""))
    except ValueError:
        return None
