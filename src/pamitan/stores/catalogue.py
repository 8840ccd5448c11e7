"""Facts that SQLAlchemy's inspector does not tell, asked of each database's own catalogue."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

Key = tuple[str | None, str]
"""Schema (``None`` for the default one) and table, as SQLAlchemy's inspector names them."""

# what tables, columns, types, constraints and indexes are: whatever of it changes, the sum of the hashes does
_POSTGRESQL_SHAPE = """
SELECT concat_ws('-', count(*), sum(hashtextextended(fact, 0))) FROM (
    SELECT concat_ws(':', 'column', c.relname, c.relnamespace, a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod,
        a.attnotnull, a.attgenerated, a.atthasdef, a.attcollation) AS fact
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND c.oid >= 16384 AND a.attnum > 0
    UNION ALL SELECT concat_ws(':', 'constraint', oid, conrelid, contypid) FROM pg_constraint WHERE oid >= 16384
    UNION ALL SELECT concat_ws(':', 'index', indexrelid) FROM pg_index WHERE indexrelid >= 16384
    UNION ALL SELECT concat_ws(':', 'choice', enumtypid, enumlabel) FROM pg_enum
) shape
"""
_MARIADB_SHAPE = (
    "SELECT TABLE_NAME, ORDINAL_POSITION, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT, COLLATION_NAME, "
    "COLUMN_KEY, EXTRA FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()",
    "SELECT TABLE_NAME, CONSTRAINT_NAME, REFERENCED_TABLE_NAME, DELETE_RULE, UNIQUE_CONSTRAINT_NAME, NULL, NULL, NULL, "
    "NULL FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()",
    "SELECT TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX, COLUMN_NAME, NON_UNIQUE, NULL, NULL, NULL, NULL "
    "FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE()",
    "SELECT TABLE_NAME, TABLE_TYPE, NULL, NULL, NULL, NULL, NULL, NULL, NULL "
    "FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()",
)


def shape(connection: Connection) -> int:
    """A number that is another one as soon as the schema is another one; costs some milliseconds."""
    if connection.dialect.name == "postgresql":
        return hash(connection.exec_driver_sql(_POSTGRESQL_SHAPE).scalar_one())
    if connection.dialect.name == "sqlite":
        return hash(tuple(map(tuple, connection.exec_driver_sql("SELECT name, rootpage, sql FROM sqlite_master"))))
    rows = [row for query in _MARIADB_SHAPE for row in connection.exec_driver_sql(query)]
    return hash(frozenset(map(tuple, rows)))


def has_index(connection: Connection, name: str) -> bool:
    """Whether there is an index of that name; for indexes on expressions, which no inspector describes."""
    query = (
        "SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = :name"
        if connection.dialect.name == "sqlite"
        else "SELECT 1 FROM pg_class WHERE relkind IN ('i', 'I') AND relname = :name"
    )
    return connection.execute(sa.text(query), {"name": name}).first() is not None


def without_transactions(connection: Connection) -> dict[str, str]:
    """MariaDB's and MySQL's tables in which nothing can be rolled back, each with its storage engine."""
    if connection.dialect.name not in ("mysql", "mariadb"):
        return {}
    rows = connection.exec_driver_sql(
        "SELECT t.TABLE_NAME, t.ENGINE FROM information_schema.TABLES t JOIN information_schema.ENGINES e "
        "ON e.ENGINE = t.ENGINE WHERE t.TABLE_SCHEMA = DATABASE() AND e.TRANSACTIONS <> 'YES'"
    )
    return {row[0]: row[1] for row in rows}


def mariadb_versioned(connection: Connection) -> set[Key]:
    """System-versioned tables, in which a row that was deleted or changed lives on as history."""
    rows = connection.exec_driver_sql(
        "SELECT TABLE_NAME FROM information_schema.TABLES "
        "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'SYSTEM VERSIONED'"
    )
    return {(None, name) for (name,) in rows}


def postgresql_may_defer(connection: Connection) -> bool:
    """Whether PostgreSQL may put off any constraint to the end of a transaction."""
    query = "SELECT EXISTS (SELECT 1 FROM pg_constraint WHERE condeferrable)"
    return bool(connection.exec_driver_sql(query).scalar_one())


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


def sqlite_deletions(connection: Connection) -> dict[tuple[str, tuple[str, ...]], str]:
    """What SQLite's foreign keys do ON DELETE, by table and columns; SQLAlchemy misses those declared with a column."""
    rows = connection.exec_driver_sql(
        'SELECT t.name, k.id, k."from", k.on_delete FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) k '
        "WHERE t.type = 'table' ORDER BY t.name, k.id, k.seq"
    )
    columns: dict[tuple[str, int], list[str]] = defaultdict(list)
    actions: dict[tuple[str, int], str] = {}
    for table, number, column, action in rows:
        columns[table, number].append(column)
        actions[table, number] = action
    return {(key[0], tuple(columns[key])): actions[key] for key in columns}


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
