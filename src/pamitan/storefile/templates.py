"""The URLs of files that rows name: a fixed folder, then text and columns, such as ``s3://bucket/photos/{photo}``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote

_PLACE = re.compile(r"\{(\w+)\}")
_LEADS_AWAY = ("://", "::", "\\", "\0")


class OutsideFolder(ValueError):  # noqa: N818 (it says where the file would lie)
    """The row's value would lead out of the folder that the store file names."""


@dataclass(frozen=True)
class FileTemplate:
    """A file's URL with columns in braces; ``folder`` is what no value may lead out of."""

    text: str
    folder: str
    columns: tuple[str, ...]

    def filled(self, row: Mapping[str, str]) -> str | None:
        """The URL for a row; ``None`` where one of its columns is empty. Raises :class:`OutsideFolder`."""
        values = {name: row[name] for name in self.columns}
        if not all(values.values()):
            return None
        for name, value in values.items():
            if _leads_away(value):
                raise OutsideFolder(f"a value of '{name}' leads out of the folder {self.folder}")
        return _PLACE.sub(lambda match: values[match.group(1)], self.text)


@cache
def parse_file(text: str) -> FileTemplate:
    """Read a template. Raises ``ValueError`` with a sentence that says the mend."""
    columns = tuple(dict.fromkeys(_PLACE.findall(text)))
    fixed = text.partition("{")[0]
    scheme, sign, path = fixed.partition("://")
    folder = path.rpartition("/")[0]
    if not columns or "{" in _PLACE.sub("", text) or "}" in _PLACE.sub("", text):
        raise ValueError(f"'{text}' should name the file by a column in braces, e.g. file:///srv/media/{{photo}}")
    if not (scheme and sign and folder.strip("/")):
        raise ValueError(f"'{text}' should begin with a folder that no file lies outside of, e.g. file:///srv/media/")
    return FileTemplate(text, f"{scheme}{sign}{folder}/", columns)


def _leads_away(value: str) -> bool:
    plain = {value, unquote(value), unquote(unquote(value))}
    return any(sign in text or ".." in text.split("/") for text in plain for sign in _LEADS_AWAY)
