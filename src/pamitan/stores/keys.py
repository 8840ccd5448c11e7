"""The keys of the rows tied to a batch of accounts, collected in temporary tables. The one home of link logic.

Reading and erasing both go through it::

    vetted = vet(home_connection, home_schema, file, subjects, now)     # once, on the home datastore
    with collect(connection, schema, file, datastore, vetted, now) as keys:
        orders = keys.of("order_order")                                 # as the data map links it
        lines = keys.tied("order_line", [Link(on={"order_id": "order_order.id"})])      # by links not in the map
        source, mine = keys.joined(orders)                              # the table, joined with its keys
        connection.execute(sa.select(orders.sql.c.account, source.c.number).select_from(mine))
        keys.account_of(row.account)                                    # the account id behind the number

A :class:`KeyTable` holds one row per (account, rule, link, row): SELECT DISTINCT where one row may be found twice. Key
tables are filled when they are first asked for, with those that their links go through. Tables that reach one another
or themselves are gone through again until nothing new is found, so self-references and cycles end.

Everything happens in the caller's transaction and is dropped at the end of the ``with``. One ``collect`` at a time per
connection. Errors: :class:`pamitan.stores.errors.StoreMismatch` for tables and columns that are not there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from sqlalchemy.engine import Connection
from sqlalchemy.sql import FromClause

from pamitan.storefile.conditions import Condition
from pamitan.storefile.links import Link
from pamitan.storefile.model import Balance, LibraryShelf, Pending, SessionStore, StoreFile
from pamitan.storefile.paths import parse_cell
from pamitan.storefile.rules import Rule
from pamitan.stores.batch import Batch, Vetted
from pamitan.stores.errors import StoreMismatch
from pamitan.stores.keytables import GONE, KeyTable, StoredKey
from pamitan.stores.links import Linker, Place
from pamitan.stores.paths import require_json
from pamitan.stores.rewrite import Rewritten
from pamitan.stores.schema import Schema
from pamitan.stores.sharing import put_shared_aside
from pamitan.stores.strangers import Lookup, Strangers
from pamitan.stores.vetting import vet

__all__ = ["Keys", "Seed", "collect", "vet"]


@dataclass(frozen=True)
class Seed:
    """A key from a case file: so the rows are found although no link leads to them any more."""

    account_id: str
    key: StoredKey


@contextmanager
def collect(
    connection: Connection,
    schema: Schema,
    file: StoreFile,
    datastore: str,
    vetted: Sequence[Vetted],
    now: dt.datetime,
    seeds: Mapping[str, Iterable[Seed]] | None = None,
    spares_shared: bool = True,
    lookup: Lookup | None = None,
) -> Iterator[Keys]:
    """Open the key tables of a batch. An account in state ``other`` (staff) leads to nothing.

    ``seeds``: keys from case files, by table. ``spares_shared``: put rows aside that are another customer's as well, as
    an erasure has to; who only reads wants to see them. ``lookup``: whom other account ids name; needed in every
    datastore but the accounts' own.
    """
    batch = Batch(connection, schema, file, datastore, now)
    if not batch.is_home:
        if lookup is None:
            raise ValueError("outside the home datastore somebody has to say whom account ids name")
        batch.strangers = Strangers(connection, lookup)
    ids = [None if account.state == "other" else account.account_id for account in vetted]
    usable = [(n, item) for n, account in enumerate(vetted) if ids[n] for item in sorted(account.usable, key=str)]
    with batch.tables(ids, usable):
        keys = Keys(batch, vetted, seeds or {}, spares_shared)
        yield keys
        keys.drop()


class Keys:
    """The key tables of one batch in one datastore."""

    def __init__(
        self, batch: Batch, vetted: Sequence[Vetted], seeds: Mapping[str, Iterable[Seed]], spares_shared: bool
    ) -> None:
        self.batch = batch
        self._spares_shared = spares_shared
        self._vetted = vetted
        self._seeds = seeds
        self._serial = count()
        self._made: list[KeyTable] = []
        self._adopted: list[Rewritten] = []
        self._tables: dict[str, KeyTable] = {}
        self._map = batch.file.map.get(batch.datastore, {})
        self._leads = _leads(_all_links(batch.file, batch.datastore))

    @property
    def is_seeded(self) -> bool:
        """Whether there are keys from case files: an earlier run came as far as writing."""
        return bool(self._seeds)

    def of(self, table: str) -> KeyTable:
        """The keys of a table of the data map, by its rules."""
        if table not in self._map:
            raise StoreMismatch(f"a link goes through '{table}', which the data map does not have; add it there")
        if table not in self._tables:
            self._collect(_reachable(self._map, table))
        return self._tables[table]

    def all(self) -> dict[str, KeyTable]:
        """The keys of every table of the data map."""
        return {table: self.of(table) for table in self._map}

    def tied(self, table: str, links: Sequence[Link] | None = None, where: Condition | None = None) -> KeyTable:
        """The keys of the rows that these links lead to; without links, by those of the data map."""
        links = links or self.batch.file.links_of(self.batch.datastore, table)
        rules = [Rule(link=list(links), where=where, delete=True)]
        into = self._make(table, _leads(links).get(table, set()))
        own = {table: into} if table not in self._map else {}
        linker = Linker(self.batch, into, rules, lambda name: own.get(name) or self.of(name))
        self._fill({table: linker}, {table: rules}, cyclic=table in own and table in _through(rules))
        return into

    def joined(self, keys: KeyTable, source: FromClause | None = None) -> tuple[FromClause, FromClause]:
        """The table (or your alias of it) and its join with its keys."""
        table = keys.source if source is None else source
        return table, keys.sql.join(table, keys.matches(table))

    def account_of(self, number: int) -> str:
        """The id of the account with that number in the batch."""
        return self._vetted[number].account_id

    def number_of(self, account_id: str) -> int:
        """The number in the batch of that account."""
        return next(n for n, account in enumerate(self._vetted) if account.account_id == account_id)

    def adopt(self, rewritten: Rewritten) -> None:
        """Drop that with the key tables."""
        self._adopted.append(rewritten)

    def drop(self) -> None:
        """Drop all key tables."""
        for rewritten in self._adopted:
            rewritten.drop()
        for table in self._made:
            table.drop()

    def _collect(self, group: list[list[str]]) -> None:
        for tables in group:
            if tables[0] not in self._tables:
                self._collect_together(tables)

    def _collect_together(self, tables: list[str]) -> None:
        """Fill tables that reach one another: one alone in most cases."""
        linkers = {}
        for table in tables:
            self._tables[table] = self._make(table, self._leads.get(table, set()))
            linkers[table] = Linker(self.batch, self._tables[table], self._map[table], self._tables.__getitem__)
            self._seed(table, linkers[table])
        cyclic = any(_through(self._map[table]) & set(tables) for table in tables)
        rules = {table: self._map[table] for table in tables}
        self._fill(linkers, rules, cyclic)
        while self._spares_shared and self._put_shared_aside(tables) and cyclic:
            for table in tables:
                self._tables[table].forget_collected()
            self._fill(linkers, rules, cyclic=True)

    def _put_shared_aside(self, tables: list[str]) -> int:
        """How many keys are of rows that are another customer's as well; nothing hangs on those."""
        account = self.batch.file.account
        looks_for_guests = account.guests is not None and self.batch.is_home and account.table in self._map
        if looks_for_guests and account.table not in self._tables:
            self.of(account.table)  # to know which guests leave
        return sum(put_shared_aside(self.batch, self._tables[t], self._map[t], self._tables) for t in tables)

    def _fill(self, linkers: Mapping[str, Linker], rules: Mapping[str, list[Rule]], cyclic: bool) -> None:
        seeded = any(table in self._seeds for table in linkers)
        places = [(table, place) for table in linkers for place in _places(rules[table])]
        for table, place in places:
            linkers[table].take(place, again=seeded or cyclic)
        inner = [(t, p) for t, p in places if _link(rules[t], p).targets() & linkers.keys()] if cyclic else []
        while inner and sum([linkers[table].take(place, again=True) for table, place in inner]):
            pass
        for linker in linkers.values():
            linker.into.analyse()

    def _make(self, table: str, leads: set[str]) -> KeyTable:
        described = self.batch.schema.table(table)
        for lead in leads:
            require_json(described, parse_cell(lead))
        made = KeyTable(self.batch.connection, described, leads, next(self._serial))
        made.create()
        self._made.append(made)
        return made

    def _seed(self, table: str, linker: Linker) -> None:
        keys, seeds = linker.into, self._seeds.get(table)
        if seeds is None or not keys.key.lasting:
            return
        numbers = {account.account_id: n for n, account in enumerate(self._vetted)}
        stored = ((numbers[seed.account_id], seed.key) for seed in seeds)
        keys.insert_plain((n, k.rule, k.link, GONE if k.gone else 1, *k.key, *k.leads) for n, k in stored)
        keys.sort_out_seeds()
        linker.drop_seeds_of_others()


def _places(rules: list[Rule]) -> list[Place]:
    return [Place(r, i) for r, rule in enumerate(rules) for i in range(len(rule.link))]


def _link(rules: list[Rule], place: Place) -> Link:
    return rules[place.rule].link[place.link]


def _through(rules: list[Rule]) -> set[str]:
    """The tables that the links go through."""
    return {target for rule in rules for link in rule.link for target in link.targets()} - {"account"}


def _all_links(file: StoreFile, datastore: str) -> list[Link]:
    """Every link that the store file gives in that datastore."""
    links = [link for table in file.map.get(datastore, {}) for link in file.links_of(datastore, table)]
    sections: list[Pending | LibraryShelf | Balance | SessionStore] = [*file.orders, *file.subscriptions]
    sections += [*file.library, *file.balances, *file.account.sessions]
    here = [section.link for section in sections if (section.datastore or file.home) == datastore]
    return links + [link for given in here for link in given or []]


def _leads(links: Iterable[Link]) -> dict[str, set[str]]:
    """The cells of each table that the links go through."""
    leads: dict[str, set[str]] = {}
    for target in (target for link in links for _own, target in link.pairs()):
        if target.table != "account":
            leads.setdefault(target.table, set()).add(str(target.cell))
    return leads


def _reachable(rules: Mapping[str, list[Rule]], table: str) -> list[list[str]]:
    """The table and all that its links go through, first what others need; tables that reach one another together.

    Tarjan's strongly connected components (SIAM J. Comput. 1(2), 1972).
    """
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    groups: list[list[str]] = []

    def visit(name: str) -> None:
        order[name] = lowest[name] = len(order)
        stack.append(name)
        for other in sorted(_through(rules[name])):
            if other not in order:
                visit(other)
                lowest[name] = min(lowest[name], lowest[other])
            elif other in stack:
                lowest[name] = min(lowest[name], order[other])
        if lowest[name] == order[name]:
            cut = stack.index(name)
            groups.append(stack[cut:])
            del stack[cut:]

    visit(table)
    return groups
