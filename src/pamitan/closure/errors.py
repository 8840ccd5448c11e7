"""Why a verb of the closure could not be done. Each is an answer to show, none is a fault.

ClosureError
├── NoSuchAccount      the store has no such customer (any more)
├── AlreadyOpen        the account has an open closure; it is in ``closure``
├── BlockersInTheWay   open orders that were neither waited for nor accepted as a loss; they are in ``items``
├── CodeNeeded         closing at once needs the right code, sent to the registered address, a moment ago
├── NoAddress          the account has no e-mail address that a code or link could go to
├── TooManyCodes       enough codes were sent for now
├── BadAddress         the other address is no e-mail address
├── AccountIsThere     somebody says that the account is gone, and it is there
├── HeldBack           our own database was restored from a backup, and nobody has released it
├── NoSuchFinding      the finding that an operator explains is there no more
├── TellsWho           the reason that an operator gives is empty, or could name somebody
├── SamePerson         a hold is set, and released early, by two persons; this one has spoken already
├── BadEndDate         a hold ends on a day to come, within a year
├── NoSuchHold         nothing of the kind waits for a second person (any more), or one stands already
└── NotPossible        the closure's state does not allow it (any more), e.g. undo after the point of no return
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pamitan.closure.models import Closure
    from pamitan.closure.states import Event
    from pamitan.stores.types import OpenItem


class ClosureError(Exception):
    """A verb that could not be done."""


class NoSuchAccount(ClosureError):  # noqa: N818 (these are answers, not mistakes)
    """The store has no such customer."""


class AlreadyOpen(ClosureError):  # noqa: N818
    """The account has an open closure already."""

    def __init__(self, closure: Closure) -> None:
        super().__init__(f"{closure.reference} is open for this account")
        self.closure = closure


class BlockersInTheWay(ClosureError):  # noqa: N818
    """Open items stand in the way of closing at this pace."""

    def __init__(self, items: Sequence[OpenItem]) -> None:
        super().__init__(f"{len(items)} open items stand in the way")
        self.items = list(items)


class CodeNeeded(ClosureError):  # noqa: N818
    """Closing at once needs a code that proves the registered address."""


class NoAddress(ClosureError):  # noqa: N818
    """There is no registered e-mail address to send to."""


class TooManyCodes(ClosureError):  # noqa: N818
    """Too many codes were sent within the hour."""


class BadAddress(ClosureError):  # noqa: N818
    """What was given is no e-mail address."""


class NoSuchFinding(ClosureError):  # noqa: N818
    """Nothing unexplained with that number is left of this closure."""

    def __init__(self, closure: Closure) -> None:
        super().__init__(f"{closure.reference} has no such finding (any more)")


class NothingWrittenDown(ClosureError):  # noqa: N818
    """There is no case file to search with."""

    def __init__(self, closure: Closure) -> None:
        super().__init__(
            f"{closure.reference} is {closure.state}: what to search for is known from the beginning of an erasure "
            "until its end"
        )


class TellsWho(ClosureError):  # noqa: N818
    """A reason goes into the ledger, so it must be there and must not hold an address or a number."""


class SamePerson(ClosureError):  # noqa: N818
    """The second person must be another one."""


class BadEndDate(ClosureError):  # noqa: N818
    """The end of a hold lies in the past, or more than a year away."""


class NoSuchHold(ClosureError):  # noqa: N818
    """There is no hold of that kind, or there is one already."""


class AccountIsThere(ClosureError):  # noqa: N818
    """Somebody says that the account is gone, and the store has it."""

    def __init__(self, closure: Closure) -> None:
        super().__init__(f"the account of {closure.reference} is there; close it as any other")
        self.closure = closure


class HeldBack(ClosureError):  # noqa: N818
    """Our own database was restored from a backup; nothing is erased until somebody releases it."""


class NotPossible(ClosureError):  # noqa: N818
    """The state of the closure does not allow the event."""

    def __init__(self, closure: Closure, event: Event) -> None:
        super().__init__(f"{closure.reference} is {closure.state}: {event.value} is not possible")
        self.closure = closure
        self.event = event
