"""The rules that one table's proposal falls into: most have one, some need several."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from pamitan.draft.natures import Proposal
from pamitan.survey.found import Place, Tie
from pamitan.survey.words import kind_of, words_of

_STRAY = "a customer is mentioned in rows that are nobody's"


def parts(proposal: Proposal) -> list[Proposal]:
    """The proposal, rule by rule.

    Of a key/value table the row that names the account is cut, and the others' values go. A row of two persons, each
    with columns of their own (``created_by_id``, ``created_by_email``), has a rule for each. Where rows that are
    nobody's, or somebody else's, mention a customer, the last rule takes that out of their text.
    """
    owned, handled = _without_handled(proposal)
    found = list(_of_key_value(owned)) or list(_of_roles(owned)) or [owned]
    found += [*handled, *_of_answers(proposal), *_of_strays(proposal)]
    return [one for one in found if not one.is_empty] or [proposal]


def _without_handled(proposal: Proposal) -> tuple[Proposal, list[Proposal]]:
    """What was merely made or handled by an account is cut from it, where other ties say whose it is."""
    handled = [tie for tie in proposal.ties if not tie.owns and _named_account(tie)]
    handled = [tie for tie in handled if not _columns_of_role(proposal, tie)]
    owning = [tie for tie in proposal.ties if tie not in handled]
    if not owning or proposal.nature in ("account", "handled"):
        return proposal, []
    cuts = [(tie, column) for tie in handled for column in [_named_account(tie)] if column]
    nullable = [(tie, column) for tie, column in cuts if proposal.table.columns[column].nullable]
    found = [Proposal(proposal.table, "handled", [tie], [], detach={column: None}) for tie, column in nullable]
    rest = {name: value for name, value in proposal.detach.items() if name not in {column for _tie, column in cuts}}
    return replace(proposal, ties=owning, detach=rest), found


def _of_answers(proposal: Proposal) -> Iterator[Proposal]:
    """Rows that stay no longer point at rows of the same table that go."""
    for column, key in proposal.answers.items():
        on = ((column, f"{proposal.table.name}.{key}"),)
        tie = Tie(proposal.table.name, "foreign key", on, reason="what stays no longer points at what goes")
        yield Proposal(proposal.table, "handled", [tie], [], detach={column: None})


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
    for column in dict.fromkeys([*proposal.strays, *filter(_may_be_looked_up, proposal.others)]):
        tie = Tie(proposal.table.name, "mentions", place=Place(column), confidence=0.7, reason=_STRAY)
        beside = [name for name in proposal.others if name != column and words_of(name)[:-1] == words_of(column)[:-1]]
        yield Proposal(proposal.table, "mention", [tie], [], redact=[column, *beside])


def _may_be_looked_up(column: str) -> bool:
    """Whether it is called as one of addresses or numbers, by which a customer is found."""
    return kind_of(column) in ("email", "phone")
