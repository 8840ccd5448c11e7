"""Digital purchases: what a customer can save before it becomes unreachable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pamitan.storefile.model import LibraryShelf
from pamitan.stores import files
from pamitan.stores.engine import reading
from pamitan.stores.home import Home, is_tied
from pamitan.stores.ids import id_text
from pamitan.stores.keys import Keys
from pamitan.stores.types import Identifier, LibraryItem
from pamitan.stores.values import as_text


@dataclass(frozen=True)
class _Entry:
    """A purchase and where it lies: a file's URL, or the text of a code."""

    item: LibraryItem
    url: str | None
    text: bytes


class Library:
    """The purchases of one account, shelf by shelf."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def of(self, account_id: str, proven: frozenset[Identifier]) -> list[LibraryItem]:
        """All purchases; file names are unique among them."""
        return [self._looked_at(entry) for entry in self._entries(account_id, proven)]

    def open(
        self, account_id: str, item_key: str, proven: frozenset[Identifier]
    ) -> tuple[LibraryItem, Iterator[bytes]]:
        """One purchase, and its bytes in chunks.

        Raises ``KeyError`` for what is not this account's, ``FileNotFoundError`` for a file that is gone, and
        :class:`StoreUnavailable` when the place of the files does not answer.
        """
        entry = {entry.item.key: entry for entry in self._entries(account_id, proven)}[item_key]
        content = iter([entry.text]) if entry.url is None else files.read(entry.url)
        return self._looked_at(entry), content

    def _looked_at(self, entry: _Entry) -> LibraryItem:
        if entry.url is None:
            return entry.item
        state = files.look_at(entry.url)
        return replace(entry.item, available=state.available, size=state.size)

    def _entries(self, account_id: str, proven: frozenset[Identifier]) -> list[_Entry]:
        shelves = self._home.file.library
        if not shelves:
            return []
        found: list[_Entry] = []
        for datastore in dict.fromkeys(shelf.datastore for shelf in shelves):
            home = self._home.at(datastore)
            with reading(home.engine) as connection, home.keys(connection, account_id, proven) as keys:
                for index, shelf in enumerate(shelves):
                    if shelf.datastore == datastore:
                        found += self._on_shelf(connection, keys, home, f"library.{index}", shelf)
        return _with_unique_names(found)

    def _on_shelf(
        self, connection: Connection, keys: Keys, home: Home, section: str, shelf: LibraryShelf
    ) -> Iterator[_Entry]:
        tied = keys.tied(shelf.table, shelf.link, shelf.where)
        row = tied.source
        sources = {"title": shelf.title, "code": shelf.code, "filename": shelf.filename}
        cells = [home.cell(source, tied.table, row).label(name) for name, source in sources.items()]
        values = [home.cell(source, tied.table, row).label(f"value_{name}") for name, source in shelf.values.items()]
        key = row.c[tied.table.column(shelf.id).name].label("id")
        query = sa.select(key, *cells, *values).where(is_tied(tied, row)).order_by(key)
        for found in connection.execute(query):
            yield _entry(section, shelf, found)


def _entry(section: str, shelf: LibraryShelf, row: Any) -> _Entry:
    title, wanted = as_text(row.title), as_text(row.filename)
    values = {"title": title} | {name: as_text(getattr(row, f"value_{name}")) for name in shelf.values}
    text, url, ending = b"", None, ".txt"
    if shelf.file is None:
        text = f"{title}\n{as_text(row.code)}\n".encode()
    else:
        url = files.filled(shelf.file, values)
        ending = files.ending_of(url)
    name = files.safe_name(wanted) if wanted else files.safe_name(title.removesuffix(ending), ending)
    size = len(text) if url is None else None
    return _Entry(LibraryItem(f"{section}:{id_text(row.id)}", shelf.label, title or name, name, size, True), url, text)


def _with_unique_names(entries: list[_Entry]) -> list[_Entry]:
    """Two books of one title become ``Title.epub`` and ``Title (2).epub``; case alone makes no difference."""
    taken: set[str] = set()
    named = []
    for entry in entries:
        path, count = PurePosixPath(entry.item.filename), 1
        name = path.name
        while name.casefold() in taken:
            count += 1
            name = f"{path.stem} ({count}){path.suffix}"
        taken.add(name.casefold())
        named.append(replace(entry, item=replace(entry.item, filename=name)))
    return named
