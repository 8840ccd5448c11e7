"""Paths to what is taken out of a structured value.

::

    email                       the key ``email`` of the object
    customer.phone              a key of an object in an object
    items[].email               the key ``email`` of every element of the list
    items[0]                    the first element of the list
    members[id=account.id]      the elements whose key ``id`` is the account's id
    tags[=account.email]        the elements that are the account's e-mail address themselves
    meta."a.b"                  a key with a dot or a bracket in it stands in double quotes
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

ACCOUNT_VALUES: Final = ("account.id", "account.email", "account.phone")
"""What an element can be compared with beside a fixed text."""


@dataclass(frozen=True)
class Each:
    """The elements of a list, or the values of an object; with ``keys`` or ``value`` only some of them."""

    keys: tuple[str, ...] = ()
    """Where in the element the value lies that is compared; empty for the element itself."""
    value: str | None = None
    """What it is compared with: one of :data:`ACCOUNT_VALUES`, or a text; ``None`` takes every element."""


Step = str | int | Each

_STEP = re.compile(
    r'(?:^|\.)(?:"(?P<quoted>[^"\\]+)"|(?P<key>[^.\[\]"\\]+))'
    r"|(?:^|\.)?\[(?:(?P<index>\d+)|(?P<keys>[^\[\]=]*)=(?P<value>[^\[\]]+)|(?P<each>))\]"
)


@cache
def parse_steps(path: str) -> tuple[Step, ...]:
    """Read a path. Raises ``ValueError`` with a sentence that says the mend."""
    steps: list[Step] = []
    position = 0
    while position < len(path) and not path.startswith("."):
        found = _STEP.match(path, position)
        if found is None:
            break
        steps.append(_step(found))
        position = found.end()
    if not steps or position < len(path):
        raise ValueError(
            f"'{path}' is no path; part keys by dots, write [] for every element of a list, [id=account.id] for those "
            'of the account, and put a key with other signs in double quotes, e.g. customer."a.b" or items[].email'
        )
    return tuple(steps)


def _step(found: re.Match[str]) -> Step:
    if found["index"] is not None:
        return int(found["index"])
    if found["value"] is not None:
        return Each(tuple(filter(None, found["keys"].strip().split("."))), found["value"].strip().strip("\"'"))
    return Each() if found["each"] is not None else found["quoted"] or found["key"]
