"""What ``pamitan check`` says of retained records: whether they can be erased when their date comes."""

from __future__ import annotations

from collections.abc import Iterator

from pamitan.erasure.errors import MapMismatch
from pamitan.erasure.examined import Examined, Problem
from pamitan.erasure.expiry import expiring_rules
from pamitan.erasure.fates import fates_of
from pamitan.erasure.fit import can_be_found_again
from pamitan.erasure.retained import RetainedRows
from pamitan.storefile.labels import text
from pamitan.storefile.rules import Keep
from pamitan.stores.errors import StoreMismatch
from pamitan.stores.schema import Table


def unerasable(examined: Examined) -> Iterator[Problem]:
    """Kept rows that could not be found again, and kept cells that cannot be emptied."""
    for name in examined.map.keys() & examined.schema.tables.keys():
        table = examined.schema.table(name)
        for rule in examined.map[name]:
            if rule.keep:
                yield from _of_table(examined, table, rule.keep)


def _of_table(examined: Examined, table: Table, keep: Keep) -> Iterator[Problem]:
    if not can_be_found_again(examined, table):
        yield Problem(
            "error",
            examined.place(table.name),
            "has no key, so the rows that are kept could not be found again when their date comes",
            "give the table a primary key",
        )
        return
    names = [name for name in keep.columns or () if name in table.columns]
    for name in names:
        yield from _of_column(examined, table, keep, name)


def _of_column(examined: Examined, table: Table, keep: Keep, name: str) -> Iterator[Problem]:
    rows = RetainedRows(examined.datastore, table.name, 0, text(keep.law, "en"), keep.until, [name], [], {})
    rules = {examined.datastore: {table.name: expiring_rules(table, rows, [])}}
    try:
        fates_of(examined.file.model_copy(update={"map": rules}), examined.datastore, examined.schema)
    except (StoreMismatch, MapMismatch) as error:
        message, _, _mend = str(error).partition("; ")
        yield Problem(
            "error",
            examined.place(table.name, name),
            f"is kept, but could not be emptied when its date comes: {message}",
            "keep the whole row, or leave this column out of keep.columns",
        )
