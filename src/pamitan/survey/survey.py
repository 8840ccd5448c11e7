"""The whole look at a database: account table, ties, personal places. Reads a sample, writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pamitan.stores.sampling import Sample, Sampler
from pamitan.stores.schema import Schema, Table
from pamitan.survey.accounts import account_tables, described
from pamitan.survey.contacts import contact_ties, guest_ties, reverse_ties
from pamitan.survey.found import AccountTable, Personal, Tie
from pamitan.survey.places import TablePlaces, known_people
from pamitan.survey.reading import Reading
from pamitan.survey.ties import SURE, find_ties
from pamitan.survey.words import kind_of

_CLEAR_LEAD = 1.0
"""By so much the likeliest account table must lead the next one."""


class AccountTableError(LookupError):
    """No table, or more than one, may be that of the accounts. The text says what was looked for, and the mend."""


@dataclass(frozen=True)
class Survey:
    """What a database turned out to hold."""

    schema: Schema
    reading: Reading
    account: AccountTable
    ties: Mapping[str, Sequence[Tie]]
    """By table; the sure ones."""
    doubtful: Sequence[Tie]
    personal: Mapping[str, Sequence[Personal]]
    """By table."""
    strays: Mapping[str, Sequence[str]]
    """By tied table: the columns where customers' addresses stand in rows that are nobody's."""

    @property
    def samples(self) -> Mapping[str, Sample]:
        return self.reading.samples

    def is_tied(self, table: str) -> bool:
        """Whether rows of the table are a customer's."""
        return table == self.account.table or table in self.ties


def survey(sampler: Sampler, country: str, account_table: str | None = None) -> Survey:
    """Look at a database. Raises :class:`AccountTableError`."""
    reading = Reading(sampler, country)
    reading.follow(_chosen(reading, account_table))
    found = find_ties(reading)
    for tie in contact_ties(reading):
        reading.add(tie) if tie.confidence >= SURE else found.append(tie)
    reading.meet_owners()
    personal, _strays = _personal(reading)
    for only_account in (True, False):  # what accounts point at is theirs; only then what hangs on that is known
        _add_reverse(reading, personal, only_account=only_account)
        found += find_ties(reading)
    for tie in list(guest_ties(reading)):
        reading.add(tie)
    doubtful = [tie for tie in [*found, *find_ties(reading)] if tie.confidence < SURE]
    personal, strays = _personal(reading)
    doubtful = list(dict.fromkeys(doubtful))
    return Survey(reading.schema, reading, reading.account, reading.ties, doubtful, personal, strays)


def _add_reverse(reading: Reading, personal: Mapping[str, Sequence[Personal]], *, only_account: bool) -> None:
    """Ties to rows that are pointed at; each is remembered at once, so that no other way to the same rows is sought."""
    named = {table for table, found in personal.items() if found}
    named |= {
        name for name in reading.schema.tables if TablePlaces(reading, reading.schema.table(name), True).is_of_persons
    }
    if only_account:
        named |= {name for name, table in reading.schema.tables.items() if _may_be_a_persons(table)}
    pointing = [reading.account.table] if only_account else list(reading.ties)
    for tie in reverse_ties(reading, pointing, named):
        reading.add(tie)


def _may_be_a_persons(table: Table) -> bool:
    """Whether it has columns for a name and an address, or the like."""
    kinds = {kind_of(column, in_persons_table=True) for column in table.columns}
    return len(kinds & {"name", "address", "email", "phone", "birth date"}) > 1


def _personal(reading: Reading) -> tuple[dict[str, list[Personal]], dict[str, list[str]]]:
    """Twice: what the first look finds of the customers is what the second one looks for; and the strays."""
    tables = {
        name: TablePlaces(reading, table, name == reading.account.table or name in reading.ties)
        for name, table in reading.schema.tables.items()
    }
    own = reading.account.table
    nothing = known_people(reading, {})
    found = {own: list(tables[own].personal(nothing))}
    for _look in range(2):
        known = known_people(reading, found)
        found = {name: list(places.personal(known)) for name, places in tables.items()}
    strays = {name: places.strays(known) for name, places in tables.items() if name != own and places.is_tied}
    return {name: some for name, some in found.items() if some}, {name: some for name, some in strays.items() if some}


def _chosen(reading: Reading, wanted: str | None) -> AccountTable:
    candidates = account_tables(reading.schema, reading.samples, reading.names)
    reading.other_people = {one.table for one in candidates[1:] if one.is_staff or _signs_in(one)}
    if wanted is not None:
        return _named(reading, wanted, candidates)
    good = [candidate for candidate in candidates if not candidate.is_staff]
    if not good:
        raise AccountTableError(
            "no table looks like that of the accounts: looked for one with e-mail addresses or phone numbers, with "
            "passwords, called after customers, users or members, that other tables lead to; "
            "name it with --account-table"
        )
    rivals = [
        one for one in good[1:] if good[0].score - one.score < _CLEAR_LEAD and not _hangs_on(reading, one, good[0])
    ]
    if rivals:
        lines = "".join(f"\n  {one.table}: {', '.join(one.reasons)}" for one in [good[0], *rivals])
        raise AccountTableError(
            f"more than one table may be that of the accounts; name one with --account-table:{lines}"
        )
    reading.other_people = _others(reading, good[0], candidates)
    return good[0]


def _named(reading: Reading, wanted: str, candidates: Sequence[AccountTable]) -> AccountTable:
    table = reading.schema.table(wanted)
    chosen = next((one for one in candidates if one.table == wanted), None) or described(table, reading.samples[wanted])
    if chosen is None:
        raise AccountTableError(
            f"table '{wanted}' has no key of one column, so its accounts cannot be told apart; name another"
        )
    reading.other_people = _others(reading, chosen, candidates)
    return chosen


def _others(reading: Reading, account: AccountTable, candidates: Sequence[AccountTable]) -> set[str]:
    """The tables of other people who sign in; carts and the like keep customers' passwords as well."""
    some = [one for one in candidates if one.table != account.table and (one.is_staff or _signs_in(one))]
    return {one.table for one in some if one.is_staff or not _hangs_on(reading, one, account)}


def _signs_in(one: AccountTable) -> bool:
    """Whether its rows are people with passwords; a page may have a password of its own."""
    return bool(one.password and (one.email or one.phone or one.names))


def _hangs_on(reading: Reading, one: AccountTable, other: AccountTable) -> bool:
    """Whether one's rows are particulars of the other's."""
    table = reading.schema.table(one.table)
    return any(key.target == other.table for key in table.foreign_keys) or any(
        reading.names.table_of(column, one.table) == other.table for column in table.columns
    )
