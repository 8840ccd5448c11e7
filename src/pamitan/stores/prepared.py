"""Statements that are built once: to build one takes longer than to have PostgreSQL run it for one customer."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass
class Prepared:
    """What was built for one store file and one schema; it lives as long as both stay as they are."""

    _built: dict[Hashable, Any] = field(default_factory=dict)

    def once(self, name: Hashable, build: Callable[[], T]) -> T:
        """What goes by that name, built at the first call."""
        if name not in self._built:
            self._built[name] = build()
        found: T = self._built[name]
        return found
