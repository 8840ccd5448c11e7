"""How far the ledger has come, written down outside the database: the high-water mark.

A database that was restored from a backup has forgotten what happened since: who took a closing back, and whose account
is erased already. Then the ledger has no entry of the mark's number, or another one. The file lies beside the keys, or
where ``PAMITAN_LEDGER_MARK`` says; processes share it by a lock. It is raised after each commit, written in place
within one block of the disk, and names nobody.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from pamitan.evidence.models import LedgerEntry, LedgerHead

_BYTES = 256


@dataclass(frozen=True)
class Mark:
    """The last entry of the ledger that is known to have been committed; ``at`` is its time, ISO 8601."""

    number: int
    hash: str
    at: str

    @property
    def time(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.at)


UNREADABLE = Mark(0, "", "1970-01-01T00:00:00+00:00")
"""A mark that no ledger has: where the file is damaged, nobody knows, and so nothing is erased."""


@dataclass(frozen=True)
class Gap:
    """The ledger in the database lacks what the mark knows of."""

    mark: Mark
    found: Mark | None
    """The end of the ledger as the database has it; ``None`` where it is empty."""


def gap() -> Gap | None:
    """What the database has lost, if it has; ``None`` while all is well. Reads one small file and one row."""
    mark = known_mark()
    return None if mark is None or stands(mark.number, mark.hash) else Gap(mark, ledger_end())


def known_mark() -> Mark | None:
    """The mark; ``None`` before the first entry, and ``UNREADABLE`` where the file holds something else."""
    with _file(fcntl.LOCK_SH) as descriptor:
        return _read(descriptor)


def ledger_end() -> Mark | None:
    """The last entry of the ledger as the database has it."""
    head = LedgerHead.objects.filter(pk=1).first()
    entry = LedgerEntry.objects.filter(number=head.number).first() if head else None
    return _of(entry) if entry else None


def stands(number: int, digest: str) -> bool:
    """Whether the ledger has an entry of that number with that hash."""
    return LedgerEntry.objects.filter(number=number, hash=digest).exists()


def advance(entry: LedgerEntry) -> None:
    """Raise the mark to this entry, which is committed. It is never lowered, and never leaves a chain for another."""
    with _file(fcntl.LOCK_EX) as descriptor:
        known = _read(descriptor)
        if known is None or (entry.number > known.number and _follows(entry, known)):
            _write(descriptor, _of(entry))


def set_mark(mark: Mark) -> None:
    """Put the mark where somebody says who knows better: an operator who releases, or a witness outside."""
    with _file(fcntl.LOCK_EX) as descriptor:
        _write(descriptor, mark)


def _follows(entry: LedgerEntry, known: Mark) -> bool:
    return entry.previous == known.hash or stands(known.number, known.hash)


def _of(entry: LedgerEntry) -> Mark:
    return Mark(entry.number, entry.hash, entry.at.astimezone(dt.UTC).isoformat())


@contextmanager
def _file(lock: int) -> Iterator[int]:
    path = Path(settings.PAMITAN_LEDGER_MARK)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        sentence = f"PAMITAN_LEDGER_MARK ({path}) cannot be written ({error.strerror}); name another file"
        raise ImproperlyConfigured(sentence) from None
    try:
        fcntl.flock(descriptor, lock)
        yield descriptor
    finally:
        os.close(descriptor)


def _read(descriptor: int) -> Mark | None:
    text = os.pread(descriptor, _BYTES, 0)
    if not text:
        return None
    try:
        return Mark(**json.loads(text))
    except (ValueError, TypeError):
        return UNREADABLE


def _write(descriptor: int, mark: Mark) -> None:
    os.pwrite(descriptor, json.dumps(asdict(mark)).ljust(_BYTES).encode(), 0)
