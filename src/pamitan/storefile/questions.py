"""What a drafted store file still asks: lines marked ``# ?``, and texts that read TODO."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_MARK = re.compile(r"#\s\?(?:\s|$)")
_TO_WRITE = re.compile(r"^[^#]*\bTODO\b")


@dataclass(frozen=True)
class Question:
    """One thing that nobody has decided yet."""

    line: int
    text: str
    to_write: bool
    """A text is missing that customers or auditors would read; else a proposal waits for a yes."""


def open_questions(source: str) -> list[Question]:
    """The questions of the file at that path; none for a preset."""
    path = Path(source).expanduser()
    if not path.is_file():
        return []
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if _TO_WRITE.match(line) or (_MARK.search(line) and not line.startswith("#")):
            found.append(
                Question(number, line.partition("# ?")[0].strip(" -#") or line.strip(" #"), bool(_TO_WRITE.match(line)))
            )
    return found
