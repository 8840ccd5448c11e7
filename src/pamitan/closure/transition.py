"""The only writer of a closure's state: a conditional UPDATE, and a ledger entry in the same transaction.

The UPDATE asks for the state that the event starts from, and from a worker also for the attempt that it was given; who
comes too late changes nothing. A verb of the customer or the operator raises the attempt, so that a worker in the
middle of a step finds its own writes refused and the row due again.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.db.models import F

from pamitan.closure.errors import NotPossible
from pamitan.closure.models import Closure
from pamitan.closure.states import Event, State, next_state
from pamitan.evidence.ledger import LedgerEvent, record

LEDGER = {
    Event.CONFIRM: LedgerEvent.REQUEST_CONFIRMED,
    Event.EXPIRE: LedgerEvent.REQUEST_EXPIRED,
    Event.WITHDRAW: LedgerEvent.REQUEST_WITHDRAWN,
    Event.REFUSE: LedgerEvent.REQUEST_REFUSED,
    Event.HOLD: LedgerEvent.HOLD_BEGUN,
    Event.RELEASE: LedgerEvent.HOLD_ENDED,
    Event.ERASE: LedgerEvent.ERASURE_BEGUN,
    Event.FINISH: LedgerEvent.ERASURE_FINISHED,
}


class Overtaken(Exception):  # noqa: N818
    """The row was claimed again, or its state has changed: this worker's step no longer counts."""


def begin(closure: Closure, *, now: dt.datetime, **facts: Any) -> Closure:
    """Write a new closure, in *requested*. Raises ``IntegrityError`` when the account has an open one already."""
    closure.state = State.REQUESTED
    closure.requested_at = now
    with transaction.atomic():
        closure.save(force_insert=True)
        record(LedgerEvent.REQUEST_RECEIVED, closure.pk, now, source=closure.source, **facts)
    return closure


def transition(
    closure: Closure,
    event: Event,
    *,
    now: dt.datetime,
    attempt: int | None = None,
    facts: dict[str, Any] | None = None,
    **changes: Any,
) -> None:
    """Let the event happen, with the other changes that go with it.

    ``attempt`` is the worker's; without it a person acts. Raises ``NotPossible`` when the table knows no such step from
    where the closure is now, and ``Overtaken`` when the worker's attempt is no longer the current one.
    """
    with transaction.atomic():
        before = _current(closure.pk)
        after = next_state(before, event)
        if after is None:
            closure.refresh_from_db()
            raise NotPossible(closure, event)
        _write(closure, before, attempt, {"state": after, **changes})
        record(LEDGER[event], closure.pk, now, **(facts or {}))


def change(closure: Closure, *, attempt: int | None = None, **changes: Any) -> None:
    """Write facts while the state stays as it is in ``closure``. Raises as :func:`transition` does."""
    with transaction.atomic():
        _write(closure, State(closure.state), attempt, changes)


def _current(pk: uuid.UUID) -> State:
    return State(Closure.objects.select_for_update().values_list("state", flat=True).get(pk=pk))


def _write(closure: Closure, state: State, attempt: int | None, changes: dict[str, Any]) -> None:
    rows = Closure.objects.filter(pk=closure.pk, state=state)
    if attempt is None:
        written = rows.update(**{**changes, "attempt": F("attempt") + 1, "claimed": False})
    else:
        written = rows.filter(attempt=attempt).update(**changes)
    if not written:
        raise Overtaken(closure.reference)
    closure.refresh_from_db()
