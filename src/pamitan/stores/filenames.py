"""The files that a batch's rows name, and whether a row of somebody else names them too."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import ColumnElement

from pamitan.stores.keytables import CHUNK, KeyTable
from pamitan.stores.values import as_text


def names_in(
    connection: Connection,
    keys: KeyTable,
    columns: tuple[str, ...],
    mine: ColumnElement[bool],
    gone: ColumnElement[bool],
) -> Iterator[tuple[int, dict[str, str], bool]]:
    """(number of the account, the columns of a row, whether another row has the same ones), each once.

    ``mine``: which keys of the key table are meant; ``gone``: which name files that go, by whatever rule.
    """
    row, other, held = keys.source.alias("t"), keys.source.alias("o"), keys.distinct_rows(mine)
    going = keys.distinct_rows(gone).alias("gone")
    same = [other.c[name] == row.c[name] for name in columns]
    taken = sa.exists().where(keys.matches(other, going)).correlate(other)
    shared = sa.exists().where(*same, ~taken).correlate(row)
    query = sa.select(held.c.account, *(row.c[name] for name in columns), sa.case((shared, 1), else_=0))
    query = query.select_from(held.join(row, keys.matches(row, held)))
    seen: set[tuple[object, ...]] = set()
    for number, *values, is_shared in connection.execute(query, execution_options={"yield_per": CHUNK}):
        named = tuple(as_text(value) for value in values)
        if (number, named) not in seen:
            seen.add((number, named))
            yield number, dict(zip(columns, named, strict=True)), bool(is_shared)
