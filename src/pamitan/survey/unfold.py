"""What stands inside a cell: the plain value, or the leaves of JSON, of PHP's serialised values and of sessions."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from pamitan.stores.blobs import MOST_BYTES, UnreadableBlobError, decode

Format = Literal["plain", "json", "django-session", "php-session", "php-serialised", "packed"]
_MOST_LEAVES = 400
_DEPTH = 8
_PHP = re.compile(rb"^(?:a:\d+:\{|O:\d+:\"|s:\d+:\")")
_PHP_SESSION = re.compile(rb"^[A-Za-z_][\w.-]*\|(?:a|O|s|i|b|d|N)[:;]")
_DJANGO = re.compile(rb"^\.?[A-Za-z0-9_-]{16,}:[A-Za-z0-9]{5,8}:[A-Za-z0-9_-]{20,}$")
_BASE64 = re.compile(rb"^[A-Za-z0-9+/_-]{24,}={0,2}$")
_STANDARD = bytes.maketrans(b"-_", b"+/")
_ZLIB = b"\x78"
_PLAIN_KEY = re.compile(r"^[\w-]+$")
_IS_ID = re.compile(r"^[0-9a-f]{16,}$|^[0-9a-f]{8}-[0-9a-f]{4}-|@")
_FEW = 5
"""Keys that are numbers; with more of them they are taken for places in a list, or ids."""


@dataclass(frozen=True)
class Leaf:
    """One value inside a cell. ``path``: keys parted by dots, ``[]`` for any element of a list; empty for the whole."""

    path: str
    value: Any
    format: Format


def leaves(cell: Any) -> list[Leaf]:
    """All values inside; the cell itself where there is nothing to unfold."""
    data = cell.encode("utf-8", "surrogateescape") if isinstance(cell, str) else cell
    if not isinstance(data, bytes):
        return [Leaf("", cell, "plain")]
    for format_ in _formats(data.strip()):
        try:
            value = decode(format_, data.strip())
        except (UnreadableBlobError, RecursionError):
            continue
        if isinstance(value, (dict, list)):
            return list(islice(_walk(value, "", format_), _MOST_LEAVES)) or [Leaf("", None, format_)]
    packed = _quoted(data.strip()) or _unpacked(data.strip())
    if packed is not None:
        return [Leaf(leaf.path, leaf.value, "packed") for leaf in leaves(packed)]
    return [Leaf("", cell if isinstance(cell, str) else data.decode("utf-8", "replace"), "plain")]


def _formats(data: bytes) -> Iterator[Any]:
    if data[:1] in (b"{", b"["):
        yield "json"
    elif _PHP.match(data):
        yield "php-serialised"
    elif _PHP_SESSION.match(data):
        yield "php-session"
    elif _DJANGO.match(data):
        yield "django-session"


def _quoted(data: bytes) -> str | None:
    """What stands in a JSON string that holds JSON again."""
    if data[:2] not in (b'"{', b'"['):
        return None
    try:
        inner = json.loads(data)
    except ValueError:
        return None
    return inner if isinstance(inner, str) else None


def _unpacked(data: bytes) -> str | None:
    """What base64 (and zlib in it) hides, where it is text."""
    if len(data) % 4 or not _BASE64.match(data):
        return None
    try:
        raw = base64.b64decode(data.translate(_STANDARD), validate=True)
        if raw[:1] == _ZLIB:
            raw = zlib.decompressobj().decompress(raw, MOST_BYTES)
        text = raw.decode()
    except (ValueError, zlib.error):
        return None
    return text if text.isprintable() or text[:1] in "{[a" else None


def _walk(value: object, path: str, format_: Format, depth: int = 0) -> Iterator[Leaf]:
    if depth > _DEPTH:
        return
    if isinstance(value, dict):
        numbered = sum(1 for key in value if str(key).isdigit()) > _FEW
        for key, item in value.items():
            step = _step(str(key), numbered)
            if "@" in str(key):
                yield Leaf(_joined(path, step), str(key), format_)
            yield from _walk(item, _joined(path, step), format_, depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item, _joined(path, "[]"), format_, depth + 1)
    elif isinstance(value, str) and value[:1] in ("{", "[") and (inner := leaves(value))[0].format != "plain":
        yield from (Leaf(path, leaf.value, "packed") for leaf in inner)
    elif value is not None and value != "" and not isinstance(value, bool):
        yield Leaf(path, value, format_)


def _step(key: str, numbered: bool) -> str:
    """A key as a path says it; ``*`` where the keys are ids or hashes and not names."""
    if (numbered and key.isdigit()) or _IS_ID.match(key):
        return "*"
    return key if _PLAIN_KEY.match(key) else json.dumps(key)


def _joined(path: str, step: str) -> str:
    return f"{path}{step}" if step == "[]" or not path else f"{path}.{step}"
