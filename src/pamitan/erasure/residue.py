"""The residue scan: what of a person can still be found in the store's databases after the erasure, and what explains it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ResidueKind = Literal["email", "phone", "id", "name", "address"]


@dataclass(frozen=True)
class Residue:
    """One column of one table in which identifiers of one kind of a closed account still stand. Never holds the value."""

    datastore: str
    table: str
    column: str
    key: str
    """The keys of the first rows, as text."""
    kind: ResidueKind
    rows: int
    explained_by: str | None
    """The law or the reason for which it stands there; ``None`` where nobody explains it."""
    blocking: bool
    """The closure may not be called closed while this stands."""
