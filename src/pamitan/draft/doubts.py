"""What the reviewer should look at first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pamitan.draft.account import elsewhere, role_of, scheme_of
from pamitan.draft.links import in_words
from pamitan.draft.natures import Proposal, is_persons_own
from pamitan.draft.states import Orders
from pamitan.stores.passwords import is_usable
from pamitan.survey.survey import Survey
from pamitan.survey.words import is_of_third_persons, is_staff_flag, words_of

_ANYBODY = {"user", "account", "person", "people", "member", "partner", "login"}
"""What tables are called that may hold staff and customers alike."""


def doubts(survey: Survey, proposals: Mapping[str, Proposal], orders: Sequence[Orders]) -> Iterator[str]:
    """One sentence for each, the weightiest first."""
    yield from _account(survey)
    yield from _staff(survey)
    yield from _refused(survey)
    yield from _orders(orders)
    yield from _unmapped(survey)
    for tie in survey.doubtful:
        yield f"{tie.table}: is it a customer's by {in_words(tie)} ({tie.confidence:.2f})? {tie.reason}"
    for name, proposal in proposals.items():
        yield from (f"{name}: {doubt}" for doubt in proposal.doubts)
        yield from _of_table(survey, proposal)
    yield from _untied(survey)
    for name in sorted(survey.reading.other_people):
        yield f"{name}: has people who sign in and are taken for staff; are there customers among them?"


def _account(survey: Survey) -> Iterator[str]:
    account = survey.account
    if account.email is None and elsewhere(survey, "email") is None:
        yield f"account: no e-mail address was found for the accounts of {account.table}"
    if account.password is None and elsewhere(survey, "secret") is not None:
        return
    if account.password is None:
        yield f"account: no password was found for {account.table}; customers will sign in by a code"
        return
    hashes = [str(value) for value in survey.samples[account.table].cells(account.password) if is_usable(str(value))]
    if scheme_of(account.password, hashes) is None:
        place = f"{account.table}.{account.password}"
        yield f"account: the hashes in {place} are of no scheme that Pamitan verifies; customers will sign in by a code"


def _staff(survey: Survey) -> Iterator[str]:
    """People of the shop among the accounts, whom nothing tells apart."""
    table = survey.schema.table(survey.account.table)
    told = any(is_staff_flag(name) for name in table.columns) or role_of(survey) is not None
    if not told and words_of(table.name)[-1] in _ANYBODY:
        yield (
            f"account: does {table.name} hold people of the shop as well? Nothing there says so; if it does, leave "
            "them out by 'where' under account"
        )


def _refused(survey: Survey) -> Iterator[str]:
    for name, sample in survey.samples.items():
        if sample.is_refused:
            yield f"{name}: this user of the database may not read it; grant SELECT on it, or map it by hand"


def _orders(orders: Sequence[Orders]) -> Iterator[str]:
    if not orders:
        yield "orders: no table of orders was found; if there is one, describe it under orders"
    for one in orders:
        if one.state is None:
            yield f"orders: {one.table.name} has no column of states; are its rows all finished?"
        elif not one.states:
            yield f"orders: {one.table.name} is empty; if it may come to hold something open, describe it under orders"
        else:
            yield f"orders: which states of {one.table.name}.{one.state} are open? The proposal goes by their names"


def _unmapped(survey: Survey) -> Iterator[str]:
    for name, found in survey.personal.items():
        if not survey.is_tied(name):
            places = ", ".join(dict.fromkeys(f"{one.place.cell} ({one.kind})" for one in found))
            yield f"{name}: nothing ties it to an account, yet it holds {places}. A proposal stands in the map"


def _untied(survey: Survey) -> Iterator[str]:
    """Sessions, tokens, baskets and the like are somebody's, though nothing says whose."""
    for name, sample in survey.samples.items():
        untied = not survey.is_tied(name) and name not in survey.personal and name not in survey.reading.other_people
        if untied and sample.rows and is_persons_own(name):
            yield f"{name}: is called after things of customers, and nothing ties it to any: whose are its rows?"


def _of_table(survey: Survey, proposal: Proposal) -> Iterator[str]:
    name = proposal.table.name
    if survey.samples[name].rows == 0 and proposal.ties and all(tie.how == "overlap" for tie in proposal.ties):
        yield f"{name}: is empty, and tied by its name alone"
    for one in proposal.personal:
        if (
            one.kind == "email"
            and is_of_third_persons(one.place.path or one.place.column)
            and proposal.nature != "account"
        ):
            yield f"{name}.{one.place.cell}: may hold addresses of third persons"
        if one.derived and proposal.table.columns[one.place.column].generated and not proposal.delete:
            yield f"{name}.{one.place.cell}: is computed from personal columns; it follows when they are cleared"
    if proposal.nature == "handled":
        yield f"{name}: its rows were made or handled by accounts, and are only cut from them; are these customers?"
