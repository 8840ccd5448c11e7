"""Saving what was bought: one purchase, or all of them in one archive that is made while it is being sent."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.core import signing
from django.utils.translation import gettext as _
from stream_zip import NO_COMPRESSION_64, stream_zip

from pamitan.closure import service
from pamitan.closure.clock import clock
from pamitan.closure.service import ShelvedItem
from pamitan.closure.store import current_store
from pamitan.stores.errors import StoreError
from pamitan.stores.types import Identifier, LibraryItem

logger = logging.getLogger(__name__)

_SALT = "pamitan.portal.download"
Opened = tuple[LibraryItem, Iterator[bytes]]
Member = tuple[str, dt.datetime, int, object, Iterable[bytes]]


@dataclass(frozen=True)
class Purchase:
    """A purchase on the page, with the token of its own address."""

    item: LibraryItem
    saved: bool
    token: str


def purchases(account_id: str, library: Iterable[ShelvedItem]) -> list[Purchase]:
    return [Purchase(one.item, one.saved, signing.dumps([account_id, one.item.key], salt=_SALT)) for one in library]


def named(token: str) -> tuple[str, str] | None:
    """Account id and item key of a download's address; ``None`` for one that is not ours."""
    try:
        account_id, item_key = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError):
        return None
    return str(account_id), str(item_key)


def open_one(account_id: str, item_key: str, proven: frozenset[Identifier]) -> Opened:
    """The purchase and its bytes; marked as saved once the last byte was sent. Raises ``KeyError``."""
    item, content = current_store().open_file(account_id, item_key, proven)
    return item, _saved_at_the_end(content, account_id, item)


def archive(account_id: str, proven: frozenset[Identifier]) -> Iterator[bytes]:
    """A ZIP file of all that is there. Nothing is kept on disk or in memory; e-books hardly shrink, so nothing is packed.

    What the store cannot give is named in a text file at the archive's end; the others are not held up by it.
    """
    items = [item for item in current_store().library(account_id, proven) if item.available]
    names = _different_names(items)
    return iter(stream_zip(_members(account_id, proven, items, names)))


def _members(
    account_id: str, proven: frozenset[Identifier], items: list[LibraryItem], names: dict[str, str]
) -> Iterator[Member]:
    now, missing = clock().now(), []
    for item in items:
        first = _first_bytes(lambda item=item: open_one(account_id, item.key, proven)[1])
        if first is None:
            missing.append(item.title)
        else:
            yield names[item.key], now, 0o644, NO_COMPRESSION_64, first
    if missing:
        yield _("MISSING.txt"), now, 0o644, NO_COMPRESSION_64, [_missing_note(missing).encode()]


def _first_bytes(opened: Callable[[], Iterator[bytes]]) -> Iterator[bytes] | None:
    """The content, after a look that it is there at all."""
    try:
        content = opened()
        head = next(content, b"")
    except (StoreError, KeyError, OSError) as error:
        logger.warning("A purchase could not be read (%s)", type(error).__name__)
        return None
    return _chained(head, content)


def _chained(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from rest


def _saved_at_the_end(content: Iterator[bytes], account_id: str, item: LibraryItem) -> Iterator[bytes]:
    yield from content
    service.mark_saved(account_id, item.key)


def _missing_note(titles: list[str]) -> str:
    lines = [_("The store could not give these files. Please try again later, or contact the store before you close:")]
    return "\n".join([*lines, *(f"- {title}" for title in titles), ""])


def _different_names(items: list[LibraryItem]) -> dict[str, str]:
    """A file name for each item; the second of the same name is ``name (2).epub``."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for item in items:
        path = PurePosixPath(safe_name(item.filename))
        name, number = path.name, 1
        while name.casefold() in taken:
            number += 1
            name = f"{path.stem} ({number}){path.suffix}"
        taken.add(name.casefold())
        names[item.key] = name
    return names


def safe_name(filename: str) -> str:
    """The name without folders and control characters, so that it lies inside the archive on every system."""
    kept = "".join("_" if char in '/\\:*?"<>|' or ord(char) < 32 else char for char in filename).strip(". ")
    return kept[:200] or "file"
