"""Reads a store file: YAML, then environment variables, then the model. Every error names file, line and mend.

YAML is read as version 1.2 does: ``on``, ``no`` and ``yes`` are words, ``true`` and ``false`` alone are truth values.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from pamitan.storefile.explain import explain
from pamitan.storefile.model import StoreFile

PRESET = "preset:"
_VARIABLE = re.compile(r"\$(\$?)\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
_MERGE = "tag:yaml.org,2002:merge"
Place = tuple[str | int, ...]


class StoreFileError(Exception):
    """The store file cannot be used. The text has one line per fault: ``FILE:LINE: what is wrong; the mend``."""


def load_store_file(source: str, env: Mapping[str, str] | None = None) -> StoreFile:
    """The store file at that path, or the one of the package for ``preset:NAME``.

    ``${NAME}`` and ``${NAME:-default}`` in any text are replaced from ``env`` (the process's own by default);
    ``$${NAME}`` stands for itself. Raises :class:`StoreFileError`.
    """
    document = _Document(source, os.environ if env is None else env)
    data = document.read(_text_of(source))
    try:
        return StoreFile.model_validate(data)
    except ValidationError as error:
        faults = sorted({(document.line_of(place), sentence) for place, sentence in explain(error, data)})
        raise StoreFileError("\n".join(f"{source}:{line}: {sentence}" for line, sentence in faults)) from None


def lines_of(source: str, env: Mapping[str, str] | None = None) -> tuple[dict[str, Any], Mapping[Place, int]]:
    """The file as plain data, and the line of every key and list item in it. Raises :class:`StoreFileError`."""
    document = _Document(source, os.environ if env is None else env)
    data: dict[str, Any] = document.read(_text_of(source))
    return data, document.lines


def preset_names() -> list[str]:
    """The store files that come with the package."""
    folder = files("pamitan.storefile") / "presets"
    found = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
    return sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml"))


def _text_of(source: str) -> str:
    try:
        if not source.startswith(PRESET):
            return Path(source).expanduser().read_text("utf-8")
        name = source.removeprefix(PRESET)
        if name not in preset_names():
            known = ", ".join(preset_names()) or "none"
            raise StoreFileError(f"{source}:1: there is no preset '{name}'; the presets are: {known}")
        return (files("pamitan.storefile") / "presets" / f"{name}.yaml").read_text("utf-8")
    except FileNotFoundError:
        raise StoreFileError(f"{source}:1: there is no such file; check the path, or use preset:NAME") from None
    except OSError as error:
        raise StoreFileError(f"{source}:1: cannot be read ({error.strerror}); check the path and its rights") from None
    except UnicodeDecodeError as error:
        raise StoreFileError(f"{source}:1: is not UTF-8 text (byte {error.start}); save it as UTF-8") from None


class _Loader(yaml.SafeLoader):
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
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))
_Loader.add_constructor("tag:yaml.org,2002:int", lambda _loader, node: int(node.value))


@dataclass
class _Document:
    """One file's text on its way to plain data; remembers the line of every key and list item."""

    source: str
    env: Mapping[str, str]
    lines: dict[Place, int] = field(default_factory=dict)
    faults: list[tuple[int, str]] = field(default_factory=list)

    def read(self, text: str) -> Any:
        try:
            loader = _Loader(text)
            node = loader.get_single_node()
            data = self._plain(loader, node, (), ()) if node is not None else None
        except yaml.YAMLError as error:
            raise self._syntax(text, error) from None
        if not isinstance(data, dict):
            self.faults.append((1, "is no store file; it begins with 'store:' and 'datastores:'"))
        if self.faults:
            raise StoreFileError("\n".join(f"{self.source}:{line}: {fault}" for line, fault in sorted(self.faults)))
        return data

    def line_of(self, place: Place) -> int:
        """The line where that place, or the nearest one around it that is written down, begins."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def _plain(self, loader: _Loader, node: yaml.Node, place: Place, parents: tuple[yaml.Node, ...]) -> Any:
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
        self, loader: _Loader, node: yaml.MappingNode, place: Place, parents: tuple[yaml.Node, ...]
    ) -> dict[str | int, Any]:
        self._refuse_duplicates(node)
        loader.flatten_mapping(node)
        result: dict[str | int, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(loader, key_node)
            self.lines[(*place, key)] = key_node.start_mark.line + 1
            result[key] = self._plain(loader, value_node, (*place, key), parents)
        return result

    def _key(self, loader: _Loader, node: yaml.Node) -> str:
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
        return _VARIABLE.sub(lambda match: self._variable(match, node.start_mark.line + 1), text)

    def _variable(self, match: re.Match[str], line: int) -> str:
        escaped, name, default = match.groups()
        if escaped:
            return match.group(0)[1:]
        value = self.env.get(name) or default
        if value is None:
            self.faults.append(
                (line, f"the environment variable {name} is not set; set it, or write ${{{name}:-default}}")
            )
            return ""
        return value

    def _syntax(self, text: str, error: yaml.YAMLError) -> StoreFileError:
        if isinstance(error, yaml.reader.ReaderError):
            line = text.count("\n", 0, error.position) + 1
            return StoreFileError(f"{self.source}:{line}: holds a sign that YAML does not allow; remove it")
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or "it cannot be read"
        return StoreFileError(
            f"{self.source}:{mark.line + 1 if mark else 1}: is not YAML here ({problem}); "
            "check indentation, colons and quotes"
        )
