"""Does the store file leave something of a customer out, and what would make the work slow or impossible?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pamitan.content.patterns import Matcher, Needle, needles
from pamitan.erasure.examined import LARGE, Examined, Problem, Severity
from pamitan.erasure.suspicion import Suspicion, suspicions
from pamitan.storefile.links import Attribute, Source
from pamitan.storefile.paths import parse_cell, parse_value, values_at
from pamitan.storefile.rules import Kind, Rule
from pamitan.stores.errors import StoreMismatch
from pamitan.stores.keytables import row_key
from pamitan.stores.passwords import Verifier
from pamitan.stores.scan import Chunk
from pamitan.stores.schema import Table
from pamitan.stores.sharing import reverse_links
from pamitan.stores.sources import place_of
from pamitan.stores.statements import create_index
from pamitan.stores.types import IdentifierKind
from pamitan.survey.found import Personal

_SURE = 0.7
_CUSTOMERS = 200
"""Sampled customers whose values are looked for in all samples."""


def gaps(examined: Examined, customers: Matcher) -> Iterator[Problem]:
    """What is left out of one datastore. ``customers`` seeks the identifiers of some customers."""
    telling = _telling_columns(examined)
    for table in examined.schema.tables.values():
        if examined.is_ignored(table.name):
            continue
        if table.name not in examined.map:
            yield from _unmapped_links(examined, table, telling)
        yield from _unmapped_columns(examined, table, customers)


def hindrances(examined: Examined) -> Iterator[Problem]:
    """What would make the work slow, or some of it impossible."""
    for name in examined.map.keys() & examined.schema.tables.keys():
        table = examined.schema.table(name)
        yield from _without_key(examined, table)
        yield from _without_transactions(examined, table)
        yield from _without_index(examined, table)
        yield from _without_path_index(examined, table)
        yield from _read_whole(examined, table)
    yield from _without_sieve_index(examined)
    if examined.is_home:
        yield from _unknown_hashes(examined)


def some_customers(examined: Examined) -> Iterator[Needle]:
    """What to look for of some customers; on the home datastore alone."""
    account = examined.file.account
    if not examined.is_home or account.table not in examined.schema.tables:
        return
    sources: list[tuple[Kind, Source | None]] = [("email", account.email), ("phone", account.phone)]
    sources += [("name", source) for source in account.name]
    for kind, source in sources:
        for value in _sampled(examined, source)[:_CUSTOMERS]:
            yield from needles(kind, value, examined.file.store.country)


# what is left out


def _telling_columns(examined: Examined) -> dict[str, str]:
    """Columns that link to a customer's rows somewhere in the map: a column of the same name elsewhere may as well."""
    links = [link for rules in examined.map.values() for rule in rules for link in rule.link]
    pairs = {own: target for link in links for own, target in (link.on or {}).items()}
    return {own: target for own, target in pairs.items() if own.casefold() not in ("id", "key", "code")}


def _unmapped_links(examined: Examined, table: Table, telling: dict[str, str]) -> Iterator[Problem]:
    mend = f"map '{table.name}', or ignore it with a reason"
    customers = {*examined.map, *([examined.file.account.table] if examined.is_home else [])}
    pointing = {column for key in table.foreign_keys if key.target in customers for column in key.columns}
    for key in table.foreign_keys:
        if key.target in customers:
            message = f"points at '{key.target}', which holds rows of customers, and is not in the map"
            yield Problem("error", examined.place(table.name, ", ".join(key.columns)), message, mend)
    named = table.columns.keys() & telling.keys() - pointing
    for column in sorted(named):
        message = f"is called like a column that links to {telling[column]} in other tables"
        yield Problem("error", examined.place(table.name, column), message, mend)
    yield from _sampled_links(examined, table, pointing | named, mend)


def _sampled_links(examined: Examined, table: Table, told: set[str], mend: str) -> Iterator[Problem]:
    """Links that nothing declares: sampled values that are customers' ids or addresses, in JSON and pairs too."""
    for tie in examined.found.ties.get(table.name, ()) if examined.found else ():
        if tie.how in ("email", "phone"):
            continue  # its values are told as what the column holds
        cells = [tie.place.cell] if tie.place else [cell for cell, _target in tie.on]
        if not {cell.partition("->")[0] for cell in cells} & told and tie.targets - {"account"} <= examined.map.keys():
            leads = ", ".join(target for _cell, target in tie.on) or f"the account by {tie.how}"
            message = f"leads to customers' rows ({leads}): {tie.reason}"
            yield Problem("error", examined.place(table.name, ", ".join(cells)), message, mend)


def _unmapped_columns(examined: Examined, table: Table, customers: Matcher) -> Iterator[Problem]:
    mapped = table.name in examined.map
    covered = _covered(table, examined.map.get(table.name, []))
    covered |= {column.name for column in table.columns.values() if mapped and column.generated}
    for found in _suspicions(examined, table, customers):
        if found.column in covered or examined.is_ignored(table.name, found.column):
            continue
        what = f"'{table.name}.{found.column}'"
        mend = (
            f"give {what} an action, or ignore it with a reason"
            if mapped
            else f"map '{table.name}', or ignore {what} with a reason"
        )
        severity: Severity = "error" if found.sure else "warning"
        yield Problem(
            severity, examined.place(table.name, found.column), f"{found.reason}, and nothing happens to it", mend
        )


def _suspicions(examined: Examined, table: Table, customers: Matcher) -> Iterator[Suspicion]:
    """The columns that look personal: by what stands in them, then by whose rows they are in."""
    told = {found.column: found for found in suspicions(table, examined.sample(table), customers)}
    for one in examined.found.personal.get(table.name, ()) if examined.found else ():
        known, column = told.get(one.place.column), table.columns[one.place.column]
        is_news = known is None or (one.seen and not known.sure)
        if one.confidence >= _SURE and is_news and not (column.generated or one.empty):
            told[column.name] = Suspicion(column.name, _in_words(one), one.seen)
    yield from told.values()


def _in_words(one: Personal) -> str:
    inner = one.place.path or one.place.key
    verb = "holds" if one.seen else "is called as if it held"
    copy = " as a copy of other columns" if one.derived else ""
    return f"{verb} something personal ({one.kind}){f' at {inner}' if inner else ''}{copy}: {one.reason}"


def _covered(table: Table, rules: Iterable[Rule]) -> set[str]:
    """The columns to which something happens."""
    covered: set[str] = set()
    for rule in rules:
        whole = rule.delete or (rule.keep is not None and rule.keep.columns is None)
        kept = rule.keep.columns or [] if rule.keep else []
        changed = {*rule.clear, *rule.replace, *rule.detach, *rule.scrub, *rule.redact}
        covered |= set(table.columns) if whole else {*changed, *kept}
    return covered


# what hinders


def _without_key(examined: Examined, table: Table) -> Iterator[Problem]:
    if row_key(table, examined.schema.dialect).kind == "whole":
        message = "has no key, so equal rows cannot be told apart and share one fate"
        yield Problem(
            "warning", examined.place(table.name), message, f"ALTER TABLE {table.name} ADD COLUMN id SERIAL PRIMARY KEY"
        )


def _without_transactions(examined: Examined, table: Table) -> Iterator[Problem]:
    kept_by = examined.without_transactions.get(table.name)
    if kept_by:
        message = f"is kept by {kept_by}, which undoes nothing: what fails stays half done, and --shadow is refused"
        yield Problem("warning", examined.place(table.name), message, f"ALTER TABLE {table.name} ENGINE=InnoDB")


def _without_index(examined: Examined, table: Table) -> Iterator[Problem]:
    links = [link for rule in examined.map[table.name] for link in rule.link]
    wanted = {tuple(link.on) for link in links if link.on}
    wanted |= {key.columns for key in table.foreign_keys if key.target in examined.map}
    wanted |= set(_leading_on(examined, table))
    missing = [
        columns for columns in sorted(wanted) if _may_be_indexed(table, columns) and not table.has_index_on(columns)
    ]
    if missing and examined.is_large(table):
        for columns in missing:
            statement = create_index(examined.schema.dialect, table, columns)
            message = f"leads to customers, has no index, and the table has more than {LARGE} rows"
            yield Problem("warning", examined.place(table.name, ", ".join(columns)), message, statement)


def _without_path_index(examined: Examined, table: Table) -> Iterator[Problem]:
    """Values in JSON by which rows lead to customers."""
    pairs = [own for rule in examined.map[table.name] for link in rule.link for own, _target in link.pairs()]
    for own in sorted({own for own in pairs if own.steps and own.column in table.columns}, key=str):
        statement = examined.path_index(table, own)
        if statement:
            message = f"leads to customers, has no index, and the table has more than {LARGE} rows"
            yield Problem("warning", examined.place(table.name, str(own)), message, statement)


def _read_whole(examined: Examined, table: Table) -> Iterator[Problem]:
    """Columns in whose text customers are looked for: no index helps there."""
    columns = {link.mentions for rule in examined.map[table.name] for link in rule.link if link.mentions}
    for column in sorted(columns) if columns and examined.is_large(table) else ():
        message = f"is read whole, about {examined.rows(table)} rows, once for every batch, for whom it mentions"
        mend = "narrow the rule by 'where', or let old rows of the table go; else nothing: larger batches cost no more"
        yield Problem("warning", examined.place(table.name, column), message, mend)


def _leading_on(examined: Examined, table: Table) -> Iterator[tuple[str, ...]]:
    """Columns by which rows of the table lead to rows of others: there it is looked whose a shared row is besides."""
    for name, rules in examined.map.items():
        other = examined.schema.tables.get(name)
        reverse = reverse_links(examined.schema, examined.file, other, rules) if other else ()
        yield from (tuple(str(target.cell) for _own, target in pairs) for led, pairs in reverse if led == table.name)


def _without_sieve_index(examined: Examined) -> Iterator[Problem]:
    """Columns in which addresses or numbers are looked for, in any spelling."""
    for name, column, kind in sorted(_searched(examined)):
        table = examined.schema.tables.get(name)
        statement = examined.sieve_index(kind, table, column) if table and column in table.columns else None
        if statement:
            message = f"is searched for addresses or numbers, and the table has more than {LARGE} rows without an index"
            yield Problem("warning", examined.place(name, column), message, statement)


def _searched(examined: Examined) -> Iterator[tuple[str, str, IdentifierKind]]:
    kinds: tuple[IdentifierKind, ...] = ("email", "phone")
    for kind in kinds:
        for name, rules in examined.map.items():
            columns = (getattr(link, kind) for rule in rules for link in rule.link)
            yield from ((name, column, kind) for column in columns if column)
        source = getattr(examined.file.account, kind) if examined.is_home else None
        if source is not None:
            held = source.column if isinstance(source, Attribute) else str(source)
            yield place_of(source, examined.file.account.table)[0], held, kind


def _may_be_indexed(table: Table, columns: tuple[str, ...]) -> bool:
    return all(
        name in table.columns and table.columns[name].kind not in ("json", "binary", "other") for name in columns
    )


def _unknown_hashes(examined: Examined) -> Iterator[Problem]:
    password = examined.file.account.password
    if password is None:
        return
    try:
        Verifier(password).require_known(_sampled(examined, password.column))
    except StoreMismatch as error:
        message, _, mend = str(error).partition("; ")
        yield Problem("error", "account.password", message, mend)


def _sampled(examined: Examined, source: Source | None) -> list[str]:
    """Some values of a cell of the account, where it can be read."""
    if source is None:
        return []
    name, _column = place_of(source, examined.file.account.table)
    cell = parse_cell(source.column) if isinstance(source, Attribute) else parse_value(source).cell
    table = examined.schema.tables.get(name)
    if table is None or cell.column not in table.columns:
        return []
    chunk: Chunk = examined.sample(table)
    held = chunk.cells.get(cell.column, ())
    found = (value for one in held for value in values_at(one, cell.steps)) if cell.steps else held
    return [str(value) for value in found if value not in (None, "")]
