"""Makes the drawn tables in a database, fills and reads them, by the plain driver and without the product's code."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pymysql
import sqlalchemy as sa

from tests.store.any_schema.model import Column, ForeignKey, Row, Table

TYPES = {
    "sqlite": {"uuid": "VARCHAR(36)", "json": "TEXT"},
    "postgresql": {"uuid": "UUID", "json": "JSONB"},
    "mariadb": {"uuid": "CHAR(36)", "json": "JSON"},
}
Rows = dict[str, dict[int, dict[str, Any]]]
"""table -> number of the row -> its cells"""


class Database:
    """One database that is used again and again, by one driver connection."""

    def __init__(self, url: str) -> None:
        self.url = url
        parsed = sa.make_url(url)
        self.dialect = {"mysql": "mariadb"}.get(parsed.get_backend_name(), parsed.get_backend_name())
        self._connection = self._connect(parsed)

    def _connect(self, url: sa.URL) -> Any:
        if self.dialect == "sqlite":
            connection = sqlite3.connect(str(url.database), isolation_level=None)
            connection.execute("PRAGMA synchronous = OFF")
            return connection
        if self.dialect == "postgresql":
            return psycopg.connect(url.render_as_string(), autocommit=True, prepare_threshold=None)
        port = url.port or 3306
        return pymysql.connect(host=url.host, port=port, user=url.username, database=url.database, autocommit=True)

    def close(self) -> None:
        self._connection.close()

    def execute(self, *statements: str) -> None:
        with closing(self._connection.cursor()) as cursor:
            for statement in statements:
                cursor.execute(statement)

    def quoted(self, name: str) -> str:
        return f"`{name}`" if self.dialect == "mariadb" else f'"{name}"'

    # making

    def make(self, tables: list[Table]) -> None:
        """Drop what is there, make these tables and fill them; foreign keys come last, because of circles."""
        self._drop_all()
        on_sqlite = self.dialect == "sqlite"
        for table in tables:
            keys = [self._foreign_key(key) for key in table.foreign_keys] if on_sqlite else []
            parts = [*(self._column(column) for column in table.columns.values()), *self._constraints(table), *keys]
            self.execute(f"CREATE TABLE {self.quoted(table.name)} ({', '.join(parts)})")
            self._fill(table)
        if not on_sqlite:
            self.execute(*(statement for table in tables for statement in self._bind(table)))
        self.execute(*(statement for table in tables[::2] for statement in self._indexes(table)))

    def _drop_all(self) -> None:
        names = [self.quoted(name) for name in self._names()]
        if not names:
            return
        if self.dialect == "postgresql":
            self.execute(f"DROP TABLE {', '.join(names)} CASCADE")
        elif self.dialect == "mariadb":
            self.execute("SET foreign_key_checks = 0", f"DROP TABLE {', '.join(names)}", "SET foreign_key_checks = 1")
        else:
            self.execute("PRAGMA foreign_keys = OFF", *(f"DROP TABLE {name}" for name in names))

    def _names(self) -> Iterator[str]:
        query = {
            "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
            "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
            "mariadb": "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()",
        }[self.dialect]
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(query)
            yield from [row[0] for row in cursor.fetchall()]

    def _column(self, column: Column) -> str:
        known = {"integer": "INTEGER", "text": "TEXT", "varchar": f"VARCHAR({column.length})", "date": "DATE"}
        kind = {**known, **TYPES[self.dialect]}[column.type]
        name, null = self.quoted(column.name), "" if column.null else " NOT NULL"
        return f"{name} {kind}{null}{f' CHECK ({name} {column.check})' if column.check else ''}"

    def _constraints(self, table: Table) -> Iterator[str]:
        if table.key:
            yield f"{'PRIMARY KEY' if table.primary else 'UNIQUE'} ({self._list(table.key)})"
        for column in table.uniques:
            yield f"UNIQUE ({self.quoted(column)})"

    def _foreign_key(self, key: ForeignKey) -> str:
        end = f" ON DELETE {key.on_delete}" if key.on_delete else ""
        target = f"{self.quoted(key.target)} ({self._list(key.target_columns)})"
        return f"FOREIGN KEY ({self._list(key.columns)}) REFERENCES {target}{end}"

    def _bind(self, table: Table) -> Iterator[str]:
        if table.foreign_keys:
            parts = ", ".join(f"ADD {self._foreign_key(key)}" for key in table.foreign_keys)
            yield f"ALTER TABLE {self.quoted(table.name)} {parts}"

    def _indexes(self, table: Table) -> Iterator[str]:
        """On what the links go by; the other half of the tables has none, and is gone about otherwise."""
        linked = {name for link in table.links for name in link.get("on", {}) if name in table.columns}
        for name in sorted(linked):
            if table.columns[name].type not in ("text", "json"):
                index = self.quoted(f"by_{table.name}_{name}")
                yield f"CREATE INDEX {index} ON {self.quoted(table.name)} ({self.quoted(name)})"

    def _list(self, columns: tuple[str, ...]) -> str:
        return ", ".join(self.quoted(column) for column in columns)

    def _fill(self, table: Table) -> None:
        if table.rows:
            rows = ", ".join(f"({', '.join(self._cells(table, row))})" for row in table.rows)
            self.execute(f"INSERT INTO {self.quoted(table.name)} ({self._list(tuple(table.columns))}) VALUES {rows}")

    def _cells(self, table: Table, row: Row) -> Iterator[str]:
        for name in table.columns:
            value = row.values[name]
            if value is None or isinstance(value, int):
                yield "NULL" if value is None else str(value)
            else:
                text = value.replace("'", "''")
                yield f"'{text.replace(chr(92), chr(92) * 2) if self.dialect == 'mariadb' else text}'"

    # reading

    def read(self, tables: list[Table]) -> Rows:
        """All rows of these tables."""
        return {table.name: self._rows_of(table) for table in tables}

    def _rows_of(self, table: Table) -> dict[int, dict[str, Any]]:
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(f"SELECT {self._list(tuple(table.columns))} FROM {self.quoted(table.name)}")
            rows = [dict(zip(table.columns, row, strict=True)) for row in cursor.fetchall()]
        found = {row["no"]: row for row in rows}
        assert len(found) == len(rows), f"{table.name} has a row twice"
        return found
