"""How each kind of link takes rows: one INSERT … SELECT of keys per link, whatever the size of the batch.

- ``on``: an equi-join with the account's id, with cells of the account's row, or with the key tables of other tables.
- ``email``, ``phone``: the spellings of the batch's usable identifiers are gathered first (SQL sieve, our
  normalisation); then the rows that hold one of them byte for byte, unless such a row has another owner.
- ``blob``: rows are read in a stream and looked into (:mod:`pamitan.stores.blobs`).
- ``mentions``: the same, with all usable identifiers of the batch looked for at once (:mod:`pamitan.stores.mentions`).

A row of the account table itself is taken only if it is the account's own row, or by an address or number that row of
a guest: other customers and staff never are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import FromClause
from sqlalchemy.sql.elements import ColumnElement

from pamitan.storefile.conditions import Condition
from pamitan.storefile.links import Blob, Link
from pamitan.storefile.paths import CellPath, Target, parse_target
from pamitan.storefile.rules import Rule
from pamitan.stores.batch import Batch
from pamitan.stores.blobs import account_in
from pamitan.stores.conditions import to_sql
from pamitan.stores.equality import equal
from pamitan.stores.errors import StoreMismatch
from pamitan.stores.ids import as_uuid
from pamitan.stores.keytables import CHUNK, SHARED, KeyTable
from pamitan.stores.mentions import rows_mentioning
from pamitan.stores.paths import Cell, cell_of, same, text_column, there_is, unwrapped, wrapped
from pamitan.stores.schema import Column
from pamitan.stores.spelling import exact, normalised
from pamitan.stores.types import Identifier, IdentifierKind
from pamitan.stores.vetting import sieves

SENTINELS = (0, "0", "")
"""What shops write into a column of account ids for "nobody"."""


def is_nobody(cell: ColumnElement[Any], column: Column, nobody: Collection[Any] = ()) -> ColumnElement[bool]:
    """The cell of a column of account ids names nobody: it is NULL, a sentinel, or one of the values given."""
    if column.kind == "binary":  # has no text form that every database could compare
        return sa.or_(cell.is_(None), cell.in_([b"", bytes(16)]))
    return sa.or_(cell.is_(None), sa.cast(cell, sa.Text).in_([str(value) for value in (*SENTINELS, *nobody)]))


@dataclass(frozen=True)
class Place:
    """Where a link stands in the data map: what a key table's ``rule`` and ``link`` columns say."""

    rule: int
    link: int


@dataclass(frozen=True)
class Tie:
    """What a link by columns ties a table's ``row`` to: the accounts, or the keys of the table that it goes through."""

    row: FromClause
    sources: FromClause
    account: ColumnElement[Any]
    """The number of the account that the row belongs to."""
    conditions: tuple[ColumnElement[bool], ...]

    def select(self, *columns: ColumnElement[Any]) -> sa.Select[Any]:
        """These columns of every row that the link leads to."""
        return sa.select(*columns).select_from(self.sources.join(self.row, sa.and_(sa.true(), *self.conditions)))


class Linker:
    """Fills one key table by the links of its rules. ``source_of`` gives the key table of another mapped table."""

    def __init__(self, batch: Batch, into: KeyTable, rules: list[Rule], source_of: Callable[[str], KeyTable]) -> None:
        self._batch = batch
        self.into = into
        self._rules = rules
        self._source_of = source_of
        self._source = into.source.alias("t")

    def take(self, place: Place, again: bool) -> int:
        """Add the rows that this link leads to; how many were added. ``again``: leave out those already there."""
        link, where = self._rules[place.rule].link[place.link], self._conditions(place)
        if link.on is not None:
            return self._insert(self._by_columns(place, link.pairs(), where), place, again)
        if link.blob is not None:
            return self._by_blob(place, link.blob, where)
        if link.mentions is not None:
            return self._by_mention(place, link.mentions, where)
        kind: IdentifierKind = "email" if link.email is not None else "phone"
        return self._by_identifier(place, kind, str(link.email or link.phone), where, again)

    def tie(self, place: Place) -> Tie:
        """The same for a statement that follows a link by plain columns, with no key table."""
        sources = _Sources(self._batch, self._source_of)
        pairs = self._rules[place.rule].link[place.link].pairs()
        equalities = [sources.equal(self._cell(own), target) for own, target in pairs]
        conditions = (*equalities, *self._conditions(place), *sources.unshared())
        return Tie(self._source, sources.joined(), sources.account(), conditions)

    def _conditions(self, place: Place) -> list[ColumnElement[bool]]:
        """What a row has to fulfil besides what the link compares."""
        rule = self._rules[place.rule]
        link = rule.link[place.link]
        return [self._where(rule.where), self._where(link.where), *self._allowed_accounts(link)]

    def drop_seeds_of_others(self) -> None:
        """Forget keys from a case file whose row names another account now: the key was given to a new row."""
        keys, accounts = self.into.sql, self._batch.accounts
        if self._is_account_table:
            mine = [self.into.matches(self._source), accounts.c.n == keys.c.account]
            allowed = sa.or_(self._is_own_row(), self._is_guest(self._source))
            theirs = sa.exists().where(*mine, ~allowed).correlate(keys)
            self._batch.connection.execute(sa.delete(keys).where(keys.c.seeded == 1, theirs))
        for name, cell, nobody in self._owners():
            mine = [self.into.matches(self._source), accounts.c.n == keys.c.account]
            self._ask(name, cell, keys.join(self._source, self.into.matches(self._source)), keys.c.seeded == 1)
            theirs = sa.exists().where(*mine, ~self._no_other_owner(name, cell, nobody)).correlate(keys)
            found_by_it = ~sa.or_(sa.false(), *self._found_by_another_owner(name))
            self._batch.connection.execute(sa.delete(keys).where(keys.c.seeded == 1, found_by_it, theirs))

    def _found_by_another_owner(self, name: str) -> Iterator[ColumnElement[bool]]:
        """The key was found by another column of account ids; what this one holds says nothing of the row's key."""
        marks = self.into.sql.c
        for r, rule in enumerate(self._rules):
            for i, link in enumerate(rule.link):
                owners = {own for own, target in (link.on or {}).items() if self._is_account_id(target)}
                if owners and name not in owners:
                    yield sa.and_(marks.rule == r, marks.link == i)

    def _where(self, condition: Condition | None) -> ColumnElement[bool]:
        return to_sql(condition, self.into.table, self._batch.schema, self._batch.now, self._source)

    @property
    def _is_account_table(self) -> bool:
        return self._batch.is_home and self.into.table.name == self._batch.file.account.table

    def _allowed_accounts(self, link: Link) -> list[ColumnElement[bool]]:
        """For the account table: the id of the row is the id of the account, or an address leads to a guest's row."""
        if not self._is_account_table:
            return []
        if link.email or link.phone:
            return [self._is_guest(self._source)]
        if link.mentions:  # whoever's row it is, of this person alone something is taken out
            return []
        return [self._is_own_row(), self._where(self._batch.file.account.where)]

    def _is_own_row(self) -> ColumnElement[bool]:
        column = self.into.table.column(self._batch.file.account.id)
        return self._source.c[column.name] == self._batch.account_key(column)

    def _is_guest(self, row: FromClause) -> ColumnElement[bool]:
        batch, guests = self._batch, self._batch.file.account.guests
        return sa.false() if guests is None else to_sql(guests, batch.account_table, batch.schema, batch.now, row)

    def _insert(self, query: sa.Select[Any], place: Place, again: bool) -> int:
        if again:
            known = self.into.sql.alias("known")
            account = query.selected_columns.account
            same = [known.c.rule == place.rule, known.c.link == place.link, known.c.account == account]
            query = query.where(~sa.exists().where(*same, self.into.matches(self._source, known)))
        return self.into.insert(query)

    def _select(self, account: ColumnElement[Any], place: Place) -> sa.Select[Any]:
        return sa.select(*self.into.selected(self._source, account, place.rule, place.link))

    def _by_columns(
        self, place: Place, pairs: list[tuple[CellPath, Target]], where: list[ColumnElement[bool]]
    ) -> sa.Select[Any]:
        sources = _Sources(self._batch, self._source_of)
        cells = [(self._cell(own), target) for own, target in pairs]
        equalities = [(cell, sources.equal(cell, target)) for cell, target in cells]
        if self._is_account_table:
            sources.accounts_too()
        plain = [equality for cell, equality in equalities if cell.elements is None]
        from_: FromClause = sources.joined().join(self._source, sa.and_(sa.true(), *plain))
        for cell, equality in equalities:
            from_ = cell.joined(from_, equality)
        query = self._select(sources.account(), place).select_from(from_).where(*where, *sources.unshared())
        finds_once = sources.are_accounts and all(cell.elements is None for cell, _ in equalities)
        return query if finds_once and self.into.key.lasting else query.distinct()

    def _cell(self, name: str | CellPath) -> Cell:
        return cell_of(self.into.table, self._source, name, self._batch.dialect)

    def _joined(self, rows: FromClause, cell: Cell, condition: ColumnElement[bool]) -> FromClause:
        """Rows joined with those of this table whose cell fulfils the condition."""
        plain = condition if cell.elements is None else sa.true()
        return cell.joined(rows.join(self._source, plain), condition)

    def _by_identifier(
        self, place: Place, kind: IdentifierKind, name: str, where: list[ColumnElement[bool]], again: bool
    ) -> int:
        cell, batch = self._cell(name), self._batch
        if not batch.has_identifiers:
            return 0
        serial = len(self._rules) * 1000 + place.rule * 100 + place.link
        if not self._gather_spellings(serial, kind, cell, where):
            return 0
        spelt = batch.spellings
        mine = sa.and_(spelt.c.place == serial, exact(cell.value, batch.dialect) == spelt.c.value)
        joined = self._joined(spelt, cell, mine).join(batch.accounts, batch.accounts.c.n == spelt.c.n)
        for name, owner, _nobody in self._owners():
            self._ask(name, owner, joined, *where)
        owned = [self._no_other_owner(*owner) for owner in self._owners()]
        query = self._select(spelt.c.n, place).select_from(joined).where(*where, *owned).distinct()
        added = self._insert(query, place, again)
        batch.connection.execute(sa.delete(spelt).where(spelt.c.place == serial))
        return added

    def _gather_spellings(
        self, serial: int, kind: IdentifierKind, cell: Cell, where: list[ColumnElement[bool]]
    ) -> bool:
        """Write down each spelling in which the column holds a usable identifier; whether there is any."""
        batch, known = self._batch, self._batch.identifiers.c
        spelt = exact(cell.value, batch.dialect)
        found: set[tuple[int, str]] = set()
        for condition in sieves(batch, kind, cell.value):
            joined = self._joined(batch.identifiers, cell, condition)
            joined = joined.join(batch.accounts, batch.accounts.c.n == known.n)
            query = sa.select(known.n, known.value, spelt.label("spelt")).select_from(joined).where(*where).distinct()
            for n, value, text in batch.connection.execute(query):
                if normalised(kind, text, batch.file.store.country) == Identifier(kind, value):
                    found.add((n, text))
        if found:
            rows = [{"n": n, "place": serial, "value": text} for n, text in sorted(found)]
            batch.connection.execute(sa.insert(batch.spellings), rows)
        return bool(found)

    def _owners(self) -> Iterator[tuple[str, Cell, list[Any]]]:
        """The cells of this table that name an account: as the map names them, and with the values that mean nobody."""
        links = [link for rule in self._rules for link in rule.link]
        named = {name: target for link in links for name, target in (link.on or {}).items()}
        for name, target in sorted(named.items()):
            own_key = self._is_account_table and name == self._batch.file.account.id
            if self._is_account_id(target) and not own_key:  # whose row it is, is looked at elsewhere
                detached = [rule.detach[name] for rule in self._rules if rule.detach.get(name) is not None]
                yield name, unwrapped(self._cell(name), parse_target(target), self._batch.dialect), detached

    def _is_account_id(self, target: str) -> bool:
        return self._batch.file.names_account(target, self._batch.datastore)

    def _ask(self, name: str, cell: Cell, rows: FromClause, *where: ColumnElement[bool]) -> None:
        """Outside the home datastore: look up whom the ids name that stand in that cell of the rows."""
        if self._batch.strangers:
            query = sa.select(cell.value).select_from(cell.joined(rows, sa.true()))
            filled = ~is_nobody(cell.value, cell.column)
            self._batch.strangers.ask((self.into.table.name, name), query.where(filled, *where))

    def _no_other_owner(self, name: str, cell: Cell, nobody: list[Any]) -> ColumnElement[bool]:
        return sa.not_(cell.holds(sa.not_(self._is_own(name, cell, nobody))))

    def _is_own(self, name: str, cell: Cell, nobody: list[Any]) -> ColumnElement[bool]:
        """The value names the account itself, or nobody else."""
        value, column = cell.value, cell.column
        ours = sa.func.coalesce(self._batch.names_account(value, column, everywhere=cell.in_json), sa.false())
        means_nobody = is_nobody(value, column, nobody)
        if self._batch.strangers:
            unknown = self._batch.strangers.names_nobody((self.into.table.name, name), value)
            return sa.or_(means_nobody, ours, unknown)
        table = self._batch.account_table
        key = table.column(self._batch.file.account.id)
        other = table.sql.alias("owner")
        living = there_is(other, equal(other.c[key.name], key, value, column.kind, self._batch.dialect))
        return sa.or_(means_nobody, ours, ~living, *self._names_own_guest(value, column))

    def _names_own_guest(self, cell: ColumnElement[Any], column: Column) -> Iterator[ColumnElement[bool]]:
        """The cell names a guest's row that was taken for this account."""
        account = self._batch.file.account
        if account.guests is None or self._is_account_table:
            return
        taken = self._source_of(account.table)
        held, guest = taken.sql.alias(), taken.source.alias()
        key = taken.table.column(account.id)
        same_id = equal(guest.c[key.name], key, cell, column.kind, self._batch.dialect)
        rows = guest.join(held, taken.matches(guest, held))
        yield there_is(rows, same_id, held.c.account == self._batch.accounts.c.n)

    def _by_blob(self, place: Place, blob: Blob, where: list[ColumnElement[bool]]) -> int:
        numbers = self._numbers()
        column = self.into.table.column(blob.column)
        cell = self._source.c[column.name]
        content = sa.cast(cell, sa.Text) if column.kind == "json" else cell
        known = {tuple(row) for row in self._known(place)}
        columns = self.into.selected(self._source, sa.literal_column("0"), place.rule, place.link)
        query = sa.select(*columns, content.label("blob")).where(cell.is_not(None), *where)
        found = []
        for row in self._batch.connection.execute(query, execution_options={"yield_per": CHUNK}):
            _account, *rest, value = row
            n = numbers.get(_in_one_spelling(account_in(blob, value) or ""))
            if n is not None and (n, *rest) not in known:
                found.append((n, *rest))
        self.into.insert_plain(found)
        return len(found)

    def _by_mention(self, place: Place, name: str, where: list[ColumnElement[bool]]) -> int:
        width = len(self.into.key.columns)
        known = {(row[0], *row[4 : 4 + width]) for row in self._known(place)}
        mentioning = rows_mentioning(self._batch, self.into, self._source, name, where)
        found = [(n, place.rule, place.link, 0, *cells) for n, cells in mentioning if (n, *cells[:width]) not in known]
        self.into.insert_plain(found)
        return len(found)

    def _numbers(self) -> dict[str, int]:
        accounts = self._batch.accounts.c
        query = sa.select(accounts.as_text, accounts.n).where(accounts.as_text.is_not(None))
        return {_in_one_spelling(row[0]): row[1] for row in self._batch.connection.execute(query)}

    def _known(self, place: Place) -> Iterator[Any]:
        keys = self.into.sql
        query = sa.select(keys).where(keys.c.rule == place.rule, keys.c.link == place.link)
        yield from self._batch.connection.execute(query)


def _in_one_spelling(account_id: str) -> str:
    """A database may keep a UUID without its dashes, while a session has them."""
    found = as_uuid(account_id)
    return found.hex if found else account_id


class _Sources:
    """What an ``on`` link goes through: the accounts, the account's row, key tables; joined by the account's number."""

    def __init__(self, batch: Batch, source_of: Callable[[str], KeyTable]) -> None:
        self._batch = batch
        self._source_of = source_of
        self._used: dict[str, tuple[FromClause, ColumnElement[Any]]] = {}
        self._lists: list[Cell] = []

    def equal(self, cell: Cell, target: Target) -> ColumnElement[bool]:
        """The cell of the linked table equals the target; what it goes through is joined by :meth:`joined`."""
        if target.table == "account" and str(target.cell) in ("id", self._batch.file.account.id):
            return self._equal_to_account(cell, target)
        other = self._of_attribute(target) if target.table == "account" else self._of_row(target)
        if other.elements is not None:
            self._lists.append(other)
        return same(cell, wrapped(other, target), self._batch.dialect)

    def accounts_too(self) -> None:
        """The accounts themselves are gone through as well."""
        self._used.setdefault("account", (self._batch.accounts, self._batch.accounts.c.n))

    @property
    def are_accounts(self) -> bool:
        """Whether nothing but the accounts, each once, is gone through."""
        return [source for source, _number in self._used.values()] == [self._batch.accounts] and not self._lists

    def account(self) -> ColumnElement[Any]:
        """The number of the account that a joined row belongs to."""
        return next(iter(self._used.values()))[1]

    def joined(self) -> FromClause:
        """All that is gone through."""
        (first, number), *others = self._used.values()
        for source, other_number in others:
            first = first.join(source, other_number == number)
        for cell in self._lists:
            first = cell.joined(first, sa.true())
        return first

    def unshared(self) -> list[ColumnElement[bool]]:
        """No link leads on from a row that stays, because it is another customer's as well, or only mentions one."""
        conditions = []
        for table, (source, _number) in self._used.items():
            if "seeded" in source.c:
                conditions.append(source.c.seeded != SHARED)
                conditions += [source.c.rule != number for number in self._batch.mention_rules(table)]
        return conditions

    def _equal_to_account(self, cell: Cell, target: Target) -> ColumnElement[bool]:
        self.accounts_too()
        batch = self._batch
        if not target.is_template:
            return batch.names_account(cell.value, cell.column, everywhere=cell.in_json)
        column = text_column("account.id")
        texts = [Cell(target.cell, key, column) for key in batch.account_keys(column, everywhere=True)]
        return sa.or_(*(same(cell, wrapped(text, target), batch.dialect) for text in texts))

    def _of_row(self, target: Target) -> Cell:
        keys = self._source_of(target.table)
        if target.table not in self._used:
            alias = keys.sql.alias(f"s{len(self._used)}")
            self._used[target.table] = (alias, alias.c.account)
        return keys.lead(str(target.cell), self._used[target.table][0])

    def _of_attribute(self, target: Target) -> Cell:
        if not self._batch.is_home:
            home = self._batch.file.home
            raise StoreMismatch(f"'account.{target.cell}' can be linked to in the datastore '{home}' alone")
        table = self._batch.account_table
        key = table.column(self._batch.file.account.id)
        if "account row" not in self._used:
            row = table.sql.alias("a")
            mine = row.c[key.name] == self._batch.account_key(key)
            number = self._batch.accounts.c.n.label("pamitan_n")
            one = sa.select(number, *row.c).select_from(self._batch.accounts.join(row, mine)).subquery("o")
            self._used["account row"] = (one, one.c.pamitan_n)
        return cell_of(table, self._used["account row"][0], target.cell, self._batch.dialect)
