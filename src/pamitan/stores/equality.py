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
        return _in_collation(column, value if theirs == "text" else sa.cast(value, sa.Text), dialect)
    if ours == theirs or dialect == "sqlite":
        return value
    if theirs == "text" and ours == "integer":
        return sa.case((value.regexp_match(_WHOLE_NUMBER), sa.cast(value, sa.BigInteger)))
    if theirs == "text" and ours == "uuid":
        return sa.case((value.regexp_match(_UUID), sa.cast(value, sa.Uuid)))
    return value


def _in_collation(column: Column, value: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """MariaDB compares no two columns of different collations, and uses an index in its own collation only."""
    if dialect not in ("mysql", "mariadb") or column.collation is None:
        return value
    character_set = column.collation.split("_")[0]
    converted = sa.func.convert(value.op("USING")(sa.literal_column(character_set)), type_=sa.Text)
    return sa.collate(converted, column.collation)
