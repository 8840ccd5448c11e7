"""Ties by e-mail address and phone number, where no id ties a row to anybody; and rows customers' rows point at."""

from __future__ import annotations

from collections.abc import Iterator

from pamitan.content.identifiers import normalise_email, normalise_phone
from pamitan.stores.schema import Table
from pamitan.survey.found import Place, Tie
from pamitan.survey.reading import NOBODY, Reading
from pamitan.survey.ties import SURE
from pamitan.survey.values import is_email
from pamitan.survey.words import is_of_third_persons, is_staff, kind_of, spelt

_ONE_EACH = 0.6
"""The share of different rows among those pointed at, from which on each is one customer's own."""


def contact_ties(reading: Reading) -> Iterator[Tie]:
    """By e-mail address; where a table has none, by phone number."""
    for table in reading.schema.tables.values():
        if table.name in {reading.account.table, *reading.other_people} or is_staff(table.name):
            continue
        places = list(_email_places(reading, table))
        for place in sorted(
            places, key=lambda place: (bool(place.path), is_of_third_persons(place.path or place.column))
        )[:1]:
            yield from _by_email(reading, table, place)
        if not places and not reading.ties.get(table.name):
            yield from _by_phone(reading, table)


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


def reverse_ties(reading: Reading, personal_tables: set[str]) -> Iterator[Tie]:
    """Rows that a customer's row points at and that are this customer's alone: the address of an order."""
    for name in [reading.account.table, *reading.ties]:
        if not reading.belongs(name):
            continue
        table = reading.schema.table(name)
        for column, target, key in _pointers(reading, table):
            if target not in personal_tables or target == reading.account.table or _has_owners(reading, target):
                continue
            tie = _reverse(reading, name, column, target, key)
            if tie is not None and tie.confidence >= SURE:
                yield tie


def _has_owners(reading: Reading, table: str) -> bool:
    """Whether most of the rows have an owner already."""
    rows = reading.samples[table].found
    owned = sum(1 for owner in reading.owners(table, rows) if owner)
    return bool(reading.ties.get(table)) and owned * 2 > len(rows)


def _pointers(reading: Reading, table: Table) -> Iterator[tuple[str, str, str]]:
    declared = {key.columns[0]: key for key in table.foreign_keys if len(key.columns) == 1}
    for column in table.columns:
        if column in declared:
            yield column, declared[column].target, declared[column].target_columns[0]
        elif "_id_" in spelt(column) or "_uuid_" in spelt(column):
            target = reading.names.table_of(column, table.name)
            if target and len(reading.schema.table(target).primary_key) == 1:
                yield column, target, reading.schema.table(target).primary_key[0]


def _reverse(reading: Reading, name: str, column: str, target: str, key: str) -> Tie | None:
    rows = [row for row in reading.samples[name].found if reading.at(row, column) not in NOBODY]
    if not rows or is_staff(column) or is_staff(target):
        return None
    pointed = [reading.at(row, column) for row in rows]
    owners = reading.owners(name, rows)
    pairs = {(one, owner) for one, owner in zip(pointed, owners, strict=True) if owner}
    shared = len({one for one, _owner in pairs}) / len(pairs) if pairs else 0
    there = reading.parents(target, [key], {(one,) for one in pointed})
    if not there or shared < _ONE_EACH or len(set(pointed)) < 0.5 * len({owner for owner in owners if owner}):
        return None
    cell = f"{'account' if name == reading.account.table else name}.{column}"
    reason = f"{name}.{column} points at it, and each row is one customer's"
    return Tie(target, "reverse", ((key, cell),), confidence=0.8 if len(rows) > 2 else 0.6, reason=reason)
