"""The examples of docs/reference/links.md and other-platforms.md do what these pages say."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from pamitan.storefile.links import Link
from pamitan.storefile.rules import Rule
from pamitan.stores.types import Identifier, Subject
from tests.store.gallery.case import ALICE, Case, Rows

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
MEDUSA = Subject("cus_01ALICE", frozenset({Identifier("email", "alice@example.com")}))
SOLIDUS = Subject("7", frozenset({Identifier("email", "zoe@example.com")}))
LEAVING = {"WooCommerce": replace(ALICE, account_id="7"), "Medusa v2": MEDUSA, "Solidus": SOLIDUS}


@dataclass
class Example:
    """The blocks of one chapter: tables with rows, rules, and the rows afterwards."""

    title: str
    blocks: list[tuple[str, str]]

    def of(self, language: str) -> str:
        return "".join(text for kind, text in self.blocks if kind == language)

    @cached_property
    def after(self) -> dict[str, list[str]]:
        """The rows that are shown, by table."""
        found: dict[str, list[str]] = defaultdict(list)
        for line in self.of("text").splitlines():
            table, _, row = line.partition(":")
            found[table].append(row.strip())
        return found


def chapters(page: str, depth: str) -> list[Example]:
    """What stands under each heading of that depth; what stands before the first one comes first."""
    parts = re.split(rf"^{depth} (.+)$", (REFERENCE / page).read_text("utf-8"), flags=re.MULTILINE)
    titles = ["", *parts[1::2]]
    return [
        Example(title, re.findall(r"^```(\w+)\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL))
        for title, text in zip(titles, parts[::2], strict=True)
    ]


BEGINNING, *LINKS = chapters("links.md", "###")
PLATFORMS = [example for example in chapters("other-platforms.md", "##") if example.of("sql")]


@pytest.mark.parametrize("example", [e for e in LINKS if e.blocks], ids=lambda example: str(example.title))
def test_a_link_or_an_action_does_what_the_page_shows(any_url: str, example: Example, tmp_path: Path) -> None:
    for name in ("alice.jpg", "both.jpg", "bob.jpg"):
        (tmp_path / name).touch()
    rules = example.of("yaml").replace("${MEDIA}", str(tmp_path))
    case = Case(any_url, for_any(any_url, example.of("sql")), rules, BEGINNING.of("yaml"), BEGINNING.of("sql"))
    changed, after = case.close(ALICE), dict(example.after)
    changed.pop("customer")  # alice's row as a guest is gone as well
    files = after.pop("files", ["alice.jpg", "both.jpg", "bob.jpg"])
    assert sorted(files) == sorted(path.name for path in tmp_path.glob("*.jpg"))
    see(after, changed, case)


@pytest.mark.parametrize("example", PLATFORMS, ids=lambda example: str(example.title))
def test_a_platform_is_erased_as_the_page_shows(any_url: str, example: Example) -> None:
    case = Case(any_url, for_any(any_url, example.of("sql")), *rules_and_beginning(example), people="")
    see(example.after, case.close(LEAVING[example.title]), case)


def test_every_link_and_action_of_the_model_is_on_the_page() -> None:
    words = (REFERENCE / "links.md").read_text("utf-8")
    known = [*Link.model_fields, *Rule.model_fields]
    assert [word for word in known if f"{word}:" not in words and word not in ("category", "why")] == []


def for_any(url: str, sql: str) -> str:
    """MariaDB reads a backslash in a literal."""
    return re.sub(r"\bJSON\b(?=[,)])", "{JSON}", sql.replace("\\", "\\\\") if url.startswith("mysql") else sql)


def rules_and_beginning(example: Example) -> tuple[str, str]:
    """The rules of the later blocks; and the first block, which describes store, account and its table."""
    first, *others = [text for kind, text in example.blocks if kind == "yaml"]
    store = 'store: {name: Toko, email: halo@toko.example}\ndatastores: {main: {url: "${STORE_URL}"}}\n'
    return "".join(others), store + first


def see(after: dict[str, list[str]], changed: dict[str, Rows], case: Case) -> None:
    """The tables that changed are those that the page shows, with these rows."""
    rows = case.rows()
    assert changed.keys() <= after.keys()
    for table, lines in after.items():
        shown = [] if lines == ["(no rows)"] else lines
        left = [" | ".join(map(_shown, row)).strip() for row in rows[table]]
        for line in shown:
            fitting = [row for row in left if fnmatchcase(row, _pattern(line))]
            assert fitting, f"{table}: no row is {line}; there are {left}"
            left.remove(fitting[0])
        assert left == [], f"{table} has more rows than the page shows"


def _shown(cell: Any) -> str:
    return "NULL" if cell is None else str(cell)


def _pattern(line: str) -> str:
    return re.sub(r"([\[?*])", r"[\1]", line).replace("…", "*")
