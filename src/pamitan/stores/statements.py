"""Statements that are shown to people, to run by themselves, in the words of their database."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex

from pamitan.stores.schema import Table

_DIALECTS: dict[str, type[Dialect]] = {
    "sqlite": sqlite.dialect,
    "postgresql": postgresql.dialect,
    "mysql": mysql.dialect,
    "mariadb": mysql.dialect,
}
_PREFIX = 191
"""Characters of a long text that InnoDB can hold in an index."""


def create_index(dialect: str, table: Table, columns: Sequence[str]) -> str:
    """The statement for an index on these columns, names quoted where they have to be."""
    name = "_".join([table.name.replace(".", "_"), *columns, "idx"])[:60]
    long = {c: _PREFIX for c in columns if table.columns[c].kind == "text" and table.columns[c].length is None}
    index = sa.Index(name, *(table.sql.c[column] for column in columns), mysql_length=long)
    try:
        return str(CreateIndex(index).compile(dialect=_DIALECTS[dialect]())).strip()
    finally:
        table.sql.indexes.discard(index)  # it is only said, not made
