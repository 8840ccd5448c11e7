"""The cells of one account's row that a lock changes: columns, and places in the JSON that a column holds.

JSON is changed in its text, so that all else in it stays as the shop wrote it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from pamitan.content.json_tree import read_json
from pamitan.content.tree import Document, Item, Node
from pamitan.storefile.paths import CellPath, Step, parse_cell
from pamitan.stores.errors import StoreMismatch
from pamitan.stores.schema import Column, Table

ABSENT: Final = object()
"""What a place in JSON holds where there is no such place."""


def selected(table: Table, names: list[str]) -> list[ColumnElement[Any]]:
    """The columns that hold these cells, for a SELECT; JSON as text."""
    columns = [table.column(name) for name in dict.fromkeys(parse_cell(name).column for name in names)]
    cells = [(column, table.sql.c[column.name]) for column in columns]
    return [sa.cast(cell, sa.Text).label(c.name) if c.kind == "json" else cell.label(c.name) for c, cell in cells]


class LockRow:
    """The row as it was read, and what is to be written to it."""

    def __init__(self, table: Table, cells: Mapping[str, Any], dialect: str) -> None:
        self._table = table
        self._cells = {str(name): value for name, value in cells.items()}
        self._dialect = dialect
        self._changed: set[str] = set()

    def value(self, name: str) -> Any:
        """What the cell holds; :data:`ABSENT` for a place in JSON that is not there."""
        path = parse_cell(name)
        held = self._cells[path.column]
        if not path.steps:
            return held
        document = read_json(_text(held))
        node = _at(document.root, path.steps) if document else None
        if node is not None and node.kind in ("object", "list"):
            raise StoreMismatch(
                f"account.lock: '{path}' holds an object or a list in this account's row; name one value"
            )
        return ABSENT if node is None else node.value

    def put(self, name: str, value: Any) -> None:
        """Let the cell hold this; a place in JSON is made where there is none."""
        path = parse_cell(name)
        if not path.steps:
            self._keep(path.column, value)
            return
        document = self._document(path)
        _made(document.root, path).become(value)
        self._keep(path.column, document.write())

    def take_out(self, name: str) -> None:
        """Take the place out of the JSON again."""
        path = parse_cell(name)
        document = self._document(path)
        around = _at(document.root, path.steps[:-1])
        if around is not None:
            around.items = [item for item in around.items if item.key != path.steps[-1]]
            around.raw = None
        self._keep(path.column, document.write())

    def changes(self) -> dict[str, Any]:
        """By column what an UPDATE sets."""
        return {name: self._written(self._table.column(name)) for name in sorted(self._changed)}

    def _keep(self, column: str, value: Any) -> None:
        self._cells[column] = value
        self._changed.add(column)

    def _document(self, path: CellPath) -> Document:
        held = _text(self._cells[path.column])
        document = read_json(held if held.strip() not in ("", "null") else "{}")
        if document is None or document.root.kind not in ("object", "list"):
            raise StoreMismatch(
                f"account.lock: '{self._table.name}.{path.column}' holds no JSON in this account's row, so '{path}' "
                "cannot be set; lock by a column, or mend the row"
            )
        return document

    def _written(self, column: Column) -> Any:
        value = self._cells[column.name]
        if column.kind != "json" or value is None:
            return value
        text = sa.literal(value, sa.Text)
        return sa.cast(text, self._table.sql.c[column.name].type) if self._dialect == "postgresql" else text


def _text(held: Any) -> str:
    return held.decode(errors="replace") if isinstance(held, bytes) else "" if held is None else str(held)


def _at(node: Node, steps: tuple[Step, ...]) -> Node | None:
    """What lies there; for a list its elements are counted."""
    for step in steps:
        found = _item(node, step)
        if found is None:
            return None
        node = found.node
    return node


def _item(node: Node, step: Step) -> Item | None:
    if isinstance(step, int):
        return node.items[step] if node.kind == "list" and step < len(node.items) else None
    return next((item for item in reversed(node.items) if item.key == step), None) if node.kind == "object" else None


def _made(node: Node, path: CellPath) -> Node:
    """What lies there; objects and keys are added on the way."""
    for step in path.steps:
        if node.kind == "other" and node.value is None:
            node.kind, node.raw = "object", None
        item = _item(node, step)
        if item is None:
            if node.kind != "object" or isinstance(step, int):
                raise StoreMismatch(
                    f"account.lock: there is no place for '{path}' in this account's row; lock by a column"
                )
            item = Item(Node("other"), step, None, (" " if node.items else "", ": ", ""))
            node.items.append(item)
        node = item.node
    return node
