"""A text as it can be read, each letter with the place where it stands: encodings undone, letters folded."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from pamitan.content.patterns import fold

_DEPTH = 4
_ENTITY = re.compile(r"&(?:#\d{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[A-Za-z][A-Za-z0-9]{1,31};)")
_PERCENT = re.compile(r"%[0-7][0-9a-fA-F]|%[c-fC-F][0-9a-fA-F](?:%[89abAB][0-9a-fA-F])+")  # one character of UTF-8
_ESCAPE = re.compile(
    r"(?:\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)"
)
_QUOTED = re.compile(r"=(?:\r?\n|[0-9A-F]{2})")
_BLANKS = {"a": " ", "b": " ", "f": " ", "v": " ", "n": "\n", "r": "\r", "t": "\t"}
_CLUSTER = re.compile("[^\u0300-\u036f][\u0300-\u036f]+")


@dataclass(frozen=True)
class View:
    """``text``, and for each letter from where to where it stands in the text as it was."""

    text: str
    starts: list[int] | None = None
    ends: list[int] | None = None
    """``None``: each letter stands for itself."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where letters stand in the text as it was."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]

    def read(self, pattern: re.Pattern[str], meaning: Callable[[str], str]) -> View:
        """The same with what the pattern finds read as what it means."""
        if not pattern.search(self.text):
            return self
        letters: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        for start, end, said in _pieces(self.text, pattern, meaning):
            if said is None:
                letters.append(self.text[start:end])
                spans = [self.span(i, i + 1) for i in range(start, end)]
            else:
                letters.append(said)
                spans = [self.span(start, end)] * len(said)
            starts += [span[0] for span in spans]
            ends += [span[1] for span in spans]
        return View("".join(letters), starts, ends)


def readings(text: str) -> Iterator[View]:
    """The text as it stands, and with each layer of escapes, entities and percent signs undone."""
    view = View(text)
    yield view
    for _layer in range(_DEPTH):
        before = view
        for mark, pattern, meaning in _UNDONE:
            if mark in view.text:
                deeper = view.read(pattern, meaning)
                if deeper is not view:
                    view = deeper
                    yield view
        if view is before:
            return


def lowered(view: View) -> View:
    """In small letters, accents joined with their letters; as an e-mail address is compared."""
    if view.text.isascii():
        return View(view.text.lower(), view.starts, view.ends)
    joined = view.read(_CLUSTER, lambda letters: unicodedata.normalize("NFC", letters))
    return joined.read(_ANY, lambda letter: unicodedata.normalize("NFC", letter.lower()))


def folded(view: View) -> View:
    """As names are compared."""
    if view.text.isascii():
        return View(view.text.lower(), view.starts, view.ends)
    return view.read(_ANY, fold)


def _pieces(
    text: str, pattern: re.Pattern[str], meaning: Callable[[str], str]
) -> Iterator[tuple[int, int, str | None]]:
    at = 0
    for found in pattern.finditer(text):
        if found.start() > at:
            yield at, found.start(), None
        yield found.start(), found.end(), meaning(found[0])
        at = found.end()
    if at < len(text):
        yield at, len(text), None


def _escaped(mark: str) -> str:
    if mark[1] in "ux" and len(mark) > 2:
        codes = "".join(chr(int(code, 16)) for code in re.split(r"\\[ux]", mark)[1:])
        return codes.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _BLANKS.get(mark[1], mark[1])


def _quoted(mark: str) -> str:
    return chr(int(mark[1:], 16)) if mark[1:].isalnum() else ""


_ANY = re.compile(r".", re.DOTALL)
_UNDONE: tuple[tuple[str, re.Pattern[str], Callable[[str], str]], ...] = (
    ("\\", _ESCAPE, _escaped),
    ("&", _ENTITY, html.unescape),
    ("%", _PERCENT, unquote),
    ("=", _QUOTED, _quoted),
)
