"""Many small JSON values, compressed by the thousand as they come, so that a million of them stay a few megabytes."""

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

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._last: list[Any] = []
        """Too few to be compressed by themselves: the whole case file is, in the end."""

    def add(self, values: Iterable[Any]) -> int:
        """Append these; they are read once and not held. How many there were."""
        rest, count = iter(values), 0
        while some := [*islice(rest, _AT_ONCE - len(self._last))]:
            count += len(some)
            self._last += some
            if len(self._last) == _AT_ONCE:
                self._parts.append(zlib.compress(_encode(self._last).encode(), level=1))
                self._last = []
        return count

    def __iter__(self) -> Iterator[Any]:
        for part in self._parts:
            yield from json.loads(zlib.decompress(part))
        yield from self._last

    def to_plain(self) -> list[str]:
        return [*(b64encode(part).decode() for part in self._parts), _encode(self._last)]

    @classmethod
    def from_plain(cls, plain: list[str]) -> Pack:
        *parts, last = plain
        made = cls()
        made._parts, made._last = [b64decode(part) for part in parts], json.loads(last)
        return made
