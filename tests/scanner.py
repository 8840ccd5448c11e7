"""An independent search of whole databases, for tests: it shares no code with what it examines.

It reads every column of every table by brute force. Slow, and simple enough to be believed.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import json
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import sqlalchemy as sa

DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql"}
SYSTEM_SCHEMAS = {"information_schema", "performance_schema", "mysql", "sys"}


@dataclass(frozen=True)
class Found:
    """One value, found in one cell."""

    table: str
    column: str
    pk: str
    value: str


def find_values(url: str, values: Iterable[str]) -> list[Found]:
    """Every cell in which one of the values stands, as whole words, in any letter case, plain or encoded.

    A value of seven digits or more and no letters is taken for a phone number: only its digits count, and a leading
    country code of one to three digits or a leading zero may be there or not.
    """
    needles = {value: needle(value) for value in values if value.strip()}
    engine = connect_to(url)
    found = []
    with engine.connect() as connection:
        for table, columns, key in tables_of(connection):
            for row in raw_rows(connection, table):
                pk = ", ".join(str(row[columns.index(name)]) for name in key)
                for column, cell in zip(columns, row, strict=True):
                    texts = list(readings(cell))
                    found += [Found(table, column, pk, v) for v, regex in needles.items() if matches(regex, texts)]
    engine.dispose()
    return found


def snapshot(url: str) -> dict[str, Counter[tuple[str, ...]]]:
    """All rows of all tables, so that two moments can be compared: per table, how often each row stands there."""
    engine = connect_to(url)
    with engine.connect() as connection:
        rows = {
            table: Counter(tuple(repr(cell) for cell in row) for row in raw_rows(connection, table))
            for table, _, _ in tables_of(connection)
        }
    engine.dispose()
    return rows


def broken_foreign_keys(url: str) -> list[str]:
    """The foreign keys that point to nothing, as ``table(columns) -> table: how many rows``."""
    engine = connect_to(url)
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        broken = [
            f"{table}({', '.join(key['constrained_columns'])}) -> {key['referred_table']}: {lost}"
            for schema in schemas_of(connection)
            for table in inspector.get_table_names(schema)
            for key in inspector.get_foreign_keys(table, schema)
            if (lost := orphans(connection, schema, table, key))
        ]
    engine.dispose()
    return broken


def orphans(connection: sa.Connection, schema: str | None, table: str, key: Any) -> int:
    """How many rows of the table have a foreign key to a row that is not there."""
    quote = connection.dialect.identifier_preparer.quote
    own, theirs, parent_schema = key["constrained_columns"], key["referred_columns"], key["referred_schema"]
    if not theirs:  # SQLite: the parent's primary key is meant
        theirs = sa.inspect(connection).get_pk_constraint(key["referred_table"], parent_schema)["constrained_columns"]
    child = ".".join(quote(part) for part in (schema, table) if part)
    parent = ".".join(quote(part) for part in (parent_schema, key["referred_table"]) if part)
    pairs = " AND ".join(f"p.{quote(b)} = c.{quote(a)}" for a, b in zip(own, theirs, strict=True))
    given = " AND ".join(f"c.{quote(a)} IS NOT NULL" for a in own)
    missing = f"NOT EXISTS (SELECT 1 FROM {parent} p WHERE {pairs})"
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM {child} c WHERE {given} AND {missing}").scalar_one())


def foreign_keys_hold(url: str) -> bool:
    """Whether every foreign key points to a row that is there."""
    return not broken_foreign_keys(url)


def connect_to(url: str) -> sa.Engine:
    parsed = sa.make_url(url)
    return sa.create_engine(
        parsed.set(drivername=DRIVERS.get(parsed.drivername, parsed.drivername)), poolclass=sa.NullPool
    )


def schemas_of(connection: sa.Connection) -> list[str | None]:
    if connection.dialect.name != "postgresql":
        return [None]
    names = sa.inspect(connection).get_schema_names()
    others = [n for n in names if n not in SYSTEM_SCHEMAS and not n.startswith("pg_") and n != "public"]
    return [None, *others]


def tables_of(connection: sa.Connection) -> Iterator[tuple[str, list[str], list[str]]]:
    """Each table with its columns and its key: the primary key, else all columns."""
    inspector = sa.inspect(connection)
    for schema in schemas_of(connection):
        for table in inspector.get_table_names(schema):
            name = f"{schema}.{table}" if schema else table
            columns = [column["name"] for column in inspector.get_columns(table, schema)]
            key = inspector.get_pk_constraint(table, schema)["constrained_columns"]
            yield name, columns, list(key or columns)


def raw_rows(connection: sa.Connection, table: str) -> list[tuple[Any, ...]]:
    """The rows as the driver gives them; the columns are in the table's own order."""
    quote = connection.dialect.identifier_preparer.quote
    name = ".".join(quote(part) for part in table.split(".", 1))
    return [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {name}")]


def needle(value: str) -> re.Pattern[str]:
    digits = re.sub(r"\D", "", value)
    if len(digits) >= 7 and not re.search(r"[^\W\d_]", value):
        core = digits.lstrip("0")
        spaced = r"[\s().\-/]*".join(core[-9:] if len(core) > 9 else core)
        return re.compile(rf"(?<!\d)(?:\+|00)?[\d\s().\-/]{{0,8}}?{spaced}(?!\d)")
    return re.compile(rf"(?<!\w){re.escape(folded(value))}(?!\w)")


def matches(regex: re.Pattern[str], texts: list[str]) -> bool:
    return any(regex.search(text) for text in texts)


def folded(text: str) -> str:
    """Without accents, in small letters, with single spaces."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(bare.casefold().split())


def readings(cell: Any, depth: int = 4) -> Iterator[str]:
    """What a cell says, folded: as it stands, and in every decoding that we know."""
    for text in texts_of(cell):
        yield folded(text)
        if depth:
            for other in decodings(text):
                yield from readings(other, depth - 1)


def texts_of(cell: Any) -> Iterator[str]:
    if cell is None:
        return
    if isinstance(cell, (bytes, bytearray, memoryview)):
        raw = bytes(cell)
        yield raw.decode("utf-8", "replace")
        yield raw.hex()
        yield from (text.decode("utf-8", "replace") for text in unpacked(raw))
    elif isinstance(cell, (dict, list)):
        yield json.dumps(cell, ensure_ascii=False, default=str)
    else:
        yield str(cell)


def decodings(text: str) -> set[str]:
    """JSON escapes, HTML entities, percent-encoding and base64 (alone, or with zlib or gzip inside), undone once."""
    found = {html.unescape(text), unquote(text)}
    if "\\" in text:
        letters = re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m.group(1), 16)), text)
        found.add(re.sub(r"\\[bfnrt]", " ", letters).replace("\\", ""))
    for run in re.findall(r"[A-Za-z0-9+/_-]{16,}={0,2}", text):
        try:
            padded = run.rstrip("=") + "=" * (-len(run.rstrip("=")) % 4)
            raw = base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True)
        except binascii.Error:
            continue
        found |= {out.decode("utf-8", "replace") for out in [raw, *unpacked(raw)]}
    return {other.encode("utf-8", "replace").decode() for other in found} - {text}


def unpacked(raw: bytes) -> Iterator[bytes]:
    for unpack in (zlib.decompress, gzip.decompress):
        try:
            yield unpack(raw)
        except (zlib.error, OSError, EOFError):
            continue
