"""One step of claimed closures, from request to end; the sweep calls it with what is due.

::

    requested   not confirmed in time -> expired
    waiting     blockers looked at again -> lock -> withdrawal period -> erasing        (waiting.py)
    held        its end date has come -> waiting                                        (hold.py)
    erasing     erase -> hooks -> verify -> closed, or stays with the reason to be seen   (erasing.py)
    ended       give the account back where it was locked, forget the person              (ending.py)

A step writes only while its closure still has the attempt that the claim gave it, and ends by setting the next date.
Whatever fails is tried again later, ever more rarely, and never lost.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence

from pamitan.closure.clock import clock
from pamitan.closure.ending import expire, settle
from pamitan.closure.erasing import erase_batch
from pamitan.closure.hold import end_by_date
from pamitan.closure.later import Claim, put_off
from pamitan.closure.models import Closure
from pamitan.closure.states import State
from pamitan.closure.transition import Overtaken
from pamitan.closure.waiting import wait
from pamitan.stores.errors import StoreError, StoreUnavailable

log = logging.getLogger(__name__)

_ALONE: dict[State, Callable[[Claim, dt.datetime], None]] = {
    State.REQUESTED: expire,
    State.WAITING: wait,
    State.HELD: end_by_date,
    State.WITHDRAWN: settle,
    State.REFUSED: settle,
    State.EXPIRED: settle,
    State.CLOSED: settle,
}


def step(claims: Sequence[tuple[object, int]], *, at_once: bool = False) -> None:
    """One step for each of these ``(closure id, attempt)``; those in *erasing* are erased as one batch.

    ``at_once``: what the store file puts off until night is done now.
    """
    attempts = dict(claims)
    found = Closure.objects.filter(pk__in=list(attempts))
    claimed = [Claim(closure, attempts[closure.pk]) for closure in found if closure.attempt == attempts[closure.pk]]
    now = clock().now()
    for claim in claimed:
        if claim.closure.state != State.ERASING:
            _alone(claim, now)
    erasing = [claim for claim in claimed if claim.closure.state == State.ERASING]
    if erasing:
        erase_batch(erasing, now, at_once=at_once)


def _alone(claim: Claim, now: dt.datetime) -> None:
    try:
        _ALONE[State(claim.closure.state)](claim, now)
    except Overtaken:
        log.info("%s was overtaken; its own door goes on", claim.closure.reference)
    except StoreUnavailable:
        put_off(claim, now, "")
    except StoreError as reason:
        put_off(claim, now, str(reason))
    except Exception as fault:
        log.error("%s: a step failed: %s", claim.closure.reference, type(fault).__name__)
        put_off(claim, now, f"unexpected fault: {type(fault).__name__}")
