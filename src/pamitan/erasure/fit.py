"""Does the store file fit the schema: the names, the conditions, and what the actions meet in constraints?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import ParamSpec

from pamitan.erasure.errors import MapMismatch
from pamitan.erasure.examined import Examined, Problem, Severity
from pamitan.erasure.fates import Fates, does_not_fit, fates_of
from pamitan.erasure.reviewed import require_reviewed
from pamitan.storefile.conditions import Condition
from pamitan.storefile.links import Attribute, Link, Source
from pamitan.storefile.model import Pending
from pamitan.storefile.rules import Keep, Rule
from pamitan.stores.conditions import to_sql
from pamitan.stores.errors import StoreMismatch
from pamitan.stores.schema import ForeignKey, Table
from pamitan.stores.store import Store
from pamitan.stores.wildcards import Fault

P = ParamSpec("P")


def misfits(examined: Examined) -> Iterator[Problem]:
    """All that does not fit in one datastore."""
    if examined.is_home:
        yield from _sections(examined)
    yield from _patterns(examined)
    for name, rules in examined.map.items():
        yield from _told(examined.place(name), _rules, examined, name, rules)
        yield from _contradictions(examined, name, rules)
    for pattern in examined.file.ignore.get(examined.datastore, {}):
        yield from _ignored(examined, pattern)
    for name in examined.map.keys() & examined.schema.tables.keys():
        yield from _broken_by_deleting(examined, examined.schema.table(name))


def require_fit(store: Store, datastore: str, reviewed: bool = True) -> Fates:
    """The steps of one datastore, compared with its schema as it is now: every name that an erasure reads or writes.

    Raises :class:`MapMismatch`, so that a schema that changed is noticed before the first statement. ``reviewed``: the
    schema has to be the one that was reviewed as well; who only looks again need not ask for that.
    """
    examined = Examined(store, datastore)
    if reviewed:
        require_reviewed(store, examined)
    for fault in examined.patterns.faults:
        raise MapMismatch(f"in the data map of '{fault.datastore}' '{fault.table}' {fault.message}; {fault.mend}")
    try:
        if examined.is_home:
            _account(examined)
        for name, rules in examined.map.items():
            _rules(examined, name, rules)
    except StoreMismatch as error:
        raise does_not_fit(datastore, error) from None
    return fates_of(store.file, datastore, examined.schema)


# names


def _sections(examined: Examined) -> Iterator[Problem]:
    file = examined.file
    yield from _told("account", _account, examined)
    for pending in [*file.orders, *file.subscriptions]:
        yield from _told(f"{pending.kind}s.{pending.table}", _pending, examined, pending)
    for shelf in file.library:
        sources = [shelf.title, shelf.code, *shelf.values.values()]
        where = f"library.{shelf.table}"
        yield from _told(where, _section, examined, shelf.table, shelf.id, shelf.link, shelf.where, sources)
    for held in file.balances:
        where = f"balances.{held.table}"
        yield from _told(where, _section, examined, held.table, held.amount, held.link, held.where, [])
    if file.account.table not in examined.map:
        mend = f"add '{file.account.table}' to map.{examined.datastore}"
        yield Problem("error", "account", "the account table itself is not in the data map", mend)


def _account(examined: Examined) -> None:
    account = examined.file.account
    table = examined.schema.table(account.table)
    for source in (account.id, account.email, account.phone, account.language, account.created, *account.name):
        _source(examined, table, source)
    if account.password:
        _source(examined, table, account.password.column)
    for lock in account.lock:
        table.column(lock.column)
    for condition in (account.where, account.guests, account.active, account.email_verified):
        to_sql(condition, table, examined.schema, examined.now)
    for session in account.sessions:
        _links(examined, examined.schema.table(session.table), session.link)


def _pending(examined: Examined, pending: Pending) -> None:
    sources = [pending.number, pending.date, pending.total, pending.status, pending.until, pending.currency]
    _section(examined, pending.table, pending.id, pending.link, pending.where, sources)
    table = examined.schema.table(pending.table)
    to_sql(pending.open, table, examined.schema, examined.now)
    if pending.cancel:
        to_sql(pending.cancel.when, table, examined.schema, examined.now)
        for column in pending.cancel.set or {}:
            table.column(column)


def _section(
    examined: Examined,
    name: str,
    column: str,
    links: list[Link] | None,
    where: Condition | None,
    sources: Iterable[Source | None],
) -> None:
    table = examined.schema.table(name)
    table.column(column)
    to_sql(where, table, examined.schema, examined.now)
    _links(examined, table, links or [])
    for source in sources:
        _source(examined, table, source)


def _source(examined: Examined, table: Table, source: Source | None) -> None:
    if isinstance(source, Attribute):
        other = examined.schema.table(source.table)
        for theirs, ours in source.on.items():
            other.column(theirs)
            table.column(ours)
        other.column(source.column)
        to_sql(source.where, other, examined.schema, examined.now)
    elif source is not None:
        table.column(source)


def _links(examined: Examined, table: Table, links: Iterable[Link]) -> None:
    for link in links:
        for column in (link.email, link.phone, link.blob.column if link.blob else None):
            _source(examined, table, column)
        for own, target in (link.on or {}).items():
            table.column(own)
            name, _, column = target.rpartition(".")
            if name != "account":
                examined.schema.table(name).column(column)
            elif examined.is_home and column != "id":
                examined.schema.table(examined.file.account.table).column(column)
        to_sql(link.where, table, examined.schema, examined.now)


def _rules(examined: Examined, name: str, rules: list[Rule]) -> None:
    table = examined.schema.table(name)
    for rule in rules:
        to_sql(rule.where, table, examined.schema, examined.now)
        _links(examined, table, rule.link)
        if rule.keep and rule.keep.until.column:
            table.column(rule.keep.until.column)


def _patterns(examined: Examined) -> Iterator[Problem]:
    told: list[tuple[Severity, Iterable[Fault]]] = [
        ("error", examined.patterns.faults),
        ("warning", examined.patterns.unused),
    ]
    for severity, faults in told:
        for fault in faults:
            if fault.datastore == examined.datastore:
                yield Problem(severity, examined.place(fault.table), fault.message, fault.mend)


def _ignored(examined: Examined, pattern: str) -> Iterator[Problem]:
    names = [*examined.schema.tables]
    names += [f"{table.name}.{column}" for table in examined.schema.tables.values() for column in table.columns]
    if not any(fnmatchcase(name, pattern) for name in names):
        yield Problem(
            "warning", examined.place(pattern), "ignores what is not there", "correct the name or take it out"
        )


def _told(where: str, look: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> Iterator[Problem]:
    """What goes wrong in looking, as a problem."""
    try:
        look(*args, **kwargs)
    except (StoreMismatch, MapMismatch) as error:
        message, _, mend = str(error).partition("; ")
        yield Problem("error", where, message, mend or "correct the name in the store file")


# constraints


def _contradictions(examined: Examined, name: str, rules: list[Rule]) -> Iterator[Problem]:
    """What the planner itself refuses, table by table, so that all of it is told at once."""
    if name in examined.schema.tables:
        alone = examined.file.model_copy(update={"map": {examined.datastore: {name: rules}}})
        yield from _told(examined.place(name), fates_of, alone, examined.datastore, examined.schema)


def _broken_by_deleting(examined: Examined, table: Table) -> Iterator[Problem]:
    """Rows of other tables that point at rows which are deleted."""
    if not any(rule.delete for rule in examined.map[table.name]):
        return
    for child, key in examined.schema.pointing_at(table.name):
        if child.name not in examined.map:
            yield _unmapped_child(examined, table, child, key)
        else:
            yield from _mapped_child(examined, table, child, key)


def _unmapped_child(examined: Examined, table: Table, child: Table, key: ForeignKey) -> Problem:
    columns, action = ", ".join(key.columns), (key.on_delete or "").upper()
    where = examined.place(child.name, columns)
    if action == "CASCADE":
        message = f"its rows go in silence with the deleted rows of '{table.name}' (ON DELETE CASCADE)"
        return Problem("error", where, message, f"map '{child.name}', so that they are counted")
    if action == "SET NULL":
        return Problem(
            "warning",
            where,
            f"is set to NULL by the database when rows of '{table.name}' go",
            f"map '{child.name}' with detach",
        )
    message = f"points at rows of '{table.name}', which are deleted: the database would refuse it"
    severity: Severity = "warning" if examined.is_ignored(child.name) and not examined.sample(child).keys else "error"
    return Problem(severity, where, message, f"map '{child.name}': delete its rows or detach {columns}")


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


def _cuts(rule: Rule, key: ForeignKey) -> bool:
    return not {*rule.detach, *rule.clear, *rule.replace}.isdisjoint(key.columns)


def _keeps(keep: Keep, key: ForeignKey) -> bool:
    return keep.columns is None or set(key.columns) <= set(keep.columns)
