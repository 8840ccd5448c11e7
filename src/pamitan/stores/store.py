"""The store: every verb that Pamitan needs of the shop's own data, over one module per job."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy.engine import Engine

from pamitan.kit.clock import Clock, SystemClock
from pamitan.storefile.model import StoreFile
from pamitan.stores.accounts import Accounts
from pamitan.stores.balances import Balances
from pamitan.stores.engine import engine_for
from pamitan.stores.home import Home
from pamitan.stores.library import Library
from pamitan.stores.locks import Locks
from pamitan.stores.passwords import Verifier, is_usable
from pamitan.stores.pending import OpenItems
from pamitan.stores.schema import Schema, reflect
from pamitan.stores.schemalock import SchemaLock, new_links
from pamitan.stores.sessions import Sessions
from pamitan.stores.strangers import Who
from pamitan.stores.types import Account, AppliedLock, HeldBalance, Identifier, LibraryItem, OpenItem
from pamitan.stores.wildcards import LiveFile, WrittenOut

T = TypeVar("T")
NOTHING_PROVEN: frozenset[Identifier] = frozenset()


class Store:
    """One store, as its store file describes it. Threads may share it; it holds no data of customers.

    ``proven`` is always the set of identifiers that are proven to be the customer's own; guest orders and the like are
    seen through those alone. Every verb raises :class:`StoreUnavailable` when a database does not answer, and
    :class:`StoreMismatch` when it does not look as the file says.
    """

    def __init__(self, file: StoreFile, clock: Clock | None = None, source: str | None = None) -> None:
        """``source``: where the store file is, for the schema that was recorded beside it."""
        self._live = LiveFile(file)
        self.schema_lock = SchemaLock(source) if source else None
        self._first_seen: dict[str, frozenset[str]] = {}
        self._derived: dict[str, tuple[StoreFile, Schema, Any]] = {}
        self.clock = clock or SystemClock()
        home = Home(self._live, self.clock)
        self._home = home
        self._accounts = Accounts(home)
        self._open_items = OpenItems(home)
        self._library = Library(home)
        self._balances = Balances(home)
        self._locks = Locks(home)
        self._sessions = Sessions(home)
        self._verifier = Verifier(file.account.password) if file.account.password else None
        self._knows_costs = False

    @property
    def file(self) -> StoreFile:
        """The store file, its patterns written out for the schema as it was last read."""
        return self._live.now().file

    @property
    def patterns(self) -> WrittenOut:
        """What there is to say of the store file's patterns."""
        return self._live.now()

    def unreviewed(self, datastore: str, schema: Schema) -> list[str]:
        """A sentence for each thing of this schema that nobody has looked at since the store file was written.

        That is what the record beside the store file does not have; without one, a table that has appeared since this
        process began and that points at rows of customers.
        """
        first = self._first_seen.setdefault(datastore, frozenset(schema.tables))
        if self.schema_lock and (changes := self.schema_lock.changes(self._live.written, datastore, schema)):
            return changes
        return list(new_links(self.file, datastore, schema, first))

    def derived(self, datastore: str, schema: Schema, make: Callable[[], T]) -> T:
        """What ``make`` works out of the store file and that schema: once, for as long as both stay as they are."""
        known = self._derived.get(datastore)
        if known is None or known[0] is not self.file or known[1] is not schema:
            known = self._derived[datastore] = self.file, schema, make()
        made: T = known[2]
        return made

    def engine(self, datastore: str) -> Engine:
        """The engine of that datastore."""
        return engine_for(self.file.datastores[datastore].url)

    def schema(self, datastore: str) -> Schema:
        """What that datastore looks like."""
        return reflect(self.engine(datastore))

    def find(self, identifier: Identifier) -> list[Account]:
        """All customers with that address or number."""
        return self._accounts.find(identifier)

    def account(self, account_id: str) -> Account | None:
        """The customer with that id; ``None`` for nobody, and for staff."""
        return self._accounts.get(account_id)

    def account_ids(self) -> Iterator[str]:
        """The ids of all customers, in a stream."""
        return self._accounts.ids()

    def who_are(self, ids: Collection[str]) -> dict[str, Who]:
        """Those of the ids, from whatever datastore, that living accounts have."""
        return self._home.who_are(ids)

    def check_password(self, account_id: str, password: str) -> bool:
        """Whether it is the customer's password. Costs one hash, whether there is one to compare with or not."""
        encoded = self._accounts.hash_of(account_id)
        if self._verifier is None or encoded is None or not is_usable(encoded):
            self.burn_time()
            return False
        return self._verifier.matches(password, encoded)

    def burn_time(self) -> None:
        """Work as long as a wrong password takes, for a sign-in where nobody was found."""
        if self._verifier is None:
            return
        if not self._knows_costs:
            self._verifier.learn(self._accounts.hashes())
            self._knows_costs = True
        self._verifier.burn_time()

    def require_known_passwords(self) -> None:
        """Raise :class:`StoreMismatch` when the shop has password hashes that the store file's scheme does not know."""
        if self._verifier is not None:
            self._verifier.require_known(self._accounts.hashes())

    def open_items(self, account_id: str, proven: frozenset[Identifier] = NOTHING_PROVEN) -> list[OpenItem]:
        """Orders, returns and subscriptions that are not finished, oldest first."""
        return self._open_items.of(account_id, proven)

    def cancel(
        self,
        account_id: str,
        item_key: str,
        idempotency_key: str,
        proven: frozenset[Identifier] = NOTHING_PROVEN,
    ) -> None:
        """Cancel one open item.

        Raises ``KeyError`` when it is not this account's or not open, :class:`StoreRefused` when it is too late.
        """
        self._open_items.cancel(account_id, item_key, idempotency_key, proven)

    def library(self, account_id: str, proven: frozenset[Identifier] = NOTHING_PROVEN) -> list[LibraryItem]:
        """Digital purchases."""
        return self._library.of(account_id, proven)

    def open_file(
        self, account_id: str, item_key: str, proven: frozenset[Identifier] = NOTHING_PROVEN
    ) -> tuple[LibraryItem, Iterator[bytes]]:
        """One digital purchase and its bytes.

        Raises ``KeyError`` when it is not this account's, ``FileNotFoundError`` when the file is gone.
        """
        return self._library.open(account_id, item_key, proven)

    def balances(self, account_id: str, proven: frozenset[Identifier] = NOTHING_PROVEN) -> list[HeldBalance]:
        """Money and points that are not zero."""
        return self._balances.of(account_id, proven)

    def planned_locks(self, account_id: str) -> list[AppliedLock]:
        """What :meth:`lock` would change; written down before, it lets undo work after a crash in between."""
        return self._locks.planned(account_id)

    def lock(
        self, account_id: str, planned: Sequence[AppliedLock] | None = None, idempotency_key: str | None = None
    ) -> list[AppliedLock]:
        """Keep the customer out of the shop; gives what :meth:`unlock` needs."""
        return self._locks.lock(account_id, planned, idempotency_key)

    def unlock(self, account_id: str, applied: Sequence[AppliedLock], idempotency_key: str | None = None) -> None:
        """Let the customer in again: each change is undone where it still stands as we made it."""
        self._locks.unlock(account_id, applied, idempotency_key)

    def end_sessions(self, account_id: str) -> int:
        """Sign the customer out of the shop everywhere; how many sessions there were."""
        return self._sessions.end(account_id)
