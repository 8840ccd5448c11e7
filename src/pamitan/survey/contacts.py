"""Ties by e-mail address and phone number, where no id ties a row to anybody; and rows customers' rows point at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pamitan.content.identifiers import normalise_email, normalise_phone
from pamitan.stores.sampling import Row
from pamitan.stores.schema import Table
from pamitan.survey.found import Place, Tie
from pamitan.survey.polymorphic import pairs_of
from pamitan.survey.reading import NOBODY, Reading
from pamitan.survey.ties import SURE
from pamitan.survey.values import is_email
from pamitan.survey.words import ORDER_WORDS, is_account_word, is_of_third_persons, is_staff, kind_of, spelt

_ONE_EACH = 0.6
"""The share of different rows among those pointed at, from which on each is one customer's own."""
_MOST_CLASSES = 20
_SOME = 0.1
"""The share of rows without an owner, from which on another way to their owners is wanted."""


def contact_ties(reading: Reading) -> Iterator[Tie]:
    """By e-mail address; where a table has none, by phone number."""
    for table in reading.schema.tables.values():
        if table.name in {reading.account.table, *reading.other_people} or is_staff(table.name):
            continue
        places = list(_email_places(reading, table))
        for place in sorted(
            places, key=lambda p: (not _knows(reading, table, p), bool(p.path), is_of_third_persons(p.path or p.column))
        )[:1]:
            yield from _by_email(reading, table, place)
        if not places and not reading.ties.get(table.name):
            yield from _by_phone(reading, table)


def _knows(reading: Reading, table: Table, place: Place) -> bool:
    """Whether addresses of customers stand there: of a mail's sender and receiver the latter."""
    values = {str(value) for row in reading.samples[table.name].found for value in reading.values(row, place)}
    return bool(reading.accounts_by_email({address for value in values if (address := normalise_email(value))}))


def _email_places(reading: Reading, table: Table) -> Iterator[Place]:
    rows = reading.samples[table.name].found
    seen: dict[Place, list[str]] = {}
    for row in rows:
        for column in table.columns:
            for leaf in reading.leaves(row, column) if isinstance(row[column], str) else []:
                if leaf.format in ("plain", "json"):
                    seen.setdefault(Place(column, leaf.path), []).append(str(leaf.value))
    for place, values in seen.items():
        if sum(map(is_email, values)) >= max(1, len(values) * 0.5):
            yield place


def _by_email(reading: Reading, table: Table, place: Place) -> Iterator[Tie]:
    rows = reading.samples[table.name].found
    owned = [tie for tie in reading.ties.get(table.name, []) if tie.owns and tie.on]
    where, unowned = {}, list(rows)
    direct = next(
        (tie for tie in owned if [target for _cell, target in tie.on] == ["account.id"] and not tie.where), None
    )
    if direct and "->" not in direct.on[0][0]:
        column = direct.on[0][0]
        unowned = [row for row in rows if reading.at(row, column) in NOBODY]
        if not unowned:
            return
        nobody = sorted({row[column] for row in unowned}, key=str)
        where = {column: nobody[0] if len(nobody) == 1 else nobody}
    elif owned:
        return
    addresses = {normal for row in unowned for v in reading.values(row, place) if (normal := normalise_email(str(v)))}
    known = reading.accounts_by_email(addresses)
    if not addresses:
        return
    third = is_of_third_persons(place.path or place.column) and len(known) < 0.5 * len(addresses)
    confidence = 0.4 if third else 0.85 if known else 0.6 if len(addresses) >= 5 else 0.4
    reason = f"{len(known)} of {len(addresses)} sampled addresses are customers'" + (", of guests" if where else "")
    yield Tie(table.name, "email", place=place, where=where, confidence=confidence, reason=reason)


def guest_ties(reading: Reading) -> Iterator[Tie]:
    """By the e-mail addresses of customers in rows that no other tie leads to, where it leads to most: of guests."""
    for table in reading.schema.tables.values():
        ties = [tie for tie in reading.ties.get(table.name, []) if tie.owns]
        if not any(tie.how == "reverse" for tie in ties) or any(tie.how == "email" for tie in ties):
            continue
        rows = reading.samples[table.name].found
        owners = reading.true_owners(table.name, rows)
        unowned = [row for row, owner in zip(rows, owners, strict=True) if owner is None]
        for place in _email_places(reading, table):
            values = [str(value) for row in unowned for value in reading.values(row, place)]
            known = reading.accounts_by_email({address for value in values if (address := normalise_email(value))})
            if known and not is_of_third_persons(place.path or place.column):
                reason = f"{len(known)} of {len(set(values))} sampled addresses are customers', of guests"
                yield Tie(table.name, "email", place=place, confidence=0.8, reason=reason)
                break


def _by_phone(reading: Reading, table: Table) -> Iterator[Tie]:
    phone = reading.account.phone
    columns = [name for name in table.columns if kind_of(name) == "phone"]
    if phone is None or not columns:
        return
    numbers = {
        _phone(reading, value)
        for row in reading.samples[reading.account.table].found
        for value in reading.values(row, phone)
    }
    for column in columns:
        held = {_phone(reading, value) for value in reading.samples[table.name].cells(column)} - {None}
        known = held & numbers
        if known:
            reason = f"{len(known)} of {len(held)} sampled numbers are customers'"
            yield Tie(table.name, "phone", place=Place(column), confidence=0.75, reason=reason)


def _phone(reading: Reading, value: object) -> str | None:
    return normalise_phone(str(value), reading.country)


def reverse_ties(reading: Reading, pointing: Sequence[str], personal_tables: set[str]) -> Iterator[Tie]:
    """Rows that a customer's row points at and that are this customer's alone: the address of an order.

    ``pointing``: the tables from which. What is yielded is to be added to the reading before the next is asked for.
    """
    for name in pointing:
        if not reading.belongs(name):
            continue
        table = reading.schema.table(name)
        for on, target in _pointers(reading, table):
            wanted = target in personal_tables or _is_order_of_part(reading, target, name)
            is_through_it = any(target in tie.targets for tie in reading.ties.get(name, []))
            if not wanted or target == reading.account.table or is_through_it:
                continue
            tie = _reverse(reading, name, on, target)
            if tie is not None and tie.confidence >= SURE:
                yield tie
        yield from _by_class(reading, table, personal_tables)


def _by_class(reading: Reading, table: Table, personal_tables: set[str]) -> Iterator[Tie]:
    """The same by a class name and an id: the card with which an order was paid."""
    for type_, id_ in pairs_of(reading, table):
        values = {str(row[type_]) for row in reading.samples[table.name].found if row[type_] not in (None, "")}
        for value in sorted(values)[:_MOST_CLASSES]:
            for target in reading.names.tables_of_class(value) & personal_tables - {reading.account.table, table.name}:
                key = reading.schema.table(target).primary_key
                where = {"exists": {"table": table.name, "on": {id_: key[0]}, "where": {type_: value}}} if key else {}
                rows = [row for row in reading.samples[table.name].found if str(row[type_]) == value]
                tie = _reverse(reading, table.name, ((id_, key[0]),), target, rows) if len(key) == 1 else None
                if tie is not None and tie.confidence >= SURE:
                    yield replace(tie, where=where)


def _have_owners(reading: Reading, table: str, rows: Sequence[Row]) -> bool:
    """Whether nearly all of these rows have an owner already."""
    without = sum(1 for owner in reading.true_owners(table, rows) if owner is None)
    return without < max(1, len(rows) * _SOME)


def _is_order_of_part(reading: Reading, target: str, part: str) -> bool:
    """Whether an order is a customer's by a part of it alone: ``order_customer`` says whose the ``order`` is."""
    words, of_part = reading.names.words(target), reading.names.words(part)
    return words[-1] in ORDER_WORDS and of_part[: len(words)] == words and is_account_word(of_part[-1])


_On = tuple[tuple[str, str], ...]
"""Pairs of a column and the one of another table that it equals."""


def _pointers(reading: Reading, table: Table) -> Iterator[tuple[_On, str]]:
    """The columns of a table that point at rows of another, with that table's own."""
    declared = {key.columns[0] for key in table.foreign_keys}
    for key in table.foreign_keys:
        yield tuple(zip(key.columns, key.target_columns, strict=True)), key.target
    for column in table.columns:
        is_key = "_id_" in spelt(column) or "_uuid_" in spelt(column)
        if column not in declared and table.primary_key != (column,) and is_key:
            target = reading.names.table_of(column, table.name)
            if target and len(reading.schema.table(target).primary_key) == 1:
                yield ((column, reading.schema.table(target).primary_key[0]),), target


def _reverse(reading: Reading, name: str, on: _On, target: str, among: Sequence[Row] | None = None) -> Tie | None:
    column, keys = on[0][0], [key for _column, key in on]
    sampled = reading.samples[name].found if among is None else among
    rows = [row for row in sampled if reading.at(row, column) not in NOBODY]
    if not rows or is_staff(column) or is_staff(target):
        return None
    pointed = [tuple(reading.at(row, column) for column, _key in on) for row in rows]
    owners = reading.owners(name, rows)
    pairs = {(one, owner) for one, owner in zip(pointed, owners, strict=True) if owner}
    shared = len({one for one, _owner in pairs}) / len(pairs) if pairs else 0
    there = reading.parents(target, keys, set(pointed))
    led = {one for one, _owner in pairs}
    owned = [row for row in there if tuple(reading.at(row, key) for key in keys) in led]
    if (
        not there
        or _have_owners(reading, target, owned)
        or shared < _ONE_EACH
        or len(set(pointed)) < 0.5 * len({owner for owner in owners if owner})
    ):
        return None
    source = "account" if name == reading.account.table else name
    reason = f"{name}.{column} points at it, and each row is one customer's"
    pairs_of_keys = tuple((key, f"{source}.{column}") for column, key in on)
    return Tie(target, "reverse", pairs_of_keys, confidence=0.8 if len(rows) > 2 else 0.6, reason=reason)
