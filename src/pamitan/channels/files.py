"""Files of customers and operators: what they are is told by their content, never by name or by who sends them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import filetype
from django.conf import settings

LARGEST_FILE = 10 * 1024 * 1024
MOST_FILES = 10
LONGEST_NAME = 100
TEXT = "text/plain"
_OFFICE = "application/vnd.openxmlformats-officedocument"
WELCOME = frozenset(
    {
        *("image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "application/pdf", TEXT),
        *(f"{_OFFICE}.wordprocessingml.document", f"{_OFFICE}.spreadsheetml.sheet"),
        *("application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet"),
    }
)
"""What somebody may have to show. Nothing that runs, and no archives."""
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]+')


@dataclass(frozen=True)
class File:
    """One file that is welcome."""

    name: str
    content_type: str
    content: bytes


def welcome(name: str, content: bytes) -> File | None:
    """The file, if it is not too large and of a kind that we take."""
    kind = _kind(content)
    if len(content) > LARGEST_FILE or kind not in WELCOME:
        return None
    return File(_safe(name) or "file", kind, content)


def stored_path(stored: UUID) -> Path:
    """Where a file lies: in a folder that no web server knows, under a random name."""
    return Path(settings.PAMITAN_ATTACHMENTS) / stored.hex


def _kind(content: bytes) -> str:
    guessed: str | None = filetype.guess_mime(content)
    if guessed:
        return guessed
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return "application/octet-stream"
    return TEXT if "\x00" not in text else "application/octet-stream"


def _safe(name: str) -> str:
    """Without folders, control characters, and marks that turn the reading direction and so the ending."""
    return _NOT_IN_NAMES.sub("_", name.strip()).strip(". ")[-LONGEST_NAME:]
