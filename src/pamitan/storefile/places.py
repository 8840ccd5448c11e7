"""Where in a store file stands what ``pamitan check`` speaks of: a fault seen in the database names its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from pamitan.storefile.load import Place, StoreFileError, lines_of

_SECTIONS = {
    "orders": ("orders", "subscriptions"),
    "returns": ("orders", "subscriptions"),
    "subscriptions": ("subscriptions", "orders"),
    "library": ("library",),
    "balances": ("balances",),
}


class Places:
    """The lines of one store file. A file that cannot be read any more has none."""

    def __init__(self, source: str) -> None:
        try:
            self._data, self._lines = lines_of(source)
        except StoreFileError:
            self._data, self._lines = {}, {}

    def line(self, where: str) -> int | None:
        """The line of ``datastore.table.column`` or of a section, or of the nearest thing around it."""
        place = self._place(where)
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place) if place else None

    def _place(self, where: str) -> Place:
        head, _, rest = where.partition(".")
        if head == "account":
            return tuple(where.split("."))
        if head in _SECTIONS and rest:
            return self._section(head, rest)
        return self._rule(head, rest) if head in (self._data.get("map") or {}) else ()

    def _section(self, head: str, table: str) -> Place:
        for section in _SECTIONS[head]:
            given = self._data.get(section)
            if isinstance(given, Mapping) and given.get("table") == table:
                return (section,)
            for index, item in enumerate(given if isinstance(given, list) else []):
                if isinstance(item, Mapping) and item.get("table") == table:
                    return (section, index)
        return (head,)

    def _rule(self, datastore: str, rest: str) -> Place:
        """The rule of the table, and in it the first place that names the column."""
        rules: Mapping[str, Any] = self._data["map"][datastore] or {}
        names = [rest[:end] for end in range(len(rest), 0, -1) if end == len(rest) or rest[end] == "."]
        exact = [(name, name) for name in names if name in rules]
        patterns = [(n, key) for n in reversed(names) for key in rules if "*" in key and fnmatchcase(n, key)]
        for name, key in [*exact, *patterns][:1]:
            around: Place = ("map", datastore, key)
            column = rest[len(name) + 1 :].split(", ")[0]
            return next(_naming(rules[key], column, around), around) if column else around
        return self._ignored(datastore, rest)

    def _ignored(self, datastore: str, rest: str) -> Place:
        patterns = (self._data.get("ignore") or {}).get(datastore) or {}
        return ("ignore", datastore, rest) if rest in patterns else ("map", datastore)


def _naming(data: Any, column: str, place: Place) -> Iterator[Place]:
    """The places under this one where the column is a key or a value."""
    entries = data.items() if isinstance(data, Mapping) else enumerate(data) if isinstance(data, list) else ()
    for step, value in entries:
        named = {str(step), value} if isinstance(value, str) else {str(step)}
        if any(name == column or name.startswith(f"{column}->") for name in named):
            yield (*place, step)
        yield from _naming(value, column, (*place, step))
