"""The residue scan: what of a person still stands in the databases after the erasure, and what explains it.

One pass over all text-like columns of all tables of all datastores, for all accounts of a batch at once, in flat
memory. What is found is confirmed in :mod:`pamitan.content.patterns` and weighed in :mod:`pamitan.erasure.weighing`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, Final, Literal, NamedTuple

from pamitan.content.containers import closed
from pamitan.content.patterns import Hit, Matcher, Needle, ResidueKind, needles
from pamitan.content.search import Sieve, hits_in
from pamitan.erasure.casefile import CaseFile
from pamitan.erasure.survivors import KeptRows, Retained, Survivors
from pamitan.erasure.weighing import POSSIBLE, Likeness, Sighting, Terms, Verdict, is_anothers, is_certain, weigh
from pamitan.storefile.model import StoreFile
from pamitan.storefile.rules import Kind
from pamitan.stores.engine import engine_for
from pamitan.stores.ids import id_text
from pamitan.stores.keytables import RowKey
from pamitan.stores.owners import Owners
from pamitan.stores.scan import Chunk, chunks
from pamitan.stores.schema import Schema, Table, current
from pamitan.stores.store import Store
from pamitan.stores.types import Identifier
from pamitan.stores.unread import copies, left_out

Key = tuple[Any, ...]
KEYS_SHOWN = 3
"""Of each finding, unless more are asked for."""
KEYS_APART: Final = "; "
_SHOWN_LETTERS = 12
_SHORT_BINARY = 64
"""Bytes: an id, a checksum, an address of a network."""
Reach = Literal["everything", "mapped"]
EVERYTHING: Final[Reach] = "everything"
MAPPED: Final[Reach] = "mapped"


@dataclass(frozen=True)
class Residue:
    """Identifiers of one kind that still stand in one column of one table. Never holds the value."""

    datastore: str
    table: str
    column: str
    key: str
    """The keys of the first rows, as text; a long or telling key is cut short. A scan that is asked for more keys gives
    those of all :attr:`rows`."""
    kind: ResidueKind
    rows: int
    explained_by: str | None
    """The law or the reason for which it stands there; ``None`` where nobody explains it."""
    blocking: bool
    """The closure may not be called closed while this stands."""
    until: str | None = None
    """The last day on which a law keeps any of these rows, as in ISO 8601."""

    @property
    def keys(self) -> list[str]:
        """The same as :attr:`key`, one by one."""
        return self.key.split(KEYS_APART)


@dataclass(frozen=True)
class Unread:
    """What was not looked at, in one datastore, and why."""

    datastore: str
    where: tuple[str, ...]
    """Columns, views, or what else there is; with the number of cells where it is not the whole column."""
    reason: str


@dataclass
class ScanResult:
    """What one pass found, by account, and what it did not look at."""

    residue: dict[str, list[Residue]] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)
    """Only where everything was to be looked at."""


def scan(
    store: Store,
    casefiles: Mapping[str, CaseFile],
    now: dt.datetime,
    usable: Mapping[str, frozenset[Identifier]] | None = None,
    reach: Reach = EVERYTHING,
    *,
    retained: Callable[[], Iterable[Retained]] = tuple,
    keys_shown: int = KEYS_SHOWN,
) -> ScanResult:
    """Look for every identifier of these accounts in all datastores; on ``scan_url`` where there is one.

    ``reach``: in all tables, or in those of the data map and the account table alone, in the databases themselves.

    ``usable``: by account, the addresses and numbers that might lead to rows (proven, and held by nobody else); an
    account left out has all of its own. ``retained``: what laws keep of earlier closures, read where a finding may be
    of that. ``keys_shown``: so many keys of each finding.

    Answers for each account of ``casefiles``, with an empty list where nothing was
    found. Raises :class:`pamitan.stores.errors.StoreUnavailable`.
    """
    search = _Search(store, casefiles, now, usable or {}, retained, keys_shown)
    for datastore in store.file.datastores:
        search.look_through(datastore, reach)
    residue = {account_id: search.findings.residue(account_id) for account_id in casefiles}
    return ScanResult(residue, search.unread)


class _Search:
    """One pass for one batch."""

    def __init__(
        self,
        store: Store,
        casefiles: Mapping[str, CaseFile],
        now: dt.datetime,
        usable: Mapping[str, frozenset[Identifier]],
        retained: Callable[[], Iterable[Retained]],
        keys_shown: int,
    ) -> None:
        self.findings = _Findings(keys_shown)
        self.unread: list[Unread] = []
        self._file = file = store.file
        self._lookup = store.who_are
        self._casefiles = casefiles
        self._now = now
        self._retained = retained
        self._accounts = _accounts_by_needle(casefiles, file.store.country)
        self._unproven = {
            account_id: frozenset(n for n, ids in self._accounts.items() if account_id in ids and _spared(n, allowed))
            for account_id, allowed in usable.items()
        }
        self._matcher = Matcher(self._accounts)
        self._sieve = Sieve(self._matcher)

    def look_through(self, datastore: str, reach: Reach) -> None:
        """Search the tables of one datastore."""
        given = self._file.datastores[datastore]
        engine = engine_for(given.scan_url if given.scan_url and reach == EVERYTHING else given.url)
        schema = current(engine)
        local = given.local(self._now)
        owners = Owners(engine, schema, self._file, datastore, self._casefiles.keys(), local, self._lookup)
        tables = [*self._within(reach, datastore, schema), *(copies(engine) if reach == EVERYTHING else ())]
        closed_cells: Counter[tuple[str, str]] = Counter()
        for table in tables:
            survivors = Survivors(self._casefiles, datastore, table.name)
            kept = [
                KeptRows(partial(find, datastore, table.name), self._file) for find in (self._kept, self._kept_before)
            ]
            place = _Place(datastore, table, _terms(self._file, datastore, table.name), survivors, owners, *kept)
            for chunk in chunks(engine, table, self._sieve):
                self._weigh(place, chunk, hits_in(self._matcher, chunk.cells))
                closed_cells.update((f"{table.name}.{column}", why) for column, why in _closed(chunk))
        if reach == EVERYTHING:
            left = left_out(engine, schema, tables)
            for (column, why), cells in sorted(closed_cells.items()):
                left.setdefault(why, []).append(f"{column} ({cells})")
            self.unread += [Unread(datastore, tuple(where), why) for why, where in left.items()]

    def _kept(self, datastore: str, table: str) -> Iterator[Retained]:
        """What a law keeps of the closures of this batch."""
        for casefile in self._casefiles.values():
            case = casefile.datastores.get(datastore)
            yield from ((rows, self._now) for rows in (case.retained if case else ()) if rows.table == table)

    def _kept_before(self, datastore: str, table: str) -> Iterator[Retained]:
        """And of earlier ones."""
        yield from self._retained_by_table.get((datastore, table), ())

    @cached_property
    def _retained_by_table(self) -> dict[tuple[str, str], list[Retained]]:
        found: defaultdict[tuple[str, str], list[Retained]] = defaultdict(list)
        for rows, closed_at in self._retained():
            found[rows.datastore, rows.table].append((rows, closed_at))
        return found

    def _within(self, reach: Reach, datastore: str, schema: Schema) -> list[Table]:
        if reach == EVERYTHING:
            return list(schema.tables.values())
        mapped = {*self._file.map.get(datastore, {}), *([self._file.account.table] * (datastore == self._file.home))}
        return [table for name, table in schema.tables.items() if name in mapped]

    def _weigh(self, place: _Place, chunk: Chunk, hits: dict[int, list[tuple[str, Hit]]]) -> None:
        doubtful = [chunk.keys[row] for row, seen in hits.items() if _owner_matters(seen)]
        others = place.owners.of_others(place.table, doubtful) if doubtful else set()
        for row, seen in hits.items():
            shown = _shown(chunk.key, chunk.keys[row], seen)
            for account_id, mine in self._by_account(seen).items():
                sighting = self._sighting(place, chunk, row, account_id, mine, chunk.keys[row] in others)
                if _says_something(sighting):
                    self._learn(place, sighting)
                    self.findings.add(account_id, place, shown, _verdicts(place.terms, sighting))

    def _by_account(self, hits: list[tuple[str, Hit]]) -> dict[str, list[tuple[str, Hit]]]:
        by_account: defaultdict[str, list[tuple[str, Hit]]] = defaultdict(list)
        for column, hit in hits:
            for account_id in self._accounts[hit.needle]:
                by_account[account_id].append((column, hit))
        return by_account

    def _sighting(
        self, place: _Place, chunk: Chunk, row: int, account_id: str, hits: list[tuple[str, Hit]], others: bool
    ) -> Sighting:
        key = chunk.keys[row]
        own = place.survivors.rules(account_id, key)
        mine = own is not None or self._is_own_row(place, chunk.key, key, account_id)
        rules = own or place.survivors.rules_of_all(key)
        nobodys = not (mine or rules or others)
        return Sighting(
            [*_without_parts(hits)],
            mine=mine,
            rules=rules,
            others=others,
            under_another_name=_has_another_name(place.terms, chunk, row, hits),
            unproven=self._spared_in(place, account_id),
            shared=place.survivors.is_shared(account_id, key),
            kept=place.kept_before.of(key) if nobodys else place.kept.of(key) if rules else None,
        )

    def _spared_in(self, place: _Place, account_id: str) -> frozenset[Needle]:
        """What is unproven of the account, in a table where the safety rule may have spared rows for that reason."""
        unproven = self._unproven.get(account_id, frozenset())
        kinds = {needle.kind for needle in unproven}
        return frozenset() if kinds.isdisjoint(place.terms.spared_by) else unproven

    def _is_own_row(self, place: _Place, row_key: RowKey, key: Key, account_id: str) -> bool:
        account = self._file.account
        if place.datastore != self._file.home or place.table.name != account.table or account.id not in row_key.columns:
            return False
        return id_text(key[row_key.columns.index(account.id)]) == account_id

    def _learn(self, place: _Place, sighting: Sighting) -> None:
        """Another living person who has the same identifier, or whose own address is the longer one."""
        for column, hit in sighting.hits:
            if is_anothers(place.terms, sighting, column, hit):
                self.findings.living |= hit.longer
                if not hit.longer:
                    self.findings.shared.update(sighting.likenesses(hit))


@dataclass(frozen=True)
class _Place:
    """A table of a datastore, with what there is to know of its rows."""

    datastore: str
    table: Table
    terms: Terms
    survivors: Survivors
    owners: Owners
    kept: KeptRows
    """By a law, of the closures of the batch."""
    kept_before: KeptRows
    """And of earlier ones."""


class _Spot(NamedTuple):
    """Where something stands, of which kind it is, and what it means."""

    datastore: str
    table: str
    column: str
    kind: ResidueKind
    verdict: Verdict


@dataclass
class _Count:
    rows: int = 0
    keys: list[str] = field(default_factory=list)
    """Of the first rows."""
    until: dt.date | None = None

    def add(self, rows: int, keys: list[str], until: dt.date | None, most: int) -> None:
        self.rows += rows
        self.keys += keys[: most - len(self.keys)]
        self.until = max(filter(None, (self.until, until)), default=None)


class _Findings:
    """Counts what was found, by account and spot; the verdicts are settled in the end."""

    def __init__(self, keys_shown: int) -> None:
        self._keys_shown = keys_shown
        self.shared: set[Likeness] = set()
        """What other living accounts have too, with the name and the postal address that it stands beside."""
        self.living: set[str] = set()
        """The addresses of other living accounts."""
        self._counts: defaultdict[str, dict[_Spot, _Count]] = defaultdict(dict)

    def add(
        self, account_id: str, place: _Place, key: str, verdicts: Iterator[tuple[str, ResidueKind, Verdict]]
    ) -> None:
        """Count one row: for each column and kind by its gravest verdict."""
        gravest: dict[tuple[str, ResidueKind], Verdict] = {}
        for column, kind, verdict in verdicts:
            known = gravest.get((column, kind))
            if known is None or known.gravity < verdict.gravity:
                gravest[column, kind] = verdict
        for (column, kind), verdict in gravest.items():
            spot = _Spot(place.datastore, place.table.name, column, kind, verdict)
            self._counts[account_id].setdefault(spot, _Count()).add(1, [key], verdict.until, self._keys_shown)

    def residue(self, account_id: str) -> list[Residue]:
        """What is left to say of one account, the gravest first."""
        settled: dict[_Spot, _Count] = {}
        for spot, count in self._counts[account_id].items():
            verdict = spot.verdict.settled(self.shared, self.living)
            if verdict is not None:
                whole = settled.setdefault(spot._replace(verdict=verdict), _Count())
                whole.add(count.rows, count.keys, count.until, self._keys_shown)
        found = [_residue(spot, count) for spot, count in settled.items()]
        return sorted(
            found, key=lambda r: (not r.blocking, r.datastore, r.table, r.column, r.kind, str(r.explained_by))
        )


def _residue(spot: _Spot, count: _Count) -> Residue:
    datastore, table, column, kind, verdict = spot
    keys = KEYS_APART.join(count.keys)
    until = count.until.isoformat() if count.until and not verdict.blocking else None
    return Residue(datastore, table, column, keys, kind, count.rows, verdict.reason, verdict.blocking, until)


def _accounts_by_needle(casefiles: Mapping[str, CaseFile], country: str) -> dict[Needle, set[str]]:
    accounts: defaultdict[Needle, set[str]] = defaultdict(set)
    for account_id, casefile in casefiles.items():
        values = {(item.kind, item.value) for item in casefile.identifiers} | {("id", casefile.account_id)}
        for needle in _with_parts_weak({needle for kind, value in values for needle in needles(kind, value, country)}):
            accounts[needle].add(account_id)
    return dict(accounts)


def _with_parts_weak(sought: set[Needle]) -> Iterator[Needle]:
    """*van Dijk* has two words and is no full name, where the person's full name is *Jan van Dijk*."""
    names = [needle.spelling.split() for needle in sought if needle.kind == "name"]
    for needle in sought:
        words = set(needle.spelling.split())
        is_part = needle.kind == "name" and any(words < set(name) for name in names)
        yield replace(needle, strong=False) if is_part else needle


def _without_parts(hits: list[tuple[str, Hit]]) -> Iterator[tuple[str, Hit]]:
    """A part of a name that stands there as a whole is no second one beside it."""
    told = {(column, hit.needle.spelling) for column, hit in hits if hit.needle.kind == "name"}
    for column, hit in hits:
        inside = f" {hit.needle.spelling} "
        longer = (name for where, name in told if where == column and name != hit.needle.spelling)
        if hit.needle.kind != "name" or hit.needle.strong or not any(inside in f" {name} " for name in longer):
            yield column, hit


def _says_something(seen: Sighting) -> bool:
    """A surname or a town alone, in a row that was never the person's, says nothing, even as a whole cell."""
    words = {hit.needle for _, hit in seen.hits if hit.needle.kind in ("name", "address") and not hit.needle.strong}
    return seen.mine or len(words) != 1 or any(hit.needle not in words for _, hit in seen.hits)


def _verdicts(terms: Terms, seen: Sighting) -> Iterator[tuple[str, ResidueKind, Verdict]]:
    """As they are weighed; but the full name and the day of birth together are one person."""
    alone = True
    for column, kind, verdict in weigh(terms, seen):
        alone = alone and verdict.reason == POSSIBLE
        yield column, kind, verdict
    born = any(hit.needle.kind == "date" for _, hit in seen.hits)
    if alone and born and seen.named and not (seen.mine or seen.others):
        yield from ((column, hit.needle.kind, Verdict(True)) for column, hit in seen.hits)


def _terms(file: StoreFile, datastore: str, table: str) -> Terms:
    """A number of the kind *other* tells a person as an id does, and two customers may share one."""
    terms = Terms.of(file, datastore, table)
    numbers: set[tuple[str, Kind]] = {(column, "id") for column, kind in terms.declared if kind == "other"}
    return replace(terms, declared=terms.declared | numbers)


def _spared(needle: Needle, usable: frozenset[Identifier]) -> bool:
    return needle.identifier is not None and needle.identifier not in usable


def _owner_matters(hits: list[tuple[str, Hit]]) -> bool:
    """A lone name says nothing, whoever's row it stands in."""
    kinds = {hit.needle.kind for _, hit in hits}
    return any(is_certain(hit) for _, hit in hits) or {"name", "address"} <= kinds


def _has_another_name(terms: Terms, chunk: Chunk, row: int, hits: list[tuple[str, Hit]]) -> bool:
    """Whether a column for names is filled, and not with the person's name."""
    theirs = {column for column, hit in hits if hit.needle.kind == "name" and (hit.needle.strong or hit.whole)}
    return any(
        column not in theirs and chunk.cells[column][row] for column in terms.name_columns if column in chunk.cells
    )


def _closed(chunk: Chunk) -> Iterator[tuple[str, str]]:
    """The binary cells in which not all could be read, by column, with the reason."""
    for column, values in chunk.cells.items():
        for value in values:
            if isinstance(value, (bytes, bytearray, memoryview)) and len(value) > _SHORT_BINARY:
                why = closed(bytes(value))
                if why:
                    yield column, why


def _shown(row_key: RowKey, key: Key, hits: list[tuple[str, Hit]]) -> str:
    """The key for an operator's eyes: no personal value, and of a long one (a session's) only the beginning."""
    if row_key.kind == "whole" or {column for column, _ in hits} & set(row_key.columns):
        return "(not shown)"
    return ", ".join(_cut(id_text(value)) for value in key)


def _cut(text: str) -> str:
    text = "…" if "@" in text else text
    return text if len(text) <= _SHOWN_LETTERS else f"{text[:8]}…"
