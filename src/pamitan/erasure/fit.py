"""Does the store file fit the schema: the names, the conditions, and what the actions meet in constraints?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from functools import partial
from typing import ParamSpec

from pamitan.erasure.errors import MapMismatch
from pamitan.erasure.examined import Examined, Problem, Severity
from pamitan.erasure.fates import Fates, does_not_fit, fates_of
from pamitan.erasure.reviewed import require_reviewed
from pamitan.storefile.links import Link, Source
from pamitan.storefile.model import Balance, LibraryShelf, Pending, SessionStore
from pamitan.storefile.paths import CellPath, Target, parse_cell
from pamitan.storefile.rules import Rule
from pamitan.stores.conditions import source_reader, to_sql
from pamitan.stores.errors import StoreMismatch
from pamitan.stores.files import require_filesystem
from pamitan.stores.keytables import row_key
from pamitan.stores.paths import require_json
from pamitan.stores.schema import Schema, Table
from pamitan.stores.store import Store
from pamitan.stores.wildcards import Fault

P = ParamSpec("P")


def misfits(examined: Examined) -> Iterator[Problem]:
    """All that does not fit in one datastore."""
    if examined.is_home:
        yield from _told("account", _account, examined)
        yield from _unmapped_accounts(examined)
    for where, look in _sections(examined):
        yield from _told(where, look)
    yield from _patterns(examined)
    for name, rules in examined.map.items():
        yield from _told(examined.place(name), _rules, examined, name, rules)
        yield from _contradictions(examined, name, rules)
    for pattern in examined.file.ignore.get(examined.datastore, {}):
        yield from _ignored(examined, pattern)


def require_fit(store: Store, datastore: str, reviewed: bool = True, schema: Schema | None = None) -> Fates:
    """The steps of one datastore, compared with its schema as it is now: every name that an erasure reads or writes.

    Raises :class:`MapMismatch`, so that a schema that changed is noticed before the first statement. ``reviewed``: the
    schema has to be the one that was reviewed as well; who only looks again need not ask for that. ``schema``: as it is
    now, where that is known already.
    """
    examined = Examined(store, datastore, schema)
    if reviewed:
        require_reviewed(store, examined)
    return store.derived(datastore, examined.schema, lambda: _fates(examined))


def _fates(examined: Examined) -> Fates:
    for fault in examined.patterns.faults:
        raise MapMismatch(f"in the data map of '{fault.datastore}' '{fault.table}' {fault.message}; {fault.mend}")
    try:
        if examined.is_home:
            _account(examined)
        for name, rules in examined.map.items():
            _rules(examined, name, rules)
            _require_findable(examined, name, rules)
    except StoreMismatch as error:
        raise does_not_fit(examined.datastore, error) from None
    return fates_of(examined.file, examined.datastore, examined.schema)


def can_be_found_again(examined: Examined, table: Table) -> bool:
    """Whether rows of the table that a law keeps are found by their keys when their date comes."""
    return row_key(table, examined.schema.dialect).lasting


def _require_findable(examined: Examined, name: str, rules: Iterable[Rule]) -> None:
    table = examined.schema.table(name)
    if any(rule.keep for rule in rules) and not can_be_found_again(examined, table):
        raise StoreMismatch(
            f"'{name}' has rows to keep and no key, so they could not be found again when their date comes; "
            "give the table a primary key"
        )


def _require_forgetful(table: Table) -> None:
    if table.keeps_history:
        raise StoreMismatch(
            f"'{table.name}' is system-versioned, so the database keeps what is erased there as history; "
            f"ALTER TABLE {table.name} DROP SYSTEM VERSIONING, which lets the history go"
        )


# names


def _unmapped_accounts(examined: Examined) -> Iterator[Problem]:
    table = examined.file.account.table
    if table not in examined.map:
        mend = f"add '{table}' to map.{examined.datastore}"
        yield Problem("error", "account", "the account table itself is not in the data map", mend)


def require_sections(store: Store, datastore: str) -> None:
    """Raise :class:`MapMismatch` where what is read of orders, library and balances is not there."""
    examined = Examined(store, datastore)
    for where, look in _sections(examined):
        try:
            look()
        except StoreMismatch as error:
            raise does_not_fit(datastore, StoreMismatch(f"{where}: {error}")) from None


def _sections(examined: Examined) -> Iterator[tuple[str, Callable[[], None]]]:
    """What the store file reads of this datastore for its pages: the name of each, and how it is looked at."""
    file = examined.file
    sections: list[Pending | LibraryShelf | Balance | SessionStore] = [*file.orders, *file.subscriptions]
    sections += [*file.library, *file.balances, *file.account.sessions]
    for section in sections:
        if (section.datastore or file.home) == examined.datastore:
            yield f"{_name_of(section)}.{section.table}", partial(_section, examined, section)


def _name_of(section: Pending | LibraryShelf | Balance | SessionStore) -> str:
    match section:
        case Pending():
            return f"{section.kind}s"
        case LibraryShelf():
            return "library"
        case Balance():
            return "balances"
    return "account.sessions"


def _account(examined: Examined) -> None:
    account = examined.file.account
    table = examined.schema.table(account.table)
    for source in (account.id, account.email, account.phone, account.language, account.created, *account.name):
        _source(examined, table, source)
    if account.password:
        _source(examined, table, account.password.column)
    for lock in account.lock:
        require_json(table, parse_cell(lock.column))
    for condition in (account.where, account.guests, account.active, account.email_verified):
        to_sql(condition, table, examined.schema, examined.now)


def _section(examined: Examined, section: Pending | LibraryShelf | Balance | SessionStore) -> None:
    table = examined.schema.table(section.table)
    _links(examined, table, section.link or [])
    if not isinstance(section, SessionStore):
        to_sql(section.where, table, examined.schema, examined.now)
    for source in _sources(section):
        _source(examined, table, source)
    if isinstance(section, Pending):
        _open(examined, table, section)


def _sources(section: Pending | LibraryShelf | Balance | SessionStore) -> list[Source | None]:
    match section:
        case Pending():
            shown = [section.number, section.date, section.total, section.status, section.until, section.currency]
            return [section.id, *shown]
        case LibraryShelf():
            return [section.id, section.title, section.code, section.filename, *section.values.values()]
        case Balance():
            return [section.amount]
    return []


def _open(examined: Examined, table: Table, pending: Pending) -> None:
    to_sql(pending.open, table, examined.schema, examined.now)
    if pending.cancel:
        to_sql(pending.cancel.when, table, examined.schema, examined.now)
        for column in pending.cancel.set or {}:
            table.column(column)


def _source(examined: Examined, table: Table, source: Source | None) -> None:
    source_reader(examined.schema, examined.now).require(source, table)


def _links(examined: Examined, table: Table, links: Iterable[Link]) -> None:
    for link in links:
        for column in (link.email, link.phone, link.blob.column if link.blob else None):
            _source(examined, table, column)
        for own, target in link.pairs():
            _pair(examined, table, own, target)
        to_sql(link.where, table, examined.schema, examined.now)


def _pair(examined: Examined, table: Table, own: CellPath, target: Target) -> None:
    column = require_json(table, own)
    if target.is_template and column.kind not in ("text", "choice", "json"):
        text = f"{target.before}...{target.after}"
        raise StoreMismatch(
            f"column '{table.name}.{own}' ({column.sql_type}) is no text, so it never equals '{text}'; "
            "link a column of text, or leave the text around the braces out"
        )
    if target.table != "account":
        require_json(examined.schema.table(target.table), target.cell)
    elif str(target.cell) not in ("id", examined.file.account.id):
        if not examined.is_home:
            home = examined.file.home
            raise StoreMismatch(
                f"'account.{target.cell}' can be linked to in the datastore '{home}' alone; link to account.id"
            )
        require_json(examined.schema.table(examined.file.account.table), target.cell)


def _rules(examined: Examined, name: str, rules: list[Rule]) -> None:
    table = examined.schema.table(name)
    _require_forgetful(table)
    for rule in rules:
        to_sql(rule.where, table, examined.schema, examined.now)
        _links(examined, table, rule.link)
        if rule.keep:
            _source(examined, table, rule.keep.until.column)
        for template in rule.files:
            require_filesystem(template.folder)
            for column in template.columns:
                table.column(column)


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


def _contradictions(examined: Examined, name: str, rules: list[Rule]) -> Iterator[Problem]:
    """What the planner itself refuses, table by table, so that all of it is told at once."""
    if name in examined.schema.tables:
        alone = examined.file.model_copy(update={"map": {examined.datastore: {name: rules}}})
        yield from _told(examined.place(name), fates_of, alone, examined.datastore, examined.schema)
