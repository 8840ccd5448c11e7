"""JSON (RFC 8259) as a tree that is written back byte for byte where nothing was changed."""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]

from pamitan.content.tree import Document, Item, Node

_BLANK = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
_WORDS = {"true": True, "false": False, "null": None}
_MOST_DEPTH = 200


def read_json(text: str) -> Document | None:
    """The text as a tree, if it is an object, a list or a text of JSON; a number or a word alone is left as it is."""
    if text.lstrip(" \t\r\n")[:1] not in ("{", "[", '"') or text.rstrip(" \t\r\n")[-1:] not in ("}", "]", '"'):
        return None
    try:
        reader = _Reader(text)
        root = reader.whole()
    except (ValueError, IndexError):
        return None
    return Document(root, lambda: reader.before + _written(root, _Style(text)) + reader.after)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self.before = self.after = ""

    def whole(self) -> Node:
        self.before = self._blank()
        root = self._value(0)
        self.after = self._blank()
        if self._at != len(self._text):
            raise ValueError("something stands behind the value")
        return root

    def _value(self, depth: int) -> Node:
        sign = self._text[self._at]
        if depth > _MOST_DEPTH:
            raise ValueError("too deep")
        if sign == '"':
            start = self._at
            value = self._string()
            return Node("text", value, self._text[start : self._at])
        if sign in "{[":
            return self._container(sign, depth)
        return self._plain()

    def _container(self, sign: str, depth: int) -> Node:
        node = Node("object" if sign == "{" else "list")
        end = "}" if sign == "{" else "]"
        self._at += 1
        blank = self._blank()
        if self._text[self._at] == end:
            self._at += 1
            node.shape = blank
            return node
        while True:
            node.items.append(self._item(node, blank, depth))
            sign = self._text[self._at]
            self._at += 1
            if sign == end:
                return node
            if sign != ",":
                raise ValueError("a comma is missing")
            blank = self._blank()

    def _item(self, node: Node, before: str, depth: int) -> Item:
        key = raw_key = None
        between = ""
        if node.kind == "object":
            start = self._at
            if self._text[start] != '"':
                raise ValueError("a key is missing")
            key = self._string()
            raw_key = self._text[start : self._at]
            between = self._blank()
            if self._text[self._at] != ":":
                raise ValueError("a colon is missing")
            self._at += 1
            between += ":" + self._blank()
        value = self._value(depth + 1)
        return Item(value, key, raw_key, (before, between, self._blank()))

    def _string(self) -> str:
        value: str
        value, self._at = scanstring(self._text, self._at + 1, True)
        return value

    def _plain(self) -> Node:
        for word, value in _WORDS.items():
            if self._text.startswith(word, self._at):
                self._at += len(word)
                return Node("other", value, word)
        found = _NUMBER.match(self._text, self._at)
        if found is None:
            raise ValueError("no value")
        self._at = found.end()
        number = float(found[0]) if found[1] or found[2] else int(found[0]) if len(found[0]) < 4000 else 0
        return Node("number", number, found[0])

    def _blank(self) -> str:
        found = _BLANK.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return found[0] if found else ""


class _Style:
    """How the text wrote its letters: all in ASCII, slashes with a backslash (as PHP does)."""

    def __init__(self, text: str) -> None:
        self._ascii = text.isascii()
        self._slashes = "\\/" in text

    def text(self, value: str) -> str:
        lonely = any("\ud800" <= sign <= "\udfff" for sign in value)
        written = json.dumps(value, ensure_ascii=self._ascii or lonely)
        return written.replace("/", "\\/") if self._slashes else written


def _written(node: Node, style: _Style) -> str:
    if node.raw is not None:
        return str(node.raw)
    if node.kind in ("object", "list"):
        start, end = ("{", "}") if node.kind == "object" else ("[", "]")
        entries = [_entry(item, style) for item in node.items]
        return start + (",".join(entries) if entries else node.shape or "") + end
    return style.text(node.value) if isinstance(node.value, str) else json.dumps(node.value)


def _entry(item: Item, style: _Style) -> str:
    before, between, after = item.shape
    key = "" if item.key is None else item.raw_key if item.raw_key is not None else style.text(str(item.key))
    return f"{before}{key}{between}{_written(item.node, style)}{after}"
