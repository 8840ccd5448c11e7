"""A YAML file that a person writes: read with the line of every key, so that each error names file, line and mend.

YAML is read as version 1.2 does: ``on``, ``no`` and ``yes`` are words, ``true`` and ``false`` alone are truth values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

PRESET = "preset:"
_VARIABLE = re.compile(r"\$(\$?)\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
_MERGE = "tag:yaml.org,2002:merge"
Place = tuple[str | int, ...]


class UnreadableFile(Exception):  # noqa: N818
    """The file cannot be used. The text has one line per fault: ``FILE:LINE: what is wrong; the mend``."""


@dataclass(frozen=True)
class Shelf:
    """The files of one sort that come with the package: a folder of one of its parts."""

    package: str
    folder: str
    error: type[UnreadableFile]

    def names(self) -> list[str]:
        """What may stand after ``preset:``."""
        folder = files(self.package) / self.folder
        found = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
        return sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml"))

    def text_of(self, source: str) -> str:
        """The text of the file at that path, or of the package's own for ``preset:NAME``."""
        try:
            if not source.startswith(PRESET):
                return Path(source).expanduser().read_text("utf-8")
            return self._own(source.removeprefix(PRESET), source)
        except FileNotFoundError:
            raise self.error(f"{source}:1: there is no such file; check the path, or use preset:NAME") from None
        except OSError as error:
            raise self.error(f"{source}:1: cannot be read ({error.strerror}); check the path and its rights") from None
        except UnicodeDecodeError as error:
            raise self.error(f"{source}:1: is not UTF-8 text (byte {error.start}); save it as UTF-8") from None

    def _own(self, name: str, source: str) -> str:
        if name not in self.names():
            known = ", ".join(self.names()) or "none"
            raise self.error(f"{source}:1: there is no preset '{name}'; the presets are: {known}")
        return (files(self.package) / self.folder / f"{name}.yaml").read_text("utf-8")


class Loader(yaml.SafeLoader):
    """YAML 1.2's core words and numbers, with YAML 1.1's dates."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ("timestamp", r"^\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d(?::?\d\d)?)?)?$", "0123456789"),
    ("merge", r"^<<$", "<"),
):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))
Loader.add_constructor("tag:yaml.org,2002:int", lambda _loader, node: int(node.value))


@dataclass
class Document:
    """One file's text on its way to plain data; remembers the line of every key and list item.

    ``beginning`` says with which keys such a file begins. Without ``env`` nothing is filled in.
    """

    source: str
    beginning: str
    error: type[UnreadableFile]
    env: Mapping[str, str] | None = None
    lines: dict[Place, int] = field(default_factory=dict)
    faults: list[tuple[int, str]] = field(default_factory=list)

    def read(self, text: str) -> Any:
        """The text as plain data. Raises the file's own sort of :class:`UnreadableFile`."""
        try:
            loader = Loader(text)
            node = loader.get_single_node()
            data = self._plain(loader, node, (), ()) if node is not None else None
        except yaml.YAMLError as error:
            raise self._syntax(text, error) from None
        if not isinstance(data, dict):
            self.faults.append((1, self.beginning))
        if self.faults:
            raise self.fault(self.faults)
        return data

    def fault(self, faults: Iterable[tuple[int, str]]) -> UnreadableFile:
        """These faults, each with its line, as one error."""
        return self.error("\n".join(f"{self.source}:{line}: {sentence}" for line, sentence in sorted(faults)))

    def line_of(self, place: Place) -> int:
        """The line where that place, or the nearest one around it that is written down, begins."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def _plain(self, loader: Loader, node: yaml.Node, place: Place, parents: tuple[yaml.Node, ...]) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if node in parents:
            self.faults.append(
                (node.start_mark.line + 1, "an alias (*) stands inside its own anchor (&); write it out")
            )
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(loader, node, place, (*parents, node))
        if isinstance(node, yaml.SequenceNode):
            return [
                self._plain(loader, item, (*place, index), (*parents, node)) for index, item in enumerate(node.value)
            ]
        value = loader.construct_object(node)
        return self._filled_in(value, node) if isinstance(value, str) else value

    def _mapping(
        self, loader: Loader, node: yaml.MappingNode, place: Place, parents: tuple[yaml.Node, ...]
    ) -> dict[str | int, Any]:
        self._refuse_duplicates(node)
        loader.flatten_mapping(node)
        result: dict[str | int, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(loader, key_node)
            self.lines[(*place, key)] = key_node.start_mark.line + 1
            result[key] = self._plain(loader, value_node, (*place, key), parents)
        return result

    def _key(self, loader: Loader, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "a key must be one word", node.start_mark)
        return str(node.value)

    def _refuse_duplicates(self, node: yaml.MappingNode) -> None:
        first: dict[str, int] = {}
        for key, _value in node.value:
            line = key.start_mark.line + 1
            if key.tag != _MERGE and str(key.value) in first:
                self.faults.append((line, f"'{key.value}' is already given in line {first[key.value]}; keep one"))
            first.setdefault(str(key.value), line)

    def _filled_in(self, text: str, node: yaml.Node) -> str:
        if self.env is None:
            return text
        return _VARIABLE.sub(lambda match: self._variable(match, node.start_mark.line + 1), text)

    def _variable(self, match: re.Match[str], line: int) -> str:
        escaped, name, default = match.groups()
        if escaped:
            return match.group(0)[1:]
        value = (self.env or {}).get(name) or default
        if value is None:
            self.faults.append(
                (line, f"the environment variable {name} is not set; set it, or write ${{{name}:-default}}")
            )
            return ""
        return value

    def _syntax(self, text: str, error: yaml.YAMLError) -> UnreadableFile:
        if isinstance(error, yaml.reader.ReaderError):
            line = text.count("\n", 0, error.position) + 1
            return self.fault([(line, "holds a sign that YAML does not allow; remove it")])
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or "it cannot be read"
        sentence = f"is not YAML here ({problem}); check indentation, colons and quotes"
        return self.fault([(mark.line + 1 if mark else 1, sentence)])
