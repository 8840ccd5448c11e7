"""Values that are packed as a whole: base64, zlib and gzip; unpacked, and packed again in the same way."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from pamitan.content.containers import UNPACKED_LIMIT

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_SHORTEST = 12
_TO_URL = bytes.maketrans(b"+/", b"-_")


@dataclass(frozen=True)
class Packed:
    """What was inside, and how something else is packed like it."""

    content: str
    pack: Callable[[str], str]


@dataclass(frozen=True)
class PackedBytes:
    """The same for bytes."""

    content: str
    pack: Callable[[str], bytes]


def unpack_bytes(data: bytes) -> PackedBytes | None:
    """The text in bytes, plain or compressed; ``None`` where there is none."""
    unpacked: bytes | None = data
    again: Callable[[bytes], bytes] = bytes
    if data[:2] == b"\x1f\x8b":
        unpacked, again = _unpacked(data), _gzip
    elif len(data) > 2 and data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0:
        unpacked, again = _unpacked(data), _zlib
    if unpacked is None:
        return None
    text, encoding = _text_of(unpacked)
    if text is None:
        return None
    return PackedBytes(text, lambda new: again(new.encode(encoding, "replace")))


def _text_of(data: bytes) -> tuple[str | None, str]:
    try:
        return data.decode(), "utf-8"
    except UnicodeDecodeError:
        text = data.decode("latin-1")
        return (text if _readable(text) else None), "latin-1"


def unpack(text: str) -> Packed | None:
    """What a text of base64 holds, if that is a text; broken into lines or not, of either alphabet."""
    bare = re.sub(r"\r?\n", "", text)
    if len(bare) < _SHORTEST or not _BASE64.fullmatch(bare):
        return None
    letters = bare.rstrip("=")
    if len(letters) % 4 == 1:
        return None
    data = _decoded(letters)
    inside = None if data is None else unpack_bytes(data)
    if inside is None or not _readable(inside.content):
        return None
    is_url = "-" in letters or "_" in letters
    padded, lines = len(bare) % 4 == 0, _lines_of(text)
    return Packed(inside.content, lambda new: _in_lines(_encoded(inside.pack(new), is_url, padded), lines))


def _zlib(data: bytes) -> bytes:
    return zlib.compress(data)


def _gzip(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    return packer.compress(data) + packer.flush()


def _unpacked(data: bytes) -> bytes | None:
    try:
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
        found = unpacker.decompress(data, UNPACKED_LIMIT)
    except zlib.error:
        return None
    return found if unpacker.eof and not unpacker.unused_data else None


def _readable(text: str) -> bool:
    """A text and no chance hit: without control characters, but for those between PHP's private names."""
    return bool(text) and not re.search("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", text)


def _decoded(letters: str) -> bytes | None:
    try:
        return base64.b64decode(
            letters + "=" * (-len(letters) % 4), altchars=b"-_" if re.search("[-_]", letters) else None
        )
    except (binascii.Error, ValueError):
        return None


def _encoded(data: bytes, is_url: bool, padded: bool) -> str:
    found = base64.b64encode(data)
    if is_url:
        found = found.translate(_TO_URL)
    return (found if padded else found.rstrip(b"=")).decode()


def _lines_of(text: str) -> tuple[int, str, str]:
    """How long the lines are (0: there are none), what parts them, and what stands at the end."""
    end = re.search(r"(?:\r?\n)*\Z", text)
    first = re.search(r"\r?\n", text.rstrip("\r\n"))
    return (first.start(), first[0], end[0] if end else "") if first else (0, "", end[0] if end else "")


def _in_lines(text: str, lines: tuple[int, str, str]) -> str:
    width, between, end = lines
    if not width:
        return text + end
    return between.join(text[start : start + width] for start in range(0, len(text), width)) + end
