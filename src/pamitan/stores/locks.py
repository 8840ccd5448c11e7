"""Keeping a customer out of the shop, and letting them in again.

The order of work that survives a crash: ``planned`` gives what would be changed, the caller writes it down, ``lock``
does it. A lock that is done twice is done once; an undo restores only what still stands as we wrote it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pamitan.storefile.paths import parse_cell
from pamitan.stores.conditions import column_value
from pamitan.stores.engine import reading, writing
from pamitan.stores.errors import StoreMismatch
from pamitan.stores.home import Home
from pamitan.stores.hooks import call_hook
from pamitan.stores.lockrow import ABSENT, LockRow, selected
from pamitan.stores.types import AppliedLock
from pamitan.stores.values import as_text


class Locks:
    """The lock changes of ``account.lock``, and the hooks that ask for the events ``lock`` and ``unlock``."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def planned(self, account_id: str) -> list[AppliedLock]:
        """What :meth:`lock` would change now, with the values before; nothing is written."""
        with reading(self._home.engine) as connection:
            return self._missing(self._row(connection, account_id))

    def lock(
        self, account_id: str, planned: Sequence[AppliedLock] | None = None, idempotency_key: str | None = None
    ) -> list[AppliedLock]:
        """Lock the account, and tell what undo needs: ``planned``, where the caller wrote that down before.

        Raises ``KeyError`` when the account is not there.
        """
        self._call("lock", account_id, idempotency_key)
        with writing(self._home.engine) as connection:
            row = self._row(connection, account_id, for_update=True)
            changes = self._missing(row)
            for change in changes:
                row.put(change.column, self._locked(change, row))
            self._write(connection, account_id, row)
        return list(changes if planned is None else planned)

    def unlock(self, account_id: str, applied: Sequence[AppliedLock], idempotency_key: str | None = None) -> None:
        """Undo these changes, each where nobody has changed the value since. An account that is gone is no error."""
        with writing(self._home.engine) as connection:
            names = [change.column for change in applied]
            row = self._find(connection, account_id, names, for_update=True)
            if row is not None:
                for change in [change for change in applied if self._stands(change, row)]:
                    self._undo(change, row)
                self._write(connection, account_id, row)
        self._call("unlock", account_id, idempotency_key)

    def _missing(self, row: LockRow) -> list[AppliedLock]:
        found = []
        for change in self._home.file.account.lock:
            now = row.value(change.column)
            if change.prefix is not None:
                text = "" if now is ABSENT else as_text(now)
                if text and not text.startswith(change.prefix):
                    found.append(AppliedLock(change.column, "prefix", None, change.prefix))
            elif now is ABSENT:
                found.append(AppliedLock(change.column, "added", None, change.set))
            elif now != self._typed(change.column, change.set):
                found.append(AppliedLock(change.column, "set", _plain(now), change.set))
        return found

    def _locked(self, change: AppliedLock, row: LockRow) -> Any:
        if change.kind != "prefix":
            return self._typed(change.column, change.after)
        text = f"{change.after}{as_text(row.value(change.column))}"
        path = parse_cell(change.column)
        length = None if path.steps else self._home.account_table.column(path.column).length
        if length is not None and len(text) > length:
            raise StoreMismatch(
                f"account.lock: the prefix does not fit into '{change.column}' ({length} characters); "
                "take a shorter one, or lock by a flag"
            )
        return text

    def _stands(self, change: AppliedLock, row: LockRow) -> bool:
        now = row.value(change.column)
        if now is ABSENT:
            return False
        if change.kind == "prefix":
            return as_text(now).startswith(str(change.after))
        return bool(now == self._typed(change.column, change.after))

    def _undo(self, change: AppliedLock, row: LockRow) -> None:
        if change.kind == "added":
            row.take_out(change.column)
        elif change.kind == "prefix":
            row.put(change.column, as_text(row.value(change.column)).removeprefix(str(change.after)))
        else:
            row.put(change.column, self._typed(change.column, change.before))

    def _typed(self, name: str, value: str | int | bool | None) -> Any:
        """The value in the column's type; in JSON it is as it is."""
        path = parse_cell(name)
        if path.steps:
            return value
        try:
            return column_value(self._home.account_table.column(path.column), value, self._home.schema.dialect)
        except ValueError as error:
            raise StoreMismatch(f"account.lock: {error}") from None

    def _row(self, connection: Connection, account_id: str, for_update: bool = False) -> LockRow:
        names = [change.column for change in self._home.file.account.lock]
        row = self._find(connection, account_id, names, for_update)
        if row is None:
            raise KeyError("there is no such account")
        return row

    def _find(self, connection: Connection, account_id: str, names: list[str], for_update: bool) -> LockRow | None:
        table = self._home.account_table
        cells = selected(table, [self._home.file.account.id, *names])
        query = sa.select(*cells).where(self._home.is_account(account_id, table.sql))
        row = connection.execute(query.with_for_update() if for_update else query).mappings().one_or_none()
        return None if row is None else LockRow(table, row, self._home.schema.dialect)  # type: ignore[arg-type]

    def _write(self, connection: Connection, account_id: str, row: LockRow) -> None:
        table, values = self._home.account_table, row.changes()
        if values:
            connection.execute(sa.update(table.sql).where(self._home.is_account(account_id, table.sql)).values(values))

    def _call(self, event: str, account_id: str, idempotency_key: str | None) -> None:
        for name, hook in self._home.file.hooks.items():
            if event in hook.events:
                call_hook(hook, event, {"account_id": account_id}, f"{idempotency_key or uuid.uuid4()}:{name}")


def _plain(value: Any) -> str | int | bool | None:
    """The value as it can be written down in JSON."""
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return value if value is None or isinstance(value, (int, str)) else str(value)
