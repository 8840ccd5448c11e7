"""The store's rules of closing, as durations and dates."""

from __future__ import annotations

import datetime as dt
from typing import Literal
from zoneinfo import ZoneInfo

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


def full_scan_after(moment: dt.datetime) -> dt.datetime:
    """The first full scan at or after that moment: at once, or at the store's hour of the night."""
    file = current_store().file
    if file.closing.full_scan_at is None:
        return moment
    zone = ZoneInfo(file.store.timezone)
    hour = dt.time.fromisoformat(file.closing.full_scan_at)
    tonight = dt.datetime.combine(moment.astimezone(zone).date(), hour, zone)
    later = dt.datetime.combine(tonight.date() + dt.timedelta(days=1), hour, zone)
    return (tonight if tonight >= moment else later).astimezone(dt.UTC)


def promised_end(closure: Closure) -> dt.datetime | None:
    """When the closure will be closed if nothing comes in between; ``None`` while something stands in the way."""
    if closure.verified_at is not None:
        return closure.due_at
    if closure.point_of_no_return is None:
        return None
    begins = max(closure.point_of_no_return, (closure.locked_at or closure.point_of_no_return) + session_life())
    return full_scan_after(begins)


def bar_ends(duration: str, now: dt.datetime) -> dt.datetime | None:
    """When a bar of ``closing.bar`` ends; ``None`` for one without end."""
    return None if duration == "forever" else now + dt.timedelta(days=int(duration.split()[0]))


def lock_key(closure: Closure, event: Literal["lock", "unlock"]) -> str:
    """Tells the shop's hooks that a call is a repetition; another one each time that the account is locked anew."""
    return f"{closure.pk.hex}:{event}:{closure.point_of_no_return:%Y%m%dT%H%M%S}"
