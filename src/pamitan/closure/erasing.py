"""The erasing of a batch of closures: erase, tell the hooks, verify, finish; or stay, with the reason to be seen."""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from pamitan.closure.casefiles import Shelf
from pamitan.closure.ending import finish
from pamitan.closure.findings import explained
from pamitan.closure.hooks import call_hooks
from pamitan.closure.later import Claim, put_off
from pamitan.closure.models import CaseFileRow
from pamitan.closure.restored import doubt
from pamitan.closure.retention import all_retained
from pamitan.closure.rules import full_scan_after
from pamitan.closure.store import current_store
from pamitan.closure.transition import Overtaken
from pamitan.erasure.errors import ErasureError
from pamitan.erasure.execute import erase
from pamitan.erasure.receipt import RECOVERED, Receipt
from pamitan.erasure.residue import EVERYTHING, MAPPED, Reach, Residue, Unread
from pamitan.erasure.verify import verify
from pamitan.stores.errors import StoreError, StoreUnavailable
from pamitan.stores.types import Subject

log = logging.getLogger(__name__)


def erase_batch(claims: Sequence[Claim], now: dt.datetime, *, at_once: bool = False) -> None:
    """One step for closures past the point of no return. A batch never fails for the sake of one account.

    ``at_once``: search all tables now, whatever the hour at which the store file wants it.
    """
    try:
        erased = _erase(claims, now)
        told = _tell(erased, now)
        if told:
            _verify(told, now, at_once)
    except StoreUnavailable:
        for claim in claims:
            put_off(claim, now, "")
    except Exception as fault:
        _one_by_one(claims, now, fault, at_once)


def _one_by_one(claims: Sequence[Claim], now: dt.datetime, fault: Exception, at_once: bool) -> None:
    if len(claims) > 1:
        for claim in claims:
            erase_batch([claim], now, at_once=at_once)
        return
    put_off(claims[0], now, _said(claims[0], fault))


def _undoubted(claims: Sequence[Claim], now: dt.datetime) -> list[Claim]:
    """Without those that were restored from a backup of ours, have no case file, and may be another's by now."""
    left = []
    for claim in claims:
        closure = claim.closure
        reason = ""
        if closure.restored_at and not CaseFileRow.objects.filter(pk=closure.pk).exists():
            reason = doubt(closure, current_store().account(closure.account_id))
        if reason:
            put_off(claim, now, reason)
        else:
            left.append(claim)
    return left


def _erase(claims: Sequence[Claim], now: dt.datetime) -> list[Claim]:
    """Erase in the store; those that were erased. Who was set aside stays in *erasing*, with the reason."""
    claims = _undoubted(claims, now)
    result = erase(current_store(), _subjects(claims), _shelf(claims))
    erased = []
    for claim in claims:
        account_id = claim.closure.account_id
        reason = result.set_aside.get(account_id)
        if reason is not None:
            _each(claim, now, partial(_keep, claim, result.receipts.get(account_id, [])))
            put_off(claim, now, reason)
        elif _each(claim, now, partial(_keep, claim, result.receipts.get(account_id, []))):
            erased.append(claim)
    return erased


def _tell(claims: Sequence[Claim], now: dt.datetime) -> list[Claim]:
    """Call the hooks; those closures whose hooks have heard. One that is silent is waited for once."""
    told: list[Claim] = []
    for number, claim in enumerate(claims):
        try:
            if _each(claim, now, partial(call_hooks, claim, now)):
                told.append(claim)
        except StoreUnavailable:
            for unheard in claims[number:]:
                put_off(unheard, now, "")
            break
    return told


def _verify(claims: Sequence[Claim], now: dt.datetime, at_once: bool) -> None:
    """Search the mapped tables at once; all tables, in one pass for all who are due, when it is time for that."""
    by_night = not at_once and current_store().file.closing.full_scan_at is not None
    first = [claim for claim in claims if by_night and claim.closure.verified_at is None]
    last = [claim for claim in claims if claim not in first]
    for some, reach, conclude in ((first, MAPPED, _rest_until_night), (last, EVERYTHING, finish)):
        if some:
            _verify_within(some, now, reach, conclude)


def _verify_within(claims: Sequence[Claim], now: dt.datetime, reach: Reach, conclude: Callable[..., None]) -> None:
    result = verify(current_store(), _subjects(claims), _shelf(claims), reach, retained=all_retained)
    end = partial(conclude, unread=result.unread)
    for claim in claims:
        account_id = claim.closure.account_id
        late, residue = result.receipts.get(account_id, []), result.residue.get(account_id, [])
        if account_id in result.set_aside:
            _each(claim, now, partial(_keep, claim, late))
            put_off(claim, now, result.set_aside[account_id])
            continue
        _each(claim, now, partial(_conclude, claim, now, late, residue, end))


def _conclude(
    claim: Claim,
    now: dt.datetime,
    late: Sequence[Receipt],
    residue: Sequence[Residue],
    conclude: Callable[[Claim, dt.datetime], None],
) -> None:
    residue = explained(residue, claim.closure.resolved)
    blocking = [found for found in residue if found.blocking]
    _keep(claim, late, residue=[dataclasses.asdict(found) for found in residue])
    if blocking:
        claim.change(verified_at=None)
        put_off(claim, now, _summary(blocking))
    else:
        conclude(claim, now)


def _rest_until_night(claim: Claim, now: dt.datetime, unread: Sequence[Unread]) -> None:
    """Nothing is left in the mapped tables; all the others, ``unread`` till then, are searched at night."""
    claim.rest(full_scan_after(now), verified_at=now, stuck_reason="")


def _each(claim: Claim, now: dt.datetime, act: Callable[[], None]) -> bool:
    """Do it for one closure of the batch; whether it went well. What goes wrong is this one's alone.

    Raises ``StoreUnavailable``, which concerns all.
    """
    try:
        act()
    except Overtaken:
        return False
    except StoreUnavailable:
        raise
    except Exception as fault:
        put_off(claim, now, _said(claim, fault))
        return False
    return True


def _said(claim: Claim, fault: Exception) -> str:
    """The reason as the desk may show it: our own sentences as they are, of anything else the class alone."""
    if isinstance(fault, (ErasureError, StoreError)):
        return str(fault)
    log.error("%s: a step failed: %s", claim.closure.reference, type(fault).__name__)
    return f"unexpected fault: {type(fault).__name__}"


def _subjects(claims: Iterable[Claim]) -> list[Subject]:
    return [Subject(claim.closure.account_id, claim.closure.identifiers) for claim in claims]


def _shelf(claims: Iterable[Claim]) -> Shelf:
    return Shelf(claim.closure for claim in claims)


def _keep(claim: Claim, receipts: Iterable[Receipt], **changes: Any) -> None:
    claim.change(receipts=merged(claim.closure.receipts, receipts), **changes)


def merged(known: Sequence[dict[str, Any]], new: Iterable[Receipt]) -> list[dict[str, Any]]:
    """The receipts of a closure after another run of the same erasure.

    What a run finds done that an earlier one has a receipt for is not counted again; of late rows the verification
    tells all that there have been, every time.
    """
    rows = {(r["datastore"], r["table"], r["action"], r["note"]): int(r["rows"]) for r in known}
    for receipt in new:
        place = (receipt.datastore, receipt.table, receipt.action)
        key = (*place, receipt.note)
        if receipt.note == RECOVERED and any(other[:3] == place and other != key for other in rows):
            continue
        rows[key] = max(rows.get(key, 0), receipt.rows)
    return [dict(zip(("datastore", "table", "action", "note", "rows"), (*k, n), strict=True)) for k, n in rows.items()]


def _summary(blocking: Sequence[Residue]) -> str:
    places = sorted({f"{found.datastore}.{found.table}.{found.column} ({found.kind})" for found in blocking})
    more = f" and {len(places) - 5} more" if len(places) > 5 else ""
    return "identifiers still stand in " + ", ".join(places[:5]) + more
