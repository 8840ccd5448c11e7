"""A structured value, JSON or serialised PHP, as a tree that can be changed in places and written back.

What is not changed is written as it stood: blanks, the order of keys, how numbers and letters are spelt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["text", "number", "object", "list", "other"]


@dataclass(eq=False)
class Node:
    """One value. ``raw`` is how it stood, as long as it is not changed; ``shape`` is its format's own business."""

    kind: Kind
    value: Any = None
    """A text, a number, a truth value or ``None``; nothing for objects and lists."""
    raw: Any = None
    items: list[Item] = field(default_factory=list)
    shape: Any = None
    has_names: bool = False
    """The keys are names that a program knows, such as an object's properties."""

    def become(self, value: str | int | float | bool | None) -> None:
        """Let another single value stand in its place."""
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        self.kind = "text" if isinstance(value, str) else "number" if is_number else "other"
        self.value, self.raw, self.items, self.shape = value, None, [], None

    def say(self, text: str) -> None:
        """Let a text say something else."""
        self.value, self.raw = text, None

    def leaves(self) -> Iterator[Node]:
        """All single values below, or the value itself."""
        if self.kind not in ("object", "list"):
            yield self
        for item in self.items:
            yield from item.node.leaves()

    def containers(self) -> Iterator[Node]:
        """All objects and lists, this one too."""
        if self.kind in ("object", "list"):
            yield self
        for item in self.items:
            yield from item.node.containers()


@dataclass(eq=False)
class Item:
    """An entry of an object or a list. ``raw_key`` is how the key stood, ``None`` once it is changed."""

    node: Node
    key: str | int | None = None
    raw_key: Any = None
    shape: Any = None


@dataclass
class Document:
    """A value that was read as a tree, and how it is written again."""

    root: Node
    write: Callable[[], str]
