"""The life of a closure: the one table of its states and events.

::

    requested -> waiting -> erasing -> closed
        |           |
        |           +<--> held (dispute, court order: by two persons, until a date)
        +-----------+--> withdrawn (the customer's undo), refused (operator, with a legal ground); also out of held
        +--> expired (never confirmed)

Only :mod:`pamitan.closure.transition` writes a state, and only as this table says. What is not in the table cannot
happen: nothing leads out of *erasing* but *closed*, since the point of no return lies before it. Nothing leads from
*held* to *erasing*: what was held waits again first (:mod:`pamitan.closure.hold`).
"""

from __future__ import annotations

from django.db import models


class State(models.TextChoices):
    """Where a closure stands."""

    REQUESTED = "requested"
    """Asked for, not yet confirmed by the account holder."""
    WAITING = "waiting"
    """Confirmed; for the blockers to go, then for the withdrawal period to pass. Can be undone."""
    HELD = "held"
    """Confirmed, but stopped until a date by two persons of the store. Can be undone."""
    ERASING = "erasing"
    """Past the point of no return; not yet verified."""
    CLOSED = "closed"
    """Erased and verified."""
    WITHDRAWN = "withdrawn"
    """The customer changed their mind."""
    REFUSED = "refused"
    """An operator refused, with a legal ground."""
    EXPIRED = "expired"
    """Never confirmed."""


class Event(models.TextChoices):
    """What can happen to a closure."""

    CONFIRM = "confirm"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"
    REFUSE = "refuse"
    HOLD = "hold"
    RELEASE = "release"
    ERASE = "erase"
    FINISH = "finish"


TABLE: dict[tuple[State, Event], State] = {
    (State.REQUESTED, Event.CONFIRM): State.WAITING,
    (State.REQUESTED, Event.EXPIRE): State.EXPIRED,
    (State.REQUESTED, Event.WITHDRAW): State.WITHDRAWN,
    (State.REQUESTED, Event.REFUSE): State.REFUSED,
    (State.WAITING, Event.WITHDRAW): State.WITHDRAWN,
    (State.WAITING, Event.REFUSE): State.REFUSED,
    (State.WAITING, Event.HOLD): State.HELD,
    (State.HELD, Event.RELEASE): State.WAITING,
    (State.HELD, Event.WITHDRAW): State.WITHDRAWN,
    (State.HELD, Event.REFUSE): State.REFUSED,
    (State.WAITING, Event.ERASE): State.ERASING,
    (State.ERASING, Event.FINISH): State.CLOSED,
}

OPEN = frozenset({State.REQUESTED, State.WAITING, State.HELD, State.ERASING})
ENDED = frozenset(State) - OPEN


def next_state(state: State, event: Event) -> State | None:
    """The state that the event leads to; ``None`` where it cannot happen."""
    return TABLE.get((state, event))


def can(state: str, event: Event) -> bool:
    """Whether the event can happen in that state."""
    return next_state(State(state), event) is not None
