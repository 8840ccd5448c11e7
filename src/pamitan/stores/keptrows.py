"""What tells a kept row from a later one with the same key: the date from which it is kept, and its cells."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import ColumnElement

from pamitan.storefile.links import Source
from pamitan.stores.conditions import source_reader
from pamitan.stores.keytables import CHUNK, KeyTable, StoredKey
from pamitan.stores.schema import Schema, Table
from pamitan.stores.values import as_moment


@dataclass(frozen=True)
class KeptRow:
    """A row as it is now. ``cells``: each as a text, ``None`` for NULL and for nothing."""

    key: StoredKey
    start: dt.datetime | None
    cells: tuple[str | None, ...]


@dataclass(frozen=True)
class RowReader:
    """Reads rows by their keys. ``zone`` is that of dates written without one."""

    connection: Connection
    schema: Schema
    zone: str
    now: dt.datetime

    def read(
        self, keys: KeyTable, cells: Sequence[str], start: Source | None, *where: ColumnElement[bool]
    ) -> Iterator[tuple[int, KeptRow]]:
        """(number of the account, row) of the key table's rows for which ``where`` holds, account by account."""
        row, held = keys.source.alias("t"), keys.distinct_rows(*where)
        width = len(keys.key.columns)
        read = [row.c[name] for name in cells]
        first = source_reader(self.schema, self.now).first(start, keys.table, row).value if start else sa.null()
        names = [held.c[f"k{i}"] for i in range(width)]
        query = sa.select(held.c.account, *names, first.label("start"), *read)
        query = query.select_from(held.join(row, keys.matches(row, held))).order_by(held.c.account, *names)
        for found in self.connection.execute(query, execution_options={"yield_per": CHUNK}):
            number, *values = found
            key = StoredKey(0, 0, False, tuple(values[:width]), ())
            moment = as_moment(values[width], self.zone)
            yield number, KeptRow(key, moment, tuple(map(_as_text, values[width + 1 :])))

    def find(
        self, table: Table, stored: Sequence[StoredKey], cells: Sequence[str], start: Source | None
    ) -> Iterator[KeptRow]:
        """The rows with these keys, as far as they are there."""
        keys = KeyTable(self.connection, table, (), _SERIAL)
        keys.create()
        try:
            keys.insert_plain((0, 0, 0, 1, *key.key) for key in stored)
            keys.analyse()
            yield from (row for _number, row in self.read(keys, cells, start))
        except BaseException:
            with suppress(sa.exc.SQLAlchemyError):  # what went wrong before is what is to be known
                keys.drop()
            raise
        keys.drop()


_SERIAL = 9000
"""Beyond the numbers of the key tables that a batch makes on the same connection."""


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex() or None
    if isinstance(value, (dict, list)):
        return json.dumps(value, sort_keys=True)
    return str(value) or None
