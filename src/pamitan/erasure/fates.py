"""From the data map and the schema of a datastore to logical steps, without SQL; and every contradiction of the two.

Where rules meet on one row: what a law keeps wins over all, a deletion wins over changes, and of two changes of one
cell that of the earlier rule wins. A deletion takes a row when any link of its rule led to it; let the rule's ``where``
say otherwise. A detach or clear of a column that is itself a link to the account cuts it only in rows that this very
link led to, so of a message between alice and bob alice's leaving cuts alice's end alone. A whole row that is kept is
kept but for the columns that the same rule names in clear, replace or detach.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from pamitan.erasure.errors import MapMismatch
from pamitan.erasure.receipt import SHARED_ROW
from pamitan.storefile.labels import text
from pamitan.storefile.model import StoreFile
from pamitan.storefile.rules import Action, Rule
from pamitan.stores.cells import UNIQUE, has_empty_value
from pamitan.stores.direct import direct_tables
from pamitan.stores.errors import StoreMismatch
from pamitan.stores.prepared import Prepared
from pamitan.stores.schema import Column, ForeignKey, Schema, Table
from pamitan.stores.sharing import cuts_of, may_have_two_owners, reverse_links
from pamitan.stores.steps import SETTING, Assignment, Cascade, Fate, Kept, Need, Scalar, Value

_UNIQUE_DIGITS = 16
_FEWEST_DIGITS = 8
"""With fewer, two of a batch's thousand rows could be given the same pseudonym."""


@dataclass(frozen=True)
class Fates:
    """The steps of one datastore. ``tables`` in the order of the data map, ``deletions`` children before parents."""

    tables: tuple[Fate, ...]
    deletions: tuple[str, ...]
    direct: frozenset[str] = frozenset()
    """The tables that need no key table (:mod:`pamitan.stores.direct`)."""
    prepared: Prepared = field(default_factory=Prepared, compare=False)

    def of(self, table: str) -> Fate:
        """The fate of that table's rows."""
        return next(fate for fate in self.tables if fate.table == table)

    def has(self, table: str) -> bool:
        """Whether the data map has that table."""
        return any(fate.table == table for fate in self.tables)


def fates_of(file: StoreFile, datastore: str, schema: Schema) -> Fates:
    """The steps of one datastore, checked against its schema.

    Raises :class:`MapMismatch`, which names table and column, what is wrong and the mend.
    """
    try:
        return _Planner(file, datastore, schema).fates()
    except StoreMismatch as error:
        raise does_not_fit(datastore, error) from None


def does_not_fit(datastore: str, error: StoreMismatch) -> MapMismatch:
    """The sentence for a name or a type of the store file that the schema does not have."""
    mend = "" if "; " in str(error) else "; correct the store file, 'pamitan check' names every fault"
    return MapMismatch(f"the store file does not fit the schema of '{datastore}': {error}{mend}")


class _Planner:
    def __init__(self, file: StoreFile, datastore: str, schema: Schema) -> None:
        self._file = file
        self._datastore = datastore
        self._schema = schema
        self._map: Mapping[str, list[Rule]] = file.map.get(datastore, {})
        self._deleting = {table for table, rules in self._map.items() if any(rule.delete for rule in rules)}

    def fates(self) -> Fates:
        deletions, circles = _children_first(self._schema, self._deleting)
        tables = tuple(self._fate(table, rules, circles) for table, rules in self._map.items())
        direct = direct_tables(self._file, self._datastore, self._schema, tables)
        return Fates(tables, tuple(deletions), direct)

    def _fate(self, name: str, rules: list[Rule], circles: Mapping[str, list[ForeignKey]]) -> Fate:
        table = self._schema.table(name)
        for rule in rules:
            self._check_names(table, rule)
        return Fate(
            name,
            tuple(item for number, rule in enumerate(rules) for item in self._assignments(table, number, rule)),
            frozenset(number for number, rule in enumerate(rules) if rule.delete),
            tuple(_kept(number, rule) for number, rule in enumerate(rules) if rule.keep),
            tuple(self._needs(name)) if name in self._deleting else (),
            tuple(self._cascades(name)) if name in self._deleting else (),
            tuple(_loosened(table, circles.get(name, []))),
            tuple((number, *column) for number, rule in enumerate(rules) for column in rule.personal.items()),
            self._shares(table, rules),
            any(name in link.targets() for table in self._map for link in self._file.links_of(self._datastore, table)),
            frozenset(number for number, rule in enumerate(rules) if rule.by_mention),
        )

    def _check_names(self, table: Table, rule: Rule) -> None:
        kept = rule.keep.columns or [] if rule.keep else []
        changed = [*rule.clear, *rule.replace, *rule.detach, *rule.scrub, *rule.redact]
        for column in [*changed, *rule.personal, *kept]:
            table.column(column)
        for link in rule.link:
            for column in link.columns():
                table.column(column)
            if link.mentions and table.column(link.mentions).kind not in ("text", "json", "binary"):
                mend = "name a column of text under 'mentions'"
                raise _mismatch(table, table.column(link.mentions), f"holds no text to find anybody in; {mend}")

    def _assignments(self, table: Table, number: int, rule: Rule) -> Iterable[Assignment]:
        rewriting: list[tuple[Action, Iterable[str]]] = [("scrub", rule.scrub), ("redact", rule.redact)]
        for name in rule.clear:
            yield Assignment(number, "clear", name, _cleared(table, table.column(name)), self._own_links(rule, name))
        for name, value in rule.replace.items():
            yield Assignment(number, "replace", name, _replaced(table, table.column(name), value))
        for name, nobody in rule.detach.items():
            value_of = _detached(table, table.column(name), nobody)
            yield Assignment(number, "detach", name, value_of, self._own_links(rule, name))
        for action, names in rewriting:
            for name in names:
                yield Assignment(number, action, name, _rewritten(table, table.column(name), action))
        yield from self._separations(table, number)

    def _separations(self, table: Table, number: int) -> Iterable[Assignment]:
        """What is cut in rows that stay because they are another customer's as well."""
        rules = self._map[table.name]
        if not self._shares(table, rules):
            return
        for (rule, link), cuts in cuts_of(self._file, self._datastore, table, rules).items():
            for column, nobody in cuts.items() if rule == number else ():
                value = _detached(table, table.column(column), nobody)
                yield Assignment(number, "detach", column, value, frozenset([link]), shared=True)

    def _shares(self, table: Table, rules: list[Rule], seen: frozenset[str] = frozenset()) -> bool:
        """Whether a row may be another customer's as well, or such a row may point at it."""
        if table.name == self._file.account.table and self._datastore == self._file.home:
            return False
        if next(reverse_links(self._schema, self._file, table, rules), None) is not None:
            return True
        if may_have_two_owners(self._file, self._datastore, table, rules):
            return True
        seen = seen | {table.name}
        pointing = [child for child, _key in self._schema.pointing_at(table.name) if child.name in self._map]
        children = [child for child in pointing if child.name not in seen] if table.name in self._deleting else []
        return any(self._shares(child, self._map[child.name], seen) for child in children)

    def _own_links(self, rule: Rule, column: str) -> frozenset[int] | None:
        """The links that go through this very column to the account, if any does."""
        targets = {i: link.on[column] for i, link in enumerate(rule.link) if link.on and column in link.on}
        found = [i for i, target in targets.items() if self._file.names_account(target, self._datastore)]
        return frozenset(found) if found else None

    def _needs(self, parent: str) -> Iterable[Need]:
        for child, key in self._schema.pointing_at(parent):
            rules = self._map.get(child.name, [])
            keeping = [(number, rule) for number, rule in enumerate(rules) if _keeps_pointer(number, rule, key)]
            shared = self._shares(child, rules) and not self._is_cut(child, rules, key)
            passed_on = child.name in self._deleting and any(map(self._may_stay, self._tables_reaching(child.name)))
            if keeping or passed_on or shared:
                laws = sorted({text(rule.keep.law, "en") for _, rule in keeping if rule.keep})
                law = ", ".join(laws) or (SHARED_ROW if shared else "a retained record")
                numbers = frozenset(number for number, _ in keeping)
                yield Need(child.name, key.columns, key.target_columns, numbers, law, shared)

    def _tables_reaching(self, table: str) -> Iterable[Table]:
        """All tables that point at this one, to any depth: a row among them that stays needs it."""
        seen, todo = {table}, [table]
        while todo:
            for child, _key in self._schema.pointing_at(todo.pop()):
                if child.name not in seen:
                    seen.add(child.name)
                    todo.append(child.name)
                    yield child

    def _may_stay(self, table: Table) -> bool:
        rules = self._map.get(table.name, [])
        return any(rule.keep for rule in rules) or self._shares(table, rules)

    def _is_cut(self, table: Table, rules: list[Rule], key: ForeignKey) -> bool:
        """Whether the foreign key is cut in a shared row that is taken from its other owner."""
        cuts = cuts_of(self._file, self._datastore, table, rules).values()
        return any(column in columns for columns in cuts for column in key.columns)

    def _cascades(self, parent: str) -> Iterable[Cascade]:
        for child, key in self._schema.pointing_at(parent):
            action = (key.on_delete or "").upper()
            if action == "CASCADE" or (action in SETTING and not self._is_ignored(child.name)):
                yield Cascade(child.name, key.columns, key.target_columns, action)

    def _is_ignored(self, table: str) -> bool:
        return any(fnmatchcase(table, pattern) for pattern in self._file.ignore.get(self._datastore, {}))


# values


def _cleared(table: Table, column: Column) -> Value:
    _check_writable(table, column)
    if column.nullable:
        return Value("null")
    if _is_unique(table, column):
        if column.kind != "text":
            raise _mismatch(table, column, "is unique and cannot be NULL, so it cannot be cleared; delete the row")
        return _pseudonym(table, column, UNIQUE)
    if _points(table, column):
        mend = "use 'detach' with the id of a row that means nobody"
        raise _mismatch(table, column, f"is a foreign key that cannot be NULL, so it cannot be cleared; {mend}")
    if not has_empty_value(column):
        mend = f"use 'replace'{' with one of ' + ', '.join(column.choices) if column.choices else ''}"
        raise _mismatch(table, column, f"({column.sql_type}) has no empty value and cannot be NULL; {mend}")
    return Value("constant", "{}") if _must_be_json(table, column) else Value("empty")


def _replaced(table: Table, column: Column, value: Scalar) -> Value:
    _check_writable(table, column)
    if value is None and not column.nullable:
        raise _mismatch(table, column, "cannot be NULL; replace it by another value")
    if isinstance(value, str) and UNIQUE in value:
        return _pseudonym(table, column, value)
    if value is not None and (column.name,) in (table.primary_key, *table.uniques):
        raise _mismatch(table, column, f"is unique, and one value cannot stand in several rows; write {UNIQUE} into it")
    if isinstance(value, str) and column.length is not None and len(value) > column.length:
        raise _mismatch(table, column, f"holds {column.length} characters; replace it by a shorter text")
    if column.choices and value is not None and str(value) not in column.choices:
        raise _mismatch(table, column, f"takes one of {', '.join(column.choices)}; replace it by one of these")
    return Value("null") if value is None else Value("constant", value)


def _detached(table: Table, column: Column, nobody: str | int | None) -> Value:
    _check_writable(table, column)
    if nobody is None and not column.nullable:
        mend = f"name the value that means nobody, e.g. detach: {{{column.name}: 0}}"
        raise _mismatch(table, column, f"cannot be NULL; {mend}")
    return Value("null") if nobody is None else Value("constant", nobody)


def _rewritten(table: Table, column: Column, action: Action) -> Value:
    if column.generated:
        raise _mismatch(table, column, f"is computed by the database from other columns; {action} those instead")
    if column.kind not in ("text", "json", "binary"):
        what = "JSON or serialised PHP" if action == "scrub" else "text"
        raise _mismatch(table, column, f"({column.sql_type}) holds no {what}; use 'clear' or 'replace' for it")
    if _is_unique(table, column):
        mend = f"use 'replace' with {UNIQUE}, or delete the row"
        raise _mismatch(table, column, f"is unique, and two rows might become the same by '{action}'; {mend}")
    if _points(table, column):
        raise _mismatch(table, column, f"is a foreign key, which '{action}' would break; use 'detach'")
    return Value("rewritten")


def _pseudonym(table: Table, column: Column, template: str) -> Value:
    """The template with as many random digits as fit."""
    room = _UNIQUE_DIGITS if column.length is None else column.length - len(template.replace(UNIQUE, ""))
    if column.kind != "text" or template.count(UNIQUE) != 1:
        raise _mismatch(table, column, f"can hold {UNIQUE} once, and in a text alone; use 'replace' with another value")
    if room < _FEWEST_DIGITS:
        few = f"holds {column.length} characters, too few for a value that no other row has"
        raise _mismatch(table, column, f"{few}; delete the row or shorten the text")
    return Value("unique", template, min(room, _UNIQUE_DIGITS))


def _check_writable(table: Table, column: Column) -> None:
    if column.generated:
        raise _mismatch(table, column, "is computed by the database from other columns; clear those instead")


def _is_unique(table: Table, column: Column) -> bool:
    return any(column.name in unique for unique in (table.primary_key, *table.uniques))


def _must_be_json(table: Table, column: Column) -> bool:
    """Whether a text has to be JSON: so MariaDB declares its JSON columns, and many a shop on SQLite."""
    named = re.compile(rf"json_valid\W+{re.escape(column.name)}\b", re.IGNORECASE)
    return column.kind == "text" and any(named.search(check.sql) for check in table.checks)


def _points(table: Table, column: Column) -> bool:
    return any(column.name in key.columns for key in table.foreign_keys)


def _mismatch(table: Table, column: Column, what: str) -> MapMismatch:
    return MapMismatch(f"column '{table.name}.{column.name}' {what}")


# what is kept


def _kept(number: int, rule: Rule) -> Kept:
    if rule.keep is None:
        raise ValueError("the rule keeps nothing")
    columns = None if rule.keep.columns is None else frozenset(rule.keep.columns)
    changed = [*rule.clear, *rule.replace, *rule.detach, *rule.scrub, *rule.redact]
    return Kept(number, text(rule.keep.law, "en"), columns, frozenset(changed))


def _keeps_pointer(number: int, rule: Rule, key: ForeignKey) -> bool:
    """Whether the rows of that rule keep the cells of that foreign key."""
    return rule.keep is not None and all(_kept(number, rule).covers(column) for column in key.columns)


# order


def _children_first(schema: Schema, tables: set[str]) -> tuple[list[str], dict[str, list[ForeignKey]]]:
    """The tables so that who points stands before who is pointed at; and the foreign keys that run in a circle."""
    pointed_by = {
        name: {child.name for child, _ in schema.pointing_at(name) if child.name in tables and child.name != name}
        for name in tables
    }
    circles: dict[str, list[ForeignKey]] = {
        name: [key for key in schema.table(name).foreign_keys if key.target == name] for name in tables
    }
    order: list[str] = []
    left = sorted(tables)
    while left:
        free = [name for name in left if not pointed_by[name] - set(order)]
        if not free:  # everything left is in a circle or behind one: cut one table loose and go on
            free = [_least_bound(schema, left, circles)]
        order += free
        left = [name for name in left if name not in order]
    return order, circles


def _least_bound(schema: Schema, left: Sequence[str], circles: dict[str, list[ForeignKey]]) -> str:
    """The table that fewest foreign keys of others still point at; those are cut before, where they may be NULL."""
    pointing = {
        name: [(c, k) for c, k in schema.pointing_at(name) if c.name in left and c.name != name] for name in left
    }

    def stiff(name: str) -> tuple[int, int]:
        fixed = [key for child, key in pointing[name] if not _may_be_cut(child, key)]
        return len(fixed), len(pointing[name])

    chosen = min(left, key=stiff)
    for child, key in pointing[chosen]:
        circles[child.name].append(key)
    return chosen


def _may_be_cut(table: Table, key: ForeignKey) -> bool:
    return any(table.column(column).nullable for column in key.columns)


def _loosened(table: Table, keys: Sequence[ForeignKey]) -> Iterable[str]:
    """For each foreign key that runs in a circle one column that may be NULL: that suffices to cut it."""
    for key in keys:
        nullable = [column for column in key.columns if table.column(column).nullable]
        if nullable:
            yield nullable[0]
