"""A batch that does not fail for the sake of one account: what fails is halved until the bad one stands alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pamitan.erasure.errors import GuardTripped, NotErasable
from pamitan.stores.errors import StoreError, StoreMismatch, StoreUnavailable

Attempt = Callable[[Sequence[str]], None]
"""Does the work for these accounts, all or nothing."""


def divide(accounts: Sequence[str], attempt: Attempt) -> dict[str, str]:
    """Do the work for all that it can be done for. Returns the others, each with the reason.

    Who could not go is tried again as long as others went: it may be their rows that stood in the way. Whom the guard
    stopped is not: the table that others left is smaller, so its share would tell another thing. Whatever concerns all
    accounts alike (the store does not answer, the data map does not fit) is raised.
    """
    stopped: dict[str, str] = {}
    left = _once(accounts, attempt, stopped)
    while left and len(left) + len(stopped) < len(accounts):
        accounts = [*left, *stopped]
        left = _once(list(left), attempt, stopped)
    return stopped | left


def _once(accounts: Sequence[str], attempt: Attempt, stopped: dict[str, str]) -> dict[str, str]:
    if not accounts:
        return {}
    try:
        attempt(accounts)
    except GuardTripped as error:
        stopped |= dict.fromkeys(error.accounts or accounts, str(error))
        return _once([account for account in accounts if account not in stopped], attempt, stopped)
    except NotErasable as error:
        return _without(error.accounts, str(error), accounts, attempt, stopped)
    except (StoreUnavailable, StoreMismatch):
        raise
    except StoreError as error:
        return _without(frozenset(), str(error), accounts, attempt, stopped)
    return {}


def _without(
    bad: frozenset[str], reason: str, accounts: Sequence[str], attempt: Attempt, stopped: dict[str, str]
) -> dict[str, str]:
    """Set the bad ones aside; where it is not known which they are, look for them in either half."""
    if bad or len(accounts) == 1:
        aside = {account: reason for account in accounts if account in bad or len(accounts) == 1}
        return aside | _once([account for account in accounts if account not in aside], attempt, stopped)
    middle = len(accounts) // 2
    return _once(accounts[:middle], attempt, stopped) | _once(accounts[middle:], attempt, stopped)
