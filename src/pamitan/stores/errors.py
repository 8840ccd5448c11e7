"""What can go wrong with the store's side.

StoreError
├── StoreUnavailable   temporary: the database or the hook does not answer; try again later
└── StoreMismatch      lasting: the store does not look as the store file says (a table, a column, a hash scheme)
"""

from __future__ import annotations


class StoreError(Exception):
    """Anything that the store's side could not do. The text is for the engineer and names no customer."""


class StoreUnavailable(StoreError):
    """The store does not answer now; the same call may succeed later."""


class StoreMismatch(StoreError):
    """The store does not look as the store file says; the sentence names what and the mend."""
