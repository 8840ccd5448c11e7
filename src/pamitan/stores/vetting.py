"""Which e-mail addresses and phone numbers may lead to rows: the first half of the safety rule of such links.

Anyone can register a victim's address. So an address counts only when it was proven in this closure or the store marks
it as verified, and when no other living account, staff included, holds it in any spelling. The second half, that the
row has no other owner, is in :mod:`pamitan.stores.links`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.sql import FromClause
from sqlalchemy.sql.elements import ColumnElement

from pamitan.storefile.conditions import Condition, Not, is_of_row_alone
from pamitan.storefile.links import Source
from pamitan.storefile.model import StoreFile
from pamitan.stores.batch import Batch, Vetted
from pamitan.stores.conditions import source_reader, to_sql
from pamitan.stores.ids import id_text
from pamitan.stores.prepared import Prepared
from pamitan.stores.schema import Schema
from pamitan.stores.spelling import ESCAPE, normalised, sieved
from pamitan.stores.types import Identifier, IdentifierKind, Subject


def vet(
    connection: Connection,
    schema: Schema,
    file: StoreFile,
    subjects: Sequence[Subject],
    now: dt.datetime,
    prepared: Prepared | None = None,
) -> list[Vetted]:
    """Look the accounts up in the home datastore and tell which identifiers may lead to their rows.

    ``prepared``: where statements for this store file and schema are kept.
    """
    batch = Batch(connection, schema, file, file.home, now)
    ids = [subject.account_id for subject in subjects]
    with batch.tables(ids, []):
        seen = _rows(batch, prepared or Prepared()).read(batch)
    found = [seen.get(n, Vetted(subject.account_id, "absent")) for n, subject in enumerate(subjects)]
    proven = [(n, item) for n, subject in enumerate(subjects) for item in _proven(subject, found[n])]
    taken = set[tuple[int, Identifier]]()
    if proven:
        with batch.tables(ids, proven):
            taken = _held_by_others(batch, ids)
    usable: dict[int, set[Identifier]] = {}
    for n, item in proven:
        if (n, item) not in taken:
            usable.setdefault(n, set()).add(item)
    return [_with_usable(vetted, frozenset(usable.get(n, ()))) for n, vetted in enumerate(found)]


def _proven(subject: Subject, vetted: Vetted) -> frozenset[Identifier]:
    """What was proven in this closure, and the account's own address where the store marks it as verified."""
    return subject.proven | vetted.usable


def _with_usable(vetted: Vetted, usable: frozenset[Identifier]) -> Vetted:
    return vetted if usable == vetted.usable else replace(vetted, usable=usable)


def _rows(batch: Batch, prepared: Prepared) -> _Rows:
    """What reads the accounts' own rows; built once, unless a condition depends on the time of the look."""
    account = batch.file.account
    sources = (account.email, account.phone, account.created, *account.name)
    lasting = all(source is None or isinstance(source, str) for source in sources)
    conditions = (account.customers, account.email_verified or None)
    if not lasting or not all(map(is_of_row_alone, conditions)):
        return _Rows(batch)
    return prepared.once(("accounts", batch.shape), lambda: _Rows(batch.unfilled()))


class _Rows:
    """Reads the accounts' own rows."""

    def __init__(self, batch: Batch) -> None:
        account, table = batch.file.account, batch.account_table
        self._country = batch.file.store.country
        key = table.column(account.id)
        joined = batch.accounts.join(table.sql, table.sql.c[key.name] == batch.account_key(key))
        sources = (account.email, account.phone, *account.name)
        cells = [source_of(batch, source, joined) if source else None for source in sources]
        self._near = [found is not None and found[1] is joined for found in cells]
        self._far = [
            None if found is None or near else sa.select(batch.accounts.c.n, found[0]).select_from(found[1])
            for found, near in zip(cells, self._near, strict=True)
        ]
        near = [cell for cell, rows in filter(None, cells) if rows is joined]
        self._plain = _plain(batch, near).select_from(joined)

    def read(self, batch: Batch) -> dict[int, Vetted]:
        """What the rows of that batch say, by the accounts' numbers."""
        elsewhere = [{} if query is None else _far(batch, query) for query in self._far]
        found = {}
        for n, text, customer, verified, created, *inside in batch.execute(self._plain):
            values = iter(inside)
            emails, phones, *names = (
                [next(values)] if near else held.get(n, []) for near, held in zip(self._near, elsewhere, strict=True)
            )
            own_emails = _identifiers("email", emails, self._country)
            found[n] = Vetted(
                text,
                "customer" if customer else "other",
                usable=own_emails if verified else frozenset(),
                own=own_emails,
                phones=frozenset(str(value) for value in phones if value),
                created=None if created is None else str(created),
                names=frozenset(str(value) for held in names for value in held if value),
            )
        return found


def _plain(batch: Batch, cells: Sequence[ColumnElement[Any]]) -> sa.Select[Any]:
    """Each account with what its row says, and these cells of the row."""
    account, table = batch.file.account, batch.account_table

    def flag(condition: Condition | None) -> ColumnElement[int]:
        return sa.case((to_sql(condition, table, batch.schema, batch.now), 1), else_=0)

    verified = flag(account.email_verified) if account.email_verified else sa.literal_column("0")
    reader = source_reader(batch.schema, batch.now)
    created = reader.first(account.created, table, table.sql).value if account.created else sa.null()
    labelled = [cell.label(f"cell{i}") for i, cell in enumerate(cells)]
    own = (batch.accounts.c.n, batch.accounts.c.as_text)
    return sa.select(*own, flag(account.customers), verified, created, *labelled)


def _far(batch: Batch, query: sa.Select[Any]) -> dict[int, list[Any]]:
    """What stands in another table, or in a list: any number of values for an account."""
    found: dict[int, list[Any]] = {}
    for n, value in batch.execute(query):
        found.setdefault(n, []).append(value)
    return found


def _identifiers(kind: IdentifierKind, values: Iterable[Any], country: str) -> frozenset[Identifier]:
    found = (normalised(kind, value, country) for value in values)
    return frozenset(identifier for identifier in found if identifier)


def source_of(batch: Batch, source: Source, joined: FromClause) -> tuple[ColumnElement[Any], FromClause]:
    """An attribute of the account as a cell, and the account table joined with what the cell is in."""
    table = batch.account_table
    cell, rows = source_reader(batch.schema, batch.now).all(source, table, table.sql, joined)
    return cell.value, rows


def _held_by_others(batch: Batch, ids: Sequence[str]) -> set[tuple[int, Identifier]]:
    """Which of the batch's identifiers some other row of the account table holds as well, in any spelling.

    Guests' rows hold nothing against the one who signs in with the address.
    """
    account = batch.file.account
    sources: list[tuple[IdentifierKind, Source | None]] = [("email", account.email), ("phone", account.phone)]
    taken: set[tuple[int, Identifier]] = set()
    for kind, source in sources:
        for n, value, holder in _holders(batch, kind, source) if source is not None else []:
            identifier = normalised(kind, value, batch.file.store.country)
            if identifier and holder != ids[n]:
                taken.add((n, identifier))
    return taken


def _holders(batch: Batch, kind: IdentifierKind, source: Source) -> Iterator[tuple[int, Any, str]]:
    table = batch.account_table
    key = table.sql.c[table.column(batch.file.account.id).name]
    cell, joined = source_of(batch, source, table.sql)
    signs_in = Not(batch.file.account.guests) if batch.file.account.guests is not None else None
    somebodys = to_sql(signs_in, table, batch.schema, batch.now)
    for condition in sieves(batch, kind, cell):
        query = sa.select(batch.identifiers.c.n, cell, key).select_from(joined.join(batch.identifiers, condition))
        for n, value, holder in batch.connection.execute(query.where(somebodys)):
            yield n, value, id_text(holder)


def sieves(batch: Batch, kind: IdentifierKind, cell: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    """Conditions that tie ``batch.identifiers`` to every cell that may hold one of them: a fast one and a wide one."""
    known = batch.identifiers.c
    found = [sa.and_(known.kind == kind, known.sieve == sieved(kind, cell, batch.dialect))]
    if batch.wide and kind == "email":
        text = sa.func.lower(sa.cast(cell, sa.Text))
        found.append(sa.and_(known.pattern.is_not(None), text.like(known.pattern, escape=ESCAPE)))
    return found
