"""How the erasure of one customer grows: with the customer's rows, and with the table's.

    .venv/bin/python -m bench.growth

Writes a plot and its figures. The one line should rise with the rows, the other should be level.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import astuple
from math import log10
from statistics import median

import psycopg

from bench.erase import RESULTS, Shelf, database, machine
from bench.shop import Size, fill, store_file
from pamitan.erasure.execute import erase
from pamitan.kit.clock import SystemClock
from pamitan.storefile.model import Guard
from pamitan.stores.store import Store
from pamitan.stores.types import Subject

Points = list[tuple[int, float]]
"""Rows, and milliseconds for one customer."""
SMALLEST = Size(customers=200, invoices=2_000, lines=10_000, events=20_000)
FACTORS = (1, 10, 100)
OWN_ROWS = (1_000, 10_000, 100_000)
_REPEATS = 7
_WARM = 6


def measure(url: str, customers: Sequence[int]) -> float:
    """The median time of one customer's erasure, in milliseconds."""
    file = store_file(url).model_copy(update={"guard": Guard(rows_per_account=10_000_000, table_percent=100)})
    store, took = Store(file, SystemClock()), []
    for customer in customers:
        started = time.perf_counter()
        result = erase(store, [Subject(str(customer))], Shelf())
        took.append(1000 * (time.perf_counter() - started))
        if result.set_aside:
            raise SystemExit(f"set aside, so nothing was measured: {result.set_aside}")
    return median(took[-_REPEATS:])


def add_events(url: str, customers: Sequence[int], rows: int) -> None:
    """Give each of these customers so many more events."""
    statement = (
        "INSERT INTO event SELECT (SELECT max(event_id) FROM event) + n, %s, timestamp '2024-01-01', 'page_view', "
        "'10.0.0.1', 'Firefox' FROM generate_series(1, %s) n"
    )
    with psycopg.connect(url, autocommit=True) as connection:
        for customer in customers:
            connection.execute(statement, (customer, rows))
        connection.execute("ANALYZE event")


def grow() -> tuple[Points, Points]:
    """By the table's rows, and by the customer's."""
    by_table: Points = []
    by_own: Points = []
    for factor in FACTORS:
        with database(None) as url:
            size = Size(*(n * factor for n in astuple(SMALLEST)))
            fill(url, size)
            by_table.append((size.events, measure(url, range(1, 1 + _WARM + _REPEATS))))
            print(f"{size.events:,} events in the table: {by_table[-1][1]:.1f} ms", flush=True)
            if factor == FACTORS[-1]:
                by_own.append((size.events // size.customers, by_table[-1][1]))
                for turn, rows in enumerate(OWN_ROWS, start=1):
                    customers = range(30 * turn, 30 * turn + 3)
                    add_events(url, customers, rows)
                    by_own.append((rows, measure(url, customers)))
                    print(f"{rows:,} events of the customer: {by_own[-1][1]:.1f} ms", flush=True)
    return by_table, by_own


def svg(lines: Sequence[tuple[str, str, Points]]) -> str:
    """Both lines over logarithmic axes."""
    left, top, width, height = 60, 20, 560, 300
    rows = [n for _, _, points in lines for n, _ in points]
    highest = max(ms for _, _, points in lines for _, ms in points)

    def x(n: float) -> float:
        return left + width * _share(n, min(rows), max(rows))

    def y(ms: float) -> float:
        return top + height * (1 - _share(ms, 1, highest))

    parts = [f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="none" stroke="#888"/>']
    for power in range(8):
        if min(rows) <= 10**power <= max(rows):
            parts.append(_text(x(10**power), top + height + 18, f"{10**power:,}", "middle"))
        if 10**power <= highest:
            parts.append(_text(left - 6, y(10**power) + 4, f"{10**power:,} ms", "end"))
            parts.append(f'<path d="M{left} {y(10**power):.1f}h{width}" stroke="#ddd"/>')
    for place, (name, colour, points) in enumerate(lines):
        drawn = " ".join(f"{x(n):.1f},{y(ms):.1f}" for n, ms in points)
        parts.append(f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x(n):.1f}" cy="{y(ms):.1f}" r="4" fill="{colour}"/>' for n, ms in points]
        parts.append(_text(left + 10, top + 20 + 18 * place, name, "start", colour))
    parts.append(_text(left + width / 2, top + height + 40, "rows (events)", "middle"))
    body = "\n".join(parts)
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 660 370" font-family="sans-serif" font-size="12">'
    return f'{head}\n<rect width="660" height="370" fill="white"/>\n{body}\n</svg>\n'


def _share(value: float, low: float, high: float) -> float:
    return (log10(value) - log10(low)) / (log10(high) - log10(low))


def _text(x: float, y: float, words: str, anchor: str, colour: str = "#333") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{words}</text>'


def main() -> None:
    by_table, by_own = grow()
    lines = [
        ("a customer of 100 events, in ever larger tables", "#1f6feb", by_table),
        ("a customer of ever more events, in the largest table", "#d1571b", by_own),
    ]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "growth.svg").write_text(svg(lines))
    plain = {"machine": machine(), "by_table": by_table, "by_own": by_own}
    (RESULTS / "growth.json").write_text(json.dumps(plain, indent=1) + "\n")


if __name__ == "__main__":
    main()
