"""The rules that one table's proposal falls into: most have one, some need several."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from pamitan.draft.natures import Proposal
from pamitan.survey.found import Place, Tie
from pamitan.survey.words import words_of

_STRAY = "a customer is mentioned in rows that are nobody's"


def parts(proposal: Proposal) -> list[Proposal]:
    """The proposal, rule by rule.

    Of a key/value table the row that names the account is cut, and the others' values go. A row of two persons, each
    with columns of their own (``created_by_id``, ``created_by_email``), has a rule for each. Where rows that are
    nobody's mention a customer, the last rule takes that out of their text.
    """
    found = list(_of_key_value(proposal)) or list(_of_roles(proposal)) or [proposal]
    return [one for one in [*found, *_of_strays(proposal)] if not one.is_empty] or [proposal]


def _of_key_value(proposal: Proposal) -> Iterator[Proposal]:
    naming = [tie for tie in proposal.ties if tie.how == "key/value"]
    if not naming or proposal.delete:
        return
    for tie in naming:
        column = tie.on[0][0]
        nobody = None if proposal.table.columns[column].nullable else "0"
        yield Proposal(proposal.table, proposal.nature, [tie], [], detach={column: nobody})
    others = [tie for tie in proposal.ties if tie.how != "key/value"]
    if others:
        yield replace(proposal, ties=others)


def _of_roles(proposal: Proposal) -> Iterator[Proposal]:
    roles = {tie: columns for tie in proposal.ties if (columns := _columns_of_role(proposal, tie))}
    named = [tie for tie in proposal.ties if _named_account(tie)]
    if proposal.delete or not roles or len(named) < 2:
        return
    taken = {column for columns in roles.values() for column in columns}
    shared = _only(proposal, proposal.table.columns.keys() - taken)
    if not shared.is_empty:
        yield shared
    for tie, columns in roles.items():
        yield replace(_only(proposal, columns), ties=[tie])


def _columns_of_role(proposal: Proposal, tie: Tie) -> set[str]:
    """The columns called after the same person as the key: ``sender_email`` after ``sender_id``."""
    column = _named_account(tie)
    role = words_of(column)[:-1] if column else []
    touched = {*proposal.clear, *proposal.replace, *proposal.scrub, *proposal.redact}
    alike = {name for name in touched if role and words_of(name)[: len(role)] == role}
    return {*alike, column} if column and alike else set()


def _named_account(tie: Tie) -> str | None:
    """The column that names the account, of a tie that is nothing else."""
    if tie.where or len(tie.on) != 1 or tie.on[0][1] != "account.id" or "->" in tie.on[0][0]:
        return None
    return tie.on[0][0]


def _only(proposal: Proposal, columns: Collection[str]) -> Proposal:
    """What happens to these columns, and nothing else."""
    return replace(
        proposal,
        personal=[one for one in proposal.personal if one.place.column in columns],
        clear=[name for name in proposal.clear if name in columns],
        redact=[name for name in proposal.redact if name in columns],
        keep=[name for name in proposal.keep if name in columns],
        replace={name: value for name, value in proposal.replace.items() if name in columns},
        scrub={name: value for name, value in proposal.scrub.items() if name in columns},
        detach={name: value for name, value in proposal.detach.items() if name in columns},
        keys=list(proposal.keys),
    )


def _of_strays(proposal: Proposal) -> Iterator[Proposal]:
    for column in proposal.strays:
        tie = Tie(proposal.table.name, "mentions", place=Place(column), confidence=0.7, reason=_STRAY)
        yield Proposal(proposal.table, "mention", [tie], [], redact=[column])
