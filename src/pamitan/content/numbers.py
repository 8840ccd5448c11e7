"""Numbers that tell one person: of a bank account, a tax, an identity card; and days of birth.

Which countries give which numbers is not asked: a value counts when it is long, mostly digits, and nothing that other
things are as well (a moment, an address of a network, a place on the map).
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from collections.abc import Iterator

_NUMBER = re.compile(r"[a-z0-9]+(?:[ .\-/\u00a0]{1,2}[a-z0-9]+)*", re.IGNORECASE)
_SHORTEST, _LONGEST = 8, 34  # an IBAN has up to 34 characters (ISO 13616)
_SHORTEST_OF_DIGITS = 9
_LEAST_DIGITS = 5
_LEAST_DIFFERENT = 3
_WORD = re.compile("[a-z]{7}", re.IGNORECASE)
_DEGREES = re.compile(r"\d{1,3}\.\d{4,}")
_MOMENTS = (
    range(10**9, 2 * 10**9),  # Unix time
    range(10**12, 2 * 10**12),  # the same in milliseconds
    range(1900_01_01_00_00_00, 2100_01_01_00_00_00),
)
_DAYS = (
    re.compile(r"(?P<y>(?:19|20)\d\d)[-/.]?(?P<m>\d\d)[-/.]?(?P<d>\d\d)(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00:00)?)?"),
    re.compile(r"(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>(?:19|20)\d\d)"),
)


def compact_number(value: str) -> str | None:
    """The letters and digits of such a number, small; ``None`` for anything else."""
    if not _NUMBER.fullmatch(value) or _is_something_else(value):
        return None
    compact = re.sub(r"[^a-z0-9]", "", value.lower())
    digits = re.sub(r"\D", "", compact)
    shortest = _SHORTEST_OF_DIGITS if digits == compact else _SHORTEST
    if not shortest <= len(compact) <= _LONGEST or len(digits) < _LEAST_DIGITS or len(set(compact)) < _LEAST_DIFFERENT:
        return None
    return compact


def day(value: str) -> dt.date | None:
    """A day without a time of the day, the year first or last; ``None`` for anything else."""
    for pattern in _DAYS:
        found = pattern.fullmatch(value)
        if found:
            try:
                return dt.date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                continue
    return None


def spellings(of: dt.date) -> Iterator[tuple[str, str, str]]:
    """The three parts of the day in each order and with or without leading zeros."""
    year, month, date = str(of.year), f"{of.month:02}", f"{of.day:02}"
    orders = [(year, month, date), (date, month, year), (month, date, year)]
    orders += [(one.lstrip("0"), two.lstrip("0"), three.lstrip("0")) for one, two, three in orders]
    yield from dict.fromkeys(orders)


def _is_something_else(value: str) -> bool:
    if _WORD.search(value) or _DEGREES.fullmatch(value) or day(value) or _is_network_address(value):
        return True
    return value.isdecimal() and any(int(value) in moments for moments in _MOMENTS)


def _is_network_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True
