"""Weighs what the residue scan saw: does it keep the closure open, or is there a reason for it to stand there?

========================  ==========================================================================================
the row is                what an identifier in it means
========================  ==========================================================================================
kept by law               explained by the law, in the cells that it covers
shared                    explained: it stays whole until the last of the customers leaves whose rows lead to it
the person's              blocks; a mere town inside a longer text is only possible
another customer's        their own where the store file says that such identifiers stand in that column, or where the
                          whole cell is the phone number (families share one); an address, number or id elsewhere
                          blocks, unless the other customers have it too, or it is unproven and the map only looks there
                          for who is mentioned; a name or postal address is only possible
nobody's                  explained by the law that keeps the row since an earlier closure, which its retention file
                          tells by the key; only possible where a law keeps all such cells in whosever row, and no file
                          has the key: the map may have missed it; else an address, number or id
                          blocks, unless another living account has it too, beside the same name and postal address
                          where the row tells these; an unproven one in a column that the map links by, or declares to
                          hold customers' own, is spared by the safety rule, which says so; a name blocks beside any of
                          these, or beside the postal address, and the other way round; else it is possible. A phone
                          number in the column for it, with another name in the column for that, is that other person's
========================  ==========================================================================================
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import NamedTuple

from pamitan.content.patterns import Hit, Needle, ResidueKind, tells_by_itself
from pamitan.erasure.survivors import NEEDED, Kept
from pamitan.storefile.labels import text
from pamitan.storefile.links import Link, Source
from pamitan.storefile.model import StoreFile
from pamitan.storefile.paths import parse_cell
from pamitan.storefile.rules import Kind, Rule
from pamitan.stores.sources import place_of
from pamitan.stores.types import IdentifierKind

ANOTHERS = "another customer's own"
SHARED = "another customer has it too"
SHARED_ROW = "another customer's row leads here too"
EMPTIED = "the number of the account's row, which stays, emptied"
ANOTHER_NAME = "stands there with another person's name"
UNPROVEN = "not proven to be this customer's"
KEPT_TABLE = "only possible: a law keeps such rows, but whose this one is, is not known"
POSSIBLE = "only possible: a name or address alone, perhaps a namesake's"


class Likeness(NamedTuple):
    """An identifier as a row shows it: beside the person's name, the person's postal address, both or neither."""

    needle: Needle
    named: bool = False
    located: bool = False


@dataclass(frozen=True)
class Verdict:
    """What one finding means. Some of it is known only when all tables were read; see :meth:`settled`."""

    blocking: bool
    explained_by: str | None = None
    unless_shared: Likeness | None = None
    unless_living: frozenset[str] = frozenset()
    until: dt.date | None = field(default=None, compare=False)
    """The last day of what a law keeps."""

    @property
    def reason(self) -> str | None:
        """Why it may stand there; ``None`` for what nobody explains, which blocks."""
        return None if self.blocking else self.explained_by or POSSIBLE

    @property
    def gravity(self) -> int:
        if self.blocking:
            return 2 if self.unless_shared or self.unless_living else 3
        return 1 if self.explained_by else 0

    def settled(self, shared: set[Likeness], living: set[str]) -> Verdict | None:
        """With what other living accounts hold, and the addresses that they have; ``None``: nothing."""
        if self.unless_living and self.unless_living <= living:
            return None
        if self.unless_shared in shared:
            return Verdict(False, SHARED)
        return replace(self, unless_shared=None, unless_living=frozenset())


@dataclass(frozen=True)
class Terms:
    """What the store file says of one table."""

    rules: Sequence[Rule]
    ignored: dict[str, str]
    """The reason, by column; ``*`` for the whole table."""
    declared: frozenset[tuple[str, Kind]]
    """The columns in which customers' own identifiers of a kind stand."""
    linking: frozenset[str]
    """The columns by which the map links rows by e-mail or phone, whole or inside a text."""
    mentioning: frozenset[str] = frozenset()
    """Those of them in which customers are only mentioned, so that the row may be anybody's."""
    spared_by: frozenset[IdentifierKind] = frozenset()
    """What kinds of identifiers lead to rows of the table, at once or through rows of others: unproven, they do not."""
    pointers: frozenset[str] = frozenset()
    """The columns that hold the account's id, where the account's own row is emptied and stays."""

    @classmethod
    def of(cls, file: StoreFile, datastore: str, table: str) -> Terms:
        rules = file.map.get(datastore, {}).get(table, [])
        links = [link for rule in rules for link in rule.link]
        mentioning = frozenset(link.mentions for link in links if link.mentions)
        held = {parse_cell(link.email or link.phone or "").column for link in links if link.email or link.phone}
        personal = {(column, kind) for rule in rules for column, kind in rule.personal.items()}
        return cls(
            rules,
            dict(_ignored(file, datastore, table)),
            frozenset(personal | set(_attributes(file, datastore, table))),
            mentioning | held,
            mentioning,
            _leading_kinds(file, datastore, table),
            _pointers(file, datastore, table),
        )

    def law(self, column: str, rules: set[int]) -> str | None:
        """The law by which one of these rules keeps that cell."""
        found = self._named(rules)
        return next((text(rule.keep.law, "en") for rule in found if rule.keep and _keeps(rule, column)), None)

    def deletes(self, rules: set[int]) -> bool:
        """One of these rules deletes; a row that is there all the same is one that kept rows point at."""
        return any(rule.delete for rule in self._named(rules))

    def _named(self, rules: set[int]) -> list[Rule]:
        return [self.rules[number] for number in sorted(rules) if number < len(self.rules)]

    def keeps_in_all(self, column: str) -> bool:
        """Whether a law keeps that cell in whosever row it is, such as one that an earlier closure left behind."""
        return any(rule.keep and rule.where is None and _keeps(rule, column) for rule in self.rules)

    @property
    def name_columns(self) -> list[str]:
        """The columns for names."""
        return [column for column, kind in self.declared if kind == "name"]

    def why_ignored(self, column: str) -> str | None:
        """The reason for which the store file leaves the column or its table out."""
        return self.ignored.get(column) or self.ignored.get("*")


@dataclass(frozen=True)
class Sighting:
    """One row in which identifiers of one account stand."""

    hits: Sequence[tuple[str, Hit]]
    """By column."""
    mine: bool
    """The row is the person's: the case file holds it."""
    rules: set[int]
    """The rules by which it is the person's, or that of another account of the batch."""
    others: bool
    """It belongs to a living account outside the batch."""
    under_another_name: bool = False
    """A column for names holds a name that is not the person's."""
    unproven: frozenset[Needle] = frozenset()
    """Addresses and numbers of the account that may not lead to rows."""
    shared: bool = False
    """The row stayed whole, because it is another customer's as well."""
    kept: Kept | None = None
    """A law keeps the row, of this closure or, where the row is nobody's, of an earlier one."""

    @property
    def certain(self) -> list[Hit]:
        """What means this person wherever it stands."""
        return [hit for _, hit in self.hits if is_certain(hit)]

    @property
    def named(self) -> bool:
        """The full name stands in the row: as one, or as two different parts of it."""
        return self._told("name") or len({hit.needle for _, hit in self.hits if hit.needle.kind == "name"}) > 1

    @property
    def located(self) -> bool:
        """The street and house number stand in the row."""
        return self._told("address")

    def likeness(self, hit: Hit) -> Likeness:
        """The identifier with all that the row tells beside it."""
        return Likeness(hit.needle, self.named, self.located)

    def likenesses(self, hit: Hit) -> Iterator[Likeness]:
        """The same with all or a part of it: whose row tells more could have written what tells less."""
        for named in {False, self.named}:
            yield from (Likeness(hit.needle, named, located) for located in {False, self.located})

    def _told(self, kind: ResidueKind) -> bool:
        return any(hit.needle.kind == kind and hit.needle.strong for _, hit in self.hits)


def is_anothers(terms: Terms, seen: Sighting, column: str, hit: Hit) -> bool:
    """Whether another living person holds the identifier as their own: a customer, or a guest with another name."""
    if seen.mine or (column, hit.needle.kind) not in terms.declared:
        return False
    as_guest = hit.needle.kind == "phone" and hit.whole and seen.under_another_name and not seen.named
    return seen.others or as_guest


def is_certain(hit: Hit) -> bool:
    """An address, number or id: tells one person from all others, but for those who share it."""
    return tells_by_itself(hit.needle)


def weigh(terms: Terms, seen: Sighting) -> Iterator[tuple[str, ResidueKind, Verdict]]:
    """The verdict on each hit, with its column and kind; none on what is not worth a word."""
    for column, hit in seen.hits:
        verdict = _verdict(terms, seen, column, hit)
        if verdict is not None:
            yield column, hit.needle.kind, verdict


def _verdict(terms: Terms, seen: Sighting, column: str, hit: Hit) -> Verdict | None:
    lawful = _by_law(terms, seen, column)
    if lawful is not None:
        return lawful
    reason = terms.why_ignored(column)
    if reason is not None and not is_certain(hit):
        return Verdict(False, reason)
    if seen.shared:
        return Verdict(False, SHARED_ROW)
    if seen.mine and terms.deletes(seen.rules):
        return Verdict(False, NEEDED)
    if seen.mine and hit.needle.kind == "id" and column in terms.pointers:
        return Verdict(False, EMPTIED)
    if seen.mine:
        return _in_own_row(hit)
    if seen.others:
        return _in_anothers_row(terms, seen, column, hit)
    if all(terms.keeps_in_all(name) for name, _ in seen.hits):
        return Verdict(False, KEPT_TABLE)
    if is_certain(hit):
        return _certain_in_nobodys_row(terms, seen, column, hit)
    return _words_in_nobodys_row(terms, seen, column, hit)


def _by_law(terms: Terms, seen: Sighting, column: str) -> Verdict | None:
    law, kept = terms.law(column, seen.rules), seen.kept
    if law is not None:
        return Verdict(False, law, until=kept.until if kept else None)
    if kept and not seen.rules and column in kept.columns:
        return Verdict(False, kept.law, until=kept.until)
    return None


def _in_own_row(hit: Hit) -> Verdict:
    if hit.needle.kind == "address" and not hit.needle.strong and not hit.whole:
        return Verdict(False)
    return Verdict(True, unless_living=hit.longer)


def _in_anothers_row(terms: Terms, seen: Sighting, column: str, hit: Hit) -> Verdict | None:
    kind = hit.needle.kind
    if is_anothers(terms, seen, column, hit) or (kind == "phone" and hit.whole):
        return Verdict(False, ANOTHERS) if hit.needle.strong and not hit.longer else None
    if column in terms.mentioning and hit.needle in seen.unproven:
        return Verdict(False, UNPROVEN)
    if is_certain(hit):
        return Verdict(True, unless_shared=Likeness(hit.needle), unless_living=hit.longer)
    return _possible(terms, seen, column, hit)


def _certain_in_nobodys_row(terms: Terms, seen: Sighting, column: str, hit: Hit) -> Verdict:
    if is_anothers(terms, seen, column, hit):
        return Verdict(False, ANOTHER_NAME)
    customers_own = column in terms.linking or (column, hit.needle.kind) in terms.declared
    if customers_own and hit.needle in seen.unproven:
        return Verdict(False, UNPROVEN)
    return Verdict(True, unless_shared=seen.likeness(hit), unless_living=hit.longer)


def _words_in_nobodys_row(terms: Terms, seen: Sighting, column: str, hit: Hit) -> Verdict | None:
    certain = [other for other in seen.certain if other.needle not in seen.unproven]
    if certain:
        plain = next((other for other in certain if not other.longer), certain[0])
        return Verdict(True, unless_shared=seen.likeness(plain), unless_living=plain.longer)
    if seen.certain:
        return Verdict(False, UNPROVEN)
    if seen.named and seen.located:
        return Verdict(True)
    return _possible(terms, seen, column, hit)


def _possible(terms: Terms, seen: Sighting, column: str, hit: Hit) -> Verdict | None:
    """A namesake, a town, a word that is also a name: worth a word only where it is the full name, or a whole cell.

    A surname alone in a column for names is just somebody else's.
    """
    full = hit.needle.strong or (hit.needle.kind == "name" and seen.named)
    lone = hit.whole and (column, hit.needle.kind) not in terms.declared
    return Verdict(False) if full or lone else None


def _pointers(file: StoreFile, datastore: str, table: str) -> frozenset[str]:
    account = file.account
    if any(rule.delete for rule in file.map.get(file.home, {}).get(account.table, [])):
        return frozenset()
    own = {account.id} if datastore == file.home and table == account.table else set()
    rules = file.map.get(datastore, {}).get(table, [])
    pairs = [pair for rule in rules for link in rule.link for pair in (link.on or {}).items()]
    held = {parse_cell(name).column for name, target in pairs if file.names_account(target, datastore)}
    return frozenset((held | own) - {name for rule in rules for name in (*rule.detach, *rule.clear)})


def _leading_kinds(file: StoreFile, datastore: str, table: str) -> frozenset[IdentifierKind]:
    seen, todo, kinds = {table}, [table], set[IdentifierKind]()
    while todo:
        for link in file.links_of(datastore, todo.pop()):
            kinds |= _kinds_of(link)
            todo += link.targets() - seen
            seen |= link.targets()
    return frozenset(kinds)


def _kinds_of(link: Link) -> set[IdentifierKind]:
    """The kinds of identifiers by which the link itself finds rows."""
    if link.mentions:
        return {"email", "phone"}
    return {"email"} if link.email else {"phone"} if link.phone else set()


def _keeps(rule: Rule, column: str) -> bool:
    if rule.keep and rule.keep.columns is not None:
        return column in rule.keep.columns
    return column not in {*rule.clear, *rule.replace, *rule.detach, *rule.scrub, *rule.redact}


def _ignored(file: StoreFile, datastore: str, table: str) -> Iterator[tuple[str, str]]:
    for pattern, reason in file.ignore.get(datastore, {}).items():
        name, _, column = pattern.rpartition(".")
        if fnmatchcase(table, pattern):
            yield "*", reason
        elif name and fnmatchcase(table, name):
            yield column, reason


def _attributes(file: StoreFile, datastore: str, table: str) -> Iterator[tuple[str, Kind]]:
    account = file.account
    sources: list[tuple[Kind, Source | None]] = [("email", account.email), ("phone", account.phone)]
    sources += [("name", source) for source in account.name]
    for kind, source in sources:
        where, column = place_of(source, account.table) if source is not None else ("", "")
        if datastore == file.home and where == table:
            yield column, kind
