"""What is still open: orders, returns, subscriptions; and cancelling one of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pamitan.storefile.labels import Text
from pamitan.storefile.model import Pending
from pamitan.stores.conditions import column_value
from pamitan.stores.engine import reading, writing
from pamitan.stores.errors import StoreMismatch, StoreRefused
from pamitan.stores.home import Home, is_tied
from pamitan.stores.hooks import call_hook
from pamitan.stores.ids import as_key, id_text
from pamitan.stores.keys import Keys
from pamitan.stores.schema import Table
from pamitan.stores.types import Identifier, OpenItem
from pamitan.stores.values import as_amount, as_moment, as_text

_LONG_AGO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class OpenItems:
    """The open items of one account, by the sections ``orders`` and ``subscriptions`` of the store file."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._sections: dict[str, Pending] = {
            f"{name}.{index}": pending
            for name, section in (("orders", home.file.orders), ("subscriptions", home.file.subscriptions))
            for index, pending in enumerate(section)
        }

    def of(self, account_id: str, proven: frozenset[Identifier]) -> list[OpenItem]:
        """All of them, oldest first."""
        if not self._sections:
            return []
        found: list[OpenItem] = []
        for datastore in dict.fromkeys(pending.datastore for pending in self._sections.values()):
            home = self._home.at(datastore)
            with reading(home.engine) as connection, home.keys(connection, account_id, proven) as keys:
                here = [name for name, pending in self._sections.items() if pending.datastore == datastore]
                found += [item for name in here for item in self._open(connection, keys, name)]
        return sorted(found, key=lambda item: item.date or _LONG_AGO)

    def cancel(
        self, account_id: str, item_key: str, idempotency_key: str, proven: frozenset[Identifier] = frozenset()
    ) -> None:
        """Cancel one item, by the shop's hook or by SQL.

        Whose it is, and whether it may be cancelled, is looked at again here: ``KeyError`` for an item that is not this
        account's or no longer open, :class:`StoreRefused` for one that cannot be cancelled any more.
        """
        section, _, row_id = item_key.rpartition(":")
        pending = self._sections[section]
        if pending.cancel is None:
            raise StoreRefused(f"the store file gives no way to cancel from '{pending.table}'")
        if pending.cancel.hook is None:
            self._cancel_by_sql(pending, section, account_id, row_id, proven)
            return
        with reading(self._home.at(pending.datastore).engine) as connection:
            item = self._one(connection, section, account_id, row_id, proven)
        payload = {"account_id": account_id, "kind": item.kind, "id": row_id, "number": item.number}
        call_hook(self._home.file.hooks[pending.cancel.hook], "cancel_order", payload, idempotency_key)

    def _cancel_by_sql(
        self, pending: Pending, section: str, account_id: str, row_id: str, proven: frozenset[Identifier]
    ) -> None:
        home = self._home.at(pending.datastore)
        table = home.schema.table(pending.table)
        key = table.column(pending.id)
        values = self._new_values(pending, table, home.schema.dialect)
        with writing(home.engine) as connection:
            mine = table.sql.c[key.name] == as_key(row_id, key)
            connection.execute(sa.select(sa.literal(1)).select_from(table.sql).where(mine).with_for_update())
            self._one(connection, section, account_id, row_id, proven)
            connection.execute(sa.update(table.sql).where(mine).values(values))

    def _new_values(self, pending: Pending, table: Table, dialect: str) -> dict[str, Any]:
        changes = (pending.cancel.set or {}) if pending.cancel else {}
        try:
            return {name: column_value(table.column(name), value, dialect) for name, value in changes.items()}
        except ValueError as error:
            raise StoreMismatch(f"cancelling in '{table.name}': {error}") from None

    def _one(
        self, connection: Connection, section: str, account_id: str, row_id: str, proven: frozenset[Identifier]
    ) -> OpenItem:
        with self._home.at(self._sections[section].datastore).keys(connection, account_id, proven) as keys:
            found = {item.key: item for item in self._open(connection, keys, section)}
        item = found[f"{section}:{row_id}"]
        if not item.can_cancel:
            raise StoreRefused(f"this {item.kind} cannot be cancelled any more")
        return item

    def _open(self, connection: Connection, keys: Keys, section: str) -> Iterator[OpenItem]:
        pending = self._sections[section]
        home = self._home.at(pending.datastore)
        tied = keys.tied(pending.table, pending.link, pending.where)
        row = tied.source
        may_cancel = home.flag(pending.cancel.when, tied.table, row) if pending.cancel else sa.literal(0)
        sources = {
            "number": pending.number,
            "date": pending.date,
            "total": pending.total,
            "currency": pending.currency,
            "status": pending.status,
            "until": pending.until,
        }
        cells = [home.cell(source, tied.table, row).label(name) for name, source in sources.items()]
        query = sa.select(row.c[tied.table.column(pending.id).name].label("id"), may_cancel.label("can_cancel"), *cells)
        query = query.where(is_tied(tied, row), home.condition(pending.open, tied.table, row))
        for found in connection.execute(query):
            yield self._told(section, pending, found)

    def _told(self, section: str, pending: Pending, row: Any) -> OpenItem:
        zone = self._home.at(pending.datastore).place.timezone
        status = as_text(row.status)
        return OpenItem(
            key=f"{section}:{id_text(row.id)}",
            kind=pending.kind,
            label=pending.label,
            number=as_text(row.number) if pending.number else id_text(row.id),
            date=as_moment(row.date, zone),
            total=as_amount(row.total),
            currency=as_text(row.currency) or self._home.file.store.currency,
            status=_called(status, pending.statuses),
            until=as_moment(row.until, zone),
            can_cancel=bool(row.can_cancel),
        )


def _called(status: str, statuses: dict[str, Text]) -> Text:
    return statuses.get(status, status)
