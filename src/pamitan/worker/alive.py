"""Who is alive: every process that sweeps on this machine's home holds a shared lock on one file while it does.

Whoever can have the lock alone at the start knows that all earlier processes are dead, even after kill -9, since the
system itself lets go of a dead process's locks; it may take over their claims at once. Between machines (PostgreSQL)
this says nothing, and there the lease alone brings claims back.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import connection


class Presence:
    """A context in which this process counts as a living worker. ``alone`` tells whether it was the only one."""

    def __init__(self) -> None:
        self.alone = False
        self._descriptor = -1

    def __enter__(self) -> Self:
        path = Path(settings.PAMITAN_CLOSURE_KEYS).parent / "workers.lock"
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self.alone = connection.vendor == "sqlite" and self._try_alone()
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)
        return self

    def __exit__(self, *_: TracebackType | type[BaseException] | BaseException | None) -> None:
        os.close(self._descriptor)

    def _try_alone(self) -> bool:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
