"""A closure whose account is gone without its erasure: a person looks, and then all that is known is searched for.

The account may have been deleted in the shop, or erased by us before our own database was restored from a backup. What
the closure itself knows (the registered address, what was proven) becomes the case file; rows that it still leads to
are erased, everything is scanned for it, and the certificate says that the account was gone already.
"""

from __future__ import annotations

from django.db import transaction

from pamitan.closure.casefiles import CaseFileLost, Shelf
from pamitan.closure.clock import clock
from pamitan.closure.errors import AccountIsThere, HeldBack, NotPossible
from pamitan.closure.models import CaseFileRow, Closure
from pamitan.closure.restored import held_back
from pamitan.closure.states import Event, State
from pamitan.closure.store import current_store
from pamitan.closure.transition import change
from pamitan.closure.waiting import cross_the_line
from pamitan.erasure.casefile import CaseFile, PersonalValue
from pamitan.evidence.ledger import LedgerEvent, record
from pamitan.evidence.models import LedgerEntry
from pamitan.stores.types import Identifier


def is_gone(closure: Closure) -> bool:
    """Whether the closure waits for an account that the store has no more. Raises ``StoreUnavailable``."""
    return closure.state in (State.WAITING, State.ERASING) and current_store().account(closure.account_id) is None


def search_and_finish(closure: Closure, operator: object) -> Closure:
    """A person says: the account is gone. The next step searches everything, and closes it when nothing is left.

    Raises ``AccountIsThere``, ``HeldBack``, ``NotPossible`` for a closure that is not confirmed or has ended, and
    ``StoreUnavailable``.
    """
    if held_back():
        raise HeldBack
    now = clock().now()
    closure.refresh_from_db()
    if closure.state not in (State.WAITING, State.ERASING):
        raise NotPossible(closure, Event.ERASE)
    if not is_gone(closure):
        raise AccountIsThere(closure)
    with transaction.atomic():
        record(LedgerEvent.ACCOUNT_GONE, closure.pk, now, operator=str(getattr(operator, "pk", operator)))
        if closure.state == State.WAITING:
            cross_the_line(closure, now, attempt=None, email_verified=False)
        else:
            change(closure, due_at=now, failures=0, stuck_reason="")
        _write_what_is_known(closure)
    return closure


def was_gone(closure: Closure) -> bool:
    """Whether a person has said so of this closure, for its certificate."""
    return LedgerEntry.objects.filter(subject=closure.pk, event=LedgerEvent.ACCOUNT_GONE).exists()


def _write_what_is_known(closure: Closure) -> None:
    """The case file, unless there is one that can be read."""
    shelf = Shelf([closure])
    try:
        known = shelf.load(closure.account_id)
    except CaseFileLost:
        CaseFileRow.objects.filter(pk=closure.pk).delete()
        known = None
    if known is None:
        registered = {Identifier("email", closure.registered_email)} if closure.registered_email else set()
        found = {PersonalValue(item.kind, item.value) for item in closure.identifiers | registered}
        shelf.save(closure.account_id, CaseFile(closure.account_id, found, closure.identifiers))
