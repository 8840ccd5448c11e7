"""What the documents show works: commands, options, settings, links."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from pamitan.cli.main import app

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
SHOWN = re.compile(r"^ {4}(?:[A-Z_]+=\S+ )*(?:\./run )?pamitan (.+?)(?:\s+#.*)?$", re.MULTILINE)


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if hasattr(command, "commands"):
        for name, part in command.commands.items():
            yield from _commands(part, (*path, name))
    else:
        yield path, command


COMMANDS = dict(_commands(typer.main.get_command(app)))


def _options(command: Any) -> set[str]:
    return {word for parameter in command.params for word in parameter.opts if word.startswith("--")}


def _shown() -> Iterator[tuple[str, str]]:
    for document in DOCUMENTS:
        for words in SHOWN.findall(document.read_text()):
            yield str(document.relative_to(ROOT)), words


@pytest.mark.parametrize(("document", "words"), sorted(set(_shown())))
def test_a_shown_command_is_one_that_exists(document: str, words: str) -> None:
    parts = shlex.split(words)
    path = next(path for path in COMMANDS if tuple(parts[: len(path)]) == path)
    used = {part for part in parts if part.startswith("--")}
    assert used <= _options(COMMANDS[path]) | {"--help"}


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_each_command_and_option_is_documented(path: tuple[str, ...]) -> None:
    reference = (ROOT / "docs/reference/command-line.md").read_text()
    assert f"`pamitan {' '.join(path)}`" in reference
    missing = {option for option in _options(COMMANDS[path]) - {"--password"} if f"`{option}" not in reference}
    assert missing == set()


def test_each_setting_is_documented() -> None:
    source = "".join(path.read_text() for path in (ROOT / "src/pamitan/config").glob("*.py"))
    read = set(re.findall(r'"(PAMITAN_[A-Z_]+)"', source))
    reference = (ROOT / "docs/reference/settings.md").read_text()
    assert {name for name in read if f"`{name}`" not in reference} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_link_leads_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text())
    assert [target for target in targets if not (document.parent / target).exists()] == []
