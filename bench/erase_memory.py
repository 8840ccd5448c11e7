"""How much memory an erasure takes for a customer with ever more rows: it must not grow as they do.

    .venv/bin/python -m bench.erase_memory

Each measurement is a process of its own; what it holds at its peak beyond an erasure of ten rows is shown.
"""

from __future__ import annotations

import resource
import subprocess
import sys

from bench.erase import RESULTS, Shelf, database, machine
from bench.shop import Size, fill, store_file
from pamitan.erasure.execute import erase
from pamitan.erasure.verify import verify
from pamitan.kit.clock import SystemClock
from pamitan.storefile.model import Guard
from pamitan.stores.store import Store
from pamitan.stores.types import Subject

ROWS = (10, 20_000, 200_000, 1_000_000)
_CUSTOMERS = 2


def shop_of(rows: int) -> Size:
    """A shop in which each customer has so many rows."""
    invoices, lines = rows // 10, rows * 4 // 10
    return Size(_CUSTOMERS, *(_CUSTOMERS * n for n in (invoices, lines, rows - invoices - lines)))


def measure(url: str) -> None:
    """Erase and verify the first customer; prints the peak of memory in kilobytes after either."""
    file = store_file(url).model_copy(update={"guard": Guard(rows_per_account=10_000_000, table_percent=100)})
    store, shelf, subjects = Store(file, SystemClock()), Shelf(), [Subject("1")]
    result = erase(store, subjects, shelf)
    if result.set_aside:
        raise SystemExit(f"set aside, so nothing was measured: {result.set_aside}")
    erased = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    verify(store, subjects, shelf)
    print(erased, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, len(shelf.kept["1"]) // 1024)


def main() -> None:
    """Print the table."""
    lines = [
        "| rows of the customer | erasure, MB more | verification, MB more | case file, kB |",
        "|---:|---:|---:|---:|",
    ]
    first: list[int] = []
    for rows in ROWS:
        with database(None) as url:
            fill(url, shop_of(rows))
            command = [sys.executable, "-m", "bench.erase_memory", url]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
        erased, verified, casefile = map(int, done.stdout.split())
        first = first or [erased, verified]
        more = f"{(erased - first[0]) / 1024:.1f} | {(verified - first[1]) / 1024:.1f}"
        lines.append(f"| {rows:,} | {more} | {casefile:,} |")
        print(lines[-1], flush=True)
    about = f"Peak beyond an erasure of {ROWS[0]} rows; {machine()}"
    (RESULTS / "memory.md").write_text("\n".join(["# Memory of an erasure", "", about, "", *lines, ""]))


if __name__ == "__main__":
    main() if len(sys.argv) == 1 else measure(sys.argv[1])
