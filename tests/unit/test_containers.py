"""Archives and documents are opened within bounds, and what cannot be opened has a name."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable

import pytest

from pamitan.content import containers
from pamitan.content.containers import Room, closed, members
from pamitan.content.decode import texts_in
from pamitan.content.patterns import Matcher, needles
from pamitan.content.search import hits_in

TEXT = b"Anna Rossi, anna@rossi.example"
ANNA = Matcher([*needles("email", "anna@rossi.example", "IT"), *needles("name", "Anna Rossi", "IT")])


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def pdf(stream: bytes) -> bytes:
    packed = zlib.compress(stream)
    return b"%%PDF-1.7\n1 0 obj\n<< /Filter /FlateDecode >>\nstream\n%s\nendstream\nendobj\n%%%%EOF" % packed


def found(data: bytes) -> set[str]:
    return {hit.needle.kind for hits in hits_in(ANNA, {"blob": [data]}).values() for _, hit in hits}


@pytest.mark.parametrize(
    "pack",
    [
        lambda text: zipped(letter=text),
        lambda text: zipped(archive=zipped(letter=gzip.compress(text))),
        lambda text: zipped(**{"document.xml": b"<?xml?><t>Anna</t><t> Rossi</t>, anna@<b>rossi</b>.example"}),
        gzip.compress,
        bz2.compress,
        lambda text: lzma.compress(text.replace(b"Anna", b"aNNa") + text),
        lambda text: pdf(b"BT [(An) 20 (na R) -5.5 (ossi)] TJ (anna@rossi.example) Tj ET"),
    ],
)
def test_what_is_packed_is_read(pack: Callable[[bytes], bytes]) -> None:
    data = pack(TEXT)
    assert data != TEXT
    assert found(data) == {"email", "name"}


def test_the_name_of_a_packed_file_is_read() -> None:
    assert found(zipped(**{"letters/Anna Rossi.txt": b"-"})) == {"name"}


def test_an_archive_is_opened_within_bounds() -> None:
    room = Room(1000)
    bomb = zipped(one=b"0" * 10_000_000, two=b"1" * 10_000_000)
    assert [len(member) for member in members(bomb, room)] == [3, 1000, 3]
    assert room.left == 0


def test_archives_inside_one_another_share_their_bounds() -> None:
    inner = zipped(one=b"0" * 30_000_000, two=b"1" * 30_000_000)
    read = sum(map(len, texts_in(zipped(one=inner, two=inner, three=inner))))
    assert 60_000_000 < read < containers.UNPACKED_LIMIT + 100


@pytest.mark.parametrize("cut", range(1, 120, 7))
def test_a_damaged_archive_is_read_as_far_as_it_goes(cut: int) -> None:
    data = zipped(letter=TEXT)
    assert isinstance(list(texts_in(data[:-cut])), list)
    assert closed(data[:-cut]) == containers.ARCHIVE


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xff\xd8\xff\xe0 JFIF", containers.PICTURE),
        (b"RIFF1234WEBPVP8 ", containers.PICTURE),
        (b"RIFF1234WAVEfmt ", containers.FILM),
        (b"\x00\x00\x00\x18ftypmp42", containers.FILM),
        (pdf(b"x"), containers.PDF),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", containers.ARCHIVE),
        (bytes(range(128, 256)), containers.UNKNOWN),
        (TEXT, None),
        (TEXT.decode().encode("utf-16"), containers.UNKNOWN),
        (TEXT.decode().encode("utf-16-le"), None),
        (gzip.compress(TEXT), None),
        (zipped(letter=TEXT), None),
        (gzip.compress(b"0" * (containers.UNPACKED_LIMIT + 1)), containers.LARGE),
    ],
    ids=lambda value: None if isinstance(value, str) else "data",  # packed bytes carry the time of day
)
def test_what_is_not_looked_at_has_a_name(data: bytes, said: str | None) -> None:
    assert closed(data) == said
