"""What is packed in bytes: the members of ZIP archives, gzip, zlib, bzip2 and xz, and the streams of PDF documents.

All in bounds: so many bytes per value, whatever a member says of its own size ("zip bomb"). What cannot be opened has a
name (:func:`closed`), so that it can be told what was not looked at.
"""

from __future__ import annotations

import bz2
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

UNPACKED_LIMIT: Final = 64 * 1024 * 1024
"""Bytes of one packed value that are looked at, all its members together."""
_MOST_MEMBERS = 10_000
_FIRST_BYTES = 64
_HIGHEST_RATIO = 10_000
"""No packer of these makes more of a byte, but for bzip2, of which nobody makes such a file but to do harm."""
_ZIP, _GZIP, _BZIP2, _XZ, _PDF = b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"%PDF-"
_XML = b"<?xml"
_TAG = re.compile(rb"<[^<>]{1,4096}>")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_BROKEN_WORD = re.compile(rb"\)\s*-?[\d.]*\s*\(")  # [(An) 20 (na)] TJ: letters with the space between them
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")
_CLOSED_ARCHIVES = (b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"\xd0\xcf\x11\xe0")
_FILMS = (b"ID3", b"OggS", b"fLaC", b"\x1aE\xdf\xa3")

PICTURE: Final = "a picture: its letters are read as they stand, what it shows is not"
FILM: Final = "sound or film"
PDF: Final = "a PDF document: its texts are read where the letters are plain, not where a font gives them their meaning"
ARCHIVE: Final = "packed or encrypted in a way that is not opened"
LARGE: Final = f"larger than {UNPACKED_LIMIT // 1024 // 1024} MB when unpacked: the rest"
UNKNOWN: Final = "bytes of no known format: read as they stand"


@dataclass
class Room:
    """How many bytes may still be unpacked."""

    left: int = UNPACKED_LIMIT

    def taken(self, data: bytes) -> bytes:
        """The same bytes, which are counted."""
        self.left -= len(data)
        return data


def is_document(data: bytes) -> bool:
    """Something that says a part of its text without being unpacked."""
    return data.startswith(_PDF)


def members(data: bytes, room: Room) -> Iterator[bytes]:
    """What is packed in the data, one layer; nothing where it is no such thing."""
    if data.startswith(_ZIP):
        yield from _of_zip(data, room)
    elif data.startswith(_PDF):
        yield from _of_pdf(data, room)
    elif room.left > 0 and (unpacked := _unpacked(data, room)) is not None:
        yield unpacked


def is_packed(data: bytes) -> bool:
    """Whether anything is packed in the data."""
    return next(members(data, Room()), None) is not None


def closed(data: bytes) -> str | None:
    """What was not looked at in this value, and why; ``None`` where all of it could be read."""
    if data.startswith(_PICTURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        return PICTURE
    if data.startswith(_FILMS) or data[4:8] == b"ftyp" or data[:4] == b"RIFF":
        return FILM
    if data.startswith(_PDF):
        return PDF
    if data.startswith(_CLOSED_ARCHIVES):
        return ARCHIVE
    if data.startswith(_ZIP):
        return _closed_in_zip(data)
    if next(members(data, Room(_FIRST_BYTES)), None) is None:
        return None if _is_text(data) else UNKNOWN
    return LARGE if len(data) * _HIGHEST_RATIO > UNPACKED_LIMIT and _is_beyond(data) else None


def _of_zip(data: bytes, room: Room) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist()[:_MOST_MEMBERS]:
                yield info.filename.encode(errors="replace")
                if room.left > 0 and not info.is_dir() and not _is_encrypted(info):
                    with archive.open(info) as member:
                        content = room.taken(member.read(room.left))
                    yield content
                    if content.startswith(_XML):  # office documents part a word wherever its look changes
                        yield _TAG.sub(b"", content)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, NotImplementedError):
        return  # cut off or damaged: what could be read was given


def _of_pdf(data: bytes, room: Room) -> Iterator[bytes]:
    for stream in _STREAM.finditer(data):
        unpacked = _unpacked(stream[1], room) if room.left > 0 else None
        if unpacked is not None:
            yield _BROKEN_WORD.sub(b"", unpacked)


def _unpacked(data: bytes, room: Room) -> bytes | None:
    is_zlib = len(data) > 2 and data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
    try:
        if is_zlib or data.startswith(_GZIP):
            return room.taken(zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress(data, room.left))
        if data.startswith(_BZIP2):
            return room.taken(bz2.BZ2Decompressor().decompress(data, room.left))
        if data.startswith(_XZ):
            return room.taken(lzma.LZMADecompressor().decompress(data, room.left))
    except (zlib.error, lzma.LZMAError, OSError, EOFError):
        pass
    return None


def _closed_in_zip(data: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, EOFError, OSError, ValueError):
        return ARCHIVE
    if any(_is_encrypted(info) for info in infos):
        return ARCHIVE
    return LARGE if sum(info.file_size for info in infos) > UNPACKED_LIMIT or len(infos) > _MOST_MEMBERS else None


def _is_encrypted(info: zipfile.ZipInfo) -> bool:
    return bool(info.flag_bits & 1)


def _is_beyond(data: bytes) -> bool:
    room = Room()
    return any(room.left <= 0 for _member in members(data, room))


def _is_text(data: bytes) -> bool:
    plain = data.replace(b"\0", b"")  # UTF-16 of Latin letters is every other byte
    try:
        text = plain.decode()
    except UnicodeDecodeError:
        return False
    return not re.search("[\x01-\x08\x0e-\x1f]", text)
