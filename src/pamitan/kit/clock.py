"""The one clock. Everything that asks for the time asks it here, so that days can pass in a test or in the demo."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any, Protocol


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

    The demo uses it to "let a week pass". A missing file means no shift. Once made to stand still, it shows the same
    moment until it is moved.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> dt.datetime:
        kept = self._kept()
        begin = dt.datetime.fromisoformat(kept["stands_at"]) if "stands_at" in kept else dt.datetime.now(dt.UTC)
        return begin + dt.timedelta(seconds=kept.get("seconds", 0))

    def pass_time(self, **delta: float) -> None:
        """Add ``timedelta(**delta)`` to the shift."""
        kept = self._kept()
        self._keep({**kept, "seconds": kept.get("seconds", 0) + dt.timedelta(**delta).total_seconds()})

    def stand_still(self, moment: dt.datetime) -> None:
        """From now on it is that moment, which has to be aware."""
        self._keep({"stands_at": moment.isoformat()})

    def _kept(self) -> dict[str, Any]:
        try:
            kept: dict[str, Any] = json.loads(self._path.read_text())
        except FileNotFoundError:
            return {}
        return kept

    def _keep(self, kept: dict[str, Any]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(".part")
        partial.write_text(json.dumps(kept))
        partial.replace(self._path)
