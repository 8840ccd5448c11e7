"""The store's rules of closing, as durations and dates."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pamitan.closure.models import Closure, Pace
from pamitan.closure.store import current_store


def withdrawal_period(pace: str) -> dt.timedelta:
    """For how long the customer can undo once nothing stands in the way."""
    days = 0 if pace == Pace.NOW else current_store().file.closing.withdrawal_days
    return dt.timedelta(days=days)


def time_to_confirm() -> dt.timedelta:
    """For how long a request that the desk prepared waits for the holder's confirmation."""
    return dt.timedelta(days=current_store().file.closing.confirm_within_days)


def longest_wait() -> dt.timedelta:
    """For how long open orders are waited for before the customer is asked."""
    return dt.timedelta(days=current_store().file.closing.wait_for_orders_days)


def session_life() -> dt.timedelta:
    """For how long a token of the shop that cannot be revoked may live on after the lock."""
    return dt.timedelta(hours=current_store().file.closing.session_life_hours)


def bar_ends(duration: str, now: dt.datetime) -> dt.datetime | None:
    """When a bar of ``closing.bar`` ends; ``None`` for one without end."""
    return None if duration == "forever" else now + dt.timedelta(days=int(duration.split()[0]))


def lock_key(closure: Closure, event: Literal["lock", "unlock"]) -> str:
    """Tells the shop's hooks that a call is a repetition; another one each time that the account is locked anew."""
    return f"{closure.pk.hex}:{event}:{closure.point_of_no_return:%Y%m%dT%H%M%S}"
