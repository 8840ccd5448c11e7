"""The case file: what is written down of a person before the first write, and destroyed after the last look.

It holds the identifiers that the residue scan looks for, and the keys of rows that survive or lead to others, because
after a detach or a delete no link leads there any more. With it alone an erasure that crashed can be finished. Whoever
keeps it encrypts it under a key of this closure's own and destroys that key in time; nothing here touches a disk.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from pamitan.erasure.receipt import Receipt
from pamitan.storefile.rules import Kind
from pamitan.stores.keytables import StoredKey
from pamitan.stores.types import Identifier

_VERSION = 1
_encode = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True)
class PersonalValue:
    """One value that tells who the person is, as it stood in the store."""

    kind: Kind
    value: str


class KeyPack:
    """Keys of one table's rows, compressed as they come, so that a million of them stay a few megabytes."""

    def __init__(self, parts: list[bytes] | None = None) -> None:
        self._parts = parts or []

    def add(self, keys: Iterable[StoredKey]) -> None:
        """Append these keys; they are read once and not held."""
        packer, lines = zlib.compressobj(level=1), (_encode(key.to_plain()) for key in keys)
        packed = [
            packer.compress(("\n".join(some) + "\n").encode()) for some in iter(lambda: [*islice(lines, 1000)], [])
        ]
        self._parts.append(b"".join(packed) + packer.flush())

    def __iter__(self) -> Iterator[StoredKey]:
        for part in self._parts:
            yield from (StoredKey.from_plain(json.loads(line)) for line in _lines(part))

    def to_plain(self) -> list[str]:
        return [b64encode(part).decode() for part in self._parts]

    @classmethod
    def from_plain(cls, plain: list[str]) -> KeyPack:
        return cls([b64decode(part) for part in plain])


@dataclass
class DatastoreCase:
    """What the case file holds of one datastore."""

    planned: list[Receipt] = field(default_factory=list)
    """What was about to be done when this was written."""
    keys: dict[str, KeyPack] = field(default_factory=dict)
    """By table."""


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
        return zlib.compress(json.dumps(plain).encode())

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
    }


def _case_from_plain(plain: dict[str, Any]) -> DatastoreCase:
    return DatastoreCase(
        [Receipt(*fields) for fields in plain["planned"]],
        {table: KeyPack.from_plain(pack) for table, pack in plain["keys"].items()},
    )


def _lines(part: bytes) -> Iterator[bytes]:
    """The lines of a compressed part, without ever unpacking all of it."""
    unpacker, rest, data = zlib.decompressobj(), b"", part
    while not unpacker.eof:
        rest += unpacker.decompress(data, 1 << 16)
        data = unpacker.unconsumed_tail
        *whole, rest = rest.split(b"\n")
        yield from whole
