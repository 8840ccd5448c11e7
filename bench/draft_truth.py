"""Where customers' values really stand in a shop: found by scanning every cell, with code the product does not use.

What the customers are called, and so on, is asked by SQL written by hand for each shop. A column counts as holding them

- where an e-mail address, a phone number, a full name or a street of a customer stands in at least two of its rows (or
  in all, where there are fewer), plain or encoded; or
- where at least half of its filled cells hold some particular of a customer: a surname, a town, a birth date, an IP
  address, the hash of a password. Fewer than that are chance: a book's author is called as a customer is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.scanner import connect_to, folded, raw_rows, readings, tables_of

Place = tuple[str, str]
"""Table and column."""

_SHORT = 20
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Known:
    """What is known of all customers of a shop. ``strong`` tells a person by itself, ``weak`` does not."""

    strong: frozenset[str]
    weak: frozenset[str]
    digits: frozenset[str]
    """Phone numbers: their last nine digits."""


def known(strong: Iterable[object], weak: Iterable[object], phones: Iterable[object]) -> Known:
    """The values folded; without those that are too short to tell anything."""
    plain = {folded(str(value)) for value in strong if value}
    loose = {folded(str(value)) for value in weak if value not in (None, "")}
    digits = {re.sub(r"\D", "", str(value))[-9:] for value in phones if value}
    return Known(
        frozenset(value for value in plain if len(value) > 5),
        frozenset(value for value in loose if len(value) > 1),
        frozenset(number for number in digits if len(number) >= 7),
    )


def asked(url: str, queries: Sequence[str]) -> list[object]:
    """All cells that these queries give."""
    engine = connect_to(url)
    with engine.connect() as connection:
        found = [cell for query in queries for row in connection.exec_driver_sql(query) for cell in row]
    engine.dispose()
    return found


@dataclass(frozen=True)
class Truth:
    """``holding``: the columns where customers' values stand. ``filled``: the columns that hold anything at all."""

    holding: frozenset[Place]
    filled: frozenset[Place]


def truth(url: str, people: Known, staff: frozenset[str] = frozenset()) -> Truth:
    """Scan the whole database; tables of ``staff`` are left out, for their people are no customers."""
    holding: set[Place] = set()
    filled: dict[Place, int] = defaultdict(int)
    engine = connect_to(url)
    with engine.connect() as connection:
        for table, columns, _key in tables_of(connection):
            counts = _counts(raw_rows(connection, table), columns, people)
            for column, (cells, strong, weak) in counts.items():
                filled[table, column] = cells
                if table not in staff and ((strong >= min(2, cells) and strong) or weak * 2 >= cells > 0):
                    holding.add((table, column))
    engine.dispose()
    return Truth(frozenset(holding), frozenset(place for place, cells in filled.items() if cells))


def _counts(
    rows: Sequence[Sequence[object]], columns: Sequence[str], people: Known
) -> Mapping[str, tuple[int, int, int]]:
    """For each column: its filled cells, those with something strong, those with anything."""
    found = {}
    for index, column in enumerate(columns):
        cells = [row[index] for row in rows if row[index] not in (None, "", 0, b"")]
        texts = [" \0 ".join(readings(cell)) for cell in cells]
        strong = sum(1 for text in texts if _is_strong(text, people))
        weak = sum(1 for text in texts if _is_strong(text, people) or _is_weak(text, people))
        found[column] = (len(cells), strong, weak)
    return found


def _is_strong(text: str, people: Known) -> bool:
    words = _WORD.findall(text)
    spaced = f" {' '.join(words)} "
    return (
        any(_is_known(address, people) for address in re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", text))
        or any(number in re.sub(r"[\s().\-/+]", "", text) for number in people.digits)
        or any(f" {' '.join(_WORD.findall(value))} " in spaced for value in people.strong if "@" not in value)
    )


def _is_known(address: str, people: Known) -> bool:
    """The address itself, or one that only has a label before it: ``ref-anna@example.org``."""
    return address in people.strong or address.partition("-")[2] in people.strong


def _is_weak(text: str, people: Known) -> bool:
    return any(part in people.weak or not people.weak.isdisjoint(_telling_words(part)) for part in text.split(" \0 "))


def _telling_words(text: str) -> list[str]:
    """The words of a short text; in a long one any word is there by chance."""
    words = _WORD.findall(text)
    return [word for word in words if len(word) > 2] if len(words) <= _SHORT else []
