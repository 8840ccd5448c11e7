"""The sampled rows of one database, place by place, and whose they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from pamitan.content.identifiers import normalise_email
from pamitan.stores.sampling import Row, Sample, Sampler, as_text
from pamitan.stores.schema import Schema, Table
from pamitan.survey.found import AccountTable, Place, Tie
from pamitan.survey.tables import Names
from pamitan.survey.unfold import Leaf, leaves
from pamitan.survey.words import is_staff_flag

_PANEL = 120
"""Accounts whose rows are looked for in every table that leads to them."""
_PANEL_ROWS = 300
_OWNERS = 40
"""Owners of a table's sampled rows whose own account is read as well."""
NOBODY = {"", "0", "-1", "None"}
"""Keys that shops write where there is none."""


class Reading:
    """Samples of all tables, and the accounts that are followed through them."""

    def __init__(self, sampler: Sampler, country: str) -> None:
        self.sampler = sampler
        self.schema: Schema = sampler.schema
        self.country = country
        self.samples: dict[str, Sample] = {t.name: sampler.sample(t) for t in sampler.schema.tables.values()}
        self.ties: dict[str, list[Tie]] = {}
        self._leaves: dict[tuple[int, str], list[Leaf]] = {}
        self._account: AccountTable | None = None
        self._kept: list[Row] = []
        self.other_people: set[str] = set()
        """Tables of people who are no customers: staff with a sign-in of their own."""

    @cached_property
    def names(self) -> Names:
        return Names(self.schema)

    @property
    def account(self) -> AccountTable:
        if self._account is None:
            raise ValueError("no account table is chosen yet")
        return self._account

    def follow(self, account: AccountTable) -> None:
        """Take this table as that of the accounts."""
        self._account = account
        self.panel = [as_text(row[account.id]) for row in _thinned(self.samples[account.table].found, _PANEL)]

    @cached_property
    def staff(self) -> set[str]:
        """The sampled accounts that are flagged as staff."""
        flags = [name for name in self.schema.table(self.account.table).columns if is_staff_flag(name)]
        rows = self.samples[self.account.table].found
        return {as_text(row[self.account.id]) for row in rows if any(row[flag] in (True, 1) for flag in flags)}

    def leaves(self, row: Row, column: str) -> list[Leaf]:
        """What stands in a cell, unfolded once."""
        key = (id(row), column)
        if key not in self._leaves:
            self._kept.append(row)  # so that no other row is given its id
            value = row[column]
            self._leaves[key] = [] if value in (None, "") else leaves(value)
        return self._leaves[key]

    def values(self, row: Row, place: Place) -> list[Any]:
        """What stands at a place of a row; several for elements of a list."""
        return [leaf.value for leaf in self.leaves(row, place.column) if leaf.path == place.path]

    def at(self, row: Row, cell: str) -> str:
        """A key as text, by the cell as a store file refers to it; empty for none."""
        column, _arrow, path = cell.partition("->")
        if not path:
            return as_text(row[column]) if row[column] is not None else ""
        return next((as_text(value) for value in self.values(row, Place(column, path))), "")

    def add(self, tie: Tie) -> None:
        """Remember the tie, and read rows of the followed accounts through it."""
        self.ties.setdefault(tie.table, []).append(tie)
        table, sample = self.schema.table(tie.table), self.samples[tie.table]
        if sample.is_whole or not self._is_plain(tie, table):
            return
        columns = [cell for cell, _target in tie.on]
        wanted = self._wanted(tie)
        if wanted and self.sampler.may_search(table, columns, sample.rows):
            more = self.sampler.rows_where(table, columns, wanted, _PANEL_ROWS)
            self.samples[tie.table] = Sample(table, sample.rows, False, tuple(_united(sample.found, more, table)))

    def _is_plain(self, tie: Tie, table: Table) -> bool:
        return (
            bool(tie.on)
            and not any("{" in target for _c, target in tie.on)
            and {c for c, _t in tie.on} <= set(table.columns)
        )

    def _wanted(self, tie: Tie) -> list[list[Any]]:
        """The values that this tie's columns have in rows of the followed accounts."""
        targets = [target.rpartition(".") for _cell, target in tie.on]
        if {name for name, _dot, _column in targets} == {"account"} and [c for _n, _d, c in targets] in (["id"],):
            return [[one] for one in self.panel]
        name = self.account.table if targets[0][0] == "account" else targets[0][0]
        rows = self.samples[name].found
        owners = self.owners(name, rows)
        followed = set(self.panel)
        mine = [row for row, owner in zip(rows, owners, strict=True) if owner in followed]
        return [[row[self.column(name, column)] for _n, _d, column in targets] for row in mine]

    def column(self, table: str, column: str) -> str:
        """A target's column as its table calls it (``account.id`` stands for the key whatever it is called)."""
        return self.account.id if table == self.account.table and column == "id" else column

    def owners(self, table: str, rows: Sequence[Row], seen: frozenset[str] = frozenset()) -> list[str | None]:
        """The account of each row, as far as the ties found so far tell."""
        found: list[str | None] = [None] * len(rows)
        if table == self.account.table:
            return [as_text(row[self.account.id]) for row in rows]
        if table in seen or not rows:
            return found
        for tie in sorted(self.ties.get(table, []), key=lambda tie: (not tie.owns, -tie.confidence)):
            missing = [index for index, owner in enumerate(found) if owner is None]
            by_tie = self._owners_by(tie, [rows[index] for index in missing], seen | {table})
            for index, owner in zip(missing, by_tie, strict=True):
                found[index] = owner
        return found

    def true_owners(self, table: str, rows: Sequence[Row]) -> list[str | None]:
        """The account of each row, by ties that say whose it is; not who merely made or handled it."""
        owning = [tie for tie in self.ties.get(table, []) if tie.owns]
        found = [self.owners_by(tie, rows) for tie in owning]
        return (
            [next(filter(None, of_row), None) for of_row in zip(*found, strict=True)] if found else [None] * len(rows)
        )

    def owners_by(self, tie: Tie, rows: Sequence[Row]) -> list[str | None]:
        """The account of each row, as far as this tie alone tells."""
        return self._owners_by(tie, rows, frozenset({tie.table}))

    def owners_of_targets(self, on: tuple[tuple[str, str], ...], rows: Sequence[Row]) -> list[str | None]:
        """The account of the row that each of these points at, as far as the ties found so far tell."""
        return self._owners_by(Tie(on[0][1].rpartition(".")[0], "overlap", on), rows, frozenset())

    def _owners_by(self, tie: Tie, rows: Sequence[Row], seen: frozenset[str]) -> list[str | None]:
        held = [
            all(_holds(row[column], wanted) for column, wanted in tie.where.items()) if _flat(tie) else True
            for row in rows
        ]
        if tie.place and tie.how == "blob":
            texts = [next((as_text(v) for v in self.values(row, tie.place)), None) for row in rows]
            return [text if ok and text not in NOBODY else None for text, ok in zip(texts, held, strict=True)]
        if tie.place:
            return [owner if ok else None for owner, ok in zip(self._by_email(rows, tie.place), held, strict=True)]
        if not tie.on or not rows:
            return [None] * len(rows)
        keys = [tuple(self._key(row, cell, target) for cell, target in tie.on) for row in rows]
        owner_of = self._owners_of_keys(tie, {key for key in keys if not set(key) & NOBODY}, seen)
        return [owner_of.get(key) if ok else None for key, ok in zip(keys, held, strict=True)]

    def _key(self, row: Row, cell: str, target: str) -> str:
        if "{" not in target:
            return self.at(row, cell)
        before, _brace, after = target.partition("{account.id}")
        text = self.at(row, cell)
        return text[len(before) : len(text) - len(after)] if text.startswith(before) and text.endswith(after) else ""

    def _owners_of_keys(
        self, tie: Tie, keys: set[tuple[str, ...]], seen: frozenset[str]
    ) -> dict[tuple[str, ...], str | None]:
        targets = [("account.id" if "{" in target else target).rpartition(".") for _cell, target in tie.on]
        if [(name, column) for name, _dot, column in targets] == [("account", "id")]:
            return {key: key[0] for key in keys}
        name = self.account.table if targets[0][0] == "account" else targets[0][0]
        columns = [self.column(name, column) if targets[0][0] == "account" else column for _n, _d, column in targets]
        parents = self.parents(name, columns, keys)
        owners = self.owners(name, parents, seen)
        found: dict[tuple[str, ...], str | None] = {}
        for row, owner in zip(parents, owners, strict=True):
            key = tuple(self.at(row, column) for column in columns)
            found[key] = found.get(key) or owner
        return found

    def parents(self, table: str, columns: Sequence[str], keys: Iterable[tuple[str, ...]]) -> list[Row]:
        """Rows of a table with these keys: sampled ones, and others where looking them up is quick."""
        wanted, described = set(keys), self.schema.table(table)
        sample = self.samples[table]
        at_hand = [row for row in sample.found if tuple(self.at(row, column) for column in columns) in wanted]
        there = {tuple(self.at(row, column) for column in columns) for row in at_hand}
        missing = sorted(wanted - there)
        plain = set(columns) <= set(described.columns)
        if sample.is_whole or not missing or not plain or not self.sampler.may_search(described, columns, sample.rows):
            return at_hand
        return [*at_hand, *self.sampler.rows_where(described, columns, missing, 3 * len(missing))]

    def meet_owners(self) -> None:
        """Read the account rows of some owners of every tied table, so that they can be met again there."""
        name = self.account.table
        table, sample = self.schema.table(name), self.samples[name]
        if sample.is_whole:
            return
        wanted: set[str] = set()
        for tied in self.ties:
            wanted |= {owner for owner in self.owners(tied, _thinned(self.samples[tied].found, _OWNERS)) if owner}
        missing = sorted(wanted - {as_text(row[self.account.id]) for row in sample.found})
        if missing and self.sampler.may_search(table, [self.account.id], sample.rows):
            more = self.sampler.rows_where(table, [self.account.id], [[one] for one in missing], len(missing))
            self.samples[name] = Sample(table, sample.rows, False, tuple(_united(sample.found, more, table)))

    def belongs(self, table: str) -> bool:
        """Whether rows of the table are the person's own, so that what hangs on them is as well."""
        return table == self.account.table or any(tie.owns for tie in self.ties.get(table, []))

    def share_of(self, table: str, column: str, values: Sequence[str]) -> float:
        """The share of these values that are in the column; 0 where looking them up would take long."""
        some = set(list(values)[:200])
        there = {self.at(row, column) for row in self.parents(table, [column], {(value,) for value in some})}
        return len(some & there) / len(some) if some else 0.0

    def _by_email(self, rows: Sequence[Row], place: Place) -> list[str | None]:
        addresses = [next((normalise_email(str(v)) for v in self.values(row, place)), None) for row in rows]
        owner_of = self.accounts_by_email({address for address in addresses if address})
        return [owner_of.get(address) if address else None for address in addresses]

    def accounts_by_email(self, addresses: set[str]) -> dict[str, str]:
        """The accounts that have these addresses."""
        email = self.account.email
        if email is None or not addresses:
            return {}
        table, sample = self.schema.table(self.account.table), self.samples[self.account.table]
        rows = list(sample.found)
        if not sample.is_whole and not email.path and self.sampler.may_search(table, [email.column], sample.rows):
            rows += self.sampler.rows_where(table, [email.column], [[a] for a in sorted(addresses)], len(addresses))
        pairs = (
            (normalise_email(str(v)), as_text(row[self.account.id])) for row in rows for v in self.values(row, email)
        )
        return {address: owner for address, owner in pairs if address in addresses}


def _thinned(rows: Sequence[Row], most: int) -> Sequence[Row]:
    step = max(1, len(rows) // most)
    return rows[::step][:most]


def _united(one: Sequence[Row], other: Sequence[Row], table: Table) -> list[Row]:
    key = table.primary_key or tuple(table.columns)
    return list({tuple(map(repr, (row[name] for name in key))): row for row in [*one, *other]}.values())


def _flat(tie: Tie) -> bool:
    return all(isinstance(value, (str, int, list)) or value is None for value in tie.where.values()) and not (
        {"any", "not", "exists"} & set(tie.where)
    )


def _holds(value: Any, wanted: Any) -> bool:
    allowed = wanted if isinstance(wanted, list) else [wanted]
    return (None if value is None else str(value)) in [None if one is None else str(one) for one in allowed]
