"""Pairs of a class name and an id: ``commentable_type`` and ``commentable_id``, Django's content types, the like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pamitan.stores.schema import Table
from pamitan.survey.found import Tie
from pamitan.survey.reading import Reading
from pamitan.survey.words import words_of

_TYPE_WORDS = {"type", "class", "kind", "model", "table", "entity", "resource", "tipe", "tipo"}
_ID_WORDS = {"id", "uuid", "key", "pk", "ref", "record", "object"}
_GENERIC = {
    "entity",
    "object",
    "record",
    "resource",
    "ref",
    "reference",
    "model",
    "target",
    "item",
    "row",
    "subject",
    "source",
}
_GENERIC |= {
    "res",
    "rel",
    "obj",
    "rec",
    "doc",
    "foreign",
    "related",
    "relation",
    "parent",
    "auditable",
    "loggable",
    "owner",
    "actor",
    "causer",
}
_MOST_CLASSES = 40


def type_and_id(table: Table) -> list[tuple[str, str]]:
    """The pairs of columns, type first."""
    found: list[tuple[str, str]] = []
    for id_ in table.columns:
        words = words_of(id_)
        if len(words) < 2 or words[-1] not in _ID_WORDS or id_ in table.primary_key:
            continue
        base = words[:-1]
        for type_ in table.columns:
            others = words_of(type_)
            same = others[:-1] == base and others[-1] in _TYPE_WORDS
            bare = base[-1] in _GENERIC and (
                others in (["type"], ["model"], ["entity"], ["table"], ["class"], base, ["content", "type", "id"])
                or (
                    len(others) == 2
                    and others[0] in _GENERIC
                    and others[1] in _TYPE_WORDS
                    and not _has_id(table, others[0])
                )
            )
            if type_ != id_ and (same or bare):
                found.append((type_, id_))
                break
    return found


def _has_id(table: Table, base: str) -> bool:
    """Whether the class name has an id of its own beside it."""
    return any(words_of(column) in ([base, "id"], [base, "uuid"]) for column in table.columns)


def typed_ids(reading: Reading, table: Table) -> set[str]:
    """The id columns that mean nothing without their class."""
    return {id_ for _type, id_ in pairs_of(reading, table)}


def pairs_of(reading: Reading, table: Table) -> list[tuple[str, str]]:
    """The pairs of columns, type first: told by their names, else by values that are names of tables."""
    named = type_and_id(table)
    bare = [id_ for id_ in table.columns if _is_bare_id(table, id_) and id_ not in {id_ for _type, id_ in named}]
    texts = [column.name for column in table.columns.values() if column.kind in ("text", "choice")] if bare else []
    types = [name for name in texts if _names_tables(reading, table, name)]
    return [*named, *((types[0], id_) for id_ in bare if len(types) == 1)]


def _is_bare_id(table: Table, column: str) -> bool:
    """Whether it is the id of some entity or object, of which its name does not say more."""
    words = words_of(column)
    return len(words) == 2 and words[0] in _GENERIC and words[1] in _ID_WORDS and column not in table.primary_key


def _names_tables(reading: Reading, table: Table, column: str) -> bool:
    """Whether a few values are in all of its rows, most of them what tables are called after."""
    held = [str(value) for value in reading.samples[table.name].cells(column)]
    values = set(held)
    if not 2 <= len(values) <= _MOST_CLASSES or len(values) * 2 > len(held):
        return False
    return sum(1 for value in values if reading.names.tables_of_class(value)) >= 0.6 * len(values)


def polymorphic_ties(reading: Reading, table: Table) -> Iterator[Tie]:
    """The ties by a class name and an id."""
    for type_, id_ in pairs_of(reading, table):
        classes: dict[object, set[str]] = {}
        for row in reading.samples[table.name].found:
            if row[type_] not in (None, "") and row[id_] not in (None, ""):
                classes.setdefault(row[type_], set()).add(reading.at(row, id_))
        for value, ids in list(classes.items())[:_MOST_CLASSES]:
            yield from _by_class(reading, table, (type_, id_), value, ids)


def _by_class(reading: Reading, table: Table, pair: tuple[str, str], value: object, ids: set[str]) -> Iterator[Tie]:
    called, where = _class_of(reading, table, pair[0], value)
    for name in sorted(reading.names.tables_of_class(called)):
        parent = reading.schema.table(name)
        if name == table.name or not reading.belongs(name):
            continue
        key = reading.account.id if name == reading.account.table else (parent.primary_key or ("",))[0]
        there = (
            {reading.at(row, key) for row in reading.parents(name, [key], {(one,) for one in ids})} if key else set()
        )
        if len(there) >= 0.3 * len(ids) and there:
            target = "account.id" if name == reading.account.table else f"{name}.{key}"
            reason = f"{pair[0]} '{called}' with {pair[1]}: {len(there)} of {len(ids)} sampled ids are in {name}"
            yield Tie(table.name, "polymorphic", ((pair[1], target),), where=where, confidence=0.85, reason=reason)


def _class_of(reading: Reading, table: Table, column: str, value: object) -> tuple[str, Mapping[str, object]]:
    """What the class is called, and the condition that says it: a text, or a look-up in Django's content types."""
    key = next((key for key in table.foreign_keys if key.columns == (column,)), None)
    looked_up = key.target if key else "django_content_type" if column == "content_type_id" else None
    target = reading.schema.tables.get(looked_up) if looked_up else None
    if target is None or not {"app_label", "model"} <= set(target.columns):
        return str(value), {column: value}
    row = next((row for row in reading.samples[target.name].found if str(row["id"]) == str(value)), None)
    if row is None:
        return str(value), {column: value}
    named = {"app_label": row["app_label"], "model": row["model"]}
    return f"{row['app_label']}_{row['model']}", {
        "exists": {"table": target.name, "on": {"id": column}, "where": named}
    }
