"""Remember, before the first write, which rows an erasure leaves because a law keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from pamitan.erasure.retained import RetainedRows
from pamitan.storefile.model import StoreFile
from pamitan.storefile.rules import Keep
from pamitan.stores.keptrows import RowReader
from pamitan.stores.steps import Fate, Kept
from pamitan.stores.writes import TableWriter


class Retaining:
    """The rows of one datastore that stay for a law's sake, by number of the account."""

    def __init__(self, file: StoreFile, datastore: str, reader: RowReader) -> None:
        self._map = file.map.get(datastore, {})
        self._datastore = datastore
        self._reader = reader

    def of(self, writers: Mapping[str, TableWriter]) -> Iterator[tuple[int, RetainedRows]]:
        """The retained rows of every table, account by account within a rule."""
        for table, writer in writers.items():
            if writer.keys.key.lasting:
                yield from self._of_table(table, writer)

    def _of_table(self, table: str, writer: TableWriter) -> Iterator[tuple[int, RetainedRows]]:
        fate = writer.fate
        for kept in fate.kept:
            yield from self._of_rule(writer, self._kept(table, fate, kept), self._map[table][kept.rule].keep)
        if fate.kept or fate.needs:
            for rule in sorted(fate.deletes):
                yield from self._of_rule(writer, self._waiting(table, fate, rule), None)

    def _of_rule(
        self, writer: TableWriter, template: RetainedRows, keep: Keep | None
    ) -> Iterator[tuple[int, RetainedRows]]:
        start = keep.until.column if keep else None
        rows = self._reader.read(writer.keys, template.read, start, writer.staying(template.rule))
        for number, group in groupby(rows, key=lambda found: found[0]):
            found = template.anew()
            found.remember(row for _number, row in group)
            yield number, found

    def _kept(self, table: str, fate: Fate, kept: Kept) -> RetainedRows:
        keep = self._map[table][kept.rule].keep
        if keep is None:
            raise ValueError("the rule keeps nothing")
        columns = keep.columns if keep.columns is None else list(keep.columns)
        names = [name for name in self._columns(table) if kept.covers(name)]
        ties = _ties(fate, {name for name in self._columns(table) if not kept.covers(name)}, kept.rule)
        return RetainedRows(self._datastore, table, kept.rule, kept.law, keep.until, columns, names, ties)

    def _waiting(self, table: str, fate: Fate, rule: int) -> RetainedRows:
        changed = {assignment.column for assignment in fate.assignments}
        names = [name for name in self._columns(table) if name not in changed]
        return RetainedRows(self._datastore, table, rule, "", None, None, names, {})

    def _columns(self, table: str) -> list[str]:
        described = self._reader.schema.table(table)
        return [name for name in described.columns if name not in described.primary_key]


def merged(known: list[RetainedRows], found: list[RetainedRows]) -> list[RetainedRows]:
    """What an earlier run wrote down stays as it is: links and dates may be gone since. Rows that are new are added."""
    result = list(known)
    for rows in found:
        held = {row.key for before in known if before.place == rows.place for row in before}
        new = rows.only(row for row in rows if row.key not in held) if held else rows
        if new.rows:
            result.append(new)
    return result


def _ties(fate: Fate, changed: set[str], rule: int) -> dict[str, str | None]:
    """The columns that this rule cuts, with what stands there afterwards."""
    cut = [a for a in fate.assignments if a.action == "detach" and a.rule == rule and not a.shared]
    return {a.column: _left(a.value.constant) for a in cut if a.column in changed and a.value.kind != "unique"}


def _left(value: Any) -> str | None:
    return None if value is None else str(value) or None
