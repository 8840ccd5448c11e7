"""What the residue scan costs, in MB/s, beside a plain sequential read of the same tables.

    .venv/bin/python -m bench.scan            some minutes
    .venv/bin/python -m bench.scan --small    a quick try on a tenth of the rows, writes no results

The plain read fetches the same columns that may hold text, by COPY, and looks at nothing.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median

import psycopg
from psycopg import sql

from bench.erase import RESULTS, database, machine
from bench.shop import Size, fill, store_file
from pamitan.erasure.casefile import CaseFile, PersonalValue
from pamitan.erasure.residue import scan
from pamitan.kit.clock import SystemClock
from pamitan.stores.engine import engine_for
from pamitan.stores.scan import may_hold_text
from pamitan.stores.schema import current
from pamitan.stores.store import Store

BATCHES = (1, 1000)


def read_all(url: str) -> int:
    """Read every column that may hold text, table by table; how many bytes came."""
    total = 0
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        for table in current(engine_for(url)).tables.values():
            columns = [sql.Identifier(column.name) for column in table.columns.values() if may_hold_text(column)]
            if columns:
                statement = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(
                    sql.SQL(", ").join(columns), sql.Identifier(table.name)
                )
                with cursor.copy(statement) as copy:
                    total += sum(len(block) for block in copy)
    return total


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


def main() -> None:
    parser = argparse.ArgumentParser(description="Time the residue scan beside a plain read.")
    parser.add_argument("--url", help="an empty PostgreSQL database; by default a temporary server is started")
    parser.add_argument("--small", action="store_true", help="a quick try: a tenth of the rows, writes no results")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    size = Size().smaller(10) if arguments.small else Size()
    with database(arguments.url) as url:
        fill(url, size)
        store = Store(store_file(url), SystemClock())
        megabytes = read_all(url) / 1e6
        plain = timed(lambda: read_all(url), arguments.repeats)
        lines = [
            "| | seconds | MB/s | times the plain read |\n|---|---:|---:|---:|",
            f"| plain sequential read | {plain:.1f} | {megabytes / plain:.1f} | 1.0 |",
        ]
        for batch in BATCHES:
            files = casefiles(batch)
            took = timed(lambda files=files: scan(store, files, store.clock.now()), arguments.repeats)  # type: ignore[misc]
            speed = f"{megabytes / took:.1f} | {took / plain:.1f}"
            lines.append(f"| scan for {batch:,} accounts at once | {took:.1f} | {speed} |")
    told = "\n".join(lines)
    print(told)
    if not arguments.small:
        about = f"{megabytes:.0f} MB of text in {size.events + size.lines + size.invoices:,} rows; {machine()}"
        (RESULTS / "scan.md").write_text(f"# The residue scan\n\n{about}\n\n{told}\n")


if __name__ == "__main__":
    main()
