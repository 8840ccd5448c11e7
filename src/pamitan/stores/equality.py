"""Equality between a column and a value of another type or collation, so that the column's own index still serves."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from pamitan.stores.columns import ColumnKind
from pamitan.stores.schema import Column

_FAMILIES: dict[ColumnKind, str] = {"decimal": "integer", "choice": "text"}
_WHOLE_NUMBER = "^-?([0-9]{1,18}|[1-8][0-9]{18})$"  # what surely fits into a BIGINT
_UUID = "^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$"

_BARE_UUID = "^[0-9a-fA-F]{32}$"
_UUID_BYTES = 16


def family(kind: ColumnKind) -> str:
    """Kinds of one family are compared as they are."""
    return _FAMILIES.get(kind, kind)


def equal(
    cell: ColumnElement[Any], column: Column, value: ColumnElement[Any], kind: ColumnKind, dialect: str
) -> ColumnElement[bool]:
    """``cell``, of ``column``, equals ``value``, of ``kind``. A text that is no number equals no number."""
    return cell == fitted(column, value, kind, dialect)


def fitted(column: Column, value: ColumnElement[Any], kind: ColumnKind, dialect: str) -> ColumnElement[Any]:
    """The value as that column's type and collation have it; NULL where it has no such form."""
    ours, theirs = family(column.kind), family(kind)
    if ours == "text":
        return _in_collation(column, value if theirs == "text" else _in_words(value, kind, dialect), dialect)
    if ours == theirs or dialect == "sqlite":
        return value
    if theirs == "text" and ours == "integer":
        return sa.case((value.regexp_match(_WHOLE_NUMBER), sa.cast(value, sa.BigInteger)))
    if theirs == "text" and ours == "uuid":
        return sa.case((value.regexp_match(_UUID), sa.cast(value, sa.Uuid)))
    if theirs == "text" and ours == "binary":
        return _in_bytes(value, dialect)
    return value


def _in_words(value: ColumnElement[Any], kind: ColumnKind, dialect: str) -> ColumnElement[Any]:
    """Sixteen bytes are a UUID, which texts and JSON have in hexadecimal digits."""
    plain = sa.cast(value, sa.Text)
    if kind != "binary":
        return plain
    digits = sa.func.encode(value, "hex") if dialect == "postgresql" else sa.func.lower(sa.func.hex(value))
    return sa.case((sa.func.length(value) == _UUID_BYTES, digits), else_=plain)


def _in_bytes(value: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """A UUID in hexadecimal digits as its bytes; anything else as it stands."""
    bare = sa.func.replace(value, "-", "")
    digits: ColumnElement[Any] = sa.func.unhex(bare)
    plain: ColumnElement[Any] = sa.cast(value, sa.LargeBinary)
    if dialect == "postgresql":
        digits, plain = sa.func.decode(bare, "hex"), sa.func.convert_to(value, "UTF8")
    return sa.case((bare.regexp_match(_BARE_UUID), digits), else_=plain)


def _in_collation(column: Column, value: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """MariaDB compares no two columns of different collations, and uses an index in its own collation only."""
    if dialect not in ("mysql", "mariadb") or column.collation is None:
        return value
    character_set = column.collation.split("_")[0]
    converted = sa.func.convert(value.op("USING")(sa.literal_column(character_set)), type_=sa.Text)
    return sa.collate(converted, column.collation)
