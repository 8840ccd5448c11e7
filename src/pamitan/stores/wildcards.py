"""Tables and columns that a store file names by a pattern, such as ``log_*``, written out for the database as it is.

``*`` stands for any text. A table or column that is named exactly is no part of a pattern; a pattern leaves out key
columns, and columns that the database computes. Two patterns that fit one table, or give one column two actions, are a
fault: which of them is meant, the reader has to say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pamitan.storefile.model import StoreFile
from pamitan.storefile.rules import Rule
from pamitan.stores.engine import engine_for
from pamitan.stores.errors import StoreUnavailable
from pamitan.stores.schema import Schema, Table, reflect

ANY = "*"
_ACTIONS = ("clear", "replace", "detach", "scrub", "redact")
"""The words of a rule that name columns; a column has one of them."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a pattern: where in the data map, what, and the mend."""

    datastore: str
    table: str
    message: str
    mend: str


@dataclass(frozen=True)
class WrittenOut:
    """A store file without patterns, and what there was to say of them."""

    file: StoreFile
    faults: tuple[Fault, ...] = ()
    unused: tuple[Fault, ...] = ()
    """Patterns that fit nothing."""


class LiveFile:
    """A store file whose patterns are written out anew as soon as the schema is another one."""

    def __init__(self, written: StoreFile) -> None:
        self.written = written
        self._patterned = [name for name, tables in written.map.items() if any(map(_has_pattern, tables.items()))]
        self._known: tuple[list[Schema], WrittenOut] = ([], WrittenOut(written))

    def now(self) -> WrittenOut:
        """The file for the schemas as they were last read. Where a database does not answer, as it was before."""
        if not self._patterned:
            return self._known[1]
        try:
            schemas = [reflect(engine_for(self.written.datastores[name].url)) for name in self._patterned]
        except StoreUnavailable:
            return self._known[1]
        if not self._known[0] or any(a is not b for a, b in zip(schemas, self._known[0], strict=True)):
            by_name = dict(zip(self._patterned, schemas, strict=True))
            self._known = (schemas, write_out(self.written, by_name))
        return self._known[1]


def write_out(file: StoreFile, schemas: Mapping[str, Schema]) -> WrittenOut:
    """The file with the patterns of these datastores replaced by what fits them."""
    notes = _Notes()
    mapped = dict(file.map)
    for datastore, schema in schemas.items():
        mapped[datastore] = _tables(file, datastore, schema, notes)
    return WrittenOut(file.model_copy(update={"map": mapped}), tuple(notes.faults), tuple(notes.unused))


def fits(pattern: str, name: str) -> bool:
    """Whether the name is what the pattern says; ``*`` stands for any text."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split(ANY))), name, re.DOTALL) is not None


@dataclass
class _Notes:
    faults: list[Fault] = field(default_factory=list)
    unused: list[Fault] = field(default_factory=list)


def _has_pattern(entry: tuple[str, Sequence[Rule]]) -> bool:
    table, rules = entry
    return ANY in table or any(ANY in column for rule in rules for column in _columns(rule))


def _columns(rule: Rule) -> Iterator[str]:
    for word in (*_ACTIONS, "personal"):
        yield from getattr(rule, word, None) or ()


def _tables(file: StoreFile, datastore: str, schema: Schema, notes: _Notes) -> dict[str, list[Rule]]:
    mapped, ignored = file.map[datastore], file.ignore.get(datastore, {})
    found: dict[str, list[Rule]] = {}
    chosen: dict[str, str] = {}
    for name, rules in mapped.items():
        names = [name] if ANY not in name else [t for t in schema.tables if fits(name, t) and t not in mapped]
        names = [table for table in names if table not in ignored]
        if not names and ANY in name:
            message, mend = "fits no table", "correct the pattern or take it out"
            notes.unused.append(Fault(datastore, name, message, mend))
        for table in names:
            if table in chosen:
                message = f"fits '{table}', and so does '{chosen[table]}'"
                notes.faults.append(Fault(datastore, name, message, f"map '{table}' by its own name"))
                continue
            chosen[table] = name
            found[table] = [_Columns(datastore, name, schema.tables.get(table), notes).of(rule) for rule in rules]
    _tell_unused_columns(mapped, chosen, datastore, schema, notes)
    return found


def _tell_unused_columns(
    mapped: Mapping[str, Sequence[Rule]], chosen: Mapping[str, str], datastore: str, schema: Schema, notes: _Notes
) -> None:
    """Patterns for columns that fit in none of the tables that their rules are for."""
    for name, rules in mapped.items():
        tables = [schema.tables[table] for table, by in chosen.items() if by == name and table in schema.tables]
        patterns = dict.fromkeys(column for rule in rules for column in _columns(rule) if ANY in column)
        for pattern in patterns:
            if tables and not any(fits(pattern, column) for table in tables for column in table.columns):
                message, mend = f"'{pattern}' fits no column", "correct the pattern or take it out"
                notes.unused.append(Fault(datastore, name, message, mend))


class _Columns:
    """Writes out the columns of the rules of one table."""

    def __init__(self, datastore: str, name: str, table: Table | None, notes: _Notes) -> None:
        self._datastore = datastore
        self._name = name
        self._notes = notes
        self._open = [] if table is None else [c.name for c in table.columns.values() if not c.generated]
        self._open = [column for column in self._open if table is None or column not in table.primary_key]

    def of(self, rule: Rule) -> Rule:
        """The rule without patterns for columns."""
        if not any(ANY in column for column in _columns(rule)):
            return rule
        return rule.model_copy(update={**self._written(rule, _ACTIONS), **self._written(rule, ("personal",))})

    def _written(self, rule: Rule, words: Collection[str]) -> dict[str, Any]:
        given = {word: getattr(rule, word) for word in words if getattr(rule, word, None)}
        exact = {column for columns in given.values() for column in columns if ANY not in column}
        taken: dict[str, str] = {}
        return {word: self._filled(columns, exact, taken) for word, columns in given.items()}

    def _filled(self, columns: Any, exact: set[str], taken: dict[str, str]) -> Any:
        names = {column: self._fitting(column, exact, taken) for column in columns}
        if isinstance(columns, dict):
            return {name: columns[column] for column, fitting in names.items() for name in fitting}
        return [name for fitting in names.values() for name in fitting]

    def _fitting(self, pattern: str, exact: set[str], taken: dict[str, str]) -> list[str]:
        if ANY not in pattern:
            return [pattern]
        found = [column for column in self._open if column not in exact and fits(pattern, column)]
        for column in [column for column in found if column in taken]:
            message = f"'{pattern}' and '{taken[column]}' both fit the column '{column}'"
            mend = f"name '{column}' itself, under the action that is meant"
            self._notes.faults.append(Fault(self._datastore, self._name, message, mend))
            found.remove(column)
        taken |= dict.fromkeys(found, pattern)
        return found
