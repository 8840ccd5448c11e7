"""What can go wrong with the store's side.

StoreError
├── StoreUnavailable   temporary: the database or the hook does not answer, or a row is locked; try again later
│   └── StoreConflict  another transaction came in between and ours was rolled back; the same may succeed at once
├── StoreMismatch      lasting: the store does not look as the store file says (a table, a column, a hash scheme)
└── StoreRefused       lasting: the database refuses these rows (a constraint, a length, a type)
"""

from __future__ import annotations


class StoreError(Exception):
    """Anything that the store's side could not do. The text is for the engineer and names no customer."""


class StoreUnavailable(StoreError):  # noqa: N818 (it names a state that passes, not a mistake)
    """The store does not answer now; the same call may succeed later."""


class StoreConflict(StoreUnavailable):
    """Another transaction changed the same rows or waited for ours; ours was rolled back and may be tried at once."""


class StoreMismatch(StoreError):  # noqa: N818
    """The store does not look as the store file says; the sentence names what and the mend."""


class StoreRefused(StoreError):  # noqa: N818
    """The database refuses a change; the sentence names table and constraint, never a value."""
