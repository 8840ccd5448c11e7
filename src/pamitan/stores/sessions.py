"""Ending a customer's sessions in the shop."""

from __future__ import annotations

import sqlalchemy as sa

from pamitan.stores.engine import writing
from pamitan.stores.home import Home, is_tied


class Sessions:
    """The session tables of ``account.sessions``."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def end(self, account_id: str) -> int:
        """Delete the account's sessions; how many there were."""
        stores = self._home.file.account.sessions
        if not stores:
            return 0
        ended = 0
        for store in stores:
            home = self._home.at(store.datastore)
            with writing(home.engine) as connection, home.keys(connection, account_id, frozenset()) as keys:
                tied = keys.tied(store.table, store.link)
                ended += connection.execute(sa.delete(tied.source).where(is_tied(tied, tied.source))).rowcount
        return ended
