"""What was found, as a list for scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pamitan.draft.links import in_words
from pamitan.draft.natures import Proposal
from pamitan.draft.states import Orders
from pamitan.survey.found import Personal, Tie
from pamitan.survey.places import RANDOM_VALUES
from pamitan.survey.survey import Survey


@dataclass(frozen=True)
class Finding:
    """One thing found: the account table, a link, a place that holds something personal, the states of orders."""

    table: str
    column: str | None
    path: str | None
    """Inside the column's JSON, or the key of a key/value table as ``key=…``."""
    kind: str
    """``account``, ``link``, ``order state``, or what of a person it holds: ``email``, ``phone``, ``name`` …"""
    link: str | None
    """How the table is tied to the account."""
    confidence: float
    reason: str
    action: str | None
    """What the draft proposes for it."""


def findings(survey: Survey, proposals: Mapping[str, Proposal], orders: Sequence[Orders]) -> Iterator[Finding]:
    """All of them: account, links, orders, personal places; doubtful ones have a confidence below 0.5."""
    account = survey.account
    yield Finding(account.table, account.id, None, "account", None, 1.0, "; ".join(account.reasons), None)
    for tie in [*(tie for ties in survey.ties.values() for tie in ties), *survey.doubtful]:
        yield _link(tie)
    for one in orders:
        reason = ", ".join(f"{state.name}: {state.rows}" for state in one.states)
        yield Finding(
            one.table.name, one.state, None, f"{one.kind} state", None, 0.5, reason or "no column of states", None
        )
    for table, places in survey.personal.items():
        ties = survey.ties.get(table, ())
        link = "account" if table == account.table else in_words(ties[0]) if ties else None
        proposal = proposals.get(table)
        for place in places:
            # random values name nobody, and go with a row that is deleted
            if not (proposal and proposal.delete and place.reason == RANDOM_VALUES):
                yield _personal(place, link, proposal)


def _link(tie: Tie) -> Finding:
    cell = tie.place.cell if tie.place else tie.on[0][0]
    column, _arrow, path = cell.partition("->")
    return Finding(
        tie.table, column, path or None, "link", in_words(tie), tie.confidence, f"{tie.how}: {tie.reason}", None
    )


def _personal(one: Personal, link: str | None, proposal: Proposal | None) -> Finding:
    path = one.place.path or None
    if one.place.key is not None:
        path = f"key={one.place.key}" + (f"->{path}" if path else "")
    return Finding(
        one.table, one.place.column, path, one.kind, link, one.confidence, one.reason, _action(one, proposal)
    )


def _action(one: Personal, proposal: Proposal | None) -> str | None:
    if proposal is None:
        return None
    if proposal.delete:
        return "delete"
    column = one.place.column
    named = {"keep": proposal.keep, "clear": proposal.clear, "replace": proposal.replace, "redact": proposal.redact}
    named |= {"scrub": proposal.scrub, "detach": proposal.detach}
    return next((action for action, columns in named.items() if column in columns), None)
