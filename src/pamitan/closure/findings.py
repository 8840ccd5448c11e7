"""What a scan found and nobody explains: an operator says what it is, with a reason, and the ledger keeps that.

A finding is told by its place and kind and by the keys of the first rows, of which keyed hashes are remembered, because
a key may tell who somebody is. What was said holds for this closure, for those rows, and for no more than there were.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from pamitan.closure.casefiles import Shelf
from pamitan.closure.errors import NoSuchFinding, NothingWrittenDown, TellsWho
from pamitan.closure.models import Closure
from pamitan.closure.retention import all_retained
from pamitan.closure.states import State
from pamitan.closure.store import current_store
from pamitan.closure.transition import change
from pamitan.content.patterns import Matcher, Needle, needles
from pamitan.erasure.residue import KEYS_APART, KEYS_SHOWN, Residue, Unread
from pamitan.erasure.verify import search
from pamitan.evidence.ledger import LedgerEvent, record
from pamitan.kit.hashing import keyed_hash
from pamitan.stores.types import Subject

MOST_KEYS = 100_000
"""Of each finding; whoever has to mend more rows mends the store file instead."""
_PLACE = ("datastore", "table", "column", "kind")
_TELLING = re.compile(r"@|\d{5}")


class Explanation(models.TextChoices):
    """Why a finding may stay. What is this customer's own and must go is no explanation: the store file is mended."""

    ANOTHERS = "anothers", _("It is another person's")
    RETAINED = "retained", _("A law keeps it")


def explained(residue: Iterable[Residue], resolved: Sequence[dict[str, Any]]) -> list[Residue]:
    """The findings, with what operators said of them; one that has other rows since, or more, stays unexplained."""
    said = {tuple(entry[name] for name in _PLACE): entry for entry in resolved}
    return [_with(found, said.get((found.datastore, found.table, found.column, found.kind))) for found in residue]


def all_findings(closure: Closure) -> tuple[list[Residue], list[Unread]]:
    """Search everything now: what stands there, with the keys of all rows, and where was not looked. Writes nothing.

    Raises ``NothingWrittenDown`` where the closure has no case file: not begun, or closed and forgotten.
    """
    shelf = Shelf([closure])
    if shelf.load(closure.account_id) is None:
        raise NothingWrittenDown(closure)
    subject = Subject(closure.account_id, closure.identifiers)
    result = search(current_store(), [subject], shelf, retained=all_retained, keys_shown=MOST_KEYS)
    found = result.residue.get(closure.account_id, [])
    said = explained([replace(one, key=KEYS_APART.join(one.keys[:KEYS_SHOWN])) for one in found], closure.resolved)
    return [replace(one, key=whole.key) for one, whole in zip(said, found, strict=True)], result.unread


def resolve(
    closure: Closure, number: int, explanation: Explanation, reason: str, operator: str, now: dt.datetime
) -> None:
    """Explain the finding with that number among ``closure.unexplained``; after the last one the closure goes on.

    Raises ``NoSuchFinding`` where it is there no more, and ``TellsWho`` for a reason that is empty or names somebody:
    this customer in any word of a name, everybody else by an address or a long number.
    """
    found = closure.unexplained
    if closure.state != State.ERASING or not 0 <= number < len(found):
        raise NoSuchFinding(closure)
    if not reason.strip() or tells_who(reason) or _names(closure, reason):
        raise TellsWho
    finding = found[number]
    facts = {name: finding[name] for name in (*_PLACE, "rows")} | {
        "explanation": explanation.value,
        "reason": reason.strip(),
    }
    with transaction.atomic():
        residue = [
            {**f, "blocking": False, "explained_by": _words(facts)} if f == finding else f for f in closure.residue
        ]
        left = [other for other in residue if other["blocking"]]
        changes: dict[str, Any] = {} if left else {"due_at": now, "stuck_reason": "", "failures": 0}
        entry = facts | {"keys": _key_hashes(finding["key"])}
        change(closure, attempt=None, residue=residue, resolved=[*closure.resolved, entry], **changes)
        record(LedgerEvent.DESK_FINDING_RESOLVED, closure.pk, now, operator=operator, **facts)


def tells_who(words: str) -> bool:
    """Whether they could name somebody: by an address, or a long number."""
    return bool(_TELLING.search(words))


def _names(closure: Closure, words: str) -> bool:
    """Whether this account's names, or whatever else its case file holds of it, stand in the words."""
    casefile, country = Shelf([closure]).load(closure.account_id), current_store().file.store.country
    sought: list[Needle] = []
    for item in casefile.identifiers if casefile else ():
        parts = item.value.split() if item.kind == "name" else []
        sought += [needle for part in (item.value, *parts) for needle in needles(item.kind, part, country)]
    return any(Matcher(sought).find([words]))


def _key_hashes(shown: str) -> list[str]:
    """Of the keys as the desk shows them: those of the first rows."""
    return [keyed_hash(settings.PAMITAN_TOMBSTONE_KEY, "row", key) for key in shown.split(KEYS_APART)]


def _with(found: Residue, entry: dict[str, Any] | None) -> Residue:
    if not found.blocking or entry is None or found.rows > entry["rows"]:
        return found
    if not set(_key_hashes(found.key)) <= set(entry["keys"]):
        return found
    return replace(found, blocking=False, explained_by=_words(entry))


def _words(entry: dict[str, Any]) -> str:
    what = "another person's" if entry["explanation"] == Explanation.ANOTHERS else "kept by law"
    return f"{what}, says the desk: {entry['reason']}"
