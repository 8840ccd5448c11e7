"""Takes named things out of a structured value: JSON or serialised PHP, one inside the other, packed or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pamitan.content.json_tree import read_json
from pamitan.content.packing import unpack, unpack_bytes
from pamitan.content.php_tree import read_php
from pamitan.content.steps import ACCOUNT_VALUES, Each, Step
from pamitan.content.tree import Document, Item, Node

Scalar = str | int | float | bool | None


@dataclass(frozen=True)
class Removal:
    """Takes what lies at the path out."""

    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Overwriting:
    """Lets ``value`` stand in the place of what lies at the path."""

    steps: tuple[Step, ...]
    value: Scalar


Change = Removal | Overwriting


@dataclass(frozen=True)
class Scrubber:
    """Does the changes. ``account``: what ``account.id``, ``account.email`` and ``account.phone`` stand for."""

    changes: Sequence[Change]
    account: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def scrub(self, value: str | bytes) -> str | bytes:
        """The value without it; the very same value where nothing lies there, or it cannot be read."""
        if isinstance(value, str):
            return self.scrub_text(value)
        inside = unpack_bytes(value)
        if inside is None:
            return value
        new = self.scrub_text(inside.content)
        return value if new == inside.content else inside.pack(new)

    def scrub_text(self, text: str) -> str:
        """The same for a text."""
        for change in self.changes:
            text = self._changed(text, change, change.steps)
        return text

    def _changed(self, text: str, change: Change, steps: Sequence[Step]) -> str:
        document = open_document(text)
        if document is None:
            packed = unpack(text)
            if packed is None:
                return text
            new = self._changed(packed.content, change, steps)
            return text if new == packed.content else packed.pack(new)
        return document.write() if self._apply(document.root, change, steps) else text

    def _apply(self, node: Node, change: Change, steps: Sequence[Step]) -> bool:
        """Whether anything was there to change."""
        if node.kind == "text":  # another structure as a text
            new = self._changed(str(node.value), change, steps)
            if new == node.value:
                return False
            node.say(new)
            return True
        chosen = list(self._chosen(node, steps[0]))
        if len(steps) > 1:
            return sum(self._apply(item.node, change, steps[1:]) for item in chosen) > 0
        if isinstance(change, Overwriting):
            return sum(_overwrite(item.node, change.value) for item in chosen) > 0
        if chosen:
            _take_out(node, chosen)
        return bool(chosen)

    def _chosen(self, node: Node, step: Step) -> Iterator[Item]:
        for place, item in enumerate(node.items):
            if isinstance(step, Each):
                if step.value is None or self._equals(item.node, step):
                    yield item
            elif isinstance(step, int):
                if place == step and is_list(node):
                    yield item
            elif item.key is not None and bare(item.key) == step:
                yield item

    def _equals(self, node: Node, step: Each) -> bool:
        found: Node | None = node
        for key in step.keys:
            found = next((item.node for item in found.items if bare(item.key or 0) == key), None) if found else None
        if found is None or found.kind not in ("text", "number"):
            return False
        wanted = self.account.get(str(step.value), frozenset()) if step.value in ACCOUNT_VALUES else {str(step.value)}
        return str(found.value).strip().lower() in wanted or str(found.value) in wanted


def open_document(text: str) -> Document | None:
    """The text as JSON or serialised PHP."""
    return read_json(text) or read_php(text)


def bare(key: str | int) -> str:
    """A key; a private or protected property of PHP without the name of its class."""
    return str(key).rpartition("\0")[2]


def is_list(node: Node) -> bool:
    """A list; PHP's is an array whose keys count up from 0."""
    return node.kind == "list" or [item.key for item in node.items] == list(range(len(node.items)))


def _overwrite(node: Node, value: Scalar) -> bool:
    if node.kind not in ("object", "list") and node.value == value and type(node.value) is type(value):
        return False
    node.become(value)
    return True


def _take_out(node: Node, items: Sequence[Item]) -> None:
    gone = {id(item) for item in items}
    counted = node.kind == "object" and is_list(node)
    first, last = node.items[0].shape, node.items[-1].shape
    node.items = [item for item in node.items if id(item) not in gone]
    if node.items and first is not None:  # the blanks after the bracket and before the other one
        node.items[0].shape = (first[0], *node.items[0].shape[1:])
        node.items[-1].shape = (*node.items[-1].shape[:2], last[2])
    for place, item in enumerate(node.items) if counted else ():
        if item.key != place:
            item.key, item.raw_key = place, None
    node.raw = None
