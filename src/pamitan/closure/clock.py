"""The clock that the whole of Pamitan asks: the machine's, or one that was moved on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from pamitan.kit.clock import Clock, ShiftedClock, SystemClock

_set: list[Clock] = []


class _CurrentClock:
    """Asks whichever clock is the current one, at every look; for what is made once and lives long."""

    def now(self) -> dt.datetime:
        return clock().now()


CURRENT: Clock = _CurrentClock()


def clock() -> Clock:
    """The current clock: the one in use, else the shifted one of ``PAMITAN_CLOCK_SHIFT``, else the machine's."""
    if _set:
        return _set[-1]
    if settings.PAMITAN_CLOCK_SHIFT:
        return ShiftedClock(Path(settings.PAMITAN_CLOCK_SHIFT))
    return SystemClock()


@contextmanager
def use_clock(chosen: Clock) -> Iterator[Clock]:
    """Within it, all threads of this process go by that clock."""
    _set.append(chosen)
    try:
        yield chosen
    finally:
        _set.remove(chosen)
