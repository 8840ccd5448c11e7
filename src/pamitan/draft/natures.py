"""What is proposed for the rows of each table, by what they are: a person's things go, the books of the shop stay."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pamitan.draft.states import RETURN_WORDS, SUBSCRIPTION_WORDS
from pamitan.stores.cells import has_empty_value
from pamitan.stores.schema import Column, ForeignKey, Table
from pamitan.survey.found import Personal, Place, Tie
from pamitan.survey.survey import Survey
from pamitan.survey.words import ORDER_WORDS, is_of_third_persons, is_written_by_people, may_be_free_text, spelt

Nature = Literal["account", "own", "books", "invoice", "handled", "mention"]
_BOOKS = re.compile(
    r"_(order|orders|payment|payments|transaction|transactions|refund|refunds|shipment|shipments|delivery|deliveries|"
    r"credit|credits|ledger|reward|rewards|points?|review|reviews|rating|ratings|vote|votes|donation|sale|sales|booking|"
    r"bookings|contract|voucher|coupon|redemption|stock|return|returns|rma|subscription|subscriptions|wallet|affiliate|"
    r"commission|post|posts|article|articles|product|products|topic|topics|"
    r"pesanan|pembayaran|transaksi|ulasan|poin|ordine|ordini|pagamento|pagamenti|recensione|recensioni)_"
)
_INVOICE = re.compile(
    r"_(invoice|invoices|receipt|receipts|bill|bills|faktur|kuitansi|fattura|fatture|rechnung|factura|facture|fiscal)_"
)
_OWN = re.compile(
    r"_(cart|carts|basket|baskets|session|sessions|token|tokens|wishlist|wish|favou?rite|log|logs|address_book|keranjang|"
    r"carrello|alert|alerts|notification|notifications|activity|search|searches|login|logins|device|devices|view|views|"
    r"visitor|visitors|context|contexts|recovery|remember|guest|guests|thread|threads|queue|job|jobs|outbox|mail|mails)_"
)
_THEIRS = re.compile(r"_(session|sessions|token|tokens|cart|carts|basket|baskets|wishlist|address_book|login|logins)_")
UNIQUE = "{unique}"
_SURE = 0.7
_SCRUBBED = ("json", "php-serialised", "packed")
_TEXTS = ("text", "json", "binary")
_NOBODY: dict[str, str | int] = {"integer": 0, "decimal": 0, "text": "", "uuid": str(uuid.UUID(int=0))}
"""What means nobody in a column that cannot be NULL."""
_BY_TEXT = "nothing but its text ties it to customers"
_NOBODYS_DOMAIN = "@closed.invalid"
"""No mail can be sent there (RFC 2606)."""
_ADDRESS = len(_NOBODYS_DOMAIN) + 16


@dataclass
class Proposal:
    """What is proposed for one table."""

    table: Table
    nature: Nature
    ties: Sequence[Tie]
    personal: Sequence[Personal]
    delete: bool = False
    clear: list[str] = field(default_factory=list)
    replace: dict[str, Any] = field(default_factory=dict)
    detach: dict[str, Any] = field(default_factory=dict)
    scrub: dict[str, list[str]] = field(default_factory=dict)
    redact: list[str] = field(default_factory=list)
    keep: list[str] = field(default_factory=list)
    kept_until: str | None = None
    keys: list[str] = field(default_factory=list)
    """Of a key/value table: the keys whose values are personal; the rows with other keys stay."""
    strays: list[str] = field(default_factory=list)
    """Columns where a customer may be mentioned in rows that are nobody's: taken out of the text there."""
    others: list[str] = field(default_factory=list)
    """Columns of somebody else, such as a gift's recipient: they go when that one leaves, if it is a customer."""
    answers: dict[str, str] = field(default_factory=dict)
    """Columns by which rows of a table that is deleted from point at others of it, with the key that they hold."""
    doubts: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing would happen."""
        return not (self.delete or self.clear or self.replace or self.detach or self.scrub or self.redact or self.keep)


def proposals(survey: Survey) -> dict[str, Proposal]:
    """What is proposed for each table that is tied to the account, the account's own first."""
    names = [survey.account.table, *sorted(survey.ties)]
    found = {name: _first(survey, survey.schema.table(name)) for name in names}
    _let_stay_what_is_pointed_at(survey, found)
    for proposal in found.values():
        if proposal.delete:
            _let_answers_stay(proposal)
        else:
            _cut_from_deleted(proposal, found)
            _change(survey, proposal)
    _let_others_lead_on(found)
    return found | {one.table.name: one for one in _mentioning(survey)}


def is_persons_own(table: str) -> bool:
    """Whether a table is called after what customers have for themselves: sessions, baskets, tokens."""
    return bool(_THEIRS.search(spelt(table)))


def _mentioning(survey: Survey) -> Iterator[Proposal]:
    """Tables that nothing ties to an account, but in whose text customers' addresses and numbers stand."""
    for name, places in survey.personal.items():
        table = survey.schema.table(name)
        sure = [one for one in places if one.seen and one.confidence >= _SURE]
        columns = list(
            dict.fromkeys(one.place.column for one in sure if table.columns[one.place.column].kind in _TEXTS)
        )
        if not survey.is_tied(name) and columns:
            ties = [Tie(name, "mentions", place=Place(column), confidence=0.5, reason=_BY_TEXT) for column in columns]
            proposal = Proposal(table, "mention", ties, places, doubts=[_BY_TEXT])
            for one in sure:
                if one.place.column in columns:
                    _rewrite(proposal, one)
            yield proposal


def _rewrite(proposal: Proposal, one: Personal) -> None:
    """Take the person out of what stays: a key of JSON or PHP where it is one, else the words in the text."""
    column = one.place.column
    if one.place.path and "*" not in one.place.path and one.format in _SCRUBBED and column not in proposal.redact:
        paths = proposal.scrub.setdefault(column, [])
        paths += [one.place.path] if one.place.path not in paths else []
    elif column not in proposal.redact:
        proposal.redact.append(column)
        proposal.scrub.pop(column, None)


def _let_others_lead_on(found: dict[str, Proposal]) -> None:
    """A table that nothing happens to, but that leads to others, has to be in the map as well."""
    changed = True
    while changed:
        used = {name for one in found.values() if not one.is_empty for tie in one.ties for name in tie.targets}
        ways = [found[name] for name in used & found.keys() if found[name].is_empty]
        for proposal in ways:
            columns = proposal.table.columns.values()
            texts = [c.name for c in columns if c.kind in ("text", "json") and _may_be_written(proposal, c)]
            proposal.redact = [name for name in texts if may_be_free_text(name)] or texts
            proposal.keep = [] if proposal.redact else list(proposal.table.primary_key or proposal.table.columns)
            proposal.doubts.append("nothing personal in the sample, but it leads to other tables of the customer's")
        changed = bool(ways)


def _may_be_written(proposal: Proposal, column: Column) -> bool:
    table = proposal.table
    is_key = any(
        column.name in key for key in (table.primary_key, *table.uniques, *(k.columns for k in table.foreign_keys))
    )
    linking = any(column.name == cell.partition("->")[0] for tie in proposal.ties for cell, _target in tie.on)
    return not (column.generated or is_key or linking)


def _first(survey: Survey, table: Table) -> Proposal:
    nature = _nature(survey, table)
    ties, personal = survey.ties.get(table.name, ()), survey.personal.get(table.name, ())
    strays = [name for name in survey.strays.get(table.name, ()) if not table.columns[name].generated]
    return Proposal(table, nature, ties, personal, delete=nature in ("account", "own"), strays=strays)


def _nature(survey: Survey, table: Table) -> Nature:
    if table.name == survey.account.table:
        return "account"
    if not survey.reading.belongs(table.name):
        return "handled"
    name = spelt(table.name)
    if _INVOICE.search(name):
        return "invoice"
    if _OWN.search(name) and not _hangs_on_books(survey, table):
        return "own"
    words = set(survey.reading.names.words(table.name))
    if (
        _BOOKS.search(name)
        or words & (ORDER_WORDS | RETURN_WORDS | SUBSCRIPTION_WORDS)
        or _hangs_on_books(survey, table)
    ):
        return "books"
    has_owner = any(tie.owns and (tie.targets == {"account"} or tie.place) for tie in survey.ties[table.name])
    polymorphic = any(tie.how in ("polymorphic", "key/value") for tie in survey.ties[table.name])
    return "own" if has_owner or not polymorphic else "books"


def _hangs_on_books(survey: Survey, table: Table, seen: frozenset[str] = frozenset()) -> bool:
    """Whether its rows are parts of orders and the like."""
    if table.name in seen:
        return False
    for tie in survey.ties.get(table.name, ()):
        for target in tie.targets - {"account"}:
            name = spelt(target)
            if (_BOOKS.search(name) or _INVOICE.search(name)) and not _OWN.search(name):
                return True
            if _hangs_on_books(survey, survey.schema.table(target), seen | {table.name}):
                return True
    return False


def _let_stay_what_is_pointed_at(survey: Survey, found: dict[str, Proposal]) -> None:
    """A row that stays needs what its foreign keys point at, unless they can be cut; so that stays as well, emptied."""
    changed = True
    while changed:
        changed = False
        for proposal in [proposal for proposal in found.values() if proposal.delete]:
            for child, key in survey.schema.pointing_at(proposal.table.name):
                stays = child.name not in found or not found[child.name].delete
                if stays and child.name != proposal.table.name and not _may_be_cut(survey, child, key):
                    proposal.delete = False
                    proposal.doubts.append(
                        f"stays, emptied: {child.name}.{', '.join(key.columns)} points at it and cannot be NULL"
                    )
                    changed = True
                    break


def _cut_from_deleted(proposal: Proposal, found: dict[str, Proposal]) -> None:
    """A row that stays cannot point at one that goes."""
    for key in proposal.table.foreign_keys:
        goes = key.target in found and found[key.target].delete
        if goes and (key.on_delete or "").upper() != "SET NULL":
            proposal.detach |= {column: None for column in key.columns if proposal.table.columns[column].nullable}


def _let_answers_stay(proposal: Proposal) -> None:
    """Rows of the same table that point at rows which go: cut, so that the database does not refuse."""
    table = proposal.table
    by_itself = {cell for tie in proposal.ties for cell, target in tie.on if target.startswith(f"{table.name}.")}
    for key in table.foreign_keys:
        is_own = key.target == table.name and len(key.columns) == 1
        stops = (key.on_delete or "").upper() not in ("CASCADE", "SET NULL")
        if is_own and stops and table.columns[key.columns[0]].nullable and key.columns[0] not in by_itself:
            proposal.answers[key.columns[0]] = key.target_columns[0]


def _may_be_cut(survey: Survey, child: Table, key: ForeignKey) -> bool:
    if (key.on_delete or "").upper() == "SET NULL":
        return True
    if survey.samples[child.name].rows == 0 and child.name not in survey.ties:
        return True
    return all(child.columns[column].nullable for column in key.columns)


def _change(survey: Survey, proposal: Proposal) -> None:
    if proposal.nature != "account":
        _detach(survey, proposal)
    for one in proposal.personal:
        if _is_of_another(one, proposal):
            proposal.others.append(one.place.column)
        elif one.confidence >= 0.5 and not proposal.table.columns[one.place.column].generated:
            _change_place(survey, proposal, one)
        elif one.kind == "free text" and is_written_by_people(one.place.path or one.place.column):
            _redact(proposal, one.place.column)
    if proposal.nature == "invoice":
        proposal.keep = [c for c in dict.fromkeys([*proposal.clear, *proposal.redact]) if c not in proposal.detach]
        proposal.keep += [c for c in _dates_and_addresses(proposal.table) if c not in proposal.keep]
        proposal.clear, proposal.redact = [], []
        proposal.kept_until = next(
            (n for n, c in proposal.table.columns.items() if c.kind in ("date", "datetime")), None
        )


def _is_of_another(one: Personal, proposal: Proposal) -> bool:
    """Whether it is called after somebody else, such as a gift's recipient, and never holds what the owner has.

    It stays when the owner leaves, and goes when that other one does.
    """
    place = one.place
    is_plain = not (place.path or place.key) and proposal.table.columns[place.column].kind == "text"
    third = one.kind in ("email", "phone", "name") and is_of_third_persons(place.column) and not one.own
    return third and is_plain and one.seen and proposal.nature in ("books", "invoice")


def _redact(proposal: Proposal, column: str) -> None:
    """What people write may name the customer in rows that the sample does not show."""
    if column not in {*proposal.clear, *proposal.replace, *proposal.detach, *proposal.redact}:
        proposal.redact.append(column)


def _dates_and_addresses(table: Table) -> list[str]:
    return [
        name
        for name in table.columns
        if re.search(r"_(country|negara|paese)_$", spelt(name)) and "id" not in spelt(name)
    ]


def _detach(survey: Survey, proposal: Proposal) -> None:
    """Cut the ties to the account from rows that stay."""
    for tie in proposal.ties:
        for cell, target in tie.on:
            column = proposal.table.columns.get(cell)
            if (
                column is None
                or (target.rpartition(".")[0] != "account" and "{" not in target)
                or tie.how in ("key/value", "reverse")
            ):
                continue
            pointed = any(cell in key.columns for key in proposal.table.foreign_keys)
            if cell in proposal.table.primary_key or column.generated:
                proposal.doubts.append(
                    f"{cell} ties the row to the person and is its key: decide whether to delete the row"
                )
            elif column.nullable:
                proposal.detach[cell] = None
            elif not pointed and column.kind in _NOBODY:
                proposal.detach[cell] = _NOBODY[column.kind]
            else:
                proposal.doubts.append(f"{cell} cannot be NULL, so the row goes on pointing at the emptied account")


def _change_place(survey: Survey, proposal: Proposal, one: Personal) -> None:
    column = proposal.table.columns[one.place.column]
    if one.place.key is not None:
        _change_key_value(proposal, one)
        return
    taken = {*proposal.clear, *proposal.replace, *proposal.detach, *proposal.redact}
    if column.name in taken:
        return
    editable = _may_be_edited(proposal.table, column)
    if one.place.path and one.format in _SCRUBBED and "*" not in one.place.path and editable:
        _rewrite(proposal, one)
    elif one.inside and not one.derived and not one.place.path and editable:
        proposal.redact.append(column.name)
    else:
        _empty(proposal, column, one)
    if column.name in proposal.scrub and column.name in {*proposal.clear, *proposal.redact, *proposal.detach}:
        del proposal.scrub[column.name]


def _may_be_edited(table: Table, column: Column) -> bool:
    """Whether words can be taken out of its values: of texts that no key holds."""
    keys = (table.primary_key, *table.uniques, *(key.columns for key in table.foreign_keys))
    return column.kind in _TEXTS and not any(column.name in key for key in keys)


def _change_key_value(proposal: Proposal, one: Personal) -> None:
    if one.place.key not in proposal.keys:
        proposal.keys.append(str(one.place.key))
    if one.place.column not in proposal.clear:
        proposal.clear.append(one.place.column)


def _empty(proposal: Proposal, column: Column, one: Personal) -> None:
    table = proposal.table
    if column.name in table.primary_key or any(column.name in key.columns for key in table.foreign_keys):
        proposal.doubts.append(f"{column.name} holds something personal and is a key: decide by hand")
        return
    is_unique = any(column.name in unique for unique in table.uniques)
    if (
        proposal.nature == "account"
        and one.kind == "email"
        and column.kind == "text"
        and (column.length or 99) > _ADDRESS
    ):
        proposal.replace[column.name] = f"{UNIQUE}{_NOBODYS_DOMAIN}"
    elif column.nullable or not is_unique:
        if column.nullable or has_empty_value(column):
            proposal.clear.append(column.name)
        else:
            proposal.doubts.append(f"{column.name} ({column.sql_type}) has no empty value: give it a replacement")
    elif column.kind == "text":
        suffix = _NOBODYS_DOMAIN if one.kind == "email" and (column.length or 99) > _ADDRESS else ""
        proposal.replace[column.name] = UNIQUE + suffix
