"""Which columns look personal: told by their names and by a sample of their values. Guesses, each with its reason."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pamitan.content.identifiers import normalise_email
from pamitan.content.patterns import Matcher
from pamitan.content.search import hits_in
from pamitan.stores.scan import Chunk, may_hold_text
from pamitan.stores.schema import Column, Table

_ENOUGH = 0.1
"""The share of a column's filled cells from which on it is taken for a column of such values."""
_TELLING = {
    "e-mail addresses": r"e_?mail",
    "phone numbers": r"phone|telephone|mobile|msisdn|whatsapp|(?:^|_)(?:tel|fax)(?:$|_)",
    "names of people": r"(?:first|last|sur|full|given|family|middle|nick|customer|recipient|billing|shipping)_?name",
    "postal addresses": r"(?:billing|shipping|delivery|postal|home)_?address|address_?(?:line)?_?\d|^address$|street",
    "dates of birth": r"birth|(?:^|_)dob(?:$|_)",
    "network addresses": r"(?:^|_)ip(?:$|_)|ip_?address|user_?agent",
    "bank or identity numbers": r"(?:^|_)iban(?:$|_)|passport|(?:^|_)(?:ssn|nik|npwp)(?:$|_)|tax_?id|card_?number",
}
_NAMES = {what: re.compile(pattern, re.IGNORECASE) for what, pattern in _TELLING.items()}
_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class Suspicion:
    """A column that looks personal."""

    column: str
    reason: str
    sure: bool
    """Told by the values, not by the name alone."""


def suspicions(table: Table, sample: Chunk, customers: Matcher) -> Iterator[Suspicion]:
    """The columns that look personal. ``customers`` seeks identifiers of some customers."""
    known = _kinds_of_customers(sample, customers)
    for column, described in table.columns.items():
        values = [value for value in sample.cells.get(column, ()) if value not in (None, "")]
        if column in known:
            yield Suspicion(column, f"holds the {known[column]} of customers", True)
        elif what := _by_values(values):
            yield Suspicion(column, f"holds {what}", True)
        elif (what := _by_name(described)) and (values or described.kind == "date") and sample.keys:
            yield Suspicion(column, f"is called as if it held {what}", False)


def _kinds_of_customers(sample: Chunk, customers: Matcher) -> Mapping[str, str]:
    """The columns in which an address or number, or the full name, of a sampled customer stands."""
    words = {"email": "e-mail address", "phone": "phone number", "id": "id", "name": "name", "address": "address"}
    found: dict[str, str] = {}
    for hits in hits_in(customers, sample.cells).values():
        for column, hit in hits:
            if hit.needle.strong and not hit.longer:
                found.setdefault(column, words[hit.needle.kind])
    return found


def _by_values(values: Sequence[Any]) -> str | None:
    texts = [value for value in values if isinstance(value, str)]
    if _share(texts, _is_email) >= _ENOUGH:
        return "e-mail addresses"
    if _share(texts, _is_network_address) >= _ENOUGH:
        return "network addresses"
    return None


def _by_name(column: Column) -> str | None:
    if column.kind != "date" and not may_hold_text(column):
        return None
    spelt = _BOUNDARY.sub("_", column.name)
    if spelt.lower().endswith("_id"):
        return None  # it points at an address, and is none
    return next((what for what, pattern in _NAMES.items() if pattern.search(spelt)), None)


def _share(texts: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(1 for text in texts if test(text)) / len(texts) if texts else 0.0


def _is_email(text: str) -> bool:
    return "@" in text and "." in text.rpartition("@")[2] and normalise_email(text) is not None


def _is_network_address(text: str) -> bool:
    if text.count(".") != 3 and text.count(":") < 2:
        return False
    try:
        ipaddress.ip_address(text.partition("/")[0])
    except ValueError:
        return False
    return True
