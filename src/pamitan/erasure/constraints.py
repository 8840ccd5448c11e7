"""What the actions of the data map meet in the database's own constraints: foreign keys, CHECKs, ties of two owners."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pamitan.erasure.errors import MapMismatch
from pamitan.erasure.examined import Examined, Problem, Severity
from pamitan.erasure.fates import fates_of
from pamitan.storefile.conditions import ALWAYS, AllOf, AnyOf, Condition, Exists, Not
from pamitan.storefile.links import Link
from pamitan.storefile.rules import Keep, Rule
from pamitan.stores.checks import refused_by
from pamitan.stores.errors import StoreMismatch
from pamitan.stores.schema import ForeignKey, Table
from pamitan.stores.sharing import cuts_of, may_have_two_owners, owner_columns
from pamitan.stores.steps import SETTING, Value


def broken_constraints(examined: Examined) -> Iterator[Problem]:
    """All that the database would refuse, or do by itself, in one datastore."""
    for name in sorted(examined.map.keys() & examined.schema.tables.keys()):
        table = examined.schema.table(name)
        yield from _broken_by_deleting(examined, table)
        yield from _ties(examined, table)
        yield from _broken_checks(examined, table)


# foreign keys


def _broken_by_deleting(examined: Examined, table: Table) -> Iterator[Problem]:
    """Rows of other tables that point at rows which are deleted."""
    if not any(rule.delete for rule in examined.map[table.name]):
        return
    for child, key in examined.schema.pointing_at(table.name):
        if _is_spared(examined.map[table.name], child, key):
            continue
        if child.name not in examined.map:
            if not _is_empty_and_ignored(examined, child):
                yield _unmapped_child(examined, table, child, key)
        else:
            yield from _mapped_child(examined, table, child, key)


def _is_empty_and_ignored(examined: Examined, table: Table) -> bool:
    """Whether the store file gives a reason why no customer is in it, and nobody is."""
    return examined.is_ignored(table.name) and not examined.sample(table).keys


def _unmapped_child(examined: Examined, table: Table, child: Table, key: ForeignKey) -> Problem:
    columns, action = ", ".join(key.columns), (key.on_delete or "").upper()
    where = examined.place(child.name, columns)
    if action == "CASCADE":
        message = f"its rows go in silence with the deleted rows of '{table.name}' (ON DELETE CASCADE)"
        return Problem("error", where, message, f"map '{child.name}', so that they are counted")
    if action in SETTING:
        message = f"is changed by the database itself when rows of '{table.name}' go (ON DELETE {action})"
        severity: Severity = "warning" if examined.is_ignored(child.name) else "error"
        return Problem(severity, where, message, f"map '{child.name}' with detach, so that it is told")
    message = f"points at rows of '{table.name}', which are deleted: the database would refuse it"
    return Problem("error", where, message, f"map '{child.name}': delete its rows or detach {columns}")


def _mapped_child(examined: Examined, table: Table, child: Table, key: ForeignKey) -> Iterator[Problem]:
    rules = examined.map[child.name]
    columns = ", ".join(key.columns)
    where = examined.place(child.name, columns)
    if any(rule.keep and _keeps(rule.keep, key) and not _cuts(rule, key) for rule in rules):
        message = f"is kept by law and points at rows of '{table.name}', which therefore stay as long"
        yield Problem("warning", where, message, f"detach {columns}, if the law does not ask for it")
    elif not any(rule.delete or _cuts(rule, key) for rule in rules):
        message = f"stays, but points at rows of '{table.name}', which are deleted"
        yield Problem("error", where, message, f"detach {columns}, or keep the rows of '{table.name}' too")
    elif (key.on_delete or "").upper() in SETTING and not any(_leads_by(link, key) for r in rules for link in r.link):
        message = f"is changed by the database itself (ON DELETE {key.on_delete}) in rows that no link by it takes"
        mend = f"give '{child.name}' a rule with a link by {columns} that detaches it"
        yield Problem("warning", where, message, mend)


def _leads_by(link: Link, key: ForeignKey) -> bool:
    return not (link.on or {}).keys().isdisjoint(key.columns)


def _is_spared(rules: list[Rule], child: Table, key: ForeignKey) -> bool:
    """Whether no rule deletes a row that a row of the child points at: ``where: {not: {exists: …}}``."""
    deleting = [rule for rule in rules if rule.delete]
    return all(
        _excludes(rule.where, child, key) or all(_excludes(link.where, child, key) for link in rule.link)
        for rule in deleting
    )


def _excludes(condition: Condition | None, child: Table, key: ForeignKey) -> bool:
    """Whether the condition holds for no row that a row of the child points at."""
    match condition:
        case AllOf(parts):
            return any(_excludes(part, child, key) for part in parts)
        case AnyOf(parts):
            return all(_excludes(part, child, key) for part in parts)
        case Not(part):
            return _covers(part, child, key)
    return False


def _covers(condition: Condition, child: Table, key: ForeignKey) -> bool:
    """Whether the condition holds for every row that a row of the child points at."""
    match condition:
        case AllOf(parts):
            return bool(parts) and all(_covers(part, child, key) for part in parts)
        case AnyOf(parts):
            return any(_covers(part, child, key) for part in parts)
        case Exists():
            by_key = list(zip(key.columns, key.target_columns, strict=True))
            same = all(pair in by_key for pair in condition.on)
            return condition.table == child.name and same and condition.where == ALWAYS
    return False


def _cuts(rule: Rule, key: ForeignKey) -> bool:
    return not {*rule.detach, *rule.clear, *rule.replace}.isdisjoint(key.columns)


def _keeps(keep: Keep, key: ForeignKey) -> bool:
    return keep.columns is None or set(key.columns) <= set(keep.columns)


# rows of two owners


def _ties(examined: Examined, table: Table) -> Iterator[Problem]:
    """Rows of two customers that go with the first of them, because the database lets neither be cut off."""
    file, rules = examined.file, examined.map[table.name]
    if not may_have_two_owners(file, examined.datastore, table, rules):
        return
    cuttable = cuts_of(file, examined.datastore, table, rules)
    for number, rule in enumerate(rules):
        for index, link in enumerate(rule.link):
            columns = owner_columns(file, examined.datastore, link)
            if rule.delete and columns and not rule.why and (number, index) not in cuttable:
                where = examined.place(table.name, ", ".join(columns))
                message = "cannot be cut, so its row is deleted although another column may name another customer"
                mend = (
                    f"if that one needs it, let a rule detach {columns[0]} with the value that means nobody; if it may "
                    "go with the first of them, say 'why' in the rule"
                )
                yield Problem("warning", where, message, mend)


# checks


def _broken_checks(examined: Examined, table: Table) -> Iterator[Problem]:
    """CHECK constraints, tried on a sample of the rows as each rule would leave them."""
    for number, values in enumerate(_written(examined, table)):
        for refusal in refused_by(examined.engine, table, values) if values else ():
            columns = ", ".join(refusal.columns)
            rows = "each row" if refusal.all_rows else "some rows"
            message = (
                f"the constraint '{refusal.constraint}' refuses what rule {number + 1} writes, in {rows} looked at"
            )
            mend = f"give {columns} a value by 'replace' that it allows, or delete the row: {refusal.sql}"
            severity: Severity = "error" if refusal.all_rows else "warning"
            yield Problem(severity, examined.place(table.name, columns), message, mend)


def _written(examined: Examined, table: Table) -> list[Mapping[str, Value]]:
    """What each rule writes into which column; nothing where the data map contradicts itself (told elsewhere)."""
    alone = examined.file.model_copy(update={"map": {examined.datastore: {table.name: examined.map[table.name]}}})
    try:
        assignments = fates_of(alone, examined.datastore, examined.schema).of(table.name).assignments
    except (MapMismatch, StoreMismatch):
        return []
    rules = range(len(examined.map[table.name]))
    return [{a.column: a.value for a in assignments if a.rule == rule and not a.shared} for rule in rules]
