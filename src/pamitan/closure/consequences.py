"""What a customer should know before closing: their own open items, purchases, balances; what goes and what stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pamitan.closure.clock import clock
from pamitan.closure.codes import code_addresses
from pamitan.closure.errors import NoSuchAccount
from pamitan.closure.models import SavedItem
from pamitan.closure.store import current_store
from pamitan.evidence.tombstones import tombstone_hash
from pamitan.storefile.labels import Text
from pamitan.storefile.model import StoreFile
from pamitan.storefile.rules import Keep, Rule
from pamitan.stores.types import Account, HeldBalance, Identifier, LibraryItem, OpenItem


@dataclass(frozen=True)
class ShelvedItem:
    """A digital purchase, and whether the customer has saved it."""

    item: LibraryItem
    saved: bool


@dataclass(frozen=True)
class KeptRecord:
    """What the law makes the store keep."""

    category: Text | None
    law: Text
    reason: Text
    until: dt.date
    """At the latest."""


@dataclass(frozen=True)
class BeforeYouGo:
    """Everything that the page of that name shows."""

    account: Account
    open_items: list[OpenItem]
    library: list[ShelvedItem]
    balances: list[HeldBalance]
    erased: list[Text]
    """Categories of data, as the store file calls them."""
    kept: list[KeptRecord]
    withdrawal_days: int
    wait_for_orders_days: int
    can_close_now: bool
    """There is a registered address that the code can go to."""
    email_bar: str
    """``forever``, ``none`` or e.g. ``90 days``."""
    phone_bar: str

    @property
    def unsaved(self) -> list[LibraryItem]:
        """What would be lost: there to be saved, and not saved yet."""
        return [shelved.item for shelved in self.library if shelved.item.available and not shelved.saved]


def before_you_go(account_id: str, proven: Collection[Identifier] = ()) -> BeforeYouGo:
    """Collect it from the store, now. Raises ``NoSuchAccount`` and ``StoreUnavailable``."""
    store, shown = current_store(), frozenset(proven)
    account = store.account(account_id)
    if account is None:
        raise NoSuchAccount("the store has no such customer")
    saved = saved_keys(account_id)
    rules = store.file.closing
    return BeforeYouGo(
        account=account,
        open_items=store.open_items(account_id, shown),
        library=[ShelvedItem(item, item.key in saved) for item in store.library(account_id, shown)],
        balances=store.balances(account_id, shown),
        erased=erased_categories(store.file),
        kept=kept_records(store.file, clock().now().date()),
        withdrawal_days=rules.withdrawal_days,
        wait_for_orders_days=rules.wait_for_orders_days,
        can_close_now=bool(code_addresses(account)),
        email_bar=rules.bar.email,
        phone_bar=rules.bar.phone,
    )


def erased_categories(file: StoreFile) -> list[Text]:
    """The categories of data of which nothing is kept, each once, in the order of the store file."""
    found: list[Text] = []
    for rule in _rules(file):
        if rule.category and not rule.keep and rule.category not in found:
            found.append(rule.category)
    return found


def kept_records(file: StoreFile, today: dt.date) -> list[KeptRecord]:
    """What is kept, each law and category once, with the latest date for what is there today."""
    found: list[KeptRecord] = []
    for rule in _rules(file):
        record = _kept(rule, rule.keep, today) if rule.keep else None
        if record and record not in found:
            found.append(record)
    return found


def mark_saved(account_id: str, item_key: str) -> None:
    """Remember that the customer has downloaded this purchase."""
    SavedItem.objects.get_or_create(
        account_hash=tombstone_hash("account", account_id),
        item_key=item_key,
        defaults={"saved_at": clock().now()},
    )


def saved_keys(account_id: str) -> frozenset[str]:
    """The keys of the purchases that the customer has downloaded."""
    saved = SavedItem.objects.filter(account_hash=tombstone_hash("account", account_id))
    return frozenset(saved.values_list("item_key", flat=True))


def _rules(file: StoreFile) -> Iterator[Rule]:
    for tables in file.map.values():
        for rules in tables.values():
            yield from rules


def _kept(rule: Rule, keep: Keep, today: dt.date) -> KeptRecord:
    return KeptRecord(rule.category, keep.law, keep.reason, keep.until.after(today))
