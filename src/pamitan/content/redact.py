"""Takes a person's identifiers out of free text and leaves everything else as it was.

JSON and serialised PHP are changed leaf by leaf and written back in their own form, packed values are packed again,
of HTML the tags stay. Where an identifier is still to be found after that, in an encoding that cannot be written back,
the whole leaf is taken out: nothing of the person stays for the sake of a form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pamitan.content.markup import Markup
from pamitan.content.packing import unpack, unpack_bytes
from pamitan.content.patterns import ERASED, EmailNeedle, Matcher, Needle, NumberNeedle, PhoneNeedle, WordsNeedle
from pamitan.content.scrub import open_document
from pamitan.content.search import hits_in
from pamitan.content.tree import Item, Node
from pamitan.content.views import View, folded, lowered, readings

_ROUNDS = 3
_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+")
_EXTENSION = re.compile(r"[\w.+-]+[-+_]$")
_RUN = re.compile(r"(?:[A-Za-z0-9+/]{60,76}\r?\n)*[A-Za-z0-9+/_-]{16,}={0,2}")
_BREAK = re.compile(r"[/_-]+")
_BESIDE = re.compile(r"[^\w\[\]]{0,3}")
_SHORTEST_PART = 3
_SHORTEST_NUMBER = 8
_PARTICLES = {
    "bin",
    "binti",
    "dal",
    "das",
    "del",
    "della",
    "den",
    "der",
    "dos",
    "los",
    "las",
    "van",
    "von",
    "and",
    "the",
}


@dataclass(frozen=True)
class _Found:
    """Where an identifier stands. ``certain``: it tells the person by itself."""

    start: int
    end: int
    certain: bool


class Redactor:
    """Knows what to take out.

    ``owns``: the texts are the person's own, so single words of a name go as well; elsewhere what is not strong goes
    only right beside an address, a number or a full name. ``word`` is what stands in their place.
    """

    def __init__(self, sought: Iterable[Needle], owns: bool = True, word: str = ERASED) -> None:
        self._needles = tuple(dict.fromkeys(sought))
        self._owns = owns
        self._word = word
        self._matcher = Matcher(self._needles)

    def redact(self, value: str | bytes) -> str | bytes:
        """The value without the identifiers; the very same value where none stands in it."""
        if isinstance(value, str):
            return self.redact_text(value)
        inside = unpack_bytes(value)
        if inside is None:
            return self._word.encode() if self._is_left(value) else value
        new = self.redact_text(inside.content)
        return value if new == inside.content else inside.pack(new)

    def redact_text(self, text: str) -> str:
        """The same for a text."""
        for _round in range(_ROUNDS):
            if not any(True for _ in hits_in(self._matcher, {"": [text]})):
                return text
            new = self._once(text)
            if new == text:
                return text
            text = new
        return text

    def _once(self, text: str) -> str:
        document = open_document(text)
        if document is not None:
            return document.write() if self._leaves(document.root) else text
        packed = unpack(text)
        if packed is not None:
            new = self.redact_text(packed.content)
            return text if new == packed.content else packed.pack(new)
        return self._plain(text)

    # structures

    def _leaves(self, root: Node) -> bool:
        """Whether anything was changed."""
        changed = False
        for node in root.leaves():
            changed = self._leaf(node) or changed
        for container in root.containers():
            if not container.has_names:
                changed = self._keys(container) or changed
        return changed

    def _leaf(self, node: Node) -> bool:
        if node.kind == "number":
            sought = [needle for needle in self._needles if self._owns or needle.strong]
            standing = any(_is_number(needle, node.value) for needle in sought)
            if standing:
                node.become(0)
            return standing
        if node.kind != "text":
            return False
        new = self.redact_text(str(node.value))
        if new == node.value:
            return False
        node.say(new)
        return True

    def _keys(self, container: Node) -> bool:
        """A key is changed for what is certain alone: a name may be a word of the program."""
        changed = False
        for item in container.items:
            if isinstance(item.key, str):
                spans = [found for found in self._found(item.key) if found.certain]
                if spans:
                    self._rename(container, item, _without(item.key, spans, self._word))
                    changed = True
        return changed

    @staticmethod
    def _rename(container: Node, item: Item, key: str) -> None:
        """No two keys of an object may be the same, or one would hide the other."""
        taken = {str(other.key) for other in container.items if other is not item}
        number, free = 2, key
        while free in taken:
            free, number = f"{key} {number}", number + 1
        item.key, item.raw_key = free, None

    # plain text

    def _plain(self, text: str) -> str:
        new = _without(text, self._found(text), self._word)
        new = self._runs(new)
        return self._word if self._is_left(new) else new

    def _runs(self, text: str) -> str:
        """Base64 somewhere in a text."""
        return _RUN.sub(lambda run: self._run(run[0]), text)

    def _run(self, run: str) -> str:
        for start in [0, *(found.end() for found in _BREAK.finditer(run))]:
            packed = unpack(run[start:])
            if packed is not None:
                new = self.redact_text(packed.content)
                return run if new == packed.content else run[:start] + packed.pack(new)
        return run

    def _is_left(self, value: str | bytes) -> bool:
        """Whether what is certain can still be found, though it could not be taken out by itself."""
        for found in hits_in(self._matcher, {"": [value]}).values():
            for _column, hit in found:
                if hit.needle.strong and (self._owns or not hit.longer):
                    return True
        return False

    # where they stand

    def _found(self, text: str) -> list[_Found]:
        markup = Markup(text)
        certain: list[_Found] = []
        words: list[_Found] = []
        for view in readings(text):
            certain += self._certain(view)
            words += [f for f in self._words(view) if not markup.guards(f.start, f.end, view.starts is None, f.certain)]
        if self._owns:
            return certain + words
        found = certain + words
        return _standing_beside(text, [f for f in found if f.certain], [f for f in found if not f.certain])

    def _certain(self, view: View) -> Iterator[_Found]:
        low, folds = lowered(view), folded(view)
        for needle in self._needles:
            if isinstance(needle, WordsNeedle):
                continue
            seen = folds if isinstance(needle, PhoneNeedle) else low
            for found in needle.regex.finditer(seen.text):
                start, end = _trimmed(found) if isinstance(needle, PhoneNeedle) else found.span()
                if isinstance(needle, EmailNeedle) and not self._owns and _is_longer(seen.text, start):
                    continue
                yield _Found(*seen.span(start, end), certain=needle.strong)

    def _words(self, view: View) -> Iterator[_Found]:
        folds = folded(view)
        others = [found.span() for found in _ADDRESS.finditer(folds.text)] if "@" in folds.text else []
        for needle in self._needles:
            if isinstance(needle, WordsNeedle):
                for found in needle.regex.finditer(folds.text):
                    if not any(start <= found.start() < end for start, end in others):
                        yield _Found(*folds.span(*found.span()), certain=needle.strong)


def parts_of_names(sought: Sequence[Needle]) -> Iterator[Needle]:
    """The single words of full names, for texts of the person's own."""
    for needle in sought:
        if isinstance(needle, WordsNeedle) and needle.kind == "name":
            for part in needle.spelling.split():
                if len(part) >= _SHORTEST_PART and part not in _PARTICLES and not part.isdecimal():
                    yield WordsNeedle("name", part, strong=False)


def _standing_beside(text: str, firm: list[_Found], loose: list[_Found]) -> list[_Found]:
    """What is firm, with the words right beside it."""
    while True:
        more = [word for word in loose if any(_is_beside(text, word, found) for found in firm)]
        if not more:
            return firm
        firm, loose = firm + more, [word for word in loose if word not in more]


def _is_beside(text: str, one: _Found, other: _Found) -> bool:
    first, second = (one, other) if one.start <= other.start else (other, one)
    return first.end >= second.start or _BESIDE.fullmatch(text, first.end, second.start) is not None


def _is_number(needle: Needle, value: object) -> bool:
    """A phone or tax number that was written as a number; a short one may be anything."""
    long_enough = isinstance(needle, (PhoneNeedle, NumberNeedle)) and len(needle.spelling) >= _SHORTEST_NUMBER
    return long_enough and needle.regex.search(str(value)) is not None


def _is_longer(text: str, start: int) -> bool:
    return _EXTENSION.search(text, max(0, start - 64), start) is not None


def _trimmed(found: re.Match[str]) -> tuple[int, int]:
    """A number without the blanks and signs around it."""
    text, start, end = found[0], found.start(), found.end()
    while start < end and not (text[0].isdecimal() or text[0] == "+" or (text[0] == "(" and ")" in text)):
        text, start = text[1:], start + 1
    opened = text.count(")") > text.count("(") and found.string[start - 1 : start] == "("
    return start - opened, end


def _without(text: str, spans: Sequence[_Found], word: str) -> str:
    """The text with the word in the place of each span; spans that touch are one."""
    parts: list[str] = []
    at, last = 0, -1
    for found in sorted(spans, key=lambda span: (span.start, span.end)):
        if found.start > last or last < 0:
            parts += [text[at : found.start], word]
        at = last = max(found.end, last)
    return "".join(parts) + text[at:]
