"""The ledger: append-only, in a closed vocabulary, naming nobody; each entry is chained by hash to the one before."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from django.db import transaction

from pamitan.evidence.mark import advance
from pamitan.evidence.models import LedgerEntry, LedgerHead
from pamitan.kit.hashing import digest


class LedgerEvent(StrEnum):
    """Everything that the ledger can say, as ``subject:object:action``."""

    REQUEST_RECEIVED = "closure:request:receive"
    REQUEST_CONFIRMED = "closure:request:confirm"
    REQUEST_EXPIRED = "closure:request:expire"
    REQUEST_WITHDRAWN = "closure:request:withdraw"
    REQUEST_REFUSED = "closure:request:refuse"
    LOSSES_ACCEPTED = "closure:losses:accept"
    BLOCKERS_IGNORED = "closure:blockers:ignore"
    HOLD_PROPOSED = "closure:hold:propose"
    HOLD_CONFIRMED = "closure:hold:confirm"
    HOLD_DROPPED = "closure:hold:drop"
    HOLD_BEGUN = "closure:hold:begin"
    RELEASE_PROPOSED = "closure:release:propose"
    RELEASE_CONFIRMED = "closure:release:confirm"
    HOLD_ENDED = "closure:hold:end"
    QUESTION_ASKED = "closure:question:ask"
    WAIT_PROLONGED = "closure:wait:prolong"
    WAIT_SKIPPED = "closure:wait:skip"
    SESSIONS_ENDED = "closure:sessions:end"
    ACCOUNT_LOCKED = "closure:account:lock"
    ACCOUNT_UNLOCKED = "closure:account:unlock"
    ERASURE_BEGUN = "closure:erasure:begin"
    ERASURE_STUCK = "closure:erasure:stick"
    ERASURE_FINISHED = "closure:erasure:finish"
    HOOK_CALLED = "closure:hook:call"
    TRACES_ERASED = "closure:traces:erase"
    ACCOUNT_RETURNED = "closure:account:return"
    ACCOUNT_GONE = "closure:account:miss"
    RETENTION_FILED = "closure:retention:file"
    RETENTION_ERASED = "closure:retention:erase"
    RETENTION_STUCK = "closure:retention:stick"
    CASE_FILE_DESTROYED = "closure:casefile:destroy"
    IDENTIFIER_BARRED = "closure:identifier:bar"
    CERTIFICATE_ISSUED = "closure:certificate:issue"
    DESK_CUSTOMER_SEEN = "desk:customer:look"
    DESK_CLOSURE_STARTED = "desk:closure:start"
    DESK_CUSTOMER_CALLED = "desk:customer:call"
    DESK_IDENTITY_ASKED = "desk:identity:ask"
    DESK_IDENTITY_CHECKED = "desk:identity:check"
    DESK_CONVERSATION_ANSWERED = "desk:conversation:answer"
    DESK_CONVERSATION_FINISHED = "desk:conversation:finish"
    DESK_CONVERSATION_CLAIMED = "desk:conversation:claim"
    DESK_CONVERSATION_RELEASED = "desk:conversation:release"
    DESK_CONVERSATION_TRANSFERRED = "desk:conversation:transfer"
    DESK_SEARCHED = "desk:customer:search"
    DESK_SECOND_LOOK_ASKED = "desk:closure:retry"
    DESK_FINDING_RESOLVED = "desk:finding:resolve"
    OPERATOR_ADDED = "desk:operator:add"
    OPERATOR_ROLE_CHANGED = "desk:operator:role"
    OPERATOR_RESET = "desk:operator:reset"
    OPERATOR_REMOVED = "desk:operator:remove"
    RESTORE_RELEASED = "ledger:restore:release"


@dataclass(frozen=True)
class Break:
    """Where the chain does not hold, and why."""

    number: int
    why: str


def record(event: LedgerEvent, subject: uuid.UUID | None, at: dt.datetime, **facts: Any) -> LedgerEntry:
    """Add an entry, in the transaction of the caller; writers stand in line until that transaction ends.

    ``facts`` are JSON values that name nobody. Raises ``ValueError`` for what looks like an address.
    """
    if "@" in json.dumps(facts):
        raise ValueError("the ledger names nobody: leave out the e-mail address")
    with transaction.atomic():
        LedgerHead.objects.get_or_create(pk=1)
        head = LedgerHead.objects.select_for_update().get(pk=1)
        entry = LedgerEntry(
            number=head.number + 1, at=at, event=event.value, subject=subject, facts=facts, previous=head.hash
        )
        entry.hash = _hash(entry)
        entry.save(force_insert=True)
        LedgerHead.objects.filter(pk=1).update(number=entry.number, hash=entry.hash)
        transaction.on_commit(partial(advance, entry), robust=True)
    return entry


def verify_chain() -> Break | None:
    """Walk the whole ledger; the first place where it does not hold, or ``None``.

    Shows an entry that was changed, put in, taken out or cut off at the end.
    """
    number, previous = 0, ""
    for entry in LedgerEntry.objects.order_by("number").iterator():
        number += 1
        if entry.number != number:
            return Break(number, "this entry is missing")
        if entry.previous != previous:
            return Break(number, "does not follow from the entry before it")
        if entry.hash != _hash(entry):
            return Break(number, "was changed")
        previous = entry.hash
    head = LedgerHead.objects.filter(pk=1).first()
    if head and (head.number, head.hash) != (number, previous):
        return Break(number + 1, "the end of the ledger was cut off")
    return None


def _hash(entry: LedgerEntry) -> str:
    content = {
        "number": entry.number,
        "at": entry.at.astimezone(dt.UTC).isoformat(),
        "event": entry.event,
        "subject": str(entry.subject) if entry.subject else None,
        "facts": entry.facts,
        "previous": entry.previous,
    }
    return digest(json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False))
