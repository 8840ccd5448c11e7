"""Retained rows of a case of the gallery: remembered at its closing, erased as the years pass."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from pamitan.erasure.casefile import CaseFile
from pamitan.erasure.expiry import Due, Expired, erase_due, last_days
from pamitan.erasure.retained import RetainedRows
from pamitan.kit.clock import SetClock
from pamitan.storefile.model import StoreFile
from pamitan.stores.store import Store
from pamitan.stores.types import Subject
from tests.store.gallery.case import Case
from tests.store.shops import NOW


class Drawer:
    """One case file, as bytes; ``breaks_after`` saving it, if it is told to."""

    def __init__(self) -> None:
        self.held: bytes | None = None
        self.breaks = False

    def load(self, account_id: str) -> CaseFile | None:
        return CaseFile.from_bytes(self.held) if self.held else None

    def save(self, account_id: str, casefile: CaseFile) -> None:
        self.held = casefile.to_bytes()
        if self.breaks:
            raise KeyboardInterrupt


@dataclass
class Later:
    """The time after a closing."""

    case: Case
    who: Subject
    drawer: Drawer = field(default_factory=Drawer)
    file: StoreFile | None = None
    """The store file as it is by then, if it is another one."""
    retained: list[RetainedRows] = field(default_factory=list)

    def __post_init__(self) -> None:
        casefile = self.case.shelf.load(self.who.account_id)
        assert casefile is not None
        self.retained = [rows for place in casefile.datastores.values() for rows in place.retained]

    @property
    def days(self) -> list[dt.date]:
        """The last days on which something is kept."""
        return sorted(last_days(self.file or self.case.store.file, self.retained, NOW))

    def on(self, day: str) -> Expired:
        """What is erased on that day."""
        now = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(1), dt.UTC)
        store = Store(self.file or self.case.store.file, SetClock(now))
        stored = [RetainedRows.from_plain(rows.to_plain()) for rows in self.retained]
        expiry = erase_due(store, [Due("one closure", stored, NOW)], self.drawer)
        assert expiry.set_aside == {}
        result = expiry.done["one closure"]
        self.retained, self.drawer.held = result.left, None
        return result


def done(result: Expired) -> set[tuple[str, str, int]]:
    """Table, action, rows."""
    return {(receipt.table, receipt.action, receipt.rows) for receipt in result.receipts}
