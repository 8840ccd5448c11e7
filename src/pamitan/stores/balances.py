"""Money and points that a customer would lose."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pamitan.storefile.model import Balance
from pamitan.stores.engine import reading
from pamitan.stores.home import Home, is_tied
from pamitan.stores.keys import Keys
from pamitan.stores.types import HeldBalance, Identifier
from pamitan.stores.values import as_amount


class Balances:
    """The balances of one account, each summed up by the database."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def of(self, account_id: str, proven: frozenset[Identifier]) -> list[HeldBalance]:
        """Those that are not zero."""
        balances = self._home.file.balances
        if not balances:
            return []
        held: list[HeldBalance] = []
        for datastore in dict.fromkeys(balance.datastore for balance in balances):
            home = self._home.at(datastore)
            with reading(home.engine) as connection, home.keys(connection, account_id, proven) as keys:
                here = [balance for balance in balances if balance.datastore == datastore]
                held += [self._held(connection, keys, home, balance) for balance in here]
        return [balance for balance in held if balance.amount]

    def _held(self, connection: Connection, keys: Keys, home: Home, balance: Balance) -> HeldBalance:
        tied = keys.tied(balance.table, balance.link, balance.where)
        amount = home.amount(balance.amount, tied.table, tied.source)
        total = connection.execute(sa.select(sa.func.sum(amount)).where(is_tied(tied, tied.source))).scalar_one()
        money = balance.unit == "money"
        return HeldBalance(
            label=balance.label,
            amount=as_amount(total or 0) or as_amount(0),  # type: ignore[arg-type]
            unit=balance.unit,
            currency=(balance.currency or self._home.file.store.currency) if money else "",
        )
