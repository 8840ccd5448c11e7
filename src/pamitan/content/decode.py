"""What a value of a database says once its encodings are undone: JSON and PHP escapes, HTML entities, percent-encoding,
quoted-printable, base64 and hexadecimal, compressed data and archives, one inside the other.

Serialised PHP, signed values and JSON tokens need no reader of their own: their texts stand in them as they are, or as
one of the encodings above between separators. Whatever is undone, the value as it stood is looked at as well, so a text
that only looks encoded does no harm.
"""

from __future__ import annotations

import binascii
import html
import re
from collections.abc import Iterator
from urllib.parse import unquote

from pamitan.content.containers import Room, is_document, is_packed, members

DEPTH = 6
"""Encodings inside one another that are undone."""
SHORTEST_RUN = 16
"""Letters of base64 in a row that are worth a try: an address of twelve letters."""

_BASE64_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_IS_LETTER = bytes(0x61 if letter in _BASE64_LETTERS else 0x20 for letter in range(256))
_LONG_RUN = b"a" * SHORTEST_RUN
# Mail programs break base64 into lines of 76 letters
_RUN = re.compile(
    rf"(?:[A-Za-z0-9+/]{{60,76}}\r?\n)*[A-Za-z0-9+/_-]{{{SHORTEST_RUN},}}|(?:[A-Za-z0-9+/]{{60,76}}\r?\n)+"
)
_SEPARATOR = re.compile(r"[/_-]+")
_PACKED_STARTS = ("eA", "eF", "eG", "eJ", "eN", "H4sI", "UEsDB", "JVBER", "Qlpo", "/Td6")
"""How base64 of zlib (at each of its levels), gzip, ZIP, PDF, bzip2 and xz begins."""
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]+")
_UUID = re.compile("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_RANDOM = re.compile("(?:[0-9a-f]{2})+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_QUOTED_PRINTABLE = re.compile(r"=(?:\r?\n|([0-9A-F]{2}))")
_ENTITY = re.compile(r"&(?:#\d{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[A-Za-z][A-Za-z0-9]{1,31};)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BYTE_ORDERS = (b"\xff\xfe", b"\xfe\xff")
_NO_LATIN = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
# Five letters: of noise a third has so many in a row by chance, and no full name has less
_AMONG_BYTES = re.compile(
    rb"(?:[\t\r\n -~]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}){5,}"
)
_AMONG_PAIRS = (
    (re.compile(rb"(?:[\t\r\n -~\xa0-\xff]\x00){5,}"), "utf-16-le"),
    (re.compile(rb"(?:\x00[\t\r\n -~\xa0-\xff]){5,}"), "utf-16-be"),
)
_BLANKS = dict.fromkeys("abfv", " ") | {"n": "\n", "r": "\r", "t": "\t"}
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")


def looks_encoded(text: str) -> bool:
    """Whether there may be something to undo; as good as free for plain text, also for a great deal of it at once."""
    return has_marks(text) or _has_long_run(text)


def has_marks(text: str) -> bool:
    """Whether there may be escapes, entities, percent-encoding or quoted-printable to undo."""
    return "\\" in text or "&" in text or "%" in text or _has_soft_marks(text)


def runs(text: str) -> Iterator[tuple[int, str]]:
    """Where letters of base64 or hexadecimal run on for long, and those letters; quick also on a great deal of text."""
    letters = text.encode("ascii", "replace").translate(_IS_LETTER)
    start = letters.find(_LONG_RUN)
    while start >= 0:
        found = _RUN.match(text, start)
        end = found.end() if found else start + 1
        if found:
            yield start, found[0]
        start = letters.find(_LONG_RUN, end)


def behind(run: str) -> Iterator[str]:
    """What such letters may stand for, with what is encoded in that again."""
    for hidden in _behind(run) if not _UUID.fullmatch(run) else ():
        yield hidden
        yield from _decoded(hidden, DEPTH - 1, {run})


def decoded(text: str) -> Iterator[str]:
    """Every text that is hidden in this one; not the text itself."""
    yield from _decoded(text, DEPTH, set())


def texts_in(data: bytes) -> Iterator[str]:
    """The texts that bytes may stand for: UTF-8, Latin-1, UTF-16, what is packed, and the 16 bytes of a UUID."""
    yield from _texts_in(data, Room(), DEPTH)


def _texts_in(data: bytes, room: Room, depth: int) -> Iterator[str]:
    packed = False
    for member in members(data, room) if depth else ():
        packed = True
        yield from _texts_in(member, room, depth - 1)
    if packed and not is_document(data):
        return
    if len(data) == 16:
        yield data.hex()
    if not _is_text(data):
        yield from _texts_among(data)
    elif b"\0" in data:
        yield from (data.decode(), *_texts_among(data))
    else:
        yield data.decode()


def _texts_among(data: bytes) -> Iterator[str]:
    """What can be read in bytes that are no UTF-8 as a whole: with little ado, for most of it is noise."""
    if data.startswith(_BYTE_ORDERS):
        yield data.decode("utf-16", "replace")
    elif not _NO_LATIN.search(data):
        yield data.decode("latin-1")
    if found := _AMONG_BYTES.findall(data):
        yield b"\n".join(found).decode("utf-8", "replace")
    if b"\0" in data:
        for pattern, encoding in _AMONG_PAIRS:
            if pairs := pattern.findall(data):
                yield "\n".join(pair.decode(encoding) for pair in pairs)


def _decoded(text: str, depth: int, seen: set[str]) -> Iterator[str]:
    if depth == 0 or _is_random(text) or not looks_encoded(text):
        return
    plain = unescaped(text) if has_marks(text) else text
    if plain != text:
        yield plain
        yield from _decoded(plain, depth - 1, seen)
    for hidden in _hidden(text, seen):
        yield hidden
        yield from _decoded(hidden, depth - 1, seen)


def _has_soft_marks(text: str) -> bool:
    return "=" in text and ("=4" in text or "=\n" in text or "=\r" in text)


def _is_random(text: str) -> bool:
    """A UUID, a checksum or a session's key alone: the commonest of what only looks encoded."""
    if not _RANDOM.fullmatch(text):
        return False
    if "-" in text:
        return True
    data = bytes.fromhex(text)
    return not _is_text(data) and not is_packed(data)


def _has_long_run(text: str) -> bool:
    return _LONG_RUN in text.encode("ascii", "replace").translate(_IS_LETTER)


def unescaped(text: str) -> str:
    """One layer of escapes, entities, percent-encoding and quoted-printable taken off."""
    if "\\" in text:
        text = _whole_characters(_ESCAPE.sub(_letter, text))
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    if "%" in text:
        text = unquote(text)
    if _has_soft_marks(text):
        text = _QUOTED_PRINTABLE.sub(lambda match: chr(int(match[1], 16)) if match[1] else "", text)
    return text


def _letter(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _BLANKS.get(match[3], match[3])


def _whole_characters(text: str) -> str:
    """JSON writes a character beyond U+FFFF as two escapes; joins them."""
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _hidden(text: str, seen: set[str]) -> Iterator[str]:
    """The texts behind the runs of base64 or hexadecimal letters."""
    for _start, run in runs(text):
        if run not in seen:
            seen.add(run)
            yield from _behind(run)


def _behind(run: str) -> Iterator[str]:
    pieces = [piece for piece in _SEPARATOR.split(run) if piece]
    hexadecimal = [piece for piece in pieces if _HEXADECIMAL.fullmatch(piece)]
    for piece in hexadecimal:
        data = bytes.fromhex(piece[: len(piece) // 2 * 2]) if len(piece) >= SHORTEST_RUN else b""
        if data and (_is_text(data) or is_packed(data)):  # not a checksum or a key
            yield from texts_in(data)
    if len(hexadecimal) < len(pieces):
        for start in _starts(run):
            yield from texts_in(_from_base64(run[start:]))


def _starts(run: str) -> Iterator[int]:
    """Where the base64 may begin: with the run, or after a separator that is itself one of base64's letters.

    Four letters make three bytes, so of all beginnings that are a multiple of four apart one is enough, but for
    compressed data, which cannot be read from the middle.
    """
    after = [match.end() for match in _SEPARATOR.finditer(run)]
    yield from {start % 4: start for start in [*reversed(after), 0]}.values()
    yield from (start for start in after if run.startswith(_PACKED_STARTS, start))


def _from_base64(run: str) -> bytes:
    letters = run.encode().translate(_TO_STANDARD, b"\r\n")
    whole = letters[: len(letters) - (len(letters) % 4 == 1)]
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
