"""Samples of one database with the account table of another one beside its own: so that ids of customers are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pamitan.stores.sampling import ROWS, Row, Sample, Sampler
from pamitan.stores.schema import Table


class Alongside(Sampler):
    """Samples ``here``, where the accounts are not, as if their table were there too."""

    def __init__(self, here: Sampler, home: Sampler, account_table: str) -> None:
        self._here = here
        self._home = home
        self._theirs = home.schema.table(account_table)
        self.account = _free_name(account_table, set(here.schema.tables))
        """What the account table is called here."""
        table = replace(self._theirs, name=self.account, foreign_keys=())
        self.schema = replace(here.schema, tables={**here.schema.tables, self.account: table})

    def sample(self, table: Table, rows: int = ROWS) -> Sample:
        """As :meth:`Sampler.sample` does."""
        if table.name != self.account:
            return self._here.sample(table, rows)
        return replace(self._home.sample(self._theirs, rows), table=table)

    def rows_where(
        self, table: Table, columns: Sequence[str], values: Sequence[Sequence[Any]], limit: int
    ) -> list[Row]:
        """As :meth:`Sampler.rows_where` does."""
        return self._of(table).rows_where(self._real(table), columns, values, limit)

    def may_search(self, table: Table, columns: Sequence[str], rows: int) -> bool:
        """As :meth:`Sampler.may_search` does."""
        return self._of(table).may_search(self._real(table), columns, rows)

    def counts(self, sample: Sample, column: str, most: int = 40) -> tuple[list[tuple[Any, int]], bool]:
        """As :meth:`Sampler.counts` does."""
        return self._of(sample.table).counts(replace(sample, table=self._real(sample.table)), column, most)

    def estimate(self, table: Table) -> int:
        """As :meth:`Sampler.estimate` does."""
        return self._of(table).estimate(self._real(table))

    def _of(self, table: Table) -> Sampler:
        return self._home if table.name == self.account else self._here

    def _real(self, table: Table) -> Table:
        return self._theirs if table.name == self.account else table


def _free_name(name: str, taken: set[str]) -> str:
    """The name, or where a table here is called so, one that says the same."""
    others = (f"{name}_account{number}" for number in ("", *range(2, len(taken) + 3)))
    return next(one for one in (name, *others) if one not in taken)
