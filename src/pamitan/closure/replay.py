"""After a restore of the shop from a backup: closed accounts that have come back, and their second erasure.

An account is told by the keyed hash of its id and by a second mark, because ids are given again: one of its addresses
or numbers is barred by the closing, or its row was there before the account was closed. With the id alone nobody knows;
a person has to look.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from pamitan.closure import service
from pamitan.closure.clock import clock
from pamitan.closure.errors import AlreadyOpen, NoSuchAccount
from pamitan.closure.models import OPEN_STATES, Closure, Pace, Source
from pamitan.closure.store import current_store
from pamitan.evidence.ledger import LedgerEvent, record
from pamitan.evidence.models import Tombstone
from pamitan.evidence.tombstones import tombstone_hash
from pamitan.stores.types import Account, Identifier

_CHUNK = 500
REASON = "replay after a restore from backup"


@dataclass(frozen=True)
class Returned:
    """An account with the id of a closed one."""

    account_id: str
    closed_at: dt.datetime
    certain: bool
    why: str
    """What makes it certain, or why it is not."""
    proven: frozenset[Identifier] = frozenset()
    """What the closing knew to be this person's, and what the account holds again."""


def returned_accounts() -> Iterator[Returned]:
    """All accounts of the store that were closed and are there. Reads the ids of all accounts once."""
    ids = iter(current_store().account_ids())
    while chunk := list(islice(ids, _CHUNK)):
        hashes = {tombstone_hash("account", account_id): account_id for account_id in chunk}
        stones = Tombstone.objects.filter(kind="account", hash__in=list(hashes))
        for stone in stones:
            found = _judged(hashes[stone.hash], stone)
            if found:
                yield found


def erase_again(found: Iterable[Returned]) -> list[Closure]:
    """Begin a closure for each of these, past the withdrawal period; the sweep erases them. Twice does no harm."""
    store, begun = current_store(), []
    for one in found:
        account = store.account(one.account_id)
        language = (account.language if account else None) or store.file.store.languages[0]
        try:
            closure = service.request_closure(
                one.account_id,
                language=language,
                proven=one.proven,
                pace=Pace.NOW,
                source=Source.CLI,
                ignore_blockers=REASON,
            )
        except AlreadyOpen as error:
            closure = error.closure
        except NoSuchAccount:
            continue
        record(LedgerEvent.ACCOUNT_RETURNED, closure.pk, clock().now())
        begun.append(closure)
    return begun


def _judged(account_id: str, stone: Tombstone) -> Returned | None:
    """``None`` where nothing came back: an emptied row that stayed, or one whose erasure is under way."""
    account = current_store().account(account_id)
    under_way = Closure.objects.filter(account_hash=stone.hash, state__in=OPEN_STATES).exists()
    if account is None or under_way:
        return None
    barred = frozenset(item for item in _identifiers(account) if _is_barred_by(item))
    if barred:
        kinds = " and ".join(sorted({item.kind for item in barred}))
        return Returned(account_id, stone.closed_at, True, f"its {kinds} is that of a closed account", barred)
    if _row_stays():
        return _emptied_or_unknown(account, stone)
    if account.created is None:
        return Returned(account_id, stone.closed_at, False, "the id alone fits; ids may be given again")
    if account.created >= stone.closed_at:
        return None  # a new customer, who was given the id
    return Returned(account_id, stone.closed_at, True, "its row is older than the closing")


def _emptied_or_unknown(account: Account, stone: Tombstone) -> Returned | None:
    """The data map leaves the account's row, emptied; one that holds an address or a name again is to be looked at."""
    rules = current_store().file.map[current_store().file.home].get(current_store().file.account.table, [])
    written = {str(value) for rule in rules for value in rule.replace.values()}
    again = account.phone or (account.name if account.name not in written else "")
    if not again and account.email is None:
        return None
    return Returned(account.id, stone.closed_at, False, "its emptied row holds something again")


def _row_stays() -> bool:
    file = current_store().file
    return not any(rule.delete for rule in file.map.get(file.home, {}).get(file.account.table, []))


def _identifiers(account: Account) -> Iterator[Identifier]:
    if account.email:
        yield Identifier("email", account.email)
    if account.phone:
        yield Identifier("phone", account.phone)


def _is_barred_by(identifier: Identifier) -> bool:
    return Tombstone.objects.filter(
        kind=identifier.kind, hash=tombstone_hash(identifier.kind, identifier.value)
    ).exists()
