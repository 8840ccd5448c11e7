"""What the residue scan costs, in MB/s, beside a plain sequential read of the same tables.

    .venv/bin/python -m bench.scan            some minutes
    .venv/bin/python -m bench.scan --small    a quick try on a tenth of the rows, writes no results

The plain read fetches the same columns that may hold text and looks at nothing: on PostgreSQL by COPY, elsewhere as the
driver gives them. On SQLite and MariaDB the shop has a quarter of the rows. The last table is the hardest for the scan:
every cell holds a random key or something encoded.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql

from bench.erase import RESULTS, database, machine
from bench.shop import SCHEMA, Size, fill, store_file
from pamitan.erasure.casefile import CaseFile, PersonalValue
from pamitan.erasure.residue import scan
from pamitan.kit.clock import SystemClock
from pamitan.stores.engine import engine_for, reading, writing
from pamitan.stores.scan import may_hold_text
from pamitan.stores.schema import current
from pamitan.stores.store import Store
from tests.servers import mariadb_server

BATCHES = (1, 1000)
TABLES = ("track", "customer", "invoice", "invoice_line", "event")
AT_ONCE = 10_000
ENCODED = """
CREATE TABLE session (session_id int PRIMARY KEY, uuid uuid, digest varchar(64), token text, payload text, url text);
INSERT INTO session
SELECT n, gen_random_uuid(), md5(n::text) || md5('x' || n),
    encode(decode(md5('y' || n) || md5('z' || n), 'hex'), 'base64'),
    format('{{"item": %s, "path": "\\/shop\\/item", "title": "Caf\\u00e9 \\"blue\\" %s"}}', n, n),
    'https://shop.example/catalogue/category-' || n % 50 || '/product?id=' || n || '&ref=news%20letter'
FROM generate_series(1, {rows}) n
"""


def read_all(url: str) -> int:
    """Read every column that may hold text, table by table; how many bytes came."""
    engine = engine_for(url)
    columns = {
        table.name: [column.name for column in table.columns.values() if may_hold_text(column)]
        for table in current(engine).tables.values()
    }
    read = _by_copy if engine.dialect.name == "postgresql" else _by_driver
    return sum(read(url, table, names) for table, names in columns.items() if names)


def _by_copy(url: str, table: str, columns: list[str]) -> int:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(names, sql.Identifier(table))
    with psycopg.connect(url) as connection, connection.cursor() as cursor, cursor.copy(statement) as copy:
        return sum(len(block) for block in copy)


def _by_driver(url: str, table: str, columns: list[str]) -> int:
    total = 0
    with reading(engine_for(url)) as connection:
        query: Any = sa.select(*map(sa.column, columns)).select_from(sa.table(table))
        result = connection.execute(query, execution_options={"stream_results": True, "max_row_buffer": AT_ONCE})
        while rows := result.cursor.fetchmany(AT_ONCE):
            total += sum(len(cell) for row in rows for cell in row if cell is not None)
    return total


def copy_shop(source: str, target: str) -> None:
    """The same tables and rows in another database."""
    with writing(engine_for(target)) as connection:
        for statement in SCHEMA.split(";"):
            if statement.strip():
                connection.execute(sa.text(statement))
        mark = "?" if connection.dialect.name == "sqlite" else "%s"
        for table in TABLES:
            with psycopg.connect(source) as origin, origin.cursor("rows") as cursor:
                cursor.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))
                while rows := cursor.fetchmany(AT_ONCE):
                    marks = ", ".join([mark] * len(rows[0]))
                    values = [tuple(_plain(cell) for cell in row) for row in rows]
                    connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({marks})", values)


def _plain(cell: object) -> object:
    return cell if cell is None or isinstance(cell, (int, str)) else str(cell)


@contextmanager
def databases(url: str | None, size: Size) -> Iterator[dict[str, str]]:
    """The URLs of what is measured, by name."""
    with (
        database(url) as shop,
        database(None) as encoded,
        mariadb_server() as server,
        tempfile.TemporaryDirectory() as home,
    ):
        fill(shop, size)
        fill(encoded, size.smaller(100))
        with psycopg.connect(encoded, autocommit=True) as connection:
            connection.execute(ENCODED.format(rows=size.customers * 5).encode())
        with database(None) as part, writing(engine_for(f"{server}/mysql")) as connection:
            connection.exec_driver_sql("CREATE DATABASE bench")
            fill(part, size.smaller(4))
            path = Path(home) / "shop.db"
            path.touch()
            for target in (f"sqlite:///{path}", f"{server}/bench"):
                copy_shop(part, target)
        yield {
            "PostgreSQL": shop,
            "SQLite": f"sqlite:///{path}",
            "MariaDB": f"{server}/bench",
            "PostgreSQL, all encoded": encoded,
        }


def casefiles(count: int) -> dict[str, CaseFile]:
    """Case files of so many customers, as they are after an erasure: with address, number and name."""
    made = {}
    for n in range(1, count + 1):
        values = {
            PersonalValue("email", f"gone{n}@mail.example"),
            PersonalValue("phone", f"+62899{n:07}"),
            PersonalValue("name", f"Gone{n} Away{n}"),
        }
        made[str(-n)] = CaseFile(str(-n), values)
    return made


def timed(work: Callable[[], object], repeats: int) -> float:
    """The median of the seconds that it takes."""
    took = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        took.append(time.perf_counter() - started)
    return median(took)


def measured(name: str, url: str, repeats: int) -> Iterator[str]:
    """Lines of the results' table."""
    store = Store(store_file(url), SystemClock())
    megabytes = read_all(url) / 1e6
    plain = timed(lambda: read_all(url), repeats)
    yield f"| {name} ({megabytes:.0f} MB) | plain sequential read | {plain:.1f} | {megabytes / plain:.1f} | 1.0 |"
    for batch in BATCHES:
        files = casefiles(batch)
        took = timed(lambda files=files: scan(store, files, store.clock.now()), repeats)  # type: ignore[misc]
        speed = f"{took:.1f} | {megabytes / took:.1f} | {took / plain:.1f}"
        yield f"| | scan for {batch:,} accounts at once | {speed} |"


def main() -> None:
    parser = argparse.ArgumentParser(description="Time the residue scan beside a plain read.")
    parser.add_argument("--url", help="an empty PostgreSQL database; by default a temporary server is started")
    parser.add_argument("--small", action="store_true", help="a quick try: a tenth of the rows, writes no results")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    size = Size().smaller(10) if arguments.small else Size()
    lines = ["| | | seconds | MB/s | times the plain read |\n|---|---|---:|---:|---:|"]
    with databases(arguments.url, size) as urls:
        for name, url in urls.items():
            lines += measured(name, url, arguments.repeats)
    told = "\n".join(lines)
    print(told)
    if not arguments.small:
        about = f"{size.events + size.lines + size.invoices:,} rows on PostgreSQL; {machine()}"
        (RESULTS / "scan.md").write_text(f"# The residue scan\n\n{about}\n\n{told}\n")


if __name__ == "__main__":
    main()
