"""The customers: found by address or number, shown, and their password hash fetched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import FromClause
from sqlalchemy.sql.elements import ColumnElement

from pamitan.content.identifiers import normalise_email, normalise_phone
from pamitan.storefile.links import Source
from pamitan.stores.engine import reading
from pamitan.stores.home import Home
from pamitan.stores.ids import id_text
from pamitan.stores.passwords import is_usable
from pamitan.stores.spelling import ESCAPE, normalised, pattern_of, sieve_of, sieved
from pamitan.stores.types import Account, Identifier
from pamitan.stores.values import as_moment, as_text

SAMPLE = 500
"""So many hashes are looked at to learn which schemes a shop has."""
IDS_AT_ONCE = 1000


class Accounts:
    """The rows of the account table that are customers."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._account = home.file.account

    def find(self, identifier: Identifier) -> list[Account]:
        """All customers with that address or number, in the order of their ids.

        SQL's sieve lets any spelling through; equal is what our normalisation makes equal, byte for byte.
        """
        source = self._account.email if identifier.kind == "email" else self._account.phone
        if source is None:
            return []
        table = self._home.account_table
        cell = self._home.cell(source, table, table.sql)
        country = self._home.file.store.country
        rows = self._select(cell.label("searched"), _may_be(identifier, cell, self._home.schema.dialect))
        return [self._told(row) for row in rows if normalised(identifier.kind, row.searched, country) == identifier]

    def get(self, account_id: str) -> Account | None:
        """The customer with that id; ``None`` for nobody, and for staff."""
        rows = self._select(
            sa.null().label("searched"), self._home.is_account(account_id, self._home.account_table.sql)
        )
        return self._told(rows[0]) if rows else None

    def ids(self) -> Iterator[str]:
        """The ids of all customers, in a stream."""
        table = self._home.account_table
        query = sa.select(table.sql.c[table.column(self._account.id).name])
        query = query.where(self._home.condition(self._account.customers, table, table.sql))
        with reading(self._home.engine) as connection:
            for (value,) in connection.execute(query, execution_options={"yield_per": IDS_AT_ONCE}):
                yield id_text(value)

    def hash_of(self, account_id: str) -> str | None:
        """The customer's password hash, without the prefix that our own lock put before it."""
        if self._account.password is None:
            return None
        rows = self._select(
            sa.null().label("searched"), self._home.is_account(account_id, self._home.account_table.sql)
        )
        return self._own_hash(rows[0].password)[0] if rows else None

    def hashes(self) -> list[str]:
        """Some of the shop's hashes, to learn its schemes from."""
        rules = self._account.password
        if rules is None:
            return []
        table = self._home.account_table
        cell = self._home.cell(rules.column, table, table.sql)
        query = sa.select(cell).where(
            self._home.condition(self._account.customers, table, table.sql), cell.is_not(None)
        )
        with reading(self._home.engine) as connection:
            found = [as_text(row[0]) for row in connection.execute(query.limit(SAMPLE))]
        return [encoded for one in found if (encoded := self._own_hash(one)[0])]

    def _select(self, searched: ColumnElement[Any], *where: ColumnElement[bool]) -> list[Any]:
        table, account = self._home.account_table, self._account
        row: FromClause = table.sql
        password = account.password.column if account.password else None
        columns = [
            row.c[table.column(account.id).name].label("id"),
            searched,
            self._cell(account.email).label("email"),
            self._cell(account.phone).label("phone"),
            self._cell(account.language).label("language"),
            self._cell(account.created).label("created"),
            self._cell(password).label("password"),
            self._home.flag(account.active, table, row).label("active"),
            self._home.flag(account.email_verified, table, row).label("verified"),
            *(self._cell(source).label(f"name{n}") for n, source in enumerate(account.name)),
            *(self._cell(name).label(f"lock{n}") for n, name in enumerate(self._prefixed())),
        ]
        query = sa.select(*columns).where(self._home.condition(account.customers, table, row), *where)
        with reading(self._home.engine) as connection:
            return list(connection.execute(query.order_by(columns[0])))

    def _cell(self, source: Source | None) -> ColumnElement[Any]:
        table = self._home.account_table
        return self._home.cell(source, table, table.sql)

    def _told(self, row: Any) -> Account:
        country = self._home.file.store.country
        names = [as_text(getattr(row, f"name{n}")) for n in range(len(self._account.name))]
        encoded, locked_by_us = self._own_hash(row.password)
        return Account(
            id=id_text(row.id),
            email=normalise_email(as_text(row.email)),
            phone=normalise_phone(as_text(row.phone), country),
            email_verified=bool(row.verified) and self._account.email_verified is not None,
            name=" ".join(name for name in names if name),
            language=as_text(row.language) or None,
            has_password=is_usable(encoded),
            may_sign_in=bool(row.active) or locked_by_us or self._has_our_prefix(row),
            created=as_moment(row.created, self._home.file.datastores[self._home.file.home].timezone),
        )

    def _prefixed(self) -> list[str]:
        """The cells that our lock puts a prefix before."""
        return [change.column for change in self._account.lock if change.prefix]

    def _has_our_prefix(self, row: Any) -> bool:
        prefixes = [change.prefix for change in self._account.lock if change.prefix]
        return any(as_text(getattr(row, f"lock{n}")).startswith(prefix) for n, prefix in enumerate(prefixes))

    def _own_hash(self, stored: Any) -> tuple[str | None, bool]:
        """The shop's hash, and whether our lock's prefix stood before it."""
        encoded = as_text(stored) or None
        rules = self._account.password
        for change in self._account.lock:
            if (
                rules
                and encoded
                and change.prefix
                and change.column == rules.column
                and encoded.startswith(change.prefix)
            ):
                return encoded.removeprefix(change.prefix) or None, True
        return encoded, False


def _may_be(identifier: Identifier, cell: ColumnElement[Any], dialect: str) -> ColumnElement[bool]:
    found = sieved(identifier.kind, cell, dialect) == sieve_of(identifier)
    pattern = pattern_of(identifier)
    if pattern is None:
        return found
    return sa.or_(found, sa.func.lower(sa.cast(cell, sa.Text)).like(pattern, escape=ESCAPE))
