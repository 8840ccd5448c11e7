"""The case file: what is written down of a person before the first write, and destroyed after the last look.

It holds the identifiers that the residue scan looks for, and the keys of rows that survive or lead to others, because
after a detach or a delete no link leads there any more. With it alone an erasure that crashed can be finished. Whoever
keeps it encrypts it under a key of this closure's own and destroys that key in time; nothing here touches a disk.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pamitan.erasure.namedfiles import NamedFile
from pamitan.erasure.packs import Pack
from pamitan.erasure.receipt import Receipt
from pamitan.erasure.retained import RetainedRows
from pamitan.storefile.rules import Kind
from pamitan.stores.keytables import StoredKey, from_plain, to_plain
from pamitan.stores.types import Identifier

_VERSION = 1
_ALIKE = -1
"""In the place of a key's state: many keys follow that differ in nothing else."""


@dataclass(frozen=True)
class PersonalValue:
    """One value that tells who the person is, as it stood in the store."""

    kind: Kind
    value: str


class KeyPack:
    """Keys of one table's rows."""

    def __init__(self, pack: Pack | None = None) -> None:
        self._pack = pack or Pack()

    def add(self, keys: Iterable[StoredKey]) -> None:
        """Append these keys; they are read once and not held."""
        self._pack.add(key.to_plain() for key in keys)

    def add_alike(self, rule: int, link: int, keys: Sequence[Any]) -> None:
        """Append keys of one column, of rows that stay and that this link of this rule led to."""
        plain = list(keys) if isinstance(keys[0], (int, str)) else [to_plain(key) for key in keys]
        self._pack.add([[rule, link, _ALIKE, plain]])

    def __iter__(self) -> Iterator[StoredKey]:
        for rule, link, state, *rest in self._pack:
            if state == _ALIKE:
                yield from (StoredKey(rule, link, False, (from_plain(value),), ()) for value in rest[0])
            else:
                yield StoredKey.from_plain([rule, link, state, *rest])

    def to_plain(self) -> list[str]:
        return self._pack.to_plain()

    @classmethod
    def from_plain(cls, plain: list[str]) -> KeyPack:
        return cls(Pack.from_plain(plain))


@dataclass
class DatastoreCase:
    """What the case file holds of one datastore."""

    planned: list[Receipt] = field(default_factory=list)
    """What was about to be done when this was written."""
    keys: dict[str, KeyPack] = field(default_factory=dict)
    """By table."""
    retained: list[RetainedRows] = field(default_factory=list)
    """The rows that a law keeps, to be erased when their date comes."""
    files: list[NamedFile] = field(default_factory=list)
    """The files that rows named, to be deleted after the commit."""


@dataclass
class CaseFile:
    """All that is written down of one account."""

    account_id: str
    identifiers: set[PersonalValue] = field(default_factory=set)
    proven: frozenset[Identifier] = frozenset()
    """The addresses and numbers that led to rows: proven, or verified by the store when its row was still there."""
    marks: frozenset[str] = frozenset()
    """What tells this account from a later one with the same id: its addresses, numbers and date of sign-up."""
    datastores: dict[str, DatastoreCase] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """The whole, to be encrypted."""
        plain = {
            "version": _VERSION,
            "account_id": self.account_id,
            "identifiers": sorted([item.kind, item.value] for item in self.identifiers),
            "proven": sorted([item.kind, item.value] for item in self.proven),
            "marks": sorted(self.marks),
            "datastores": {name: _case_to_plain(case) for name, case in self.datastores.items()},
        }
        return zlib.compress(json.dumps(plain, separators=(",", ":")).encode(), level=1)

    @classmethod
    def from_bytes(cls, data: bytes) -> CaseFile:
        """Read what :meth:`to_bytes` wrote."""
        plain = json.loads(zlib.decompress(data))
        return cls(
            plain["account_id"],
            {PersonalValue(kind, value) for kind, value in plain["identifiers"]},
            frozenset(Identifier(kind, value) for kind, value in plain["proven"]),
            frozenset(plain["marks"]),
            {name: _case_from_plain(case) for name, case in plain["datastores"].items()},
        )


class CaseFileShelf(Protocol):
    """Where case files are kept, encrypted. A saved one must be on disk before ``save`` returns."""

    def load(self, account_id: str) -> CaseFile | None: ...

    def save(self, account_id: str, casefile: CaseFile) -> None: ...


def _case_to_plain(case: DatastoreCase) -> dict[str, Any]:
    return {
        "planned": [[r.datastore, r.table, r.action, r.rows, r.note] for r in case.planned],
        "keys": {table: pack.to_plain() for table, pack in case.keys.items()},
        "retained": [rows.to_plain() for rows in case.retained],
        "files": [file.to_plain() for file in case.files],
    }


def _case_from_plain(plain: dict[str, Any]) -> DatastoreCase:
    return DatastoreCase(
        [Receipt(*fields) for fields in plain["planned"]],
        {table: KeyPack.from_plain(pack) for table, pack in plain["keys"].items()},
        [RetainedRows.from_plain(rows) for rows in plain["retained"]],
        [NamedFile(*file) for file in plain["files"]],
    )
