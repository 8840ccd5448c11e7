"""What can stop an erasure. What the store's side could not do is a :mod:`pamitan.stores.errors` error instead.

ErasureError
├── MapMismatch    the data map does not fit the store's schema, or contradicts itself; for all accounts alike
├── GuardTripped   the plan touches more rows than the store file allows; the store file's link is to be looked at
└── NotErasable    this one account cannot be erased as things stand; the others of its batch can
"""

from __future__ import annotations


class ErasureError(Exception):
    """Anything that stopped an erasure. The text says the mend and names no customer."""


class MapMismatch(ErasureError):  # noqa: N818 (it names what is wrong, like the store's errors)
    """The data map does not fit the schema; the sentence names table, column and the mend."""


class GuardTripped(ErasureError):  # noqa: N818
    """The blast-radius guard stopped the plan before the first write. ``accounts`` are those that tripped it."""

    def __init__(self, message: str, accounts: frozenset[str] = frozenset()) -> None:
        super().__init__(message)
        self.accounts = accounts


class NotErasable(ErasureError):  # noqa: N818
    """These accounts cannot be erased; nothing of them was written."""

    def __init__(self, message: str, accounts: frozenset[str] = frozenset()) -> None:
        super().__init__(message)
        self.accounts = accounts
