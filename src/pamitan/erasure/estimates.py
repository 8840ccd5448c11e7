"""How much work one account is: rows per table and account, and what is locked meanwhile. From statistics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pamitan.erasure.examined import Examined
from pamitan.storefile.links import Link
from pamitan.stores.schema import Table
from pamitan.stores.store import Store


@dataclass(frozen=True)
class Estimate:
    """What one account's erasure does to a table."""

    table: str
    """``datastore.table``."""
    rows: int
    """Rows of the whole table, counted where it is small, else estimated."""
    per_account: float
    """Rows of one account, on average over all accounts."""
    locks: str
    """What is locked, and for how long."""


def estimates(store: Store) -> list[Estimate]:
    """One for each table of the data map. Raises :class:`pamitan.stores.errors.StoreUnavailable`."""
    examined = [Examined(store, name) for name in store.file.datastores]
    home = next(one for one in examined if one.is_home)
    accounts = max(1, home.rows(home.schema.tables.get(store.file.account.table)))
    return [estimate for one in examined for estimate in _of_datastore(one, accounts)]


def _of_datastore(examined: Examined, accounts: int) -> Iterator[Estimate]:
    for name in examined.map:
        table = examined.schema.tables.get(name)
        if table is not None:
            rows = examined.rows(table)
            yield Estimate(examined.place(name), rows, round(rows / accounts, 1), _locks(examined, table))


def _locks(examined: Examined, table: Table) -> str:
    """Which rows others have to wait for, until the batch's transaction ends."""
    if examined.schema.dialect == "sqlite":
        return "the whole database, for writing"
    if examined.schema.dialect == "postgresql":
        return "the account's rows, from the moment they are written"
    links = [link for rule in examined.map[table.name] for link in rule.link]
    if all(_is_indexed(table, link) for link in links):
        return "the account's rows, and the gaps beside them in the index"
    return "every row of the table: a link has no index, and what is read is locked"


def _is_indexed(table: Table, link: Link) -> bool:
    columns = list(link.on or ())
    return bool(columns) and set(columns) <= set(table.columns) and table.has_index_on(columns)
