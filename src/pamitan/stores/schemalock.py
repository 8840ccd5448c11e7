"""The schema as a reviewer saw it, written beside the store file: whatever changed since has to be looked at first.

``STORE.yaml.schema.json`` names the tables, columns and types of every datastore, and no data. Tables and columns under
``ignore`` are no part of it, nor are new tables that a pattern of the data map takes: there the reviewer has said how
it is to be with whatever comes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from pamitan.storefile.load import PRESET
from pamitan.storefile.model import StoreFile
from pamitan.stores.errors import StoreMismatch
from pamitan.stores.schema import Column, Schema
from pamitan.stores.wildcards import fits

_VERSION = 1
Tables = Mapping[str, Mapping[str, str]]
"""Table -> column -> type."""


class SchemaLock:
    """What was reviewed of one store file's databases."""

    def __init__(self, source: str) -> None:
        """``source``: the path of the store file, or ``preset:NAME``, which has no place beside it."""
        self.path = None if source.startswith(PRESET) else Path(f"{Path(source).expanduser()}.schema.json")
        self._known: tuple[tuple[int, int] | None, dict[str, Tables]] = (None, {})

    def changes(self, file: StoreFile, datastore: str, schema: Schema) -> list[str]:
        """A sentence for each thing that is not as it was reviewed; none where nothing was recorded.

        Raises :class:`StoreMismatch` where the record cannot be read.
        """
        reviewed = self._read()
        if reviewed is None:
            return []
        before, now = reviewed.get(datastore, {}), _tables(schema)
        return list(_changes(file, datastore, _counted(file, datastore, before), _counted(file, datastore, now)))

    def record(self, file: StoreFile, schemas: Mapping[str, Schema]) -> Path:
        """Write down these schemas as reviewed; where that is. Raises :class:`StoreMismatch` where it cannot be."""
        if self.path is None:
            raise StoreMismatch("a preset has no place to record a schema; copy it into a store file of your own")
        found = {datastore: _counted(file, datastore, _tables(schema)) for datastore, schema in schemas.items()}
        text = json.dumps({"version": _VERSION, "datastores": found}, indent=1, sort_keys=True, ensure_ascii=False)
        beside = self.path.with_name(f"{self.path.name}.new")
        try:
            beside.write_text(text + "\n", "utf-8")
            os.replace(beside, self.path)
        except OSError as error:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            raise StoreMismatch(
                f"{self.path} cannot be written ({error.strerror}); check the folder's rights"
            ) from None
        return self.path

    def _read(self) -> dict[str, Tables] | None:
        """By datastore; ``None`` where nothing was recorded. Read again when the file is another one."""
        if self.path is None:
            return None
        try:
            state = self.path.stat()
            stamp = (state.st_mtime_ns, state.st_size)
            if self._known[0] != stamp:
                self._known = (stamp, _checked(json.loads(self.path.read_text("utf-8"))))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            mend = "run 'pamitan check STORE.yaml --record' again"
            raise StoreMismatch(f"{self.path} is no record of a schema that can be read; {mend}") from None
        return self._known[1]


def new_links(file: StoreFile, datastore: str, schema: Schema, known: Collection[str]) -> Iterator[str]:
    """The tables that are not among the known ones, point at a table of the data map, and are not spoken of."""
    mapped = file.map.get(datastore, {})
    ignored = file.ignore.get(datastore, {})
    for table in schema.tables.values():
        spoken_of = table.name in mapped or any(fnmatchcase(table.name, pattern) for pattern in ignored)
        pointed = sorted({key.target for key in table.foreign_keys if key.target in mapped})
        if table.name not in known and not spoken_of and pointed:
            yield f"the table '{table.name}' is new and points at '{pointed[0]}'"


def _checked(plain: Any) -> dict[str, Tables]:
    if plain["version"] != _VERSION:
        raise ValueError(plain["version"])
    return {
        str(name): {str(table): {str(c): str(t) for c, t in columns.items()} for table, columns in tables.items()}
        for name, tables in plain["datastores"].items()
    }


def _tables(schema: Schema) -> Tables:
    return {table.name: {c.name: _type(c) for c in table.columns.values()} for table in schema.tables.values()}


def _counted(file: StoreFile, datastore: str, tables: Tables) -> Tables:
    """Without what the store file ignores."""
    ignored = file.ignore.get(datastore, {})

    def counts(name: str) -> bool:
        return not any(fnmatchcase(name, pattern) for pattern in ignored)

    return {
        table: {column: type_ for column, type_ in columns.items() if counts(f"{table}.{column}")}
        for table, columns in tables.items()
        if counts(table)
    }


def _type(column: Column) -> str:
    return f"{column.sql_type or column.kind}{'' if column.nullable else ' NOT NULL'}"


def _changes(file: StoreFile, datastore: str, before: Tables, now: Tables) -> Iterator[str]:
    patterns = [name for name in file.map.get(datastore, {}) if "*" in name]
    for table in sorted(now.keys() - before.keys()):
        if not any(fits(pattern, table) for pattern in patterns):
            yield f"the table '{table}' is new"
    for table in sorted(before.keys() - now.keys()):
        yield f"the table '{table}' is gone"
    for table in sorted(before.keys() & now.keys()):
        yield from _changed_columns(table, before[table], now[table])


def _changed_columns(table: str, before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for column in sorted(now.keys() - before.keys()):
        yield f"the column '{table}.{column}' is new"
    for column in sorted(before.keys() - now.keys()):
        yield f"the column '{table}.{column}' is gone"
    for column in sorted(before.keys() & now.keys()):
        if before[column] != now[column]:
            yield f"the column '{table}.{column}' is {now[column]} and was {before[column]}"
