"""What the models of a file that people write are made with: strictness, short forms, and faults with a place."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict


class Misplaced(ValueError):  # noqa: N818 (shown to the reader of the file, never caught by name)
    """A fault between two parts of the file, with the place that should be mended."""

    def __init__(self, sentence: str, *place: str | int) -> None:
        super().__init__(sentence)
        self.place = place


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


def as_list(value: object) -> object:
    return value if isinstance(value, list) else [value]


def as_list_or_none(value: object) -> object:
    return None if value is None else as_list(value)


def time_of_day(text: str) -> str:
    """``02:00``, checked."""
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError(f"'{text}' is no time of day; write e.g. \"02:00\", with the quotes")
    return text


def times_of_day(text: str) -> str:
    """``08:00-20:00``, or several parted by commas; an end before its start is on the next day."""
    time = r"([01]\d|2[0-3]):[0-5]\d"
    if not re.fullmatch(rf"{time}\s*-\s*{time}(\s*,\s*{time}\s*-\s*{time})*", text.strip()):
        raise ValueError(f"'{text}' is no time; write 08:00-20:00, or 08:00-12:00, 13:00-17:00")
    return text.strip()


def known_zone(name: str) -> str:
    """The name of a time zone, checked."""
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise ValueError(f"'{name}' is no time zone; write e.g. Asia/Jakarta or UTC") from None
    return name


def to_nobody(value: object) -> object:
    """A list of columns to detach, as a mapping to NULL."""
    return dict.fromkeys(value) if isinstance(value, list) else value
