"""A batch's rows in one datastore: who stays and who goes, how many, and the writes in their order.

Planning, erasing and verifying all go through :class:`Settlement`; they differ in what they do with it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pamitan.erasure.editing import Editing
from pamitan.erasure.errors import NotErasable
from pamitan.erasure.fates import Fates
from pamitan.erasure.guard import check_radius
from pamitan.erasure.namedfiles import NamedFile, State
from pamitan.erasure.receipt import SHARED_ROW, Receipt
from pamitan.erasure.retained import RetainedRows
from pamitan.erasure.retaining import Retaining
from pamitan.storefile.model import StoreFile
from pamitan.storefile.rules import Action
from pamitan.storefile.templates import FileTemplate, OutsideFolder
from pamitan.stores.direct import DirectTables
from pamitan.stores.keptrows import RowReader
from pamitan.stores.keys import Keys
from pamitan.stores.schema import Schema
from pamitan.stores.steps import Cascade, Fate
from pamitan.stores.writes import TableWriter, check_constraints_now, put_off_constraints

_CHANGES: tuple[Action, ...] = ("clear", "replace", "detach", "scrub", "redact")
Receipts = dict[str, list[Receipt]]
"""By account id."""


@dataclass
class Progress:
    """What is being done now, for the sentence that explains a failure."""

    doing: str = "collecting the rows"


class Settlement:
    """Collects the batch's rows at once, marks what a kept row needs, and knows what is left to delete and change.

    ``late``: only what is not yet as it should be.
    """

    def __init__(
        self,
        file: StoreFile,
        datastore: str,
        schema: Schema,
        fates: Fates,
        connection: Any,
        keys: Keys,
        progress: Progress | None = None,
        late: bool = False,
        editing: Editing | None = None,
    ) -> None:
        self._file = file
        self._datastore = datastore
        self._schema = schema
        self._fates = fates
        self._connection = connection
        self._keys = keys
        self._late = late
        self._editing = editing
        self._progress = progress or Progress()
        direct = frozenset[str]() if late or keys.is_seeded else fates.direct
        self.direct = DirectTables(keys, [fate for fate in fates.tables if fate.table in direct], fates.prepared)
        """The rows that are counted and written by their link; the others' keys are collected at once."""
        self.writers = {
            fate.table: TableWriter(connection, keys, fate) for fate in fates.tables if fate.table not in direct
        }
        self._settle()

    @property
    def datastore(self) -> str:
        """Where these rows are."""
        return self._datastore

    def _settle(self) -> None:
        self._share_what_is_pointed_at()
        if self._late:
            for table, writer in self.writers.items():
                self._rewrite(table, writer)
                writer.retire_clean()
        needs = [(self.writers[fate.table], need) for fate in self._fates.tables for need in fate.needs]
        while needs and sum([writer.mark_needed(need) for writer, need in needs]):
            pass
        for writer in self.writers.values():
            writer.mark_doomed()
        self._check_account_row()

    def _share_what_is_pointed_at(self) -> None:
        """Rows that shared rows point at stay with them, and are cut from the leaving account as well."""
        account = self._file.account.table if self._datastore == self._file.home else None
        fates = [fate for fate in self._fates.tables if fate.table != account]
        needs = [(self.writers[fate.table], need) for fate in fates for need in fate.needs if need.shared]
        while needs and sum([writer.mark_shared(need) for writer, need in needs]):
            pass

    def _check_account_row(self) -> None:
        """The account's own row must go: kept rows that point at it have to be detached."""
        table = self._file.account.table
        if self._datastore != self._file.home or table not in self.writers:
            return
        needed = self.writers[table].count_needed()
        if needed:
            children = ", ".join(sorted({need.child for need in self._fates.of(table).needs}))
            raise NotErasable(
                f"the account's row in '{table}' cannot be deleted, because rows that stay, kept by law or shared with "
                "another customer, point at it "
                f"({children}); detach them, or clear the columns of '{table}' instead of deleting its row",
                frozenset(needed),
            )

    # counting

    def receipts(self) -> Receipts:
        """What is about to be done, by account."""
        found: Receipts = defaultdict(list)
        for fate in self._fates.tables:
            for account, receipt in self._receipts_of(fate.table):
                found[account].append(receipt)
        return dict(found)

    def _receipts_of(self, table: str) -> Iterator[tuple[str, Receipt]]:
        writer = self.writers.get(table)
        actions: tuple[Action, ...] = ("delete", *_CHANGES)
        for action in actions:
            counts = writer.count(action) if writer else self.direct.count(table, action)
            alike = {rows: Receipt(self._datastore, table, action, rows) for rows in set(counts.values())}
            for account, rows in counts.items():
                yield account, alike[rows]
        if writer and not self._late:
            yield from self._stays(table, writer)

    def _stays(self, table: str, writer: TableWriter) -> Iterator[tuple[str, Receipt]]:
        overruled = writer.count_overruled()
        for kept in writer.fate.kept:
            for account, rows in writer.count_kept(kept.rule).items():
                note = f"{kept.law}; kept although another rule deletes" if overruled.get(account) else kept.law
                yield account, Receipt(self._datastore, table, "keep", rows, note)
        for account, rows in writer.count_shared().items():
            yield account, Receipt(self._datastore, table, "keep", rows, SHARED_ROW)
        for account, rows in writer.count_needed().items():
            yield account, Receipt(self._datastore, table, "keep", rows, _why_needed(writer.fate))

    def check_guard(self, receipts: Receipts) -> None:
        """Raise :class:`pamitan.erasure.errors.GuardTripped` where an account has far too many rows."""
        deleted: dict[str, dict[str, int]] = {fate.table: defaultdict(int) for fate in self._fates.tables}
        changed: dict[str, dict[str, int]] = {table: defaultdict(int) for table in deleted}
        for account, done in receipts.items():
            for receipt in done:
                if receipt.action == "delete":
                    deleted[receipt.table][account] += receipt.rows
                elif receipt.action in _CHANGES:
                    changed[receipt.table][account] = max(changed[receipt.table][account], receipt.rows)
        touched = {table: _added(deleted[table], changed[table]) for table in deleted}
        check_radius(self._file.guard, self._holds_more_than, touched)

    def _holds_more_than(self, table: str, rows: int) -> bool:
        writer = self.writers.get(table)
        return writer.holds_more_than(rows) if writer else self.direct.holds_more_than(table, rows)

    def retained(self, now: dt.datetime) -> Iterator[tuple[str, RetainedRows]]:
        """(account id, rows) of what a law keeps, as it is before the first write."""
        reader = RowReader(self._connection, self._schema, self._file.datastores[self._datastore].timezone, now)
        for number, rows in Retaining(self._file, self._datastore, reader).of(self.writers):
            yield self._keys.account_of(number), rows

    def personal_values(self) -> dict[str, Iterable[tuple[str, str, Any]]]:
        """By table, (account id, kind, value) of what tells who the persons are."""
        keyed = {table: writer.personal_values() for table, writer in self.writers.items()}
        return keyed | {table: self.direct.personal_values(table) for table in self.direct.fates}

    def files(self) -> Iterator[tuple[str, NamedFile]]:
        """(account id, file) of the files that go with the rows. Raises :class:`NotErasable` where one lies outside."""
        for table, writer in self.writers.items():
            rules, seen = self._file.map.get(self._datastore, {}).get(table, []), set[tuple[str, str]]()
            for number, template in [(n, template) for n, rule in enumerate(rules) for template in rule.files]:
                alike = [n for n, rule in enumerate(rules) if template in rule.files]
                for account, row, shared in list(writer.named_files(number, template.columns, alike)):
                    url = _url(template, row, account, table)
                    if url and (account, url) not in seen:
                        seen.add((account, url))
                        state: State = "shared" if shared else "planned"
                        yield account, NamedFile(table, url, template.folder, state)

    # writing

    def write(self, receipts: Receipts) -> None:
        """Do it: changes first, because a detach cuts foreign keys, then deletions, children before parents."""
        busy = {(receipt.table, receipt.action) for done in receipts.values() for receipt in done if receipt.rows}
        circles = any(fate.loosened or self._points_at_itself(fate.table) for fate in self._fates.tables)
        put_off_constraints(self._connection, self._schema, circles)
        for table, writer in self.writers.items():
            if any((table, action) in busy for action in _CHANGES):
                self._progress.doing = f"changing rows of '{table}'"
                if not self._late:
                    self._rewrite(table, writer)
                writer.change()
        for table in self.direct.fates:
            if any((table, action) in busy for action in _CHANGES):
                self._progress.doing = f"changing rows of '{table}'"
                self.direct.change(table)
        deletions = [table for table in self._fates.deletions if (table, "delete") in busy]
        bound = [self.writers[table] for table in deletions if table in self.writers]
        self._check_cascades(bound)
        for writer in bound:
            self._progress.doing = f"cutting circles of foreign keys in '{writer.fate.table}'"
            writer.loosen()
        for table in deletions:
            self._delete(table, receipts)
        gone = "; ".join(f"'{table}'{self._pointing_at(table)}" for table in deletions)
        self._progress.doing = f"checking the foreign keys{f' after deleting rows of {gone}' if gone else ''}"
        check_constraints_now(self._connection, self._schema)

    def _rewrite(self, table: str, writer: TableWriter) -> None:
        if self._editing is not None:
            writer.rewrite(self._editing.of(table))

    def _points_at_itself(self, table: str) -> bool:
        return any(key.target == table for key in self._schema.table(table).foreign_keys)

    def _delete(self, table: str, receipts: Receipts) -> None:
        writer = self.writers.get(table)
        self._progress.doing = f"deleting rows of '{table}'{self._pointing_at(table)}"
        expected = sum(r.rows for done in receipts.values() for r in done if (r.table, r.action) == (table, "delete"))
        deleted = writer.delete() if writer else self.direct.delete(table)
        if deleted != expected and (writer.has_doomed_left() if writer else self.direct.has_left(table)):
            raise NotErasable(
                f"rows of '{table}' are still there after their deletion: a trigger or rule of the database keeps "
                "them. Use clear and replace instead of delete, or let the trigger pass for Pamitan's user"
            )

    def _pointing_at(self, table: str) -> str:
        pointing = [f"{child.name} ({', '.join(key.columns)})" for child, key in self._schema.pointing_at(table)]
        return f", which these point at: {', '.join(sorted(pointing))}" if pointing else ""

    def _check_cascades(self, deletions: list[TableWriter]) -> None:
        for writer in deletions:
            for cascade in writer.fate.cascades:
                self._check_cascade(writer, cascade)

    def _check_cascade(self, writer: TableWriter, cascade: Cascade) -> None:
        child = self.writers.get(cascade.child)
        dragged = writer.dragged_along(cascade, child, self._schema.table(cascade.child).sql)
        if dragged:
            deletes = cascade.action == "CASCADE"
            does, rule = ("delete", "deletes or detaches") if deletes else ("change", "detaches")
            raise NotErasable(
                f"deleting rows of '{writer.fate.table}' would make the database {does} rows of '{cascade.child}' as "
                f"well, which the data map does not {does} (ON DELETE {cascade.action} of "
                f"{', '.join(cascade.columns)}); give '{cascade.child}' a rule that {rule} these rows",
                frozenset(dragged),
            )


def _url(template: FileTemplate, row: dict[str, str], account: str, table: str) -> str | None:
    try:
        return template.filled(row)
    except OutsideFolder as outside:
        raise NotErasable(
            f"a row of '{table}' names a file that is not to be touched: {outside}; correct or empty that value",
            frozenset([account]),
        ) from None


def _added(deleted: Mapping[str, int], changed: Mapping[str, int]) -> dict[str, int]:
    """The rows of each account that are touched at all."""
    return {account: deleted.get(account, 0) + changed.get(account, 0) for account in {**deleted, **changed}}


def _why_needed(fate: Fate) -> str:
    """Why rows of that table stay, though a rule deletes them."""
    laws = ", ".join(sorted({need.law for need in fate.needs} - {SHARED_ROW}))
    return f"rows kept by law point at it: {laws}" if laws else f"rows {SHARED_ROW} point at it"
