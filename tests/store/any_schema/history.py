"""Lives through one history: plan, erase with a crash on the way, erase again, once more, verify; looks each time."""

from __future__ import annotations

import datetime as dt
import gc
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import fsspec
import sqlalchemy as sa
import yaml

from pamitan.erasure.execute import erase
from pamitan.erasure.expiry import Due, erase_due
from pamitan.erasure.plan import plan
from pamitan.erasure.retained import RetainedRows
from pamitan.erasure.verify import verify
from pamitan.kit.clock import SetClock
from pamitan.storefile.load import load_store_file
from pamitan.stores.engine import engine_for
from pamitan.stores.store import Store
from pamitan.stores.types import Identifier, Subject
from tests.scanner import matches, needle, readings
from tests.store.any_schema.database import Database, Rows
from tests.store.any_schema.model import History, Person, Table
from tests.store.any_schema.truth import Truth
from tests.store.shops import NOW, Shelf


class PowerCut(BaseException):
    """Nobody catches this; the process is gone."""


class World:
    """Two databases of one kind, used for one history after the other."""

    def __init__(self, main: Database, other: Database) -> None:
        self.main = main
        self.other = other

    def make(self, history: History) -> None:
        tables = history.shop.tables
        self.main.make([table for table in tables if not table.other])
        self.other.make([table for table in tables if table.other])
        disk = fsspec.filesystem("memory")
        if disk.exists("/any-schema"):
            disk.rm("/any-schema", recursive=True)
        for name in files_of(history):
            disk.pipe_file(f"/any-schema/{name}", b"x")

    def files(self) -> set[str]:
        """The names of the files that are there."""
        return {name.removeprefix("/any-schema/") for name in fsspec.filesystem("memory").find("/any-schema")}

    def read(self, history: History) -> Rows:
        tables = history.shop.tables
        main = self.main.read([table for table in tables if not table.other])
        return main | self.other.read([table for table in tables if table.other])

    def store(self, history: History, now: dt.datetime = NOW) -> Store:
        said = history.shop.store_file(self.main.url, self.other.url)
        with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
            yaml.safe_dump(said, file, allow_unicode=True, sort_keys=False)
            file.flush()
            return Store(load_store_file(file.name, {}), SetClock(now))


def live_through(world: World, history: History) -> None:
    """All that must hold of one history."""
    world.make(history)
    before, store, shelf, truth = world.read(history), world.store(history), Shelf(), Truth(history)
    subjects = [subject(history, number) for number in history.leaving]
    planned = plan(store, subjects)
    assert world.read(history) == before, "planning wrote something"

    with power_cut(world, history.crash):
        erase(store, subjects, shelf)
    sweep_up()
    result = erase(store, subjects, shelf)
    after = world.read(history)
    numbers = {str(person.id): person.number for person in history.shop.people}
    assert {numbers[account] for account in result.set_aside} == truth.aside, result.set_aside
    truth.check(before, after)
    assert list(lost_pointers(history, after)) == []
    assert list(unexplained(history, truth, after, words_too=True)) == []
    assert truth.aside or world.files() == files_of(history) - truth.unlinked({})
    if not truth.aside:
        assert counted(planned.per_account) == counted(result.receipts), "the plan and the deed differ"

    erase(store, subjects, shelf)
    before, after = after, world.read(history)
    assert truth.settled(before) == truth.settled(after), "a second run changed something"
    gone = [item for item in subjects if numbers[item.account_id] in truth.gone]
    verified = verify(store, gone, shelf)
    assert verified.receipts == {item.account_id: [] for item in gone}, "the verification found something late"
    assert world.read(history) == after, "the verification changed something"
    for item in gone:
        number = numbers[item.account_id]
        assert verified.is_clean(item.account_id) or doubtful(history, number, after, truth), verified
    for day in filter(truth.due, (dt.date(2031, 6, 1), dt.date(2041, 1, 1))):
        live_until(world, history, truth, shelf, day)


def live_until(world: World, history: History, truth: Truth, shelf: Shelf, day: dt.date) -> None:
    """The law's date comes for some of the rows: they go, with a crash on the way, and nothing else."""
    before, going = world.read(history), truth.due(day)
    held = truth.is_held(before, going)
    store = world.store(history, dt.datetime.combine(day, dt.time(9), dt.UTC))
    gone = [person for person in history.shop.people if person.number in truth.gone]
    batch = [Due(f"closure {n}", kept_of(shelf, person), NOW) for n, person in enumerate(gone)]
    with power_cut(world, history.crash):
        erase_due(store, batch, shelf)
    sweep_up()
    again = erase_due(store, batch, shelf)
    assert held or again.set_aside == {}
    after = world.read(history)
    if held:
        going = {
            (table, no): fate for (table, no), fate in going.items() if before[table].get(no) != after[table].get(no)
        }
    truth.check(before, after, going)
    assert truth.aside or held or world.files() == files_of(history) - truth.unlinked(going)
    assert list(lost_pointers(history, after)) == []


def files_of(history: History) -> set[str]:
    """The files that rows name, each with its table."""
    rows = [(table.name, row.values.get("photo")) for table in history.shop.tables for row in table.rows]
    return {f"{table}/{name}" for table, name in rows if name}


def kept_of(shelf: Shelf, person: Person) -> list[RetainedRows]:
    """What the closing of that account wrote down of the rows that a law keeps."""
    casefile = shelf.load(str(person.id))
    assert casefile is not None
    return [rows for place in casefile.datastores.values() for rows in place.retained]


def subject(history: History, number: int) -> Subject:
    person = next(person for person in history.shop.people if person.number == number)
    values = {"email": person.email, "phone": person.phone}
    proven = {Identifier(kind, values[kind]) for n, kind in history.proven if n == number}  # type: ignore[arg-type]
    return Subject(str(person.id), frozenset(proven))


@contextmanager
def power_cut(world: World, before: int) -> Iterator[None]:
    """Crash before the statement of that number, in whichever database."""
    seen = 0

    def count(*_event: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == before:
            raise PowerCut

    with ExitStack() as stack:
        for database in (world.main, world.other):
            engine = engine_for(database.url)
            sa.event.listen(engine, "before_cursor_execute", count)
            stack.callback(sa.event.remove, engine, "before_cursor_execute", count)
        with suppress(PowerCut):
            yield


def sweep_up() -> None:
    """Close what a crash left open, as the system would; what lives on is not looked through again the next time."""
    gc.collect()
    gc.freeze()


def counted(receipts: dict[str, list[Any]]) -> dict[str, Counter[tuple[str, str, str]]]:
    """Rows by account, table and action."""
    found: dict[str, Counter[tuple[str, str, str]]] = {account: Counter() for account in receipts}
    for account, done in receipts.items():
        for receipt in done:
            found[account][receipt.datastore, receipt.table, receipt.action] += receipt.rows
    return found


def lost_pointers(history: History, rows: Rows) -> Iterator[str]:
    """Foreign keys that point at nothing."""
    for table in history.shop.tables:
        for key in table.foreign_keys:
            there = {tuple(row[c] for c in key.target_columns) for row in rows[key.target].values()}
            for row in rows[table.name].values():
                value = tuple(row[c] for c in key.columns)
                if None not in value and value not in there:
                    yield f"{table.name}{key.columns} = {value}"


def unexplained(history: History, truth: Truth, rows: Rows, words_too: bool) -> Iterator[str]:
    """Cells of those who left in which they still stand, and nothing says that they may; found by brute force."""
    for person in history.shop.people:
        if person.number not in truth.gone:
            continue
        words = [*person.certain, *([person.name, person.street] if words_too else [])]
        needles = [needle(word) for word in words]
        for table, no, column, texts in cells(history, rows):
            row = next(row for row in table.rows if row.values["no"] == no)
            mine = row.owner == person.number and (table.name, no) in truth.outcome
            if mine and not truth.kept(table, no, column) and any(matches(n, texts) for n in needles):
                yield f"{table.name}.{column} {no} still tells of {person.name}"


def leftovers(history: History, number: int, rows: Rows, truth: Truth) -> Iterator[str]:
    """Where addresses, numbers and ids of a person still stand, but for what a law keeps."""
    person = next(person for person in history.shop.people if person.number == number)
    needles = [needle(word) for word in person.certain]
    for table, no, column, texts in cells(history, rows):
        row = next(row for row in table.rows if row.values["no"] == no)
        by_law = row.owner == number and truth.kept(table, no, column) and (table.name, no) in truth.outcome
        if not by_law and any(matches(n, texts) for n in needles):
            yield f"{table.name}.{column} {no}"


def doubtful(history: History, number: int, rows: Rows, truth: Truth) -> bool:
    """What still stands of the person may keep the closure open; or what stands of another one who left.

    A row of this person held that one's address or number, which then counts as one of this person's own.
    """
    told = {number, *(other for other in truth.gone if names(history, number, other))}
    return any(any(leftovers(history, one, rows, truth)) for one in told)


def names(history: History, number: int, other: int) -> bool:
    """A row of this person holds the other one's address or number in the column for it."""
    person = next(person for person in history.shop.people if person.number == other)
    needles = [needle(person.email), needle(person.phone)]
    rows = [row for table in history.shop.tables for row in table.rows if row.owner == number]
    held = [list(readings(row.values.get(column))) for row in rows for column in ("Email", "contact")]
    return any(matches(n, texts) for n in needles for texts in held)


def cells(history: History, rows: Rows) -> Iterator[tuple[Table, int, str, list[str]]]:
    """Every cell that is filled, with all that it says."""
    for table in history.shop.tables:
        for no, row in rows[table.name].items():
            for column, value in row.items():
                if isinstance(value, (str, dict, uuid.UUID)):
                    yield table, no, column, list(readings(value))
