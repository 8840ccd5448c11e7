"""Charts as numbers for SVG: no words inside, so that they may be stretched to any screen; a table says the same.

Lengths are in percent of the widest or highest value; colours come from the style sheet alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

GAP = 0.25
"""Of a column's place, what stays empty."""


@dataclass(frozen=True)
class Bar:
    """A bar that lies in a row of a table."""

    label: str
    value: float
    text: str
    """The value as people read it."""
    length: float
    """0 to 100."""


@dataclass(frozen=True)
class Column:
    """A column that stands: its place and height in a box of 100 x 100, which counts from the top."""

    x: float
    y: float
    width: float
    height: float
    series: int


def bars(values: Sequence[tuple[str, float, str]], *, full: float | None = None) -> list[Bar]:
    """A bar for each ``(label, value, text)``; the longest is 100 long, or the value ``full`` would be."""
    longest = full or max((value for _, value, _ in values), default=0) or 1
    return [Bar(label, value, text, round(min(value / longest, 1) * 100, 2)) for label, value, text in values]


def columns(*series: Sequence[int]) -> list[Column]:
    """Columns side by side, one group for each place, one column for each series in it. All of one scale."""
    highest = max((value for values in series for value in values), default=0) or 1
    places = max((len(values) for values in series), default=0) or 1
    width = 100 / places * (1 - GAP) / max(len(series), 1)
    return [
        Column(
            x=round(100 / places * (place + GAP / 2) + number * width, 3),
            y=round(100 - value / highest * 100, 3),
            width=round(width, 3),
            height=round(value / highest * 100, 3),
            series=number,
        )
        for number, values in enumerate(series)
        for place, value in enumerate(values)
    ]
