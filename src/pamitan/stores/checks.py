"""CHECK constraints, tried before anything is written: the database judges rows as they would become."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from pamitan.stores.cells import cell_value
from pamitan.stores.engine import reading
from pamitan.stores.errors import StoreError
from pamitan.stores.schema import Check, Table
from pamitan.stores.steps import Value

_SAMPLE = 500
"""Rows on which a constraint is tried."""


@dataclass(frozen=True)
class Refusal:
    """A constraint that new values would break."""

    constraint: str
    sql: str
    columns: tuple[str, ...]
    """The columns that are written and that the constraint names."""
    all_rows: bool
    """It refuses every row that was looked at."""


def refused_by(engine: Engine, table: Table, values: Mapping[str, Value]) -> Iterator[Refusal]:
    """The constraints that refuse rows of the table with these values written into them. Reads a sample."""
    for check in table.checks:
        columns = tuple(column for column in values if _names(check, column))
        seen, broken = _tried(engine, table, values, check) if columns else (0, 0)
        if broken:
            yield Refusal(check.name or "CHECK", check.sql, columns, broken == seen)


def _names(check: Check, column: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(column)}(?!\w)", check.sql, re.IGNORECASE) is not None


def _tried(engine: Engine, table: Table, values: Mapping[str, Value], check: Check) -> tuple[int, int]:
    """How many rows were looked at, and how many the constraint refuses; none where it cannot be tried."""
    dialect = engine.dialect.name
    cells = []
    for name, column in table.columns.items():
        cell = table.sql.c[name]
        written = values.get(name)
        cells.append((cell_value(written, column, cell, dialect) if written else cell).label(name))
    rows = sa.select(*cells).limit(_SAMPLE).subquery(table.sql.name)
    refused = sa.literal_column(f"CASE WHEN NOT ({check.sql}) THEN 1 ELSE 0 END", sa.Integer)
    query = sa.select(sa.func.count(), sa.func.sum(refused)).select_from(rows)
    try:
        with reading(engine) as connection:
            seen, broken = connection.execute(query).one()
    except StoreError:
        return 0, 0
    return int(seen), int(broken or 0)
