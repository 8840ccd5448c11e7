"""Finding out who is at the door, without telling a stranger anything: same words and same time for every refusal."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest

from pamitan.closure.store import current_store
from pamitan.content.identifiers import parse_identifier
from pamitan.portal.backend import Customer
from pamitan.portal.lockout import forget_failures
from pamitan.stores.types import Account, Identifier

MOST_ACCOUNTS = 5
"""So many accounts that share one address are tried."""


@contextlib.contextmanager
def even_time() -> Iterator[None]:
    """Let the block take a whole multiple of ``PAMITAN_SIGN_IN_FLOOR_SECONDS``, whatever it does."""
    begun = time.monotonic()
    try:
        yield
    finally:
        time.sleep(rest(time.monotonic() - begun, settings.PAMITAN_SIGN_IN_FLOOR_SECONDS))


def rest(taken: float, floor: float) -> float:
    """The seconds that are missing to the next whole multiple of the floor."""
    return math.ceil(taken / floor) * floor - taken if floor else 0.0


def accounts_named(login: str) -> list[Account]:
    """The accounts that an e-mail address or a mobile number may mean."""
    identifier = _parsed(login)
    return current_store().find(identifier)[:MOST_ACCOUNTS] if identifier else []


def by_password(request: HttpRequest, login: str, password: str) -> list[Account]:
    """Those of the accounts named whose password this is; empty for any refusal."""
    candidates: list[Account | None] = [*accounts_named(login)] or [None]
    name = _normalised(login)
    matches = [account for account in candidates if password_fits(request, name, account, password)]
    return [account for account in matches if account]


def password_fits(request: HttpRequest, login: str, account: Account | None, password: str) -> bool:
    """Whether this is the account's password. Counts as an attempt; five wrong ones lock it for a while."""
    request.axes_locked_out = False  # type: ignore[attr-defined] # left over from another account of the same address
    customer = authenticate(request, login=login, account=account, password=password)
    if not isinstance(customer, Customer):
        return False
    forget_failures(customer.account.id)
    return True


def _parsed(login: str) -> Identifier | None:
    return parse_identifier(login, current_store().file.store.country)


def _normalised(login: str) -> str:
    """Under which name wrong passwords for nobody's address are counted."""
    identifier = _parsed(login)
    return identifier.value if identifier else login.strip().casefold()
