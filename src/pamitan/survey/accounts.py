"""Which table is that of the accounts: told by its columns, its name and by how many tables lead to it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence

from pamitan.stores.sampling import Sample
from pamitan.stores.schema import Schema, Table
from pamitan.survey.found import AccountTable, Place
from pamitan.survey.tables import SAYS_NOTHING, Names, is_about_account, subject_of, without_entity
from pamitan.survey.unfold import leaves
from pamitan.survey.values import is_email, is_password_hash
from pamitan.survey.words import is_account_word, is_staff, kind_of, may_be_free_text, spelt, words_of

_LEAST = 4.0
"""The score from which on a table may be that of the accounts."""
_ABOUT_ACCOUNTS = re.compile(
    r"_(address|addresses|log|logs|history|session|token|meta|group|role|permission|order|orders|newsletter|invoice|review|"
    r"login|logins|event|audit|notification|message|email|mail|activity|cart|basket|subscription|alert|ticket|contact|"
    r"reset|payment|queue|job|outbox|search|item|line|card|coupon|visit|lead|archive|backup|old|import|lookup|quote|quotes|checkout|checkouts)_"
)


def account_tables(schema: Schema, samples: Mapping[str, Sample], names: Names) -> list[AccountTable]:
    """The tables that may be that of the accounts, the likeliest first."""
    found = [candidate for table in schema.tables.values() if (candidate := _weigh(schema, table, samples, names))]
    return sorted(found, key=lambda candidate: -candidate.score)


def described(table: Table, sample: Sample) -> AccountTable | None:
    """The particulars of a table as one of accounts; ``None`` where it has no key of one column."""
    if len(table.primary_key) == 1:
        key = table.primary_key[0]
    else:
        key = next((columns[0] for columns in table.uniques if len(columns) == 1 and _is_id(columns[0])), "")
        key = key or next((column for column in table.primary_key if _is_id(column)), "")
    if not key:
        return None
    return AccountTable(
        table.name,
        key,
        0,
        (),
        _place_of(table, sample, "email"),
        _place_of(table, sample, "phone"),
        tuple(_name_columns(table, sample)),
        _password_of(table, sample),
        is_staff(table.name),
    )


def _is_id(column: str) -> bool:
    return bool(re.search(r"_(id|uuid|no|number|code)_$", spelt(column)))


def _weigh(schema: Schema, table: Table, samples: Mapping[str, Sample], names: Names) -> AccountTable | None:
    known = described(table, samples[table.name])
    if known is None:
        return None
    points = dict(_points(schema, table, samples[table.name], known, names))
    score = sum(points.values())
    if score < _LEAST or not (known.email or known.phone or known.password):
        return None
    reasons = tuple(reason for reason, weight in points.items() if weight > 0)
    return AccountTable(
        known.table, known.id, score, reasons, known.email, known.phone, known.names, known.password, known.is_staff
    )


def _points(
    schema: Schema, table: Table, sample: Sample, known: AccountTable, names: Names
) -> Iterator[tuple[str, float]]:
    words = without_entity(names.words(table.name))
    if known.email:
        yield f"has e-mail addresses ({known.email.cell})", 3
    if known.password:
        yield f"has passwords ({known.password})", 3
    if known.phone:
        yield f"has phone numbers ({known.phone.cell})", 1
    if known.names:
        yield f"has names ({', '.join(known.names)})", 1
    if is_about_account(words):
        yield f"is called '{table.name}'", 3 if len(words) == 1 else 1.5
        yield "customers rather than users", 0.5 if words[-1] in ("customer", "client", "member", "pelanggan") else 0
    leading = len(_leading_to(schema, table, names))
    if leading:
        yield f"{leading} {'table leads' if leading == 1 else 'tables lead'} to it", min(4.0, leading / 2)
    if known.is_staff:
        yield "is called after staff", -6
    if _ABOUT_ACCOUNTS.search(spelt(table.name)) and not is_account_word(words[-1]):
        yield "is called after something that accounts have", -4
    yield f"has about {sample.rows} rows", min(1.5, math.log10(sample.rows + 1) / 2) if sample.rows > 5 else 0


def _leading_to(schema: Schema, table: Table, names: Names) -> set[str]:
    """The tables with a column that is a foreign key to the table or is called after it."""
    found = {other.name for other, _key in schema.pointing_at(table.name)}
    words = without_entity(names.words(table.name))
    key = table.primary_key[0] if len(table.primary_key) == 1 else None
    for other in schema.tables.values():
        for column in other.columns:
            by_key = key is not None and key == column and spelt(key) not in SAYS_NOTHING
            if other.name != table.name and (by_key or (column != words[-1] and subject_of(column) == words)):
                found.add(other.name)
    return found


def _place_of(table: Table, sample: Sample, kind: str) -> Place | None:
    named = [column for column in table.columns.values() if kind_of(column.name) == kind and column.kind != "boolean"]
    texts = [column.name for column in named if column.kind in ("text", "other", "integer", "decimal")]
    if kind == "email":
        held = [name for name in table.columns if _holds_emails(sample.cells(name))]
        texts = [name for name in texts if name in held or not sample.cells(name)] + [n for n in held if n not in texts]
    plain = sorted(texts, key=lambda name: (not sample.cells(name), len(words_of(name)), "fax" in name))
    if plain:
        return Place(plain[0])
    return next(_inside_json(table, sample, kind), None)


def _inside_json(table: Table, sample: Sample, kind: str) -> Iterator[Place]:
    for column in table.columns:
        for cell in sample.cells(column)[:20]:
            if isinstance(cell, str) and cell[:1] == "{":
                for leaf in leaves(cell):
                    last = leaf.path.rpartition(".")[2]
                    good = kind != "email" or is_email(str(leaf.value))
                    if leaf.format == "json" and "[]" not in leaf.path and kind_of(last) == kind and good:
                        yield Place(column, leaf.path)


def _holds_emails(cells: Sequence[object]) -> bool:
    texts = [cell for cell in cells if isinstance(cell, str)]
    return bool(texts) and sum(map(is_email, texts)) > len(texts) * 0.6


def _name_columns(table: Table, sample: Sample) -> Iterator[str]:
    named = [name for name, column in table.columns.items() if column.kind in ("text", "other")]
    named = [name for name in named if not _holds_emails(sample.cells(name))]
    people = [name for name in named if kind_of(name, in_persons_table=True) == "name" and not may_be_free_text(name)]
    people = [name for name in people if "_signature_" not in spelt(name)]
    real = [name for name in people if not re.search(r"_(user|login|nick|display|screen|nice|nicename)_", spelt(name))]
    people = [name for name in people if not re.search(r"_(login|user)_", spelt(name))] or people
    first = [name for name in real if re.search(r"_(first|given|depan|vorname|voornaam|prenom|nombres?)_", spelt(name))]
    yield from dict.fromkeys([*first, *(real or people)[:3]])


def _password_of(table: Table, sample: Sample) -> str | None:
    hashed = [name for name in table.columns if any(map(is_password_hash, sample.cells(name)))]
    if hashed:
        return hashed[0]
    named = (name for name in table.columns if re.search(r"_(password|passwd|pwd|pass|sandi)_", spelt(name)))
    return next((name for name in named if not re.search(r"_(reset|at|date|expires?|changed)_", spelt(name))), None)
