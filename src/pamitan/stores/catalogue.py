"""Facts that SQLAlchemy's inspector does not tell, asked of each database's own catalogue."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy.engine import Connection

Key = tuple[str | None, str]
"""Schema (``None`` for the default one) and table, as SQLAlchemy's inspector names them."""


def sqlite_indexes(connection: Connection) -> dict[Key, list[dict[str, Any]]]:
    """SQLite's indexes incl. those it makes for UNIQUE; SQLAlchemy misses a UNIQUE beside ``varchar(150)``."""
    rows = connection.exec_driver_sql(
        'SELECT t.name, i.name, i."unique", i.partial, c.name FROM sqlite_master t '
        "JOIN pragma_index_list(t.name) i JOIN pragma_index_info(i.name) c "
        "WHERE t.type = 'table' AND i.origin <> 'pk' ORDER BY t.name, i.name, c.seqno"
    )
    found: dict[Key, dict[str, dict[str, Any]]] = defaultdict(dict)
    for table, index, unique, partial, column in rows:
        options = {"sqlite_where": ""} if partial else {}
        entry = {"column_names": [], "unique": bool(unique), "dialect_options": options}
        found[None, table].setdefault(index, entry)["column_names"].append(column)
    return {key: list(indexes.values()) for key, indexes in found.items()}


def postgresql_partitions(connection: Connection) -> set[Key]:
    """Partitions, with their schema's name: their rows are already seen in the table they are a part of."""
    rows = connection.exec_driver_sql(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relispartition"
    )
    return {(schema, table) for schema, table in rows}


def postgresql_domain_lengths(connection: Connection) -> dict[tuple[str, str, str], int]:
    """How long a text may be, by schema, table and column, where the column's type is a domain."""
    rows = connection.exec_driver_sql(
        "SELECT table_schema, table_name, column_name, character_maximum_length FROM information_schema.columns "
        "WHERE domain_name IS NOT NULL AND character_maximum_length IS NOT NULL"
    )
    return {(schema, table, column): length for schema, table, column, length in rows}


def mariadb_checks(connection: Connection) -> dict[Key, list[dict[str, Any]]]:
    """CHECK constraints of tables and of columns; SQLAlchemy sees the former alone."""
    rows = connection.exec_driver_sql(
        "SELECT TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS "
        "WHERE CONSTRAINT_SCHEMA = DATABASE()"
    )
    found: dict[Key, list[dict[str, Any]]] = defaultdict(list)
    for table, name, clause in rows:
        found[None, table].append({"name": name, "sqltext": clause})
    return found
