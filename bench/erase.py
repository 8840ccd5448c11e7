"""How long an erasure takes, beside set-based SQL written by hand for the same shop, in the same run.

    .venv/bin/python -m bench.erase            the whole (some minutes)
    .venv/bin/python -m bench.erase --small    a quick try on a tenth of the rows
    .venv/bin/python -m bench.erase --url postgresql://...   on an empty database of yours

Engine and hand take turns on different customers of the same shop; medians are compared. Both keep their connection, as
a running service does; what the hand takes on a connection of its own, as a script does, is shown beside it. The hand
counts all rows together, the engine counts them by account, writes case files and looks for what must not be deleted;
beside it stands the hand that also counts by account and fetches the keys.
Verification, which the hand leaves out, is timed apart. The temporary server runs without fsync, for both alike.

On a busy machine times say little, so beside them stands what the processors did for either side, ours and the
server's (Linux tells it of processes of the same machine).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

import psycopg
from sqlalchemy import event

from bench import by_hand
from bench.shop import Size, fill, store_file
from pamitan.erasure.casefile import CaseFile
from pamitan.erasure.execute import erase
from pamitan.erasure.verify import verify
from pamitan.kit.clock import SystemClock
from pamitan.kit.memory import settle
from pamitan.stores.engine import engine_for
from pamitan.stores.store import Store
from pamitan.stores.types import Subject
from tests.servers import postgres_server

RESULTS = Path(__file__).parent / "results"
_WARM = 12
"""Turns before the measured ones: PostgreSQL plans a statement anew some times before it keeps the plan."""
_VERIFICATIONS = 1
"""Of each batch size: a verification reads the whole shop, and takes most of the time."""


@dataclass
class Shelf:
    """Case files in memory; sealed to bytes as a real shelf would, so that the work counts."""

    kept: dict[str, bytes] = field(default_factory=dict)

    def load(self, account_id: str) -> CaseFile | None:
        data = self.kept.get(account_id)
        return CaseFile.from_bytes(data) if data else None

    def save(self, account_id: str, casefile: CaseFile) -> None:
        self.kept[account_id] = casefile.to_bytes()


@dataclass
class Times:
    """Seconds of each repeat for one batch size, and the statements of one batch."""

    batch: int
    hand: list[float] = field(default_factory=list)
    receipts: list[float] = field(default_factory=list)
    """By hand, with receipts by customer and keys."""
    fresh: list[float] = field(default_factory=list)
    """By hand on a new connection."""
    engine: list[float] = field(default_factory=list)
    hand_work: list[float] = field(default_factory=list)
    """Seconds of a processor, in this process and in the server's."""
    engine_work: list[float] = field(default_factory=list)
    verification: list[float] = field(default_factory=list)
    engine_statements: int = 0
    verification_statements: int = 0

    @property
    def ratio(self) -> float:
        return median(self.engine) / median(self.hand)

    @property
    def ratio_of_work(self) -> float:
        """Of what the processors did."""
        return median(self.engine_work) / median(self.hand_work)

    @property
    def ratio_to_the_same(self) -> float:
        """To what does as much: receipts and keys by hand, too."""
        return median(self.engine) / median(self.receipts)


class Bench:
    """One shop, from which each measurement takes customers that nobody has touched yet."""

    def __init__(self, url: str, size: Size) -> None:
        self.url, self.size, self.next = url, size, 1
        self.store = Store(store_file(url), SystemClock())
        self.shelf = Shelf()
        self.connection = psycopg.connect(url, autocommit=True)
        settle()  # as the worker does when it starts

    def measure(self, batch: int, repeats: int) -> Times:
        times = Times(batch)
        for _ in range(_WARM):  # connections and plans warm, as in a running service
            self._engine(Times(batch), self._fresh(2), verified=False)
            self._hand(Times(batch), self._fresh(2))
            self._hand_with_receipts(Times(batch), self._fresh(2))
        for turn in range(repeats):
            order = [self._hand, self._engine, self._hand_with_receipts, self._hand_anew]
            order = order if turn % 2 else order[::-1]
            for one in order:
                self._settle()
                one(times, self._fresh(batch))
        return times

    def _fresh(self, count: int) -> list[int]:
        if self.next + count > self.size.customers:
            raise SystemExit("there are not enough customers left; ask for fewer repeats")
        first, self.next = self.next, self.next + count
        return list(range(first, self.next))

    def _settle(self) -> None:
        """Neither side pays for what the other left to be written."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")

    def _hand(self, times: Times, ids: list[int]) -> None:
        told = servers([self.connection.info.backend_pid])
        worked, started = work(told), time.perf_counter()
        by_hand.erase(self.connection, ids)
        times.hand.append(time.perf_counter() - started)
        times.hand_work.append(work(told) - worked)

    def _engines_servers(self) -> list[Path]:
        query = b"SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pamitan'"
        return servers([pid for (pid,) in self.connection.execute(query)])

    def _hand_with_receipts(self, times: Times, ids: list[int]) -> None:
        started = time.perf_counter()
        by_hand.erase_with_receipts(self.connection, ids)
        times.receipts.append(time.perf_counter() - started)

    def _hand_anew(self, times: Times, ids: list[int]) -> None:
        started = time.perf_counter()
        with psycopg.connect(self.url, autocommit=True) as connection:
            by_hand.erase(connection, ids)
        times.fresh.append(time.perf_counter() - started)

    def _engine(self, times: Times, ids: list[int], verified: bool = True) -> None:
        subjects = [Subject(str(account_id)) for account_id in ids]
        with counted(self.url) as statements:
            told = self._engines_servers()
            worked, started = work(told), time.perf_counter()
            result = erase(self.store, subjects, self.shelf)
            times.engine.append(time.perf_counter() - started)
            times.engine_work.append(work(told) - worked)
            times.engine_statements = statements()
        if result.set_aside:
            raise SystemExit(f"set aside, so nothing was measured: {result.set_aside}")
        if not verified or len(times.verification) >= _VERIFICATIONS:
            return
        with counted(self.url) as statements:
            started = time.perf_counter()
            verify(self.store, subjects, self.shelf)
            times.verification.append(time.perf_counter() - started)
            times.verification_statements = statements()


def servers(pids: list[int]) -> list[Path]:
    """Where Linux tells what these processes of the server did, if they run on this machine."""
    return [path for pid in pids if (path := Path(f"/proc/{pid}/schedstat")).exists()]


def work(told: list[Path]) -> float:
    """Seconds of a processor so far: this process's and the server's."""
    return time.process_time() + sum(int(path.read_text().split()[0]) for path in told) / 1e9


@contextlib.contextmanager
def counted(url: str) -> Iterator[Callable[[], int]]:
    """Counts the statements that the product sends meanwhile."""
    seen = []

    def note(*arguments: object) -> None:
        seen.append(arguments[2])

    engine = engine_for(url)
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield lambda: len(seen)
    finally:
        event.remove(engine, "before_cursor_execute", note)


@contextlib.contextmanager
def database(url: str | None) -> Iterator[str]:
    """The database given, or a new one on a server that lives as long as this."""
    if url:
        yield url
        return
    with postgres_server() as server:
        name = f"bench{uuid.uuid4().hex[:8]}"
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        yield f"{server}/{name}"


def table(measured: list[Times]) -> str:
    lines = [
        "| accounts in a batch | by hand, ms | by hand with receipts and keys | by hand, new connection | engine, ms "
        "| ratio to hand | to hand with receipts | processors: hand, ms | engine, ms | ratio "
        "| verification, ms | statements: hand | engine | verification |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for times in measured:
        parts = (times.hand, times.receipts, times.fresh, times.engine)
        hand, receipts, fresh, engine = (1000 * median(part) for part in parts)
        ratios = f"{times.ratio:.2f} | {times.ratio_to_the_same:.2f}"
        statements = f"{len(by_hand.STATEMENTS)} | {times.engine_statements} | {times.verification_statements}"
        verification = 1000 * median(times.verification)
        work = f"{1000 * median(times.hand_work):,.1f} | {1000 * median(times.engine_work):,.1f}"
        took = f"{hand:,.1f} | {receipts:,.1f} | {fresh:,.1f} | {engine:,.1f} | {ratios}"
        took = f"{took} | {work} | {times.ratio_of_work:.2f} | {verification:,.0f}"
        lines.append(f"| {times.batch:,} | {took} | {statements} |")
    return "\n".join(lines)


def write_down(measured: list[Times], size: Size, repeats: int) -> None:
    RESULTS.mkdir(exist_ok=True)
    about = (
        f"{size.customers:,} customers, {size.invoices:,} invoices, {size.lines:,} lines, {size.events:,} events; "
        f"medians of {repeats} repeats, of one customer of {10 * repeats}; {machine()}"
    )
    (RESULTS / "erase.md").write_text(f"# Erasure beside hand-written SQL\n\n{about}\n\n{table(measured)}\n")
    plain = {"size": asdict(size), "repeats": repeats, "times": [asdict(times) for times in measured]}
    (RESULTS / "erase.json").write_text(json.dumps(plain, indent=1) + "\n")


def machine() -> str:
    """What it ran on, and how busy that was: above one for each processor, times say little."""
    busy = os.getloadavg()[1]
    processors = f"{os.cpu_count()} processors with a load of {busy:.1f}"
    return f"Python {platform.python_version()}, {platform.machine()}, {processors}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Time the erasure beside hand-written SQL.")
    parser.add_argument("--url", help="an empty PostgreSQL database; by default a temporary server is started")
    parser.add_argument("--small", action="store_true", help="a quick try: a tenth of the rows, writes no results")
    parser.add_argument("--repeats", type=int, default=4, help="of each batch; ten times as many of one customer")
    arguments = parser.parse_args()
    size = Size().smaller(10) if arguments.small else Size()
    batches = [1, 10, 50] if arguments.small else [1, 100, 1000]
    with database(arguments.url) as url:
        print("Filling the shop ...", flush=True)
        fill(url, size)
        bench = Bench(url, size)
        measured = [bench.measure(batch, arguments.repeats * (10 if batch == 1 else 1)) for batch in batches]
    print(table(measured))
    if not arguments.small:
        write_down(measured, size, arguments.repeats)


if __name__ == "__main__":
    main()
