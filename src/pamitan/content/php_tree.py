"""Serialised PHP as a tree that is written back with right lengths and references.

Source of the format: PHP's manual on ``serialize``, ``Serializable`` and ``session.serialize_handler=php``, and
``ext/standard/var_unserializer.re``: every value but ``R`` takes the next number that references count by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pamitan.content.tree import Document, Item, Node

_LOOKS = re.compile(rb"(?:[abidrRCOE]:|s:\d+:\"|S:\d+:\"|N;)")
_SESSION = re.compile(rb"[^|{};:\"]+\|(?:[abidrRCOsSE]:|N;)")
_MOST_DEPTH = 200


@dataclass(frozen=True)
class _Code:
    """How letters are bytes."""

    name: str

    def text(self, data: bytes) -> str:
        return data.decode(self.name, "surrogateescape")

    def bytes(self, text: str) -> bytes:
        return text.encode(self.name, "surrogateescape")


_UTF8 = _Code("utf-8")
_LATIN1 = _Code("latin-1")


@dataclass
class _Php:
    """What a node is in PHP: its letter, the head that an object's entries stand behind, what a reference points at."""

    letter: str
    head: bytes = b""
    target: Node | None = field(default=None, repr=False)


def read_php(text: str) -> Document | None:
    """The text as a tree, if it is a serialised list, object or text, or a session of such.

    Lengths count bytes: of UTF-8, or of Latin-1 where an old shop's tables are in that.
    """
    return _read(text, _UTF8) or (None if text.isascii() else _read(text, _LATIN1))


def _read(text: str, code: _Code) -> Document | None:
    try:
        data = code.bytes(text)
        if _LOOKS.match(data):
            return _document(data, code)
        if _SESSION.match(data):
            return _session(data, code)
    except (ValueError, IndexError):
        return None
    return None


def _document(data: bytes, code: _Code) -> Document | None:
    reader = _Reader(data, code)
    root = reader.value(0)
    after = data[reader.at :]
    if after.strip() or _php(root).letter not in "asSOCE":
        return None
    reader.tie()
    return Document(root, lambda: code.text(_Writer(root, code).written(root) + after))


def _session(data: bytes, code: _Code) -> Document:
    """``name|value`` one after the other; each counts its references by itself."""
    root = Node("object", shape=_Php("session"))
    position = 0
    while position < len(data):
        bar = data.index(b"|", position)
        reader = _Reader(data, code, bar + 1)
        root.items.append(Item(reader.value(0), code.text(data[position:bar]), data[position : bar + 1]))
        reader.tie()
        position = reader.at

    def write() -> str:
        parts = [(i.raw_key or code.bytes(f"{i.key}|")) + _Writer(i.node, code).written(i.node) for i in root.items]
        return code.text(b"".join(parts))

    return Document(root, write)


class _Reader:
    def __init__(self, data: bytes, code: _Code, at: int = 0) -> None:
        self._data = data
        self._code = code
        self.at = at
        self._numbered: list[Node] = []
        self._pointing: list[tuple[Node, int]] = []

    def tie(self) -> None:
        """Let each reference know its target."""
        for node, number in self._pointing:
            if not 0 < number <= len(self._numbered):
                raise ValueError("a reference to nothing")
            _php(node).target = self._numbered[number - 1]

    def value(self, depth: int) -> Node:
        if depth > _MOST_DEPTH:
            raise ValueError("too deep")
        start, letter = self.at, self._data[self.at : self.at + 1].decode("ascii", "replace")
        node = Node("other", shape=_Php(letter))
        if letter != "R":
            self._numbered.append(node)
        self.at += 2
        self._fill(node, letter, depth)
        if letter in "NidbE":
            node.raw = self._data[start : self.at]
        return node

    def _fill(self, node: Node, letter: str, depth: int) -> None:
        match letter:
            case "N":
                return
            case "i" | "d":
                node.kind, node.value = "number", _number(self._until(b";"))
            case "b":
                node.value = self._until(b";") == b"1"
            case "s" | "S":
                node.kind, node.value, node.raw = "text", *self._counted_text(letter)
            case "E":
                self._counted_bytes()
                self._expect(b";")
            case "r" | "R":
                self._pointing.append((node, int(self._until(b";"))))
            case "a":
                node.kind = "object"
                self._entries(node, depth)
            case "O":
                name = self._counted_bytes()
                self._expect(b":")
                node.kind, node.has_names, _php(node).head = "object", True, name
                self._entries(node, depth)
            case "C":
                self._custom(node)
            case _:
                raise ValueError("no serialised value")

    def _custom(self, node: Node) -> None:
        """A class that writes itself: a body of its own, whose length is counted."""
        _php(node).head = self._counted_bytes()
        self._expect(b":")
        length = int(self._until(b":"))
        node.kind, node.value = "text", self._code.text(self._data[self.at + 1 : self.at + 1 + length])
        self.at += length + 1
        self._expect(b"}")

    def _entries(self, node: Node, depth: int) -> None:
        count = int(self._until(b":"))
        self._expect(b"{")
        for _entry in range(count):
            start = self.at
            letter = self._data[self.at : self.at + 1].decode("ascii", "replace")
            self.at += 2
            if letter not in "isS":
                raise ValueError("no key")
            key = int(self._until(b";")) if letter == "i" else self._counted_text(letter)[0]
            item = Item(Node("other"), key, self._data[start : self.at])
            item.node = self.value(depth + 1)
            node.items.append(item)
        self._expect(b"}")

    def _counted_bytes(self) -> bytes:
        length = int(self._until(b":"))
        found = self._data[self.at + 1 : self.at + 1 + length]
        if self._data[self.at : self.at + 1] != b'"' or len(found) != length:
            raise ValueError("a text is shorter than it says")
        self.at += length + 1
        self._expect(b'"')
        return found

    def _counted_text(self, letter: str) -> tuple[str, bytes]:
        start = self.at - 2
        if letter == "S":  # bytes beyond ASCII as \xx
            length = int(self._until(b":"))
            self._expect(b'"')
            found = b""
            while len(found) < length:
                escaped = self._data[self.at : self.at + 1] == b"\\"
                found += bytes.fromhex(self._data[self.at + 1 : self.at + 3].decode()) if escaped else self._one()
                self.at += 3 if escaped else 1
            self._expect(b'"')
        else:
            found = self._counted_bytes()
        self._expect(b";")
        return self._code.text(found), self._data[start : self.at]

    def _one(self) -> bytes:
        sign = self._data[self.at : self.at + 1]
        if not sign:
            raise ValueError("a text is shorter than it says")
        return sign

    def _expect(self, sign: bytes) -> None:
        if self._data[self.at : self.at + len(sign)] != sign:
            raise ValueError("something else stands there")
        self.at += len(sign)

    def _until(self, end: bytes) -> bytes:
        stop = self._data.index(end, self.at)
        found = self._data[self.at : stop]
        self.at = stop + 1
        return found


class _Writer:
    """Writes a tree; references get the numbers that their targets have now, or become NULL with them."""

    def __init__(self, root: Node, code: _Code) -> None:
        self._code = code
        self._numbers = {id(node): number for number, node in enumerate(_numbered(root), 1)}

    def written(self, node: Node) -> bytes:
        """The value in PHP's words."""
        php = _php(node)
        if php.letter in "rR" and php.target is not None:
            number = self._numbers.get(id(php.target))
            return b"N;" if number is None else f"{php.letter}:{number};".encode()
        if node.raw is not None:
            return bytes(node.raw)
        match php.letter:
            case "a" | "O":
                entries = b"".join(self._key(item) + self.written(item.node) for item in node.items)
                head = b"a" if php.letter == "a" else b"O:%d:%s" % (len(php.head), b'"' + php.head + b'"')
                return b"%s:%d:{%s}" % (head, len(node.items), entries)
            case "C":
                body = self._code.bytes(str(node.value))
                return b'C:%d:"%s":%d:{%s}' % (len(php.head), php.head, len(body), body)
        return self._single(node.value)

    def _key(self, item: Item) -> bytes:
        return bytes(item.raw_key) if item.raw_key is not None else self._single(item.key)

    def _single(self, value: object) -> bytes:
        match value:
            case None:
                return b"N;"
            case bool():
                return b"b:%d;" % value
            case int():
                return b"i:%d;" % value
            case float():
                return f"d:{value!r};".encode()
        data = self._code.bytes(str(value))
        return b's:%d:"%s";' % (len(data), data)


def _numbered(node: Node) -> Iterator[Node]:
    if _php(node).letter != "R":
        yield node
    for item in node.items:
        yield from _numbered(item.node)


def _php(node: Node) -> _Php:
    if not isinstance(node.shape, _Php):  # its value is a new one
        node.shape = _Php("")
    return node.shape


def _number(text: bytes) -> int | float:
    return int(text) if re.fullmatch(rb"[+-]?\d{1,4000}", text) else float(text)
