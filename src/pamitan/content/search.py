"""Searches the cells of a table, as they stand and with their encodings undone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from types import NoneType
from typing import Any

from pamitan.content.decode import DEPTH, behind, decoded, has_marks, looks_encoded, runs, texts_in, unescaped
from pamitan.content.patterns import APART, Hit, Matcher

_HIDDEN_LETTERS = 4_000_000
"""Decoded text that is gathered before it is searched."""
_KNOWN_RUNS = 100_000
"""So many runs of letters behind which nothing stands are remembered."""


def hits_in(matcher: Matcher, cells: Mapping[str, Sequence[Any]]) -> dict[int, list[tuple[str, Hit]]]:
    """The rows in which something was found, by their number, with what and in which column; ``cells`` by column."""
    hits: defaultdict[int, list[tuple[str, Hit]]] = defaultdict(list)
    for column, values in cells.items():
        for row, found in _search(matcher, values):
            hits[row] += [(column, hit) for hit in found]
    return hits


def _search(matcher: Matcher, values: Sequence[Any]) -> Iterator[tuple[int, list[Hit]]]:
    """The cells of one column in which something stands, plain or encoded."""
    rows, texts = _as_texts(values)
    yield from ((rows[index], found) for index, found in matcher.find(texts))
    if looks_encoded("\0".join(texts)):
        for hidden_rows, hidden in _hidden(rows, texts):
            yield from ((hidden_rows[index], found) for index, found in matcher.find(hidden))


def _as_texts(values: Sequence[Any]) -> tuple[list[int], list[str]]:
    if set(map(type, values)) <= {str, NoneType}:  # nearly all columns: at C's speed
        return [row for row, value in enumerate(values) if value], [value for value in values if value]
    rows: list[int] = []
    texts: list[str] = []
    for row, value in enumerate(values):
        if value is None or value == "":
            continue
        if isinstance(value, (bytes, bytearray, memoryview)):
            readings = list(texts_in(bytes(value)))
            rows += [row] * len(readings)
            texts += readings
        else:
            rows.append(row)
            texts.append(value if isinstance(value, str) else str(value))
    return rows, texts


def _hidden(rows: list[int], texts: list[str]) -> Iterator[tuple[list[int], list[str]]]:
    """What is encoded in these texts, in portions."""
    hidden_rows: list[int] = []
    hidden: list[str] = []
    letters = 0
    for row, text in zip(rows, texts, strict=True):
        for reading in decoded(text):
            hidden_rows.append(row)
            hidden.append(reading)
            letters += len(reading)
        if letters > _HIDDEN_LETTERS:
            yield hidden_rows, hidden
            hidden_rows, hidden, letters = [], [], 0
    yield hidden_rows, hidden


class Sieve:
    """Says in which of many joined texts something may stand, plain or encoded: quick, and a little too generous.

    What is alike in many of them (the address of a page, a key of JSON) is decoded once.
    """

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._harmless: set[str] = set()

    def __call__(self, joined: str) -> set[int]:
        """Of texts parted by :data:`pamitan.content.patterns.APART` the numbers of those to be looked at closely."""
        found: set[int] = set()
        numbers: Sequence[int] = range(joined.count(APART) + 1)
        for _layer in range(DEPTH):
            found.update(numbers[index] for index in self._matcher.find_joined(joined))
            found.update(numbers[index] for index in self._with_hidden(joined))
            if not has_marks(joined):
                break
            undone = dict(self._undone(numbers, joined.split(APART)))
            if not undone:
                break
            joined, numbers = APART.join(undone.values()), list(undone)
        return found

    @staticmethod
    def _undone(numbers: Sequence[int], texts: Sequence[str]) -> Iterator[tuple[int, str]]:
        """Those texts that say something else with one layer of escapes taken off."""
        for number, text in zip(numbers, texts, strict=True):
            if has_marks(text) and (plain := unescaped(text)) != text:
                yield number, plain.replace(APART, " ")

    def _with_hidden(self, joined: str) -> Iterator[int]:
        places = self._places_of_runs(joined)
        texts: list[str] = []
        sources: list[str] = []
        for run in places:
            for text in behind(run):
                texts.append(text)
                sources.append(run)
        telling = {sources[index] for index, _hits in self._matcher.find(texts)}
        if len(self._harmless) < _KNOWN_RUNS:
            self._harmless |= places.keys() - telling
        for run in telling:
            yield from places[run]

    def _places_of_runs(self, joined: str) -> dict[str, list[int]]:
        places: defaultdict[str, list[int]] = defaultdict(list)
        index = seen = 0
        for start, run in runs(joined):
            if run not in self._harmless:
                index += joined.count(APART, seen, start)
                seen = start
                places[run].append(index)
        return places
