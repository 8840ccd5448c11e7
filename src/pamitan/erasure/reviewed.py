"""Is the schema still the one that was reviewed? Whatever is new may hold something of a customer."""

from __future__ import annotations

from collections.abc import Iterator

from pamitan.erasure.errors import MapMismatch
from pamitan.erasure.examined import Examined, Problem
from pamitan.stores.errors import StoreMismatch
from pamitan.stores.store import Store

_RECORD = "then run 'pamitan check STORE.yaml --record'"
_TOLD = 20
"""So many changes are told one by one."""


def require_reviewed(store: Store, examined: Examined) -> None:
    """Raise :class:`MapMismatch`, with a sentence for each change, where the schema is another one."""
    changes = _unreviewed(store, examined)
    if changes:
        more = f", and {len(changes) - _TOLD} more" if len(changes) > _TOLD else ""
        raise MapMismatch(
            f"the schema of '{examined.datastore}' is not the one that the store file was written for: "
            f"{', '.join(changes[:_TOLD])}{more}; look at this, mend the store file where it holds something of a "
            f"customer, {_RECORD}"
        )


def schema_changes(store: Store, examined: Examined) -> Iterator[Problem]:
    """What changed since the schema was recorded, for :func:`pamitan.erasure.check.check`."""
    try:
        changes = _unreviewed(store, examined)
    except MapMismatch as error:
        message, _, mend = str(error).partition("; ")
        yield Problem("error", examined.datastore, message, mend)
        return
    for sentence in changes:
        yield Problem("error", examined.datastore, f"{sentence}, since it was recorded", f"look at it, {_RECORD}")


def _unreviewed(store: Store, examined: Examined) -> list[str]:
    try:
        return store.unreviewed(examined.datastore, examined.schema)
    except StoreMismatch as error:
        raise MapMismatch(str(error)) from None
