"""Claims, and putting off what cannot be done now."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass
from typing import Any

from pamitan.closure.models import Closure
from pamitan.closure.transition import Overtaken, change
from pamitan.evidence.ledger import LedgerEvent, record

FIRST_PAUSE = dt.timedelta(seconds=15)
LONGEST_PAUSE = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Claim:
    """A closure in this worker's hands, under an attempt."""

    closure: Closure
    attempt: int

    def change(self, **changes: Any) -> None:
        """Write facts, if the closure is still in our hands. Raises ``Overtaken``."""
        change(self.closure, attempt=self.attempt, **changes)

    def rest(self, until: dt.datetime, **changes: Any) -> None:
        """End the step well: look again at that time. Raises ``Overtaken``."""
        self.change(due_at=until, claimed=False, failures=0, **changes)


def put_off(claim: Claim, now: dt.datetime, reason: str) -> None:
    """End the step badly: try again after a pause that grows with each failure in a row.

    ``reason`` is shown at the desk until it is gone, and names no customer; empty for what mends itself.
    """
    closure = claim.closure
    pause = min(FIRST_PAUSE * 2 ** min(closure.failures, 10), LONGEST_PAUSE)
    with contextlib.suppress(Overtaken):
        if reason and reason != closure.stuck_reason and closure.erasing_at:
            record(LedgerEvent.ERASURE_STUCK, closure.pk, now)
        claim.change(due_at=now + pause, claimed=False, failures=closure.failures + 1, stuck_reason=reason)
