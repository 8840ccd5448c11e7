"""What was done to the rows of one table for one account; the evidence of an erasure."""

from __future__ import annotations

from dataclasses import dataclass

from pamitan.storefile.rules import Action

RECOVERED = "recovered"
"""The note of a receipt whose rows were counted before a crash and were found done after it."""
LATE = "late"
"""The note of a receipt for rows that the shop wrote during the erasure."""
LATE_RECOVERED = "late, recovered"
"""The note of a receipt for such rows that were counted before a crash and were found done after it."""
SHARED_ROW = "shared with another customer"
"""The note of a receipt for rows that stay whole until the last of the customers who share them leaves."""

FILE_SHARED = "files that another row names as well"
"""The note of a receipt for files that stay until the last row that names them goes."""
FILE_NOT_THERE = "was not there"
"""The note of a receipt for files that a row named and that did not exist."""
DATE_CAME = "kept by law until its date, which has come"
"""The note of a receipt for what a law kept at the closing and was erased later."""


@dataclass(frozen=True)
class Receipt:
    """So many rows of that table met that fate. Names no person and holds no value of one."""

    datastore: str
    table: str
    action: Action
    rows: int
    note: str | None = None
    """The law of a kept row, why keep won over another action, :data:`RECOVERED` or :data:`LATE`."""
