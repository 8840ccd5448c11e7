"""A reviewed draft, brought up to date: what is written stays, what is new is marked, what is gone is told."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from pamitan.draft.draft import Draft
from pamitan.draft.natures import Proposal
from pamitan.draft.seen import Seen, seen_in, seen_lines, without_seen
from pamitan.draft.text import ignored, table_lines
from pamitan.storefile.load import StoreFileError, load_store_file
from pamitan.storefile.model import StoreFile
from pamitan.survey.found import Personal
from pamitan.survey.survey import Survey

NEW = "# new"
_ACTIONS = ("clear", "replace", "detach", "scrub", "redact", "personal")


@dataclass(frozen=True)
class Settings:
    """What a reviewed draft decides for the next look."""

    account_table: str
    country: str


def settings_of(path: Path) -> Settings:
    """Raises :class:`pamitan.storefile.load.StoreFileError`."""
    file = load_store_file(str(path))
    return Settings(file.account.table, file.store.country)


def reviewed(path: Path, draft: Draft) -> str:
    """The reviewer's text with what is new. Raises :class:`pamitan.storefile.load.StoreFileError`."""
    text = path.read_text("utf-8")
    return _Review(text, load_store_file(str(path)), draft).text()


class _Review:
    def __init__(self, text: str, file: StoreFile, draft: Draft) -> None:
        self._seen = seen_in(text)
        self._file = file
        self._draft = draft
        self._survey: Survey = draft.survey
        self._datastore = file.home
        self._yaml = YAML()
        self._yaml.preserve_quotes = True
        self._yaml.width = 4096
        self._plain = without_seen(text)
        self._document: CommentedMap = self._yaml.load(self._plain)
        if not isinstance(self._document, CommentedMap):
            raise StoreFileError("1: is no store file; it begins with 'store:' and 'datastores:'")
        self._news: list[str] = []

    def text(self) -> str:
        self._add_columns()
        additions = {"map": self._new_tables(), "ignore": self._newly_ignored()}
        self._tell_states()
        stream = io.StringIO()
        self._keep_indentation()
        self._yaml.dump(self._document, stream)
        body = stream.getvalue()
        for section, lines in additions.items():
            body = _inserted(body, section, self._datastore, lines)
        memory = "\n".join(seen_lines(self._survey, self._draft.orders)) + "\n"
        return (
            "\n".join(self._head())
            + "".join(["\n"] if self._news or self._gone() else [])
            + body.rstrip("\n")
            + "\n\n"
            + memory
        )

    def _keep_indentation(self) -> None:
        """As the draft is written: lists two further in."""
        self._yaml.indent(mapping=2, sequence=4, offset=2)

    def _head(self) -> list[str]:
        lines = [f"{NEW}: {line}" for line in self._news]
        return lines + [f"# gone: {what}" for what in self._gone()]

    def _gone(self) -> list[str]:
        """What the file names and the database no longer has."""
        schema, found = self._survey.schema, []
        for name, rules in self._file.map.get(self._datastore, {}).items():
            if name not in schema.tables and "*" not in name:
                found.append(f"table {name}, which the map names")
            for rule in rules if name in schema.tables else []:
                columns = {column for action in _ACTIONS for column in getattr(rule, action, None) or ()}
                found += [
                    f"column {name}.{c}"
                    for c in sorted(columns)
                    if c not in schema.tables[name].columns and "*" not in c
                ]
        for name in self._seen.columns if self._seen else {}:
            if name not in schema.tables and name not in self._file.map.get(self._datastore, {}):
                found.append(f"table {name}")
        return list(dict.fromkeys(found))

    def _is_known(self, table: str, column: str) -> bool:
        """Whether the reviewer has had it before their eyes."""
        if self._seen is not None:
            return column in self._seen.columns.get(table, set())
        return any(column in str(rule) for rule in self._file.map.get(self._datastore, {}).get(table, []))

    def _is_ignored(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self._file.ignore.get(self._datastore, {}))

    def _is_mapped(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self._file.map.get(self._datastore, {}))

    def _new_tables(self) -> list[str]:
        lines: list[str] = []
        for name, proposal in self._draft.proposals.items():
            was_seen = self._seen is not None and name in self._seen.columns
            if not proposal.is_empty and not self._is_mapped(name) and not self._is_ignored(name) and not was_seen:
                self._news.append(f"table {name}, proposed in the map")
                lines += table_lines(self._survey, proposal, f"  {NEW}")
        return lines

    def _newly_ignored(self) -> list[str]:
        lines: list[str] = []
        for name, (reason, mark) in ignored(self._survey, self._draft.proposals):
            was_seen = self._seen is not None and name in self._seen.columns
            if not self._is_ignored(name) and not self._is_mapped(name) and not was_seen:
                self._news.append(f"table {name}, {reason}")
                lines.append(f"    {name}: {reason}{mark or f'  {NEW}'}")
        return lines

    def _add_columns(self) -> None:
        """New personal columns of tables that the map has."""
        for name, proposal in self._draft.proposals.items():
            rules = self._file.map.get(self._datastore, {}).get(name)
            if not rules or any(rule.delete for rule in rules):
                continue
            for one in self._new_places(name, proposal):
                self._add_column(name, proposal, one)

    def _new_places(self, name: str, proposal: Proposal) -> Iterator[Personal]:
        for one in proposal.personal:
            if (
                one.confidence >= 0.5
                and not self._is_known(name, one.place.column)
                and not self._is_ignored(f"{name}.{one.place.column}")
            ):
                yield one

    def _add_column(self, name: str, proposal: Proposal, one: Personal) -> None:
        rule = self._document["map"][self._datastore][name]
        rule = rule[0] if isinstance(rule, CommentedSeq) else rule
        column = one.place.column
        for action in ("clear", "redact"):
            if column in getattr(proposal, action):
                rule.setdefault(action, CommentedSeq())
                if column not in rule[action]:
                    rule[action].append(column)
                self._say_new(rule, action, name, one)
        for action in ("replace", "scrub"):
            proposed: Mapping[str, Any] = getattr(proposal, action)
            if column in proposed:
                rule.setdefault(action, CommentedMap())[column] = proposed[column]
                self._say_new(rule, action, name, one)

    def _say_new(self, rule: CommentedMap, action: str, name: str, one: Personal) -> None:
        self._news.append(
            f"column {name}.{one.place.cell}: {one.kind} ({one.confidence:.2f}): {one.reason}; under {action}"
        )
        value = rule[action]
        if isinstance(value, (CommentedSeq, CommentedMap)):
            value.fa.set_flow_style()
        rule.yaml_add_eol_comment(f"new: {one.place.column}", action)

    def _tell_states(self) -> None:
        seen: Seen = self._seen or Seen()
        for one in self._draft.orders:
            known = seen.states.get(f"{one.table.name}.{one.state}")
            for state in one.states:
                if known is not None and str(state.value) not in known:
                    self._news.append(
                        f"state '{state.name}' in {one.table.name}.{one.state}: {state.rows} rows; is it open?"
                    )


def _inserted(body: str, section: str, datastore: str, lines: list[str]) -> str:
    """The text with these lines at the end of a datastore's part of a section."""
    if not lines:
        return body
    rows = body.splitlines()
    start = next((i for i, row in enumerate(rows) if row.startswith(f"{section}:")), None)
    if start is None:
        return "\n".join([*rows, "", f"{section}:", f"  {datastore}:", *lines]) + "\n"
    inside = next((i for i in range(start + 1, len(rows)) if rows[i].startswith(f"  {datastore}:")), start)
    end = next(
        (
            i
            for i in range(inside + 1, len(rows))
            if rows[i].strip() and _indent(rows[i]) <= 2 and not rows[i].lstrip().startswith("#")
        ),
        len(rows),
    )
    while end > inside + 1 and (not rows[end - 1].strip() or rows[end - 1].startswith("#")):
        end -= 1
    return "\n".join([*rows[:end], *lines, *rows[end:]]) + "\n"


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip())
