"""Erase what a law kept, when its date has come.

The rows are those that were written down at the closing, looked at again: a row that is another one by now is left
alone. They go through the same plan, guard, writes and receipts as any erasure, by a data map of their own that knows
just these rows: what is due is deleted or cleared, what is not due yet is kept, and so is what that points at.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pamitan.erasure.casefile import CaseFile, CaseFileShelf, DatastoreCase, KeyPack
from pamitan.erasure.execute import Place, home_last, transaction
from pamitan.erasure.fates import fates_of
from pamitan.erasure.people import Person
from pamitan.erasure.receipt import DATE_CAME, Receipt
from pamitan.erasure.retained import RetainedRow, RetainedRows, keep_now, last_day
from pamitan.erasure.unlinking import file_receipts, unlink_files
from pamitan.storefile.links import Link
from pamitan.storefile.model import StoreFile
from pamitan.storefile.rules import Keep, Rule, Until
from pamitan.stores.batch import Vetted
from pamitan.stores.engine import reading
from pamitan.stores.errors import StoreMismatch, StoreRefused
from pamitan.stores.keptrows import RowReader
from pamitan.stores.keytables import StoredKey
from pamitan.stores.schema import Table
from pamitan.stores.store import Store
from pamitan.stores.types import Subject

RETRY = dt.timedelta(days=30)
"""After so long what is due but still needed by others is looked at again."""
_CHUNK = 500


@dataclass
class Expired:
    """What became of the retained rows of one closure."""

    receipts: list[Receipt] = field(default_factory=list)
    left: list[RetainedRows] = field(default_factory=list)
    """What is still retained."""
    next_day: dt.date | None = None
    """The last day on which the next of them is kept."""
    replaced: int = 0
    """Rows whose key was given to another row since, or that were changed beyond recognition; they are left alone."""


def erase_due(
    store: Store,
    name: str,
    retained: Sequence[RetainedRows],
    closed_at: dt.datetime,
    casefiles: CaseFileShelf,
) -> Expired:
    """Erase what is due of one closure. ``name`` stands for it in the case file, which is saved before each write.

    Idempotent. Raises what an erasure raises: :class:`pamitan.erasure.errors.ErasureError` and
    :class:`pamitan.stores.errors.StoreError`.
    """
    result, casefile = Expired(), casefiles.load(name) or CaseFile(name)
    for datastore in home_last(store):
        here = [rows for rows in retained if rows.datastore == datastore]
        if here or datastore in casefile.datastores:
            found = _look(store, datastore, here, closed_at, result)
            result.receipts += _erase(store, datastore, found, casefile, casefiles)
            result.left += _left(store, datastore, found)
    reason = unlink_files(casefile, casefiles)
    if reason:
        raise StoreRefused(reason)
    unlinked = [receipt for receipt in file_receipts(casefile) if receipt.action == "unlink"]
    result.receipts += [replace(receipt, note=receipt.note or DATE_CAME) for receipt in unlinked]
    result.next_day = _next_day(store, result, closed_at)
    return result


def last_days(store: StoreFile, retained: Sequence[RetainedRows], closed_at: dt.datetime) -> Iterator[dt.date]:
    """The last day of each retained row that has one, as the store file says today."""
    for rows in retained:
        keep = keep_now(store, rows)
        yield from filter(None, {last_day(rows, keep, row.start, closed_at, store) for row in rows})


@dataclass
class _Found:
    """The rows of one :class:`RetainedRows` that are there and still the same."""

    rows: RetainedRows
    due: list[RetainedRow] = field(default_factory=list)
    later: list[RetainedRow] = field(default_factory=list)
    held: list[RetainedRow] = field(default_factory=list)
    """No part of this run."""


def _look(
    store: Store, datastore: str, here: Sequence[RetainedRows], closed_at: dt.datetime, result: Expired
) -> list[_Found]:
    """Read the rows, and tell what is due today."""
    today = store.file.datastores[datastore].local(store.clock.now()).date()
    found = []
    for rows in here:
        table, keep = _table(store, rows), keep_now(store.file, rows)
        one = _Found(rows)
        for row, start, same in _identified(store, table, rows, keep):
            if not same:
                result.replaced += 1
                continue
            day = last_day(rows, keep, start, closed_at, store.file)
            (one.due if day is None or day < today else one.later).append(row)
        found.append(one)
    if datastore == store.file.home:
        _hold_back_account(found, store.file.account.table)
    return found


def _hold_back_account(found: Sequence[_Found], table: str) -> None:
    """An account's own row goes last: an erasure refuses to leave anything that points at it."""
    accounts = [one for one in found if one.rows.table == table]
    if any(one.later for one in found if one not in accounts):
        for one in accounts:
            one.held, one.due, one.later = [*one.due, *one.later], [], []


def _identified(
    store: Store, table: Table, rows: RetainedRows, keep: Keep | None
) -> Iterator[tuple[RetainedRow, dt.datetime | None, bool]]:
    """The rows that are there, with the date that counts now, and whether each is the one that was kept."""
    file, schema = store.file, store.schema(rows.datastore)
    there = [name for name in rows.read if name in table.columns]
    if there != rows.read:
        raise StoreMismatch(
            f"'{table.name}' has lost columns by which its retained rows are known again "
            f"({', '.join(sorted(set(rows.read) - set(there)))}); erase these rows by hand, or bring the columns back"
        )
    start, remembered = keep.until.column if keep else None, list(rows)
    with reading(store.engine(rows.datastore)) as connection:
        reader = RowReader(connection, schema, file.datastores[rows.datastore].timezone, store.clock.now())
        for first in range(0, len(remembered), _CHUNK):
            some = {row.key.key: row for row in remembered[first : first + _CHUNK]}
            for now in reader.find(table, [row.key for row in some.values()], rows.read, start):
                row = some[now.key.key]
                yield row, now.start or row.start, rows.is_same(row, now)


def _erase(
    store: Store, datastore: str, found: Sequence[_Found], casefile: CaseFile, casefiles: CaseFileShelf
) -> list[Receipt]:
    later = Store(expiring_file(store.file, datastore, found, store), store.clock)
    fates = fates_of(later.file, datastore, store.schema(datastore))
    begun = casefile.datastores.get(datastore, DatastoreCase())
    casefile.datastores[datastore] = DatastoreCase(begun.planned, _packed(found), files=begun.files)
    person = Person(Subject(casefile.account_id), Vetted(casefile.account_id, "other"), casefile, begun=True)
    done = transaction(Place(later, datastore, fates, casefiles), [person])
    receipts = [receipt for receipt in done.get(casefile.account_id, []) if receipt.action != "keep"]
    return [replace(receipt, note=receipt.note or DATE_CAME) for receipt in receipts]


def expiring_file(file: StoreFile, datastore: str, found: Sequence[_Found], store: Store) -> StoreFile:
    """A store file whose data map knows the retained rows alone: two rules for each, what is due and what is not."""
    rules: defaultdict[str, list[Rule]] = defaultdict(list)
    for one in found:
        rules[one.rows.table] += expiring_rules(_table(store, one.rows), one.rows, _unlinked(file, one.rows))
    nothing: dict[str, Any] = {"orders": [], "subscriptions": [], "library": [], "balances": []}
    account = file.account.model_copy(update={"sessions": []})
    return file.model_copy(update={**nothing, "account": account, "map": {datastore: dict(rules)}})


def expiring_rules(table: Table, rows: RetainedRows, files: list[str]) -> list[Rule]:
    """What happens to rows that are due, and to those that are not."""
    link = nowhere(table)
    kept = Keep(law=rows.law, reason="", until=Until(days=1), columns=rows.columns)
    if rows.columns is None:
        return [Rule(link=[link], delete=True, unlink=files), Rule(link=[link], keep=kept)]
    cleared = clearable(table, rows.columns)
    due = Rule(link=[link], clear=cleared, unlink=files) if cleared or files else Rule(link=[link], keep=kept)
    return [due, Rule(link=[link], keep=kept)]


def _unlinked(file: StoreFile, rows: RetainedRows) -> list[str]:
    """The files that go with these rows: a law kept the cells that name them."""
    rules = file.map.get(rows.datastore, {}).get(rows.table, [])
    held = [t for rule in rules[rows.rule : rows.rule + 1] for t in rule.files]
    return [t.text for t in held if rows.columns is None or not set(rows.columns).isdisjoint(t.columns)]


def clearable(table: Table, columns: Sequence[str]) -> list[str]:
    """Those of the kept columns that are emptied: not the row's own key, nor what must point at another row."""
    fixed = {name for key in table.foreign_keys for name in key.columns if not table.column(name).nullable}
    return [name for name in columns if name not in fixed.union(table.primary_key) and name in table.columns]


def nowhere(table: Table) -> Link:
    """A link that leads to no row: the rows are found by their stored keys alone."""
    key = table.primary_key or table.uniques[0]
    return Link(on={name: f"{table.name}.{name}" for name in key}, where={key[0]: None})


def _packed(found: Sequence[_Found]) -> dict[str, KeyPack]:
    packs: dict[str, KeyPack] = {}
    numbers: defaultdict[str, int] = defaultdict(int)
    for one in found:
        table, number = one.rows.table, numbers[one.rows.table]
        numbers[table] += 2
        pack = packs.setdefault(table, KeyPack())
        pack.add(StoredKey(number, 0, False, row.key.key, ()) for row in one.due)
        pack.add(StoredKey(number + 1, 0, False, row.key.key, ()) for row in one.later)
    return packs


def _left(store: Store, datastore: str, found: Sequence[_Found]) -> Iterator[RetainedRows]:
    """What is not due, and what is due and still there because others need it."""
    for one in found:
        rows = [*one.later, *one.held]
        if one.rows.columns is None and one.due:
            with reading(store.engine(datastore)) as connection:
                reader = RowReader(connection, store.schema(datastore), "UTC", store.clock.now())
                keys = [row.key for row in one.due]
                there = {now.key.key for now in reader.find(_table(store, one.rows), keys, [], None)}
            rows += [row for row in one.due if row.key.key in there]
        if rows:
            yield one.rows.only(rows)


def _next_day(store: Store, result: Expired, closed_at: dt.datetime) -> dt.date | None:
    if not result.left:
        return None
    today = store.clock.now().date()
    days = [day for day in last_days(store.file, result.left, closed_at) if day >= today]
    return min(days, default=today + RETRY)


def _table(store: Store, rows: RetainedRows) -> Table:
    return store.schema(rows.datastore).table(rows.table)
