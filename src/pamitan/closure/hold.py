"""A hold: two persons of the store stop a closing until a date, on a legal ground, before the point of no return.

::

    propose_hold -> confirm_hold (another person)     waiting -> held
    propose_release -> confirm_release (another)      held -> waiting, or by the end date, by the sweep

A hold may be set before the holder has confirmed the closing; then it stops it as soon as it is confirmed. The
customer is told at each turn, and can undo all the while. What was left of the withdrawal period is left still when the
hold ends.
"""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from pamitan.closure import mails
from pamitan.closure.clock import clock
from pamitan.closure.errors import BadEndDate, NoSuchHold, NotPossible, SamePerson
from pamitan.closure.later import Claim
from pamitan.closure.models import OPEN_STATES, Closure, Hold, HoldGround
from pamitan.closure.states import Event, State
from pamitan.closure.transition import transition
from pamitan.evidence.ledger import LedgerEvent, record

LONGEST = dt.timedelta(days=366)


def propose_hold(closure: Closure, operator: str, ground: HoldGround, until: dt.datetime) -> Hold:
    """The first person's word; nothing stops before the second's.

    Raises ``BadEndDate``, ``NotPossible`` past the point of no return, and ``NoSuchHold`` where one stands already.
    """
    now = clock().now()
    if not now < until <= now + LONGEST:
        raise BadEndDate
    with transaction.atomic():
        _before_the_line(closure)
        closure.holds.filter(ended_at=None, stopped_at=None, until__lte=now).update(ended_at=now)
        hold = Hold(closure=closure, ground=ground, until=until, proposed_by=operator, proposed_at=now)
        try:
            with transaction.atomic():
                hold.save()
        except IntegrityError as reason:
            raise NoSuchHold from reason
        record(LedgerEvent.HOLD_PROPOSED, closure.pk, now, operator=operator, ground=ground.value, **_day(hold))
    return hold


def confirm_hold(closure: Closure, operator: str) -> Hold:
    """The second person's word: the closing stops. Raises ``SamePerson``, ``NoSuchHold``, ``NotPossible``."""
    now = clock().now()
    with transaction.atomic():
        _before_the_line(closure)
        hold = _standing(closure, confirmed_at=None, until__gt=now)
        if hold.proposed_by == operator:
            raise SamePerson
        hold.confirmed_by, hold.confirmed_at = operator, now
        hold.save()
        record(LedgerEvent.HOLD_CONFIRMED, closure.pk, now, operator=operator)
        if closure.state == State.WAITING:
            stop(closure, hold, now)
    return hold


def drop_hold(closure: Closure, operator: str) -> None:
    """Take back, or decline, what waits for a second person. Raises ``NoSuchHold``."""
    now = clock().now()
    with transaction.atomic():
        _standing(closure, confirmed_at=None).delete()
        record(LedgerEvent.HOLD_DROPPED, closure.pk, now, operator=operator)


def propose_release(closure: Closure, operator: str) -> Hold:
    """The first person's word for an early end. Raises ``NoSuchHold``."""
    now = clock().now()
    with transaction.atomic():
        hold = _standing(closure, confirmed_at__isnull=False, release_proposed_by="")
        hold.release_proposed_by = operator
        hold.save()
        record(LedgerEvent.RELEASE_PROPOSED, closure.pk, now, operator=operator)
    return hold


def confirm_release(closure: Closure, operator: str) -> None:
    """The second person's word: the closing goes on. Raises ``SamePerson`` and ``NoSuchHold``."""
    now = clock().now()
    with transaction.atomic():
        hold = _standing(closure, confirmed_at__isnull=False)
        if not hold.release_proposed_by:
            raise NoSuchHold
        if hold.release_proposed_by == operator:
            raise SamePerson
        hold.released_by = operator
        record(LedgerEvent.RELEASE_CONFIRMED, closure.pk, now, operator=operator)
        _end(closure, hold, now)


def standing_hold(closure: Closure) -> Hold | None:
    """The closure's hold that has not ended, be it proposed or confirmed."""
    return closure.holds.filter(ended_at=None).first() if closure.is_open else None


def standing_holds() -> QuerySet[Hold]:
    """All holds of open closures, proposed or confirmed, the one that ends first on top."""
    standing = Hold.objects.filter(ended_at=None, closure__state__in=OPEN_STATES)
    return standing.select_related("closure").order_by("until")


def in_force(closure: Closure, now: dt.datetime) -> Hold | None:
    """The hold that two persons have set, and whose date has not come."""
    return closure.holds.filter(ended_at=None, confirmed_at__isnull=False, until__gt=now).first()


def stop(closure: Closure, hold: Hold, now: dt.datetime, *, attempt: int | None = None) -> None:
    """Let the hold stop the closure, and tell the customer. Raises as :func:`transition` does."""
    with transaction.atomic():
        hold.stopped_at = now
        hold.save()
        facts = {"ground": hold.ground, **_day(hold)}
        changes = {"due_at": hold.until, "claimed": False, "failures": 0, "stuck_reason": ""}
        transition(closure, Event.HOLD, now=now, attempt=attempt, facts=facts, **changes)
        mails.queue(closure, "held", now, round_=hold.pk, hold=hold)


def end_by_date(claim: Claim, now: dt.datetime) -> None:
    """The sweep's step of a held closure: its date has come. Raises ``Overtaken``."""
    closure = claim.closure
    hold = closure.holds.filter(ended_at=None, stopped_at__isnull=False).first()
    if hold and hold.until > now:
        return claim.rest(hold.until)
    if hold is None:
        raise AssertionError("a held closure has its hold")
    return _end(closure, hold, now, attempt=claim.attempt)


def _before_the_line(closure: Closure) -> None:
    """Read the closure again, under a lock, so that nobody confirms or erases it meanwhile."""
    fresh = Closure.objects.select_for_update().get(pk=closure.pk)
    closure.state = fresh.state
    if fresh.state not in (State.REQUESTED, State.WAITING):
        raise NotPossible(fresh, Event.HOLD)


def _standing(closure: Closure, **conditions: object) -> Hold:
    hold = closure.holds.select_for_update().filter(ended_at=None, **conditions).first()
    if hold is None or not closure.is_open:
        raise NoSuchHold
    return hold


def _end(closure: Closure, hold: Hold, now: dt.datetime, *, attempt: int | None = None) -> None:
    with transaction.atomic():
        hold.ended_at = now
        hold.save()
        if hold.stopped_at is None:
            return
        stood = now - hold.stopped_at
        shifted = {
            name: moment + stood
            for name in ("point_of_no_return", "wait_until")
            if (moment := getattr(closure, name)) is not None
        }
        changes = {"due_at": now, "claimed": False, "failures": 0, **shifted}
        transition(closure, Event.RELEASE, now=now, attempt=attempt, facts={"early": bool(hold.released_by)}, **changes)
        mails.queue(closure, "released", now, round_=hold.pk)


def _day(hold: Hold) -> dict[str, str]:
    return {"until": hold.until.isoformat()}
