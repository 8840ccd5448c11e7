"""After our own database was restored from a backup: nothing is erased before a person has looked.

Such a database does not know what happened since the backup: a closing may have been taken back, or be over. So the
sweep stands still while :func:`held_back` says so, until an operator or the engineer releases it. From then on each
closure that was open is taken with care: its withdrawal period begins anew, so that its customer hears of it and can
undo; an account that is not there any more is not called erased (:mod:`pamitan.closure.gone`), and one with other
particulars is not touched.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F, QuerySet

from pamitan.closure.clock import clock
from pamitan.closure.models import OPEN_STATES, Closure
from pamitan.closure.states import State
from pamitan.evidence.ledger import LedgerEvent, record
from pamitan.evidence.mark import Gap, gap, ledger_end, set_mark
from pamitan.stores.types import Account

SHORTEST_PERIOD = dt.timedelta(days=1)
"""At least so long the customer of a restored closure can undo, whatever the store's own period."""
GONE = "the store no longer has this account, and 'not found' is not 'erased'"
ANOTHER = (
    "our own database was restored from a backup, and the account has other particulars than when its closing was "
    "asked for; if it is the same person's, run: pamitan close --now"
)


def held_back() -> Gap | None:
    """What our own database has lost by a restore, until somebody releases it; ``None`` while all is well."""
    return gap()


def release(operator: object) -> int | None:
    """Let the sweep go on; how many closures are taken with care, ``None`` where nothing was held back.

    Safe to repeat: a crash in between leaves everything held back.
    """
    found, now = held_back(), clock().now()
    if found is None:
        return None
    with transaction.atomic():
        held = Closure.objects.filter(state__in=OPEN_STATES)
        held.filter(state__in=(State.WAITING, State.HELD)).update(point_of_no_return=None)
        held.filter(state__in=(State.WAITING, State.ERASING)).update(due_at=now)
        closures = held.update(restored_at=now, attempt=F("attempt") + 1, claimed=False, failures=0)
        facts = {"known": found.mark.number, "found": found.found.number if found.found else 0, "closures": closures}
        record(LedgerEvent.RESTORE_RELEASED, None, now, operator=str(getattr(operator, "pk", operator)), **facts)
    end = ledger_end()
    if end is not None:
        set_mark(end)
    return closures


def taken_with_care() -> QuerySet[Closure]:
    """The closures that are open since before a release, the oldest first."""
    return Closure.objects.filter(state__in=OPEN_STATES, restored_at__isnull=False).order_by("requested_at")


def doubt(closure: Closure, account: Account | None) -> str:
    """Why the account may not be the one whose closing was asked for; empty where nothing speaks against it."""
    if account is None or closure.restored_at is None:
        return ""
    other_email = (account.email or "") != closure.registered_email
    younger = account.created is not None and account.created > closure.requested_at
    return ANOTHER if other_email or younger else ""
