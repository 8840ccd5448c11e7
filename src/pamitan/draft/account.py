"""The account section of a draft: where the particulars are, and how passwords are hashed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pamitan.draft.links import link_of
from pamitan.storefile.model import Password
from pamitan.stores.errors import StoreMismatch
from pamitan.stores.passwords import Verifier, is_usable
from pamitan.stores.schema import Column
from pamitan.survey.found import Personal, Place
from pamitan.survey.pairs import key_value_columns
from pamitan.survey.survey import Survey
from pamitan.survey.values import is_password_hash
from pamitan.survey.words import is_staff, is_staff_flag, spelt

_FARTHEST = 3
"""Tables between the account and one of its particulars."""
Line = tuple[str, Any, str]
"""A key, its value, and a comment; ``? `` before the comment marks a doubt."""

_PAST = re.compile(r"_(audit|audits|log|logs|history|histories|version|versions|archive|event|events|change|changes)_")
"""Tables of what once was: what an account holds now is not told there."""
_ROLE = re.compile(r"^_((user|account|member)_)?(role|type|kind|group|level)_$")
_FEW_ROLES = 12
_GUEST_FLAG = re.compile(r"^_(is_)?(guest|tamu|ospite)_$")
_ACTIVE_FLAG = re.compile(r"^_(is_)?(active|enabled|aktif|attivo)_$")
_VERIFIED = re.compile(
    r"_(email|mail|e_mail)_(is_)?(verified|confirmed)(_at|_on|_date)?_|_(verified|confirmed)_(email|mail)_"
)


def account_lines(survey: Survey) -> Iterator[Line]:
    """The entries of the section."""
    account = survey.account
    yield "table", account.table, "; ".join(account.reasons)
    yield "id", account.id, ""
    yield from _address(survey)
    if account.names:
        yield "name", list(account.names), ""
    elif (name := elsewhere(survey, "name")) is not None:
        yield "name", name, "? found in another table, one row for each account"
    yield from _plain(survey, "language", r"^_(language|lang|locale|bahasa|lingua|preferred_language)(_code)?_$")
    yield from _plain(
        survey,
        "created",
        r"^_(date_joined|created(_at|_on)?|date_(add|added|created)|registered(_at)?|signup_(at|date)|joined(_at)?|user_registered)_$",
    )
    yield from _password(survey)
    yield from _conditions(survey)
    yield from _sessions(survey)


def _address(survey: Survey) -> Iterator[Line]:
    account = survey.account
    for kind, place in (("email", account.email), ("phone", account.phone)):
        if place is not None:
            yield kind, place.cell, ""
        elif (found := elsewhere(survey, kind)) is not None:
            yield kind, found, "? found in another table, one row for each account"


def elsewhere(survey: Survey, kind: str) -> dict[str, Any] | None:
    """A particular that is in a table beside the account: a profile, a key/value table, a sign-in two tables away."""
    ways: list[dict[str, Any]] = []
    for name, found in survey.personal.items():
        for one in found if not _PAST.search(spelt(name)) else ():
            if one.kind == kind and _is_value(survey, one):
                source = _source(survey, name, one.place.cell)
                if source is not None and _is_single(survey, name, one):
                    where = _key_condition(survey, name, one.place)
                    ways.append({**source, "where": where} if where else source)
    return min(ways, key=lambda way: len(str(way["on"])), default=None)  # the nearest: the least to go through


def _is_value(survey: Survey, one: Personal) -> bool:
    """Whether the place holds nothing but such a value; of secrets the hashes of passwords alone count."""
    if one.inside or one.empty or one.confidence < 0.7 or "*" in one.place.path or one.format not in ("plain", "json"):
        return False
    values = (value for row in survey.samples[one.table].found for value in survey.reading.values(row, one.place))
    return one.kind != "secret" or any(map(is_password_hash, values))


def _source(survey: Survey, table: str, cell: str, depth: int = 0) -> dict[str, Any] | None:
    """The way from an account to a cell of that table, through the tables between them."""
    ties = [tie for tie in survey.ties.get(table, ()) if tie.owns and len(tie.on) == 1 and not tie.where]
    for tie in ties if depth < _FARTHEST else ():
        ((own, target),) = tie.on
        parent, _dot, column = target.rpartition(".")
        if parent == "account" and "{" not in target:
            return {"table": table, "on": {own: survey.account.id if column == "id" else column}, "column": cell}
        way = _source(survey, parent, column, depth + 1) if parent in survey.ties else None
        if way is not None:
            return {"table": table, "on": {own: way}, "column": cell}
    return None


def _key_condition(survey: Survey, table: str, place: Place) -> dict[str, str]:
    pair = key_value_columns(survey.reading, survey.schema.table(table))
    return {pair[0]: place.key} if pair and place.key is not None else {}


def _is_single(survey: Survey, table: str, one: Personal) -> bool:
    """Whether an account has one such value there, not many."""
    reading = survey.reading
    pair = _key_condition(survey, table, one.place)
    rows = [row for row in survey.samples[table].found if reading.values(row, one.place)]
    rows = [row for row in rows if all(str(row[name]) == value for name, value in pair.items())]
    owners = [owner for owner in reading.owners(table, rows) if owner]
    return bool(owners) and len(set(owners)) == len(owners)


def _plain(survey: Survey, key: str, pattern: str) -> Iterator[Line]:
    columns = survey.schema.table(survey.account.table).columns
    found = next((name for name in columns if re.search(pattern, spelt(name))), None)
    if found:
        yield key, found, ""


def _password(survey: Survey) -> Iterator[Line]:
    column = survey.account.password
    if column is None:
        yield from _password_elsewhere(survey)
        return
    hashes = [str(value) for value in survey.samples[survey.account.table].cells(column) if is_usable(str(value))]
    scheme = scheme_of(column, hashes)
    if scheme is None:
        return
    yield (
        "password",
        {"column": column, "scheme": scheme},
        f"told by {len(hashes)} sampled hashes" if hashes else "? no hash in the sample",
    )


def _password_elsewhere(survey: Survey) -> Iterator[Line]:
    source = elsewhere(survey, "secret")
    if source is not None:
        column, _arrow, path = str(source["column"]).partition("->")
        rows = survey.samples[source["table"]].found
        hashes = [str(value) for row in rows for value in survey.reading.values(row, Place(column, path))]
        scheme = scheme_of(column, [one for one in hashes if is_usable(one)])
        if scheme is not None:
            yield "password", {"column": source, "scheme": scheme}, "? found in another table, one for each account"


def scheme_of(column: str, hashes: list[str]) -> str | None:
    """The scheme that all these hashes are of; ``None`` where we know none."""
    for scheme in ("bcrypt", "django"):
        try:
            Verifier(Password(column=column, scheme=scheme)).require_known(hashes)
        except StoreMismatch:
            continue
        return scheme
    return None


def _conditions(survey: Survey) -> Iterator[Line]:
    table = survey.schema.table(survey.account.table)
    staff = [name for name in table.columns if is_staff_flag(name)]
    if staff:
        where = {name: _no(table.columns[name]) for name in staff}
        yield "where", where, "? staff are no customers: is this how they are told?"
    elif (role := role_of(survey)) is not None:
        yield "where", {role[0]: list(role[1])}, "? staff are no customers: is this how they are told?"
    guest = next((name for name in table.columns if _GUEST_FLAG.match(spelt(name))), None)
    if guest and has_guests(survey):
        yes = 1 if table.columns[guest].kind == "integer" else True
        yield "guests", {guest: yes}, "? rows of guests, with which nobody signs in"
    active = next((name for name in table.columns if _ACTIVE_FLAG.match(spelt(name))), None)
    if active:
        yes = 1 if table.columns[active].kind == "integer" else True
        yield "active", {active: yes}, ""
        yield "lock", [{"column": active, "set": _no(table.columns[active])}], ""
    verified = next((column for name, column in table.columns.items() if _VERIFIED.search(spelt(name))), None)
    if verified is not None:
        flag: Mapping[str, Any] = {verified.name: {"not": None} if verified.kind in ("datetime", "date") else True}
        yield "email_verified", dict(flag), "? does the shop really verify it?"


def role_of(survey: Survey) -> tuple[str, Sequence[str]] | None:
    """The column that says who is staff, and its values that do not say so."""
    table = survey.schema.table(survey.account.table)
    for name, column in table.columns.items():
        if _ROLE.match(spelt(name)) and column.kind in ("text", "choice"):
            values = sorted({str(value) for value in survey.samples[table.name].cells(name)})
            others = [value for value in values if not is_staff(value)]
            if len(values) <= _FEW_ROLES and others and len(others) < len(values):
                return name, others
    return None


def has_guests(survey: Survey) -> bool:
    """Whether the account table holds rows of guests, told by a flag; they are found by their address."""
    columns = survey.schema.table(survey.account.table).columns
    return survey.account.email is not None and any(_GUEST_FLAG.match(spelt(name)) for name in columns)


def _no(column: Column) -> bool | int:
    return 0 if column.kind == "integer" else False


def _sessions(survey: Survey) -> Iterator[Line]:
    found = []
    for name, ties in survey.ties.items():
        if re.search(r"_(session|sessions|sesi|sessione)_", spelt(name)):
            direct = [tie for tie in ties if tie.targets <= {"account"} and tie.how not in ("email", "phone")]
            found += [{"table": name, "link": link_of(tie)} for tie in direct[:1]]
    if found:
        yield "sessions", found, ""
