"""The waiting of a closure: for its blockers to go, then for the withdrawal period to pass."""

from __future__ import annotations

import dataclasses
import datetime as dt

from django.db import transaction

from pamitan.closure import mails
from pamitan.closure.blockers import blockers
from pamitan.closure.hold import in_force, stop
from pamitan.closure.later import Claim, put_off
from pamitan.closure.models import Closure, HookCall
from pamitan.closure.restored import GONE, SHORTEST_PERIOD, doubt
from pamitan.closure.rules import lock_key, longest_wait, session_life, withdrawal_period
from pamitan.closure.states import Event
from pamitan.closure.store import current_store
from pamitan.closure.transition import Overtaken, transition
from pamitan.evidence.ledger import LedgerEvent, record

RECHECK = dt.timedelta(minutes=15)
"""How often open orders are looked at again."""


def wait(claim: Claim, now: dt.datetime) -> None:
    """One look at a waiting closure. Raises ``Overtaken`` and what the store raises."""
    closure, store = claim.closure, current_store()
    hold = in_force(closure, now)
    if hold:
        return stop(closure, hold, now, attempt=claim.attempt)
    account = store.account(closure.account_id)
    if account is None:
        return put_off(claim, now, GONE)
    doubted = doubt(closure, account)
    if doubted:
        return put_off(claim, now, doubted)
    _end_sessions(claim, now)
    items = blockers(store, closure)
    if items:
        return _wait_for(claim, len(items), now)
    _count_from_here(claim, now)
    _lock(claim, now)
    erase_at = _erase_at(claim)
    if erase_at > now:
        return claim.rest(erase_at, stuck_reason="")
    verified = account.email_verified and _is_registered(claim, account.email)
    return cross_the_line(closure, now, attempt=claim.attempt, email_verified=verified)


def _end_sessions(claim: Claim, now: dt.datetime) -> None:
    """The shop signs the customer out everywhere, once, when the closure is confirmed."""
    if claim.closure.sessions_ended_at is None:
        ended = current_store().end_sessions(claim.closure.account_id)
        with transaction.atomic():
            claim.change(sessions_ended_at=now)
            record(LedgerEvent.SESSIONS_ENDED, claim.closure.pk, now, sessions=ended)


def _wait_for(claim: Claim, open_items: int, now: dt.datetime) -> None:
    """Something is open: who waits for a parcel must be able to track and return it, so no lock meanwhile."""
    closure = claim.closure
    _unlock(claim, now)
    news = closure.blockers == 0
    wait_until = now + longest_wait() if news or closure.wait_until is None else closure.wait_until
    ask = closure.asked_at is None and wait_until <= now
    with transaction.atomic():
        claim.rest(
            _next_look(wait_until, now),
            blockers=open_items,
            wait_until=wait_until,
            point_of_no_return=None,
            asked_at=now if ask else closure.asked_at,
            questions=closure.questions + ask,
            stuck_reason="",
        )
        if ask:
            record(LedgerEvent.QUESTION_ASKED, closure.pk, now, blockers=open_items)
            mails.queue(closure, "question", now, round_=closure.questions)
        elif news:
            mails.queue(closure, "waiting", now, round_=int(wait_until.timestamp()))


def _next_look(wait_until: dt.datetime, now: dt.datetime) -> dt.datetime:
    return min(now + RECHECK, wait_until) if wait_until > now else now + RECHECK


def _count_from_here(claim: Claim, now: dt.datetime) -> None:
    """The last blocker is gone: the withdrawal period begins, and the customer learns its end."""
    closure = claim.closure
    if closure.point_of_no_return is not None:
        return
    end = now + _period(closure)
    with transaction.atomic():
        claim.change(point_of_no_return=end, blockers=0, asked_at=None)
        if end > now:
            mails.queue(closure, "proceeding", now, round_=int(end.timestamp()))


def _period(closure: Closure) -> dt.timedelta:
    period = withdrawal_period(closure.pace)
    return max(period, SHORTEST_PERIOD) if closure.restored_at else period


def _lock(claim: Claim, now: dt.datetime) -> None:
    """Lock the account in the shop. What undo needs is written down before the shop's rows change.

    Who undoes in between finds it written and unlocks; should the lock come even later, it is taken back here.
    """
    closure, store = claim.closure, current_store()
    if closure.locked_at is not None:
        return
    account_id = closure.account_id
    if not closure.locks:
        claim.change(locks=[dataclasses.asdict(lock) for lock in store.planned_locks(account_id)])
    applied = store.lock(account_id, closure.applied_locks, lock_key(closure, "lock"))
    try:
        with transaction.atomic():
            claim.change(locked_at=now)
            record(LedgerEvent.ACCOUNT_LOCKED, closure.pk, now)
    except Overtaken:
        closure.refresh_from_db()
        if not closure.is_open:
            store.unlock(account_id, applied, lock_key(closure, "unlock"))
        raise


def _unlock(claim: Claim, now: dt.datetime) -> None:
    closure = claim.closure
    if closure.locks or closure.locked_at:
        current_store().unlock(closure.account_id, closure.applied_locks, lock_key(closure, "unlock"))
        with transaction.atomic():
            claim.change(locks=[], locked_at=None)
            record(LedgerEvent.ACCOUNT_UNLOCKED, closure.pk, now)


def _erase_at(claim: Claim) -> dt.datetime:
    """After the withdrawal period, and after the life of tokens that the shop could not revoke."""
    closure = claim.closure
    if closure.point_of_no_return is None or closure.locked_at is None:
        raise AssertionError("a closure is locked and dated before it is erased")
    return max(closure.point_of_no_return, closure.locked_at + session_life())


def _is_registered(claim: Claim, email: str | None) -> bool:
    return bool(email) and email == claim.closure.registered_email


def cross_the_line(closure: Closure, now: dt.datetime, *, attempt: int | None, email_verified: bool) -> None:
    """The point of no return; the next step erases. Raises as :func:`pamitan.closure.transition.transition` does."""
    with transaction.atomic():
        transition(
            closure,
            Event.ERASE,
            now=now,
            attempt=attempt,
            erasing_at=now,
            due_at=now,
            claimed=False,
            failures=0,
            stuck_reason="",
            email_verified=email_verified,
        )
        for name, hook in current_store().file.hooks.items():
            if "erase" in hook.events:
                HookCall.objects.get_or_create(closure=closure, hook=name)
