"""What other rooms of Pamitan hold of a customer (conversations, sessions, failed sign-ins) goes with the closure.

Each room registers an eraser in its ``AppConfig.ready``; the closure knows none of them by name::

    from pamitan.closure.traces import Trace, register

    def erase_conversations(account_id: str) -> list[Trace]:
        rows, _ = Conversation.objects.filter(account_id=account_id).delete()
        return [Trace("conversation", rows)]

    register(erase_conversations)

An eraser runs inside the transaction that closes the account: it writes to our own database alone, may run again, and
raises nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Trace:
    """So many rows of a table of ours were erased."""

    table: str
    rows: int


Eraser = Callable[[str], Iterable[Trace]]
_erasers: list[Eraser] = []


def register(eraser: Eraser) -> None:
    """Call it with the account id whenever an account is closed. Registering twice is the same as once."""
    if eraser not in _erasers:
        _erasers.append(eraser)


def erase_traces(account_id: str) -> list[Trace]:
    """Erase what every room holds of the account; what was erased."""
    return [trace for eraser in _erasers for trace in eraser(account_id) if trace.rows]
