"""Opaque values that hold an account id inside: sessions and serialised objects. Decoded, never executed.

Sources of the formats: Django's ``signing`` and ``sessions`` modules (5.2), PHP's manual on ``serialize`` and
``session.serialize_handler=php``.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Callable

from pamitan.storefile.links import Blob

MOST_BYTES = 20_000_000
"""A compressed value that unfolds beyond this is not read."""


class UnreadableBlobError(ValueError):
    """The value is not in that format, or is in a form that would have to be executed (a pickle)."""


def decode(format_: str, value: str | bytes) -> object:
    """The value as plain dicts, lists, texts and numbers.

    Signatures are not checked: who may sign in is no question here. Raises :class:`UnreadableBlobError`.
    """
    data = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else bytes(value)
    try:
        return _DECODERS[format_](data)
    except (ValueError, IndexError, KeyError, zlib.error, RecursionError) as error:
        raise UnreadableBlobError(f"the value cannot be read as {format_}") from error


def look_up(value: object, path: str) -> object | None:
    """What lies at that path, keys parted by dots; ``None`` where there is nothing. A key may hold dots itself."""
    if not path:
        return value
    if isinstance(value, dict) and path in value:
        found: object = value[path]
        return found
    head, _dot, rest = path.partition(".")
    if isinstance(value, dict) and head in value:
        return look_up(value[head], rest)
    if isinstance(value, list) and head.isdigit() and int(head) < len(value):
        return look_up(value[int(head)], rest)
    return None


def account_in(blob: Blob, value: str | bytes | None) -> str | None:
    """The account id inside, as text; ``None`` for an unreadable value or one that names no account."""
    if value is None:
        return None
    try:
        found = look_up(decode(blob.format, value), blob.path)
    except UnreadableBlobError:
        return None
    if isinstance(found, bool) or not isinstance(found, (str, int)):
        return None
    return str(found) or None


def _django_session(data: bytes) -> object:
    if data.count(b":") >= 2:  # data:timestamp:signature
        payload = data.rsplit(b":", 2)[0]
        packed = payload.startswith(b".")
        raw = _unpadded_base64(payload.removeprefix(b"."))
        return json.loads(_unfolded(raw) if packed else raw)
    # before Django 3.1: base64 of "digest:json"
    return json.loads(base64.b64decode(data, validate=True).split(b":", 1)[1])


def _unpadded_base64(data: bytes) -> bytes:
    try:
        return base64.urlsafe_b64decode(data + b"=" * (-len(data) % 4))
    except binascii.Error as error:
        raise ValueError("not base64") from error


def _unfolded(data: bytes) -> bytes:
    unfolder = zlib.decompressobj()
    raw = unfolder.decompress(data, MOST_BYTES)
    if unfolder.unconsumed_tail:
        raise ValueError("too large")
    return raw


def _php_session(data: bytes) -> dict[str, object]:
    """``name|value`` one after the other, each value serialised."""
    result: dict[str, object] = {}
    position = 0
    while position < len(data):
        bar = data.index(b"|", position)
        name = data[position:bar].decode("utf-8", "replace")
        reader = _PhpReader(data, bar + 1)
        result[name] = reader.value()
        position = reader.position
    return result


def _php_serialised(data: bytes) -> object:
    return _PhpReader(data, 0).value()


class _PhpReader:
    """Reads one serialised PHP value. Lengths count bytes; an object becomes a dict of its properties."""

    def __init__(self, data: bytes, position: int) -> None:
        self._data = data
        self.position = position

    def value(self) -> object:
        sort = self._data[self.position : self.position + 1]
        self.position += 2
        match sort:
            case b"N":
                return None
            case b"i" | b"R" | b"r":
                return int(self._until(b";"))
            case b"d":
                return float(self._until(b";"))
            case b"b":
                return self._until(b";") == b"1"
            case b"s" | b"E":
                return self._counted_text(b";")
            case b"a":
                return self._entries(int(self._until(b":")))
            case b"O":
                self._counted_text(b":")
                return self._entries(int(self._until(b":")))
            case b"C":
                self._counted_text(b":")
                return self._counted_body()
        raise ValueError("no serialised PHP value")

    def _until(self, end: bytes) -> bytes:
        stop = self._data.index(end, self.position)
        found = self._data[self.position : stop]
        self.position = stop + 1
        return found

    def _counted_text(self, end: bytes) -> str:
        length = int(self._until(b":"))
        found = self._data[self.position + 1 : self.position + 1 + length]
        self.position += length + 2
        if len(found) != length or self._data[self.position : self.position + 1] != end:
            raise ValueError("a text is longer or shorter than it says")
        self.position += 1
        return found.decode("utf-8", "replace")

    def _counted_body(self) -> str:
        length = int(self._until(b":"))
        found = self._data[self.position + 1 : self.position + 1 + length]
        self.position += length + 2
        return found.decode("utf-8", "replace")

    def _entries(self, count: int) -> object:
        self.position += 1  # {
        pairs = [(self.value(), self.value()) for _entry in range(count)]
        self.position += 1  # }
        # private and protected properties carry \0Class\0 or \0*\0 before their name
        return {str(key).rpartition("\0")[2]: value for key, value in pairs}


_DECODERS: dict[str, Callable[[bytes], object]] = {
    "json": json.loads,
    "django-session": _django_session,
    "php-session": _php_session,
    "php-serialised": _php_serialised,
}
