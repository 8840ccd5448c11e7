"""A file that a row named, as the case file remembers it until it is gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["planned", "tried", "done", "missing", "recovered", "shared"]


@dataclass(frozen=True)
class NamedFile:
    """``shared``: another row names it as well, so it stays. ``tried``: a run was about to delete it. ``missing``:
    there was no such file; ``recovered``: nor was there, but an earlier run had tried."""

    table: str
    url: str
    folder: str
    state: State = "planned"
    late: bool = False
    """Named by a row that the shop wrote during the erasure, or there again after it was deleted."""

    @property
    def is_pending(self) -> bool:
        """Whether it is still to be deleted."""
        return self.state in ("planned", "tried")

    def to_plain(self) -> list[str | bool]:
        return [self.table, self.url, self.folder, self.state, self.late]


def noted(known: list[NamedFile], found: list[NamedFile]) -> list[NamedFile]:
    """What is known, with what was found now; a file that nobody else names any more is to go after all."""
    result = {file.url: file for file in known}
    for file in found:
        before = result.get(file.url)
        if before is None or before.state == "shared":
            result[file.url] = file
    return list(result.values())
