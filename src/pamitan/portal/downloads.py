"""Saving what was bought: one purchase, or all of them in one archive that is made while it is being sent."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.core import signing
from django.utils.translation import gettext as _
from stream_zip import NO_COMPRESSION_64, Method, stream_zip

from pamitan.closure import service
from pamitan.closure.clock import clock
from pamitan.closure.service import ShelvedItem
from pamitan.closure.store import current_store
from pamitan.stores.errors import StoreError
from pamitan.stores.types import Identifier, LibraryItem

logger = logging.getLogger(__name__)

_SALT = "pamitan.portal.download"
Opened = tuple[LibraryItem, Iterator[bytes]]
Member = tuple[str, dt.datetime, int, Method, Iterable[bytes]]


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
    """The purchase and its bytes; marked as saved once the last byte was sent.

    Raises ``KeyError`` for what is not this account's, ``FileNotFoundError`` and ``StoreUnavailable``.
    """
    item, content = current_store().open_file(account_id, item_key, proven)
    return item, _saved_at_the_end(content, account_id, item)


def archive(account_id: str, proven: frozenset[Identifier]) -> Iterator[bytes]:
    """A ZIP file of all that is there, made as it is sent; e-books hardly shrink, so nothing is packed.

    What the store cannot give is named in a text file at the archive's end; the others are not held up by it.
    """
    items = [item for item in current_store().library(account_id, proven) if item.available]
    note = MissingNote.in_the_pages_language()
    return iter(stream_zip(_members(account_id, proven, items, note)))


@dataclass(frozen=True)
class MissingNote:
    """The text file that names what could not be had; its words are found before the answer has begun."""

    filename: str
    words: str

    @classmethod
    def in_the_pages_language(cls) -> MissingNote:
        words = _(
            "The store could not give these files. Please try again later, or contact the store before you close:"
        )
        return cls(_("MISSING.txt"), words)

    def about(self, titles: list[str]) -> bytes:
        return "\n".join([self.words, *(f"- {title}" for title in titles), ""]).encode()


def _members(
    account_id: str, proven: frozenset[Identifier], items: list[LibraryItem], note: MissingNote
) -> Iterator[Member]:
    now, missing = clock().now(), []
    for item in items:
        try:
            content = open_one(account_id, item.key, proven)[1]
        except (StoreError, KeyError, OSError) as error:
            logger.warning("A purchase could not be read (%s)", type(error).__name__)
            missing.append(item.title)
        else:
            yield item.filename, now, 0o644, NO_COMPRESSION_64, content
    if missing:
        yield note.filename, now, 0o644, NO_COMPRESSION_64, [note.about(missing)]


def _saved_at_the_end(content: Iterator[bytes], account_id: str, item: LibraryItem) -> Iterator[bytes]:
    yield from content
    service.mark_saved(account_id, item.key)
