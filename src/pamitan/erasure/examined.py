"""What ``pamitan check`` looks at, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Literal

from pamitan.storefile.model import StoreFile
from pamitan.storefile.paths import CellPath
from pamitan.storefile.rules import Rule
from pamitan.stores.alongside import Alongside
from pamitan.stores.catalogue import has_index, without_transactions
from pamitan.stores.engine import reading
from pamitan.stores.paths import path_index
from pamitan.stores.sampling import sampling
from pamitan.stores.scan import Chunk, has_more_rows_than, sample
from pamitan.stores.schema import Schema, Table, current
from pamitan.stores.spelling import sieve_index
from pamitan.stores.store import Store
from pamitan.stores.types import IdentifierKind
from pamitan.survey.survey import AccountTableError, Survey, survey

Severity = Literal["error", "warning"]
SAMPLED_ROWS = 500
LARGE = 1_000
"""Rows from which on a missing index is worth a word."""


@dataclass(frozen=True)
class Problem:
    """One thing to mend. An error means: do not use this store file on this store."""

    severity: Severity
    where: str
    """``datastore.table.column``, or a section of the store file."""
    message: str
    mend: str


class Examined:
    """One datastore of a store, under examination: its schema as it is now, and samples of its rows."""

    def __init__(self, store: Store, datastore: str, schema: Schema | None = None) -> None:
        """``schema``: as it is now, where that is known already."""
        self.engine = store.engine(datastore)
        self.schema: Schema = current(self.engine) if schema is None else schema
        self.file: StoreFile = store.file  # after the schema, by which its patterns are written out
        self.patterns = store.patterns
        self.datastore = datastore
        self.now = store.file.datastores[datastore].local(store.clock.now())

    @property
    def map(self) -> Mapping[str, list[Rule]]:
        """The data map of this datastore."""
        return self.file.map.get(self.datastore, {})

    @property
    def is_home(self) -> bool:
        """Whether the accounts are in this datastore."""
        return self.datastore == self.file.home

    def is_ignored(self, table: str, column: str | None = None) -> bool:
        """Whether the store file leaves the table, or that column of it, out for a reason."""
        names = [table] if column is None else [table, f"{table}.{column}"]
        patterns = self.file.ignore.get(self.datastore, {})
        return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)

    def sample(self, table: Table) -> Chunk:
        """Some of the table's rows."""
        return sample(self.engine, table, SAMPLED_ROWS)

    def rows(self, table: Table | None) -> int:
        """About how many rows the table has, from the database's statistics; counted where it is small."""
        if table is None:
            return 0
        with sampling(self.file.datastores[self.datastore].url) as sampler:
            return sampler.sample(table, LARGE).rows

    @cached_property
    def found(self) -> Survey | None:
        """What a look at the database itself tells of customers; ``None`` where it does not say who they are.

        Ids and values of accounts come from the home datastore, wherever the tables are that are looked at.
        """
        account, country = self.file.account.table, self.file.store.country
        try:
            with sampling(self.file.datastores[self.file.home].url) as home:
                if account not in home.schema.tables:
                    return None
                if self.is_home:
                    return survey(home, country, account)
                with sampling(self.file.datastores[self.datastore].url) as here:
                    both = Alongside(here, home, account)
                    return survey(both, country, both.account)
        except AccountTableError:
            return None

    @cached_property
    def without_transactions(self) -> Mapping[str, str]:
        """The tables in which nothing can be rolled back, each with its storage engine."""
        with reading(self.engine) as connection:
            return without_transactions(connection)

    def is_large(self, table: Table) -> bool:
        """Whether the table has so many rows that reading all of them takes a while."""
        return has_more_rows_than(self.engine, table, LARGE)

    def sieve_index(self, kind: IdentifierKind, table: Table, column: str) -> str | None:
        """The statement for the index by which addresses or numbers are found there, where it would help and is not."""
        found = sieve_index(kind, table.sql, column, self.schema.dialect)
        if found is None or not self.is_large(table):
            return None
        with reading(self.engine) as connection:
            return None if has_index(connection, found[0]) else found[1]

    def path_index(self, table: Table, path: CellPath) -> str | None:
        """The statement for the index by which a link through JSON finds its rows, where it would help and is not."""
        found = path_index(table, path, self.schema.dialect)
        if found is None or not self.is_large(table):
            return None
        with reading(self.engine) as connection:
            return None if has_index(connection, found[0]) else found[1]

    def place(self, *names: str) -> str:
        """Where something is, as :class:`Problem` says it."""
        return ".".join([self.datastore, *names])
