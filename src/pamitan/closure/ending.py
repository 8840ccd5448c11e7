"""The ends of a closure: what remains to be done, and then what is forgotten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from pamitan.channels.models import TextMessage
from pamitan.closure import mails
from pamitan.closure.casefiles import destroy_key
from pamitan.closure.certifying import OURS, certify, without_keys
from pamitan.closure.consequences import kept_records
from pamitan.closure.later import Claim
from pamitan.closure.models import CaseFileRow, Closure, OneTimeCode, SavedItem
from pamitan.closure.retention import file_retained
from pamitan.closure.rules import bar_ends, lock_key
from pamitan.closure.states import Event, State
from pamitan.closure.store import current_store
from pamitan.closure.traces import Trace, erase_traces
from pamitan.closure.transition import transition
from pamitan.erasure.residue import Unread
from pamitan.evidence.ledger import LedgerEvent, record
from pamitan.evidence.tombstones import Kind, bar
from pamitan.storefile.labels import text
from pamitan.stores.types import Identifier

FORGOTTEN: dict[str, Any] = {
    "account_id": "",
    "registered_email": "",
    "other_email": "",
    "proven": [],
    "accepted_losses": [],
    "reason_text": "",
    "conversation": "",
    "locks": [],
    "due_at": None,
    "claimed": False,
    "failures": 0,
    "stuck_reason": "",
    "resolved": [],
    "verified_at": None,
}
"""What names the person, or is of no use any more, once a closure has ended."""


def expire(claim: Claim, now: dt.datetime) -> None:
    """A request that nobody confirmed in time ends. Raises ``Overtaken``."""
    closure = claim.closure
    if closure.expires_at is not None and closure.expires_at > now:
        return claim.rest(closure.expires_at)
    with transaction.atomic():
        transition(closure, Event.EXPIRE, now=now, attempt=claim.attempt, ended_at=now, due_at=now, claimed=False)
        if not (closure.restored_at and current_store().account(closure.account_id) is None):
            mails.queue(closure, "expired", now)  # which says that the account stays
    return None


def settle(claim: Claim, now: dt.datetime) -> None:
    """Give the account back where it was locked, then forget the person. Raises ``StoreUnavailable``, ``Overtaken``."""
    closure = claim.closure
    locked = bool(closure.locks or closure.locked_at)
    if locked and closure.state != State.CLOSED:
        current_store().unlock(closure.account_id, closure.applied_locks, lock_key(closure, "unlock"))
    with transaction.atomic():
        claim.change(**FORGOTTEN)
        if locked:
            record(LedgerEvent.ACCOUNT_UNLOCKED, closure.pk, now)


def finish(claim: Claim, now: dt.datetime, unread: Sequence[Unread]) -> None:
    """Erased and verified: bar, certify, tell the customer, forget. All of it, or nothing. Raises ``Overtaken``.

    ``unread``: where the residue scan did not look, for the certificate.
    """
    closure = claim.closure
    with transaction.atomic():
        closure.receipts = [*closure.receipts, *_own_receipts(_erase_our_traces(closure, now))]
        _bar_identifiers(closure, now)
        certificate = certify(closure, file_retained(closure, now), unread, now)
        mails.queue(closure, "closed", now, **_outcome(closure, now), **certificate)
        CaseFileRow.objects.filter(pk=closure.pk).delete()
        changes = {**FORGOTTEN, "receipts": closure.receipts, "residue": without_keys(closure), "ended_at": now}
        transition(closure, Event.FINISH, now=now, attempt=claim.attempt, facts=_sums(closure), **changes)
        record(LedgerEvent.CASE_FILE_DESTROYED, closure.pk, now)
    destroy_key(closure.pk)


def _erase_our_traces(closure: Closure, now: dt.datetime) -> list[Trace]:
    traces = erase_traces(closure.account_id)
    for model in (SavedItem, OneTimeCode, TextMessage):
        rows, _ = model._default_manager.filter(account_hash=closure.account_hash).delete()
        traces.append(Trace(model._meta.db_table, rows))
    record(LedgerEvent.TRACES_ERASED, closure.pk, now, rows=sum(trace.rows for trace in traces))
    return traces


def _own_receipts(traces: Iterable[Trace]) -> list[dict[str, Any]]:
    return [
        {"datastore": OURS, "table": trace.table, "action": "delete", "rows": trace.rows, "note": None}
        for trace in traces
        if trace.rows
    ]


def _bar_identifiers(closure: Closure, now: dt.datetime) -> None:
    """The account, and what is surely this person's: proven in this closure, or verified by the store.

    Anyone can register another's address; closing such an account must not bar its true owner.
    """
    rules = current_store().file.closing.bar
    bar("account", closure.account_id, now=now, until=None)
    for identifier in _surely_theirs(closure):
        duration = rules.email if identifier.kind == "email" else rules.phone
        if duration != "none":
            kind: Kind = identifier.kind
            bar(kind, identifier.value, now=now, until=bar_ends(duration, now))
            record(LedgerEvent.IDENTIFIER_BARRED, closure.pk, now, kind=kind, duration=duration)


def _surely_theirs(closure: Closure) -> frozenset[Identifier]:
    verified = {Identifier("email", closure.registered_email)} if closure.email_verified else set()
    return closure.identifiers | verified


def _outcome(closure: Closure, now: dt.datetime) -> dict[str, Any]:
    """What the last mail says besides: what the law keeps, and whether the address is barred."""
    file, language = current_store().file, closure.language
    duration = file.closing.bar.email
    barred = duration != "none" and Identifier("email", closure.registered_email) in _surely_theirs(closure)
    kept = [
        {
            "category": text(record.category or record.reason, language),
            "law": text(record.law, language),
            "until": record.until,
        }
        for record in kept_records(file, now.date())
    ]
    return {"kept": kept, "barred": barred, "barred_until": bar_ends(duration, now) if barred else None}


def _sums(closure: Closure) -> dict[str, int]:
    """Rows by action, for the ledger."""
    sums: dict[str, int] = {}
    for receipt in closure.receipts:
        sums[receipt["action"]] = sums.get(receipt["action"], 0) + int(receipt["rows"])
    return sums
