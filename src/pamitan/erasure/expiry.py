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

from pamitan.erasure.batch import divide
from pamitan.erasure.casefile import CaseFile, CaseFileShelf, DatastoreCase, KeyPack
from pamitan.erasure.execute import Place, transaction
from pamitan.erasure.fates import fates_of
from pamitan.erasure.look import home_last
from pamitan.erasure.people import Person
from pamitan.erasure.receipt import DATE_CAME, Receipt
from pamitan.erasure.retained import RetainedRow, RetainedRows, keep_now, last_day
from pamitan.erasure.unlinking import file_receipts, unlink_files
from pamitan.storefile.links import Link, Source
from pamitan.storefile.model import StoreFile
from pamitan.storefile.rules import Keep, Rule, Until
from pamitan.stores.batch import Vetted
from pamitan.stores.engine import reading
from pamitan.stores.errors import StoreMismatch
from pamitan.stores.keptrows import KeptRow, RowReader
from pamitan.stores.keytables import StoredKey
from pamitan.stores.schema import Table
from pamitan.stores.store import Store
from pamitan.stores.types import Subject

RETRY = dt.timedelta(days=30)
"""After so long what is due but still needed by others is looked at again."""
_CHUNK = 500


@dataclass(frozen=True)
class Due:
    """What a law kept of one closure. ``name`` stands for it in the case file."""

    name: str
    retained: Sequence[RetainedRows]
    closed_at: dt.datetime


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


@dataclass
class Expiry:
    """What became of each closure of the batch: what was erased, or the reason why it was set aside."""

    done: dict[str, Expired] = field(default_factory=dict)
    set_aside: dict[str, str] = field(default_factory=dict)


def erase_due(store: Store, batch: Sequence[Due], casefiles: CaseFileShelf) -> Expiry:
    """Erase what is due of these closures, in one transaction per datastore; case files are saved before each write.

    Idempotent. A closure that cannot be done is set aside, and the others go without it. Raises what concerns all:
    :class:`pamitan.stores.errors.StoreUnavailable`, and :class:`pamitan.erasure.errors.MapMismatch` and
    :class:`pamitan.stores.errors.StoreMismatch` where the store file does not fit the schema.
    """
    result = Expiry({due.name: Expired() for due in batch})
    for datastore in home_last(store):
        found = _look(store, datastore, [due for due in batch if due.name in result.done], result)
        _erase(_Drawers(store, datastore, casefiles, found), result)
        for name, rows in _left(store, datastore, found):
            result.done[name].left.append(rows)
    for due in batch:
        if due.name in result.done:
            _finish(store, due, casefiles, result)
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


_FoundByName = dict[str, list[_Found]]
"""By the name of the closure."""


def _look(store: Store, datastore: str, batch: Sequence[Due], result: Expiry) -> _FoundByName:
    """Read the rows of all these closures, and tell what is due today."""
    found: _FoundByName = {due.name: [] for due in batch}
    alike: defaultdict[tuple[str, tuple[str, ...], str], list[_Asked]] = defaultdict(list)
    for due in batch:
        for rows in due.retained:
            if rows.datastore == datastore:
                asked = _Asked(due, rows, keep_now(store.file, rows), _Found(rows))
                found[due.name].append(asked.found)
                alike[rows.table, tuple(rows.read), repr(asked.start)].append(asked)
    for group in alike.values():
        some = [asked for asked in group if asked.due.name in result.done]
        try:
            _identify(store, datastore, some, result)
        except StoreMismatch as error:
            _set_aside(result, found, {asked.due.name: str(error) for asked in some})
    if datastore == store.file.home:
        for ones in found.values():
            _hold_back_account(ones, store.file.account.table)
    return found


@dataclass(frozen=True)
class _Asked:
    """Rows of one closure that are looked for."""

    due: Due
    rows: RetainedRows
    keep: Keep | None
    found: _Found

    @property
    def start(self) -> Source | None:
        return self.keep.until.column if self.keep else None


def _identify(store: Store, datastore: str, alike: Sequence[_Asked], result: Expiry) -> None:
    """Sort the rows that are there; all of ``alike`` are read in the same way. Raises ``StoreMismatch``."""
    if not alike:
        return
    rows, start = alike[0].rows, alike[0].start
    table = _table(store, rows)
    _check_columns(table, rows)
    zone, now = store.file.datastores[datastore].timezone, store.clock.now()
    remembered = [(asked, row) for asked in alike for row in asked.rows]
    with reading(store.engine(datastore)) as connection:
        reader = RowReader(connection, store.schema(datastore), zone, now)
        for first in range(0, len(remembered), _CHUNK):
            some = defaultdict(list)
            for asked, row in remembered[first : first + _CHUNK]:
                some[row.key.key].append((asked, row))
            keys = [held[0][1].key for held in some.values()]
            for there in reader.find(table, keys, rows.read, start):
                for asked, row in some[there.key.key]:
                    _sort(store, asked, row, there, result.done[asked.due.name])


def _sort(store: Store, asked: _Asked, row: RetainedRow, there: KeptRow, result: Expired) -> None:
    """Is it the row that was kept, and is it due today?"""
    if not asked.rows.is_same(row, there):
        result.replaced += 1
        return
    today = store.file.datastores[asked.rows.datastore].local(store.clock.now()).date()
    day = last_day(asked.rows, asked.keep, there.start or row.start, asked.due.closed_at, store.file)
    (asked.found.due if day is None or day < today else asked.found.later).append(row)


def _check_columns(table: Table, rows: RetainedRows) -> None:
    lost = [name for name in rows.read if name not in table.columns]
    if lost:
        raise StoreMismatch(
            f"'{table.name}' has lost columns by which its retained rows are known again "
            f"({', '.join(sorted(set(lost)))}); erase these rows by hand, or bring the columns back"
        )


def _set_aside(result: Expiry, found: _FoundByName, reasons: dict[str, str]) -> None:
    for name, reason in reasons.items():
        result.set_aside.setdefault(name, reason)
        result.done.pop(name, None)
        found.pop(name, None)


def _hold_back_account(found: Sequence[_Found], table: str) -> None:
    """An account's own row goes last: an erasure refuses to leave anything that points at it."""
    accounts = [one for one in found if one.rows.table == table]
    if any(one.later for one in found if one not in accounts):
        for one in accounts:
            one.held, one.due, one.later = [*one.due, *one.later], [], []


class _Drawers:
    """The case files of one datastore's run. Each comes with the keys that are due, also when a run is tried again:
    what an erasure writes down leaves out the keys of rows that it deletes, since links lead there. Here none do."""

    def __init__(self, store: Store, datastore: str, casefiles: CaseFileShelf, found: _FoundByName) -> None:
        self.store = store
        self.datastore = datastore
        self.found = found
        self.shapes = _Shapes(store, [one for ones in found.values() for one in ones])
        self._casefiles = casefiles

    def load(self, name: str) -> CaseFile | None:
        casefile = self._casefiles.load(name) or CaseFile(name)
        begun = casefile.datastores.get(self.datastore)
        if begun or self.found[name]:
            begun = begun or DatastoreCase()
            keys = self.shapes.packed(self.found[name])
            casefile.datastores[self.datastore] = DatastoreCase(begun.planned, keys, files=begun.files)
        return casefile

    def save(self, name: str, casefile: CaseFile) -> None:
        self._casefiles.save(name, casefile)


def _erase(drawers: _Drawers, result: Expiry) -> None:
    """All closures of the batch in one transaction; where that cannot be, halved until the bad one stands alone."""
    store, datastore = drawers.store, drawers.datastore
    begun = [name for name in drawers.found if datastore in (drawers.load(name) or CaseFile(name)).datastores]
    if not begun:
        return
    later = Store(expiring_file(store.file, datastore, drawers.shapes.rules), store.clock)
    place = Place(later, datastore, fates_of(later.file, datastore, store.schema(datastore)), drawers)

    def attempt(names: Sequence[str]) -> None:
        done = transaction(place, [_person(drawers, name) for name in names])
        for name in names:
            receipts = [receipt for receipt in done.get(name, []) if receipt.action != "keep"]
            result.done[name].receipts += [replace(receipt, note=receipt.note or DATE_CAME) for receipt in receipts]

    _set_aside(result, drawers.found, divide(begun, attempt))


def _person(drawers: _Drawers, name: str) -> Person:
    casefile = drawers.load(name) or CaseFile(name)
    return Person(Subject(name), Vetted(name, "other"), casefile, begun=True)


def expiring_file(file: StoreFile, datastore: str, rules: dict[str, list[Rule]]) -> StoreFile:
    """A store file whose data map knows the retained rows alone."""
    nothing: dict[str, Any] = {"orders": [], "subscriptions": [], "library": [], "balances": []}
    account = file.account.model_copy(update={"sessions": []})
    return file.model_copy(update={**nothing, "account": account, "map": {datastore: rules}})


class _Shapes:
    """The rules for all rows that are kept alike, whosever they are: two each, for what is due and what is not."""

    def __init__(self, store: Store, found: Sequence[_Found]) -> None:
        self.rules: dict[str, list[Rule]] = {}
        self._numbers: dict[tuple[Any, ...], int] = {}
        for one in found:
            shape, files = self._shape(one.rows), _unlinked(store.file, one.rows)
            if shape not in self._numbers:
                rules = self.rules.setdefault(one.rows.table, [])
                self._numbers[shape] = len(rules)
                rules += expiring_rules(_table(store, one.rows), one.rows, files)

    def packed(self, found: Sequence[_Found]) -> dict[str, KeyPack]:
        """The keys of one closure's rows, by table."""
        packs: dict[str, KeyPack] = {}
        for one in found:
            number, pack = self._numbers[self._shape(one.rows)], packs.setdefault(one.rows.table, KeyPack())
            pack.add(StoredKey(number, 0, False, row.key.key, ()) for row in one.due)
            pack.add(StoredKey(number + 1, 0, False, row.key.key, ()) for row in one.later)
        return packs

    @staticmethod
    def _shape(rows: RetainedRows) -> tuple[Any, ...]:
        return rows.table, rows.rule, rows.law, None if rows.columns is None else tuple(rows.columns)


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


def _left(store: Store, datastore: str, found: _FoundByName) -> Iterator[tuple[str, RetainedRows]]:
    """What is not due, and what is due and still there because others need it."""
    there = _still_there(store, datastore, [one for ones in found.values() for one in ones])
    for name, ones in found.items():
        for one in ones:
            needed = one.due if one.rows.columns is None else []
            rows = [*one.later, *one.held, *(row for row in needed if (one.rows.table, row.key.key) in there)]
            if rows:
                yield name, one.rows.only(rows)


def _still_there(store: Store, datastore: str, found: Sequence[_Found]) -> set[tuple[str, tuple[Any, ...]]]:
    """(table, key) of the rows that were to be deleted and are there."""
    due: defaultdict[str, list[StoredKey]] = defaultdict(list)
    for one in found:
        due[one.rows.table] += [row.key for row in one.due] if one.rows.columns is None else []
    there: set[tuple[str, tuple[Any, ...]]] = set()
    for name, keys in due.items():
        table = store.schema(datastore).table(name)
        with reading(store.engine(datastore)) as connection:
            reader = RowReader(connection, store.schema(datastore), "UTC", store.clock.now())
            there |= {(name, now.key.key) for now in reader.find(table, list(dict.fromkeys(keys)), [], None)}
    return there


def _finish(store: Store, due: Due, casefiles: CaseFileShelf, result: Expiry) -> None:
    """Delete the files of the rows that went, and say when the next row is due."""
    casefile, done = casefiles.load(due.name) or CaseFile(due.name), result.done[due.name]
    reason = unlink_files(casefile, casefiles)
    if reason:
        result.set_aside[due.name] = reason
        del result.done[due.name]
        return
    unlinked = [receipt for receipt in file_receipts(casefile) if receipt.action == "unlink"]
    done.receipts += [replace(receipt, note=receipt.note or DATE_CAME) for receipt in unlinked]
    done.next_day = _next_day(store, done, due.closed_at)


def _next_day(store: Store, result: Expired, closed_at: dt.datetime) -> dt.date | None:
    if not result.left:
        return None
    today = store.clock.now().date()
    days = [day for day in last_days(store.file, result.left, closed_at) if day >= today]
    return min(days, default=today + RETRY)


def _table(store: Store, rows: RetainedRows) -> Table:
    return store.schema(rows.datastore).table(rows.table)
