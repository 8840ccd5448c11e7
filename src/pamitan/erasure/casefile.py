"""The case file: what is written down of a person before the first write, and destroyed after the last look.

It holds the identifiers that the residue scan looks for, and the keys of rows that survive or lead to others, because
after a detach or a delete no link leads there any more. With it alone an erasure that crashed can be finished. Whoever
keeps it encrypts it under a key of this closure's own and destroys that key in time; nothing here touches a disk.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from pamitan.erasure.namedfiles import NamedFile
from pamitan.erasure.packs import Pack
from pamitan.erasure.receipt import Receipt
from pamitan.erasure.retained import RetainedRows
from pamitan.storefile.rules import Kind
from pamitan.stores.keytables import AlikeKeys, StoredKey
from pamitan.stores.types import Identifier

_VERSION = 2
_encode = json.JSONEncoder(separators=(",", ":")).encode
_WORTH_COMPRESSING = 8_192
"""Bytes; most case files have fewer, and to compress a thousand of those takes longer than to write them down."""


class PersonalValue(NamedTuple):
    """One value that tells who the person is, as it stood in the store."""

    kind: Kind
    value: str


class KeyPack:
    """Keys of one table's rows."""

    def __init__(self) -> None:
        self._pack: Pack | None = None
        self._alike: list[AlikeKeys] = []

    def add(self, keys: AlikeKeys | Iterable[StoredKey]) -> None:
        """Append these keys; a stream is read once and not held."""
        if isinstance(keys, AlikeKeys):
            self._alike.append(keys)
        else:
            self._pack = self._pack or Pack()
            self._pack.add(key.to_plain() for key in keys)

    def __iter__(self) -> Iterator[StoredKey]:
        yield from map(StoredKey.from_plain, self._pack or ())
        for alike in self._alike:
            yield from alike.read()

    def to_plain(self) -> list[Any]:
        return [self._pack and self._pack.to_plain(), *self._alike]

    @classmethod
    def from_plain(cls, plain: list[Any]) -> KeyPack:
        made = cls()
        made._pack = Pack.from_plain(plain[0]) if plain[0] else None
        made._alike = [AlikeKeys(*alike) for alike in plain[1:]]
        return made


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
    late: list[Receipt] = field(default_factory=list)
    """What was done later to rows that the shop wrote meanwhile, of all looks together."""
    late_planned: list[Receipt] = field(default_factory=list)
    """What was about to be done to such rows; it is not known yet whether it was."""


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
            "identifiers": sorted(self.identifiers),
            "proven": sorted([item.kind, item.value] for item in self.proven),
            "marks": sorted(self.marks),
            "datastores": {name: _case_to_plain(case) for name, case in self.datastores.items()},
        }
        written = _encode(plain).encode()
        return zlib.compress(written, level=1) if len(written) > _WORTH_COMPRESSING else written

    @classmethod
    def from_bytes(cls, data: bytes) -> CaseFile:
        """Read what :meth:`to_bytes` wrote."""
        plain = json.loads(data if data.startswith(b"{") else zlib.decompress(data))
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
        "planned": [_fields(receipt) for receipt in case.planned],
        "late": [_fields(receipt) for receipt in case.late],
        "late_planned": [_fields(receipt) for receipt in case.late_planned],
        "keys": {table: pack.to_plain() for table, pack in case.keys.items()},
        "retained": [rows.to_plain() for rows in case.retained],
        "files": [file.to_plain() for file in case.files],
    }


def _fields(receipt: Receipt) -> list[Any]:
    """Without :func:`dataclasses.astuple`, which copies deeply and takes ten times as long."""
    return [receipt.datastore, receipt.table, receipt.action, receipt.rows, receipt.note]


def _case_from_plain(plain: dict[str, Any]) -> DatastoreCase:
    return DatastoreCase(
        [Receipt(*fields) for fields in plain["planned"]],
        {table: KeyPack.from_plain(pack) for table, pack in plain["keys"].items()},
        [RetainedRows.from_plain(rows) for rows in plain["retained"]],
        [NamedFile(*file) for file in plain["files"]],
        [Receipt(*fields) for fields in plain.get("late", [])],
        [Receipt(*fields) for fields in plain.get("late_planned", [])],
    )
