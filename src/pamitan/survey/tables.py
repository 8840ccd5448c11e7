"""What the tables of a shop are called after, and the one that a column is called after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pamitan.stores.schema import Schema, Table
from pamitan.survey.words import is_account_word, words_of

_ID_WORDS = {
    "id",
    "uuid",
    "guid",
    "fk",
    "no",
    "number",
    "num",
    "ref",
    "reference",
    "key",
    "code",
    "pk",
    "kode",
    "nomor",
    "nr",
    "codice",
    "numero",
}


SAYS_NOTHING = (
    "_id_",
    "_uuid_",
    "_code_",
    "_number_",
    "_no_",
    "_entity_id_",
    "_row_id_",
    "_object_id_",
    "_record_id_",
)
"""Keys that are called so in many tables."""


class Names:
    """The tables of a schema by what they are called, whatever prefix they share."""

    def __init__(self, schema: Schema) -> None:
        self._words = {name: words_of(name.rpartition(".")[2]) for name in schema.tables}
        self._prefixes = _prefixes(self._words.values())
        self._tables = schema.tables

    def words(self, table: str) -> tuple[str, ...]:
        """The words of a table's name, without a prefix that many tables share (``oc_``, ``wp_``)."""
        words = self._words[table]
        return tuple(words[1:] if len(words) > 1 and words[0] in self._prefixes else words)

    def table_of(self, column: str, own: str) -> str | None:
        """The one table that a column such as ``order_id`` is called after; not its own."""
        subject = subject_of(column)
        if not subject:
            return None
        if subject == ("parent",):
            return self._whole_of(own)
        exact = [
            name
            for name in self._tables
            if subject in (self.words(name), tuple(self._words[name]), without_entity(self.words(name)))
        ]
        others = [name for name in exact if name != own]
        if others:
            return min(others, key=lambda name: (not _same_beginning(name, own), len(name)))
        named = [name for name, table in self._tables.items() if name != own and _key_is_called(table, column)]
        if len(named) == 1:
            return named[0]
        ending = [name for name in self._tables if name != own and _ends(self.words(name), subject)]
        if len(ending) == 1 and not exact:
            return ending[0]
        own_part = (*self.words(own), subject[-1])
        parts = [name for name in self._tables if own_part in (self.words(name), tuple(self._words[name]))]
        if parts and not exact:
            return parts[0]
        in_role = [name for name in self._tables if name != own and _ends(subject, self.words(name))]
        return max(in_role, key=lambda name: len(self.words(name))) if in_role and not exact else None

    def _whole_of(self, own: str) -> str | None:
        """The table that another one is a part of by its name: ``sales_order`` of ``sales_order_payment``."""
        words = without_entity(self.words(own))
        parts = {name: without_entity(self.words(name)) for name in self._tables if name != own}
        found = [name for name, part in parts.items() if part and part == words[: len(part)] and len(part) < len(words)]
        return max(found, key=lambda name: len(parts[name]), default=None)

    def tables_of_class(self, value: str) -> set[str]:
        r"""The tables that a class name such as ``App\Models\OrderLine`` or ``shop.customer`` may stand for."""
        last = value.replace("\\", "/").replace(".", "/").replace(":", "/").rstrip("/").rpartition("/")[2]
        for subject in (tuple(words_of(value)), tuple(words_of(last))):
            if whole := {name for name in self._tables if subject in (self.words(name), tuple(self._words[name]))}:
                return whole
        return {name for name in self._tables if subject and _ends(self.words(name), subject)}


def without_entity(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words of ``customer_entity`` without the last."""
    return words[:-1] if len(words) > 1 and words[-1] == "entity" else words


def subject_of(column: str) -> tuple[str, ...]:
    """What a key column is about: ``billing_address_id`` is about a billing address."""
    words = words_of(column)
    while len(words) > 1 and words[-1] in _ID_WORDS:
        words = words[:-1]
    while len(words) > 1 and words[0] in ("id", "fk"):
        words = words[1:]
    return tuple(words) if words and words[-1] not in _ID_WORDS else ()


def is_about_account(table: tuple[str, ...]) -> bool:
    """Whether a table's words mean customers and nothing else of theirs."""
    return bool(table) and is_account_word(table[-1])


def _prefixes(all_words: Iterable[list[str]]) -> set[str]:
    firsts = Counter(words[0] for words in all_words if words)
    total = sum(firsts.values())
    return {word for word, count in firsts.items() if count >= 3 and count > total * 0.4} | {"auth", "tbl", "app"}


def _same_beginning(one: str, other: str) -> bool:
    return one.partition("_")[0] == other.partition("_")[0]


def _key_is_called(table: Table, column: str) -> bool:
    return len(table.primary_key) == 1 and table.primary_key[0].casefold() == column.casefold() not in ("id", "name")


def _ends(words: tuple[str, ...], subject: tuple[str, ...]) -> bool:
    """Whether the words end in these and say something before: a billing address is an address."""
    return len(words) > len(subject) and words[-len(subject) :] == subject
