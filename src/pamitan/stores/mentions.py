"""Rows in whose text a customer is mentioned: read once per batch, whatever its size, in a stream."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import FromClause
from sqlalchemy.sql.elements import ColumnElement

from pamitan.content.patterns import Matcher, Needle, needles
from pamitan.content.search import hits_in
from pamitan.stores.batch import Batch
from pamitan.stores.keytables import CHUNK, KeyTable


def rows_mentioning(
    batch: Batch, keys: KeyTable, row: FromClause, name: str, where: Sequence[ColumnElement[bool]]
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """(the account's number, the row's cells for the key table) where a usable identifier stands in that column."""
    accounts = _accounts_by_needle(batch) if batch.has_identifiers else {}
    if not accounts:
        return
    matcher, column = Matcher(accounts), keys.table.column(name)
    cell = row.c[column.name]
    content = sa.cast(cell, sa.Text) if column.kind == "json" else cell
    columns = keys.selected(row, sa.literal_column("0"), 0, 0)[4:]
    query = sa.select(*columns, content.label("mentioning")).where(cell.is_not(None), *where)
    result = batch.connection.execute(query, execution_options={"yield_per": CHUNK})
    for rows in result.partitions():
        for index, seen in hits_in(matcher, {name: [found[-1] for found in rows]}).items():
            sure = [hit for _column, hit in seen if not hit.longer]
            for n in sorted({n for hit in sure for n in accounts[hit.needle]}):
                yield n, tuple(rows[index][:-1])


def _accounts_by_needle(batch: Batch) -> dict[Needle, set[int]]:
    if not batch.has_identifiers:
        return {}
    known = batch.identifiers.c
    found: dict[Needle, set[int]] = {}
    for n, kind, value in batch.connection.execute(sa.select(known.n, known.kind, known.value)):
        for needle in needles(kind, value, batch.file.store.country):
            found.setdefault(needle, set()).add(n)
    return found
