"""Looks for the identifiers of a whole batch of accounts at once.

First a sieve: many texts are joined, folded (small letters, no accents) and squeezed (nothing but letters and digits),
and one automaton (Aho-Corasick) runs over that, whatever the spelling. What it finds is then confirmed in the text
itself, by the rules of each kind: an address is not found inside a longer address, a number not inside a longer number,
a name not inside a longer word.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final, Literal

import idna
import phonenumbers
from ahocorasick_rs import BytesAhoCorasick

from pamitan.content.identifiers import SENTINELS, Identifier, normalise_email, normalise_phone
from pamitan.content.numbers import compact_number, day, spellings

ResidueKind = Literal["email", "phone", "id", "name", "address", "date"]
CERTAIN: Final[tuple[ResidueKind, ...]] = ("email", "phone", "id")
"""Kinds that tell one person from all others, but for those who share the identifier."""

APART: Final = "\x1e"
"""Parts the texts that are searched together; in a text of its own it says nothing."""
_SQUEEZED_OUT = bytes(code for code in range(128) if not chr(code).isalnum() and chr(code) != APART)
_APART = APART.encode()
_NOT_ASCII = re.compile("[^\x00-\x7f]+")
_MARKS = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\u00ad\u200b-\u200f\u2060\ufeff]+"
)
_ALIKE = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
_ALIKE |= dict.fromkeys(map(ord, "‐‑‒–—−"), "-") | dict.fromkeys(map(ord, "‘’ʼ"), "'")
_BETWEEN_WORDS = re.compile(r"[\W_]+")
# Thai to Burmese, Chinese and Japanese are written without spaces between the words
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+")
_ADDRESS_LETTER = r"[^\W_]"
_EXTENSION = re.compile(r"[\w.+-]+[-+_]$")
_BETWEEN_DIGITS = r"[\s().\-/·]{0,3}"
_BETWEEN_GROUPS = r"[\s.\-/]{0,2}"
_MIDNIGHT = re.compile(r"[t ]00:00(?::00(?:\.0+)?)?(?:z|\+00:00)?\s*$")
_SHORTEST_PHONE = 6
_SHORTEST_NAME = 3
_LONGEST_SURNAME = 3
"""In words."""
_SHORTEST_ADDRESS = 4
ERASED: Final = "[erased]"
"""What stands in the place of an identifier that was taken out of a text."""
_NOBODY = SENTINELS | {"anonymous", "erased", "customer", "deleted", "test", "user"}


def fold(text: str) -> str:
    """In small letters, without accents, with one sort of dash and apostrophe."""
    if text.isascii():
        return text.lower()
    return _MARKS.sub("", unicodedata.normalize("NFKD", text).casefold()).translate(_ALIKE)


def words(folded: str) -> str:
    """Folded text with single spaces between its words, and around them."""
    return f" {_BETWEEN_WORDS.sub(' ', folded).strip()} "


class Reading:
    """A text in the forms that the needles are confirmed in."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def lower(self) -> str:
        text = self._text
        return (
            text.lower() if text.isascii() else unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
        )

    @cached_property
    def folded(self) -> str:
        return fold(self._text)

    @cached_property
    def words(self) -> str:
        """Without e-mail addresses: a word in one of those is no name."""
        return words(_ADDRESS.sub(" ", self.folded) if "@" in self.folded else self.folded)


@dataclass(frozen=True)
class Hit:
    """One needle in one text."""

    needle: Needle
    whole: bool
    """The text is nothing but this."""
    longer: frozenset[str] = frozenset()
    """Where an e-mail address only stands behind ``x-``, ``x+`` or ``x_``: the longer addresses that this makes."""


@dataclass(frozen=True)
class Needle(ABC):
    """One identifier to look for. ``strong``: telling enough that, with another one, it means this very person."""

    kind: ResidueKind
    spelling: str = field(repr=False)
    strong: bool

    @property
    def probe(self) -> bytes:
        """What the sieve looks for."""
        return squeeze(fold(self.spelling))

    @property
    def identifier(self) -> Identifier | None:
        """The same as an address or number that may lead to rows; ``None`` for the other kinds."""
        return None

    @abstractmethod
    def confirm(self, reading: Reading) -> Hit | None:
        """Whether it really stands there."""

    @property
    @abstractmethod
    def regex(self) -> re.Pattern[str]:
        """Where it stands, in a text as :func:`pamitan.content.views.lowered` (an address, a UUID) or folded."""


@dataclass(frozen=True)
class EmailNeedle(Needle):
    """An address in lower case."""

    @cached_property
    def regex(self) -> re.Pattern[str]:
        letter = _ADDRESS_LETTER
        return re.compile(rf"(?<!{letter})(?<!{letter}\.){re.escape(self.spelling)}(?!{letter})(?![-.]{letter})")

    @property
    def identifier(self) -> Identifier | None:
        return Identifier("email", self.spelling)

    def confirm(self, reading: Reading) -> Hit | None:
        starts = [match.start() for match in self.regex.finditer(reading.lower)]
        if not starts:
            return None
        before = [_EXTENSION.search(reading.lower, max(0, start - 64), start) for start in starts]
        longer = {match[0] + self.spelling for match in before if match}
        alone = any(match is None for match in before)
        return Hit(self, reading.lower.strip() == self.spelling, frozenset() if alone else frozenset(longer))


@dataclass(frozen=True)
class PhoneNeedle(Needle):
    """The national number, digits only."""

    country_code: str

    @property
    def identifier(self) -> Identifier | None:
        return Identifier("phone", f"+{self.country_code}{self.spelling}")

    @cached_property
    def regex(self) -> re.Pattern[str]:
        gap = _BETWEEN_DIGITS
        abroad = (
            rf"(?:\+|00|011)?{gap}{gap.join(self.country_code)}{gap}0?{gap}" if self.country_code else r"\+?(?:00)?"
        )
        return re.compile(rf"(?<!\d)(?:{abroad}|[018]{gap})?{gap.join(self.spelling)}(?!\d)")

    def confirm(self, reading: Reading) -> Hit | None:
        match = self.regex.search(reading.folded)
        return match and Hit(self, _is_all(reading.folded, match))


@dataclass(frozen=True)
class UuidNeedle(Needle):
    """32 hexadecimal digits, which may be written with dashes."""

    @cached_property
    def regex(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![0-9a-f]){'-?'.join(self.spelling)}(?![0-9a-f])")

    def confirm(self, reading: Reading) -> Hit | None:
        match = self.regex.search(reading.lower)
        return match and Hit(self, len(reading.lower.strip()) <= 38)


@dataclass(frozen=True)
class NumberNeedle(Needle):
    """The letters and digits of a bank account, a tax number, an identity card; however they are grouped."""

    @cached_property
    def regex(self) -> re.Pattern[str]:
        letter = _ADDRESS_LETTER
        return re.compile(rf"(?<!{letter}){_BETWEEN_GROUPS.join(self.spelling)}(?!{letter})")

    def confirm(self, reading: Reading) -> Hit | None:
        match = self.regex.search(reading.lower)
        return match and Hit(self, _is_all(reading.lower, match))


@dataclass(frozen=True)
class DateNeedle(Needle):
    """A day of birth, in one order of year, month and day: never strong, for many were born on it."""

    parts: tuple[str, str, str]

    @cached_property
    def regex(self) -> re.Pattern[str]:
        padded = all(len(part) > 1 for part in self.parts)
        return re.compile(rf"(?<!\d){(r'[-/. ]?' if padded else '[-/. ]').join(self.parts)}(?!\d)")

    def confirm(self, reading: Reading) -> Hit | None:
        match = self.regex.search(reading.lower)
        return match and Hit(self, _is_all(_MIDNIGHT.sub("", reading.lower), match))


@dataclass(frozen=True)
class WordsNeedle(Needle):
    """A name or an address, as folded words."""

    @cached_property
    def regex(self) -> re.Pattern[str]:
        inside = r"[\W_]+".join(map(re.escape, self.spelling.split(" ")))
        edge = "" if _UNSPACED.search(self.spelling) else _ADDRESS_LETTER
        return re.compile(rf"(?<!{edge}){inside}(?!{edge})" if edge else inside)

    def confirm(self, reading: Reading) -> Hit | None:
        inside = self.spelling if _UNSPACED.search(self.spelling) else f" {self.spelling} "
        return Hit(self, reading.words.strip() == self.spelling) if inside in reading.words else None


def needles(kind: str, value: str, country: str) -> Iterator[Needle]:
    """What to look for, given one value of a person as the store had it.

    Nothing for what tells nobody: a blank, ``none``, a single letter, a house number, an integer id; and of what is
    called ``other`` all but addresses, long numbers and days. ``country`` is the
    ISO 3166-1 code that a phone number without country code is read in.
    """
    value = value.replace(ERASED, "").strip()
    if value.casefold() in _NOBODY:
        return
    match kind:
        case "email":
            yield from _email_needles(value)
        case "phone":
            yield from _phone_needles(value, country)
        case "id":
            yield from _uuid_needles(value)
        case "name" | "address":
            yield from _words_needles(kind, value)
        case "other":
            yield from _other_needles(value)


def tells_by_itself(needle: Needle) -> bool:
    """An address, a number or an id, unlike words and days, which many have."""
    return needle.kind in CERTAIN


def _is_all(text: str, match: re.Match[str]) -> bool:
    """Beside what was found there are signs at most."""
    return not re.search(_ADDRESS_LETTER, text[: match.start()] + text[match.end() :])


def squeeze(folded: str) -> bytes:
    """Letters and digits alone; :data:`APART` stays."""
    return folded.encode("utf-8", "replace").translate(None, _SQUEEZED_OUT)


class Matcher:
    """Finds needles, of which there may be many thousands, in texts, of which there may be a great many."""

    def __init__(self, sought: Iterable[Needle]) -> None:
        by_probe: defaultdict[bytes, list[Needle]] = defaultdict(list)
        for needle in dict.fromkeys(sought):
            by_probe[needle.probe].append(needle)
        self._needles = list(by_probe.values())
        self._automaton = BytesAhoCorasick(list(by_probe)) if by_probe else None

    def find(self, texts: Sequence[str]) -> Iterator[tuple[int, list[Hit]]]:
        """The texts in which needles stand, by their index, with what was found."""
        joined = APART.join(texts)
        if joined.count(APART) != len(texts) - 1:
            joined = APART.join(text.replace(APART, " ") for text in texts)
        for index, probes in self._sieve(joined).items():
            if hits := self._confirmed(texts[index], probes):
                yield index, hits

    def find_joined(self, joined: str) -> Iterator[int]:
        """Of texts parted by :data:`APART` the numbers of those in which needles stand."""
        suspects = self._sieve(joined)
        texts = joined.split(APART) if suspects else []
        return (index for index, probes in suspects.items() if self._confirmed(texts[index], probes))

    def _confirmed(self, text: str, probes: Iterable[int]) -> list[Hit]:
        reading = Reading(text)
        found = (needle.confirm(reading) for probe in probes for needle in self._needles[probe])
        return [hit for hit in found if hit]

    def _sieve(self, joined: str) -> dict[int, set[int]]:
        if not joined or self._automaton is None:
            return {}
        squeezed = squeeze(_fold_quickly(joined))
        suspects: defaultdict[int, set[int]] = defaultdict(set)
        index = seen = 0
        for probe, _start, end in self._automaton.find_matches_as_indexes(squeezed, overlapping=True):
            index += squeezed.count(_APART, seen, end)
            seen = end
            suspects[index].add(probe)
        return suspects


def _fold_quickly(text: str) -> str:
    """As :func:`fold`, for a great deal of text in which few letters are beyond ASCII."""
    if text.isascii():
        return text.lower()
    return _NOT_ASCII.sub(lambda letters: _folded_letters(letters[0]), text.lower())


_folded_letters = lru_cache(10_000)(fold)


def _email_needles(value: str) -> Iterator[Needle]:
    address = normalise_email(value)
    if address is None:
        return
    yield EmailNeedle("email", address, strong=True)
    local, _, domain = address.rpartition("@")
    if "xn--" in domain:
        yield EmailNeedle("email", f"{local}@{idna.decode(domain)}", strong=True)


def _phone_needles(value: str, country: str) -> Iterator[Needle]:
    normal = normalise_phone(value, country)
    if normal:
        number = phonenumbers.parse(normal)
        national, code = phonenumbers.national_significant_number(number), str(number.country_code)
    else:
        national, code = re.sub(r"\D", "", value).lstrip("0"), ""
    if len(national) >= _SHORTEST_PHONE and len(set(national)) > 1:
        yield PhoneNeedle("phone", national, True, code)


def _uuid_needles(value: str) -> Iterator[Needle]:
    try:
        yield UuidNeedle("id", uuid.UUID(value).hex, strong=True)
    except ValueError:
        return


def _words_needles(kind: ResidueKind, value: str) -> Iterator[Needle]:
    spelling = words(fold(value)).strip()
    letters = spelling.replace(" ", "")
    shortest = 2 if _UNSPACED.search(letters) else _SHORTEST_NAME if kind == "name" else _SHORTEST_ADDRESS
    if len(letters) < shortest or letters.isdecimal():
        return
    if kind == "address":
        yield WordsNeedle(kind, spelling, strong=len(letters) > 6 and any(letter.isdecimal() for letter in letters))
        return
    parts = [part for part in (words(fold(word)).strip() for word in value.split()) if part]
    full = sum(len(part.replace(" ", "")) > 1 for part in parts) > 1  # D'Angelo, Smith-Jones and A. Ng are one word
    for spelt in [spelling, *(_turned(parts) if full else [])]:
        yield WordsNeedle(kind, spelt, full)


def _turned(parts: list[str]) -> Iterator[str]:
    """The surname first, of however many words it is."""
    for first in range(max(1, len(parts) - _LONGEST_SURNAME), len(parts)):
        yield " ".join([*parts[first:], *parts[:first]])


def _other_needles(value: str) -> Iterator[Needle]:
    number, born = compact_number(value), day(value)
    if "@" in value:
        yield from _email_needles(value)
    elif born:
        for parts in spellings(born):
            yield DateNeedle("date", "".join(parts), False, parts)
    elif number:
        yield from _uuid_needles(value)
        yield NumberNeedle("id", number, strong=True)
