"""What the desk shows of a customer: enough to help, and no more."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from pamitan.closure import service as closures
from pamitan.closure.masking import masked_email, masked_phone
from pamitan.closure.models import Closure
from pamitan.closure.service import TimelineEntry
from pamitan.closure.store import current_store
from pamitan.conversation.models import Conversation
from pamitan.stores.errors import StoreError
from pamitan.stores.types import Account

OPERATORS_WORDS = {
    "confirmed": _("The customer confirmed it"),
    "confirm": _("Waits for the customer to confirm it"),
    "question": _("The customer is asked: an order is still open"),
    "orders": _("Waits for the orders to be finished"),
    "undo": _("The customer can still undo it"),
    "withdrawn": _("The customer undid it; the account stays"),
    "expired": _("Not confirmed in time; the account stays"),
    "held": _("On hold; two persons of the store have stopped it"),
    "erasing": _("The erasure has begun"),
}


@dataclass(frozen=True)
class CustomerCard:
    """A customer as an operator sees them."""

    name: str
    email: str
    """Masked; empty without one."""
    phone: str
    """Masked; empty without one."""
    open_items: int
    library_items: int
    balances: int


@dataclass(frozen=True)
class ClosureCard:
    """How far the closing of the account is."""

    closure: Closure
    timeline: list[TimelineEntry]


def customer_card(account_id: str) -> CustomerCard | None:
    """The customer as the store has them now; ``None`` if the store does not answer or has no such account."""
    store = current_store()
    try:
        account = store.account(account_id)
        return _card(account) if account else None
    except StoreError:
        return None


def closure_card(conversation: Conversation) -> ClosureCard | None:
    """The open closing of this customer, else the one that this conversation led to."""
    closure = closures.open_closure_for(conversation.account_id) or conversation.closure
    return case_card(closure) if closure else None


def case_card(closure: Closure) -> ClosureCard:
    """This closing as operators see it."""
    return ClosureCard(closure, [_for_operators(entry) for entry in closures.timeline(closure)])


def _for_operators(entry: TimelineEntry) -> TimelineEntry:
    """The timeline speaks to the customer ("you confirmed"); here it speaks of them."""
    return replace(entry, title=str(OPERATORS_WORDS.get(entry.key, entry.title)))


def _card(account: Account) -> CustomerCard:
    store = current_store()
    return CustomerCard(
        name=account.name,
        email=masked_email(account.email),
        phone=masked_phone(account.phone),
        open_items=len(store.open_items(account.id, frozenset())),
        library_items=len(store.library(account.id, frozenset())),
        balances=len(store.balances(account.id, frozenset())),
    )
