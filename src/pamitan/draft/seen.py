"""The memory of a draft: what was there when it was made, so that the next run can tell what is new."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pamitan.draft.states import Orders
from pamitan.survey.survey import Survey

_BEGIN = "# Seen by 'pamitan map' (it tells with --review what is new since; leave these lines as they are):"
_TABLE = re.compile(r"^#   (\S+): (.*)$")
_STATES = re.compile(r"^#   states of (\S+): (.*)$")


@dataclass
class Seen:
    """The tables with their columns, and the states of orders, of the last run."""

    columns: dict[str, set[str]] = field(default_factory=dict)
    states: dict[str, set[str]] = field(default_factory=dict)


def seen_lines(survey: Survey, orders: Sequence[Orders]) -> Iterator[str]:
    """As comments, at the end of the file."""
    yield _BEGIN
    for one in orders:
        if one.state:
            yield f"#   states of {one.table.name}.{one.state}: {', '.join(str(state.value) for state in one.states)}"
    for name, table in survey.schema.tables.items():
        yield f"#   {name}: {', '.join(table.columns)}"


def seen_in(text: str) -> Seen | None:
    """What a file remembers; ``None`` where it remembers nothing."""
    if _BEGIN not in text:
        return None
    seen = Seen()
    for line in text[text.index(_BEGIN) :].splitlines()[1:]:
        if states := _STATES.match(line):
            seen.states[states[1]] = set(states[2].split(", "))
        elif table := _TABLE.match(line):
            seen.columns[table[1]] = set(table[2].split(", "))
    return seen


def without_seen(text: str) -> str:
    """The file without its memory."""
    if _BEGIN not in text:
        return text
    before, _begin, after = text.partition(_BEGIN)
    kept = [line for line in after.splitlines()[1:] if not (_TABLE.match(line) or _STATES.match(line))]
    return before.rstrip("\n") + "\n" + "\n".join(kept).rstrip("\n") + ("\n" if any(kept) else "")
