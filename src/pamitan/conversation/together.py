"""Short writes that many do at once, in one transaction where several wait: one wait for the disk serves them all.

SQLite lets one transaction write at a time, and whoever comes meanwhile sleeps and tries again, ever longer. Under load
most of the time would be slept. So here the writers of a process stand in line: who is first takes all that wait, does
them one after the other, each in a savepoint of its own, and commits once. Nobody is told "done" before the commit, so
what was acknowledged is on the disk. PostgreSQL writes side by side and needs none of it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection, transaction

Answer = TypeVar("Answer")
MOST = 50
"""So many are done in one transaction, lest the first wait for ever."""


@dataclass(eq=False)
class _Wish:
    """One write, and how it went."""

    verb: Callable[[], Any]
    answer: Any = None
    error: BaseException | None = None
    done: bool = False

    def fulfil(self) -> None:
        try:
            with transaction.atomic():
                self.answer = self.verb()
        except Exception as error:  # it is raised where the write was asked for
            self.error = error


_waiting: deque[_Wish] = deque()
_turn = threading.Lock()


def together(verb: Callable[[], Answer]) -> Answer:
    """Do this in a transaction, perhaps one with others' writes; returns or raises what ``verb`` does.

    ``verb`` may run on another thread, so it must bring with it all that it needs. Its hooks on commit run before this
    returns. Within a transaction, and where the database writes side by side, it is simply done.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            return verb()
    wish = _Wish(verb)
    _waiting.append(wish)
    while not wish.done:
        with _turn:
            if not wish.done:
                _fulfil([_waiting.popleft() for _ in range(min(len(_waiting), MOST))])
    if wish.error:
        raise wish.error
    answer: Answer = wish.answer
    return answer


def _fulfil(wishes: list[_Wish]) -> None:
    """All of them in one transaction; when it cannot be begun or committed, none was done, and each is told so."""
    try:
        with transaction.atomic():
            for wish in wishes:
                wish.fulfil()
    except BaseException as error:
        for wish in wishes:
            wish.error = error
        if not isinstance(error, Exception):
            raise
    finally:
        for wish in wishes:
            wish.done = True
