"""The residue scan: what of a person still stands in the databases after the erasure, and what explains it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ResidueKind = Literal["email", "phone", "id", "name", "address"]


@dataclass(frozen=True)
class Residue:
    """Identifiers of one kind that still stand in one column of one table. Never holds the value."""

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
