"""The one clock. Everything that asks for the time asks it here, so that days can pass in a test or in the demo."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Tells the time, always as an aware UTC datetime."""

    def now(self) -> dt.datetime: ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)


class SetClock:
    """A clock that stands still until it is moved; for tests."""

    def __init__(self, now: dt.datetime) -> None:
        self._now = now

    def now(self) -> dt.datetime:
        return self._now

    def pass_time(self, **delta: float) -> None:
        """Move on by ``timedelta(**delta)``."""
        self._now += dt.timedelta(**delta)


class ShiftedClock:
    """The machine's time plus a shift kept in a file, so that all processes of one home agree on it.

    The demo uses it to "let a week pass". A missing file means no shift.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self._shift()

    def pass_time(self, **delta: float) -> None:
        """Add ``timedelta(**delta)`` to the shift."""
        seconds = (self._shift() + dt.timedelta(**delta)).total_seconds()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(".part")
        partial.write_text(json.dumps({"seconds": seconds}))
        partial.replace(self._path)

    def _shift(self) -> dt.timedelta:
        try:
            return dt.timedelta(seconds=json.loads(self._path.read_text())["seconds"])
        except FileNotFoundError:
            return dt.timedelta()
