"""What stands in the way of a closure."""

from __future__ import annotations

from pamitan.closure.models import Closure
from pamitan.stores.store import Store
from pamitan.stores.types import OpenItem


def blockers(store: Store, closure: Closure) -> list[OpenItem]:
    """The account's open items, without those that the customer closes anyway or an engineer has overruled.

    Guest orders under a proven address count like the rest. Raises ``StoreUnavailable``.
    """
    if closure.ignored_because:
        return []
    accepted = set(closure.accepted_losses)
    return [item for item in store.open_items(closure.account_id, closure.identifiers) if item.key not in accepted]
