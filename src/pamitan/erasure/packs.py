"""Many small JSON values, compressed as they come, so that a million of them stay a few megabytes."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

_AT_ONCE = 1000
_encode = json.JSONEncoder(separators=(",", ":")).encode


class Pack:
    """JSON values in the order in which they were added."""

    def __init__(self, parts: list[bytes] | None = None) -> None:
        self._parts = parts or []

    def add(self, values: Iterable[Any]) -> int:
        """Append these; they are read once and not held. How many there were."""
        packer, lines, count = zlib.compressobj(level=1), (_encode(value) for value in values), 0
        packed = []
        while some := [*islice(lines, _AT_ONCE)]:
            count += len(some)
            packed.append(packer.compress(("\n".join(some) + "\n").encode()))
        if count:
            self._parts.append(b"".join(packed) + packer.flush())
        return count

    def __iter__(self) -> Iterator[Any]:
        for part in self._parts:
            yield from map(json.loads, _lines(part))

    def to_plain(self) -> list[str]:
        return [b64encode(part).decode() for part in self._parts]

    @classmethod
    def from_plain(cls, plain: list[str]) -> Pack:
        return cls([b64decode(part) for part in plain])


def _lines(part: bytes) -> Iterator[bytes]:
    """The lines of a compressed part, without ever unpacking all of it."""
    unpacker, rest, data = zlib.decompressobj(), b"", part
    while not unpacker.eof:
        rest += unpacker.decompress(data, 1 << 16)
        data = unpacker.unconsumed_tail
        *whole, rest = rest.split(b"\n")
        yield from whole
