"""What a law keeps after the closing: filed without a name, erased by the sweep when its date comes.

One file per closure: where the kept rows lie and until when, sealed under a key outside the database. Each time
something was erased the rest is sealed anew and the old key destroyed.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import time
import uuid
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min, Sum

from pamitan.closure.casefiles import Shelf
from pamitan.closure.clock import clock
from pamitan.closure.later import FIRST_PAUSE
from pamitan.closure.models import Closure, RetentionFile
from pamitan.closure.store import current_store
from pamitan.closure.vault import KeyLost, Vault
from pamitan.erasure.casefile import CaseFile
from pamitan.erasure.errors import ErasureError
from pamitan.erasure.expiry import Due, Expired, erase_due, last_days
from pamitan.erasure.receipt import DATE_CAME, Receipt
from pamitan.erasure.retained import RetainedRows
from pamitan.evidence.certificate import reissue
from pamitan.evidence.ledger import LedgerEvent, record
from pamitan.stores.errors import StoreError, StoreUnavailable

log = logging.getLogger(__name__)

SOONEST = dt.timedelta(hours=1)
LONGEST_PAUSE = dt.timedelta(days=1)
_NEW_KEY_SECONDS = 24 * 3600
REPLACED = "rows whose key belongs to another row now, or that were changed too much to be known again; left alone"


class RetentionLost(ErasureError):  # noqa: N818
    """The key is gone: where the kept rows lie cannot be read any more."""


def file_retained(closure: Closure, now: dt.datetime) -> list[dict[str, Any]]:
    """File what the erasure left for a law's sake; what the certificate says of it. In the caller's transaction."""
    casefile = Shelf([closure]).load(closure.account_id)
    places = casefile.datastores.values() if casefile else ()
    retained = [rows for place in places for rows in place.retained if rows.rows]
    days = _days(retained, now)
    if days:
        row = RetentionFile(closure=closure, key=uuid.uuid4(), next_day=days[0], due_at=_due_at(days[0], now))
        _fill(row, retained)
        row.save(force_insert=True)
        record(LedgerEvent.RETENTION_FILED, closure.pk, now, rows=row.rows, next_day=days[0].isoformat())
    return _described(retained, now)


def erase_retained(claims: Sequence[tuple[object, int]]) -> None:
    """Erase what is due of these ``(closure id, attempt)``, as one batch; who cannot be done is set aside."""
    attempts = dict(claims)
    rows = RetentionFile.objects.filter(pk__in=list(attempts)).select_related("closure")
    _erase([row for row in rows if row.attempt == attempts[row.pk]], clock().now())


def retained_overview() -> dict[str, Any]:
    """How many records are retained, of how many closures, the next date, and what could not be erased so far."""
    sums = RetentionFile.objects.aggregate(rows=Sum("rows"), closures=Count("pk"), next_day=Min("next_day"))
    failing = RetentionFile.objects.exclude(reason="").select_related("closure").order_by("next_day")
    return {**sums, "failing": list(failing[:100])}


def all_retained() -> Iterator[tuple[RetainedRows, dt.datetime]]:
    """What laws keep of all closures, each with its closing; without what cannot be read any more."""
    for row in RetentionFile.objects.select_related("closure").iterator():
        with contextlib.suppress(RetentionLost):
            yield from ((rows, _closed_at(row)) for rows in _retained(row))


def destroy_left_retention_keys() -> int:
    """Destroy keys that no file uses any more, where a crash came in between. How many there were."""
    in_use, vault = set(RetentionFile.objects.values_list("key", flat=True)), _vault()
    # a key is made a moment before the row that names it is committed
    old = time.time() - _NEW_KEY_SECONDS
    left = [name for name in vault.names() if name not in in_use and vault.path(name).stat().st_mtime < old]
    for name in left:
        vault.destroy(name)
    return len(left)


def _erase(rows: Sequence[RetentionFile], now: dt.datetime) -> None:
    """A batch never fails for the sake of one closure: what concerns all may be the fault of one."""
    try:
        _erase_batch(rows, now)
    except StoreUnavailable:
        for row in rows:
            _put_off(row, now, "")
    except Exception as fault:
        if len(rows) > 1:
            for row in rows:
                _erase([row], now)
        else:
            _put_off(rows[0], now, _said(rows[0], fault))


def _erase_batch(rows: Sequence[RetentionFile], now: dt.datetime) -> None:
    readable = {}
    for row in rows:
        try:
            readable[row] = _retained(row)
        except RetentionLost as reason:
            _put_off(row, now, str(reason))
    batch = [Due(str(row.pk), retained, _closed_at(row)) for row, retained in readable.items()]
    result = erase_due(current_store(), batch, _Intents(readable))
    for row in readable:
        if str(row.pk) in result.set_aside:
            _put_off(row, now, result.set_aside[str(row.pk)])
        else:
            _conclude(row, result.done[str(row.pk)], now)


def _said(row: RetentionFile, fault: Exception) -> str:
    """The reason as the desk may show it: our own sentences as they are, of anything else the class alone."""
    if isinstance(fault, (ErasureError, StoreError)):
        return str(fault)
    log.error("%s: erasing retained rows failed: %s", row.closure.reference, type(fault).__name__)
    return f"unexpected fault: {type(fault).__name__}"


def _conclude(row: RetentionFile, result: Expired, now: dt.datetime) -> None:
    """Write down what was done, and seal the rest under a new key."""
    closure, old_key = row.closure, row.key
    with transaction.atomic():
        mine = RetentionFile.objects.select_for_update().filter(pk=row.pk, attempt=row.attempt)
        if not mine.exists():
            return
        if result.left and result.next_day:
            row.key, row.next_day, row.due_at = uuid.uuid4(), result.next_day, _due_at(result.next_day, now)
            row.claimed, row.failures, row.intent = False, 0, None
            row.reason = f"{result.replaced} {REPLACED}" if result.replaced else ""
            _fill(row, result.left)
            row.save()
        else:
            mine.delete()
        if result.receipts or result.replaced:
            _write_down(closure, result, now)
    if old_key != row.key or not result.left:
        _vault().destroy(old_key)


def _write_down(closure: Closure, result: Expired, now: dt.datetime) -> None:
    receipts = added(closure.receipts, result.receipts)
    Closure.objects.filter(pk=closure.pk).update(receipts=receipts)
    rows = sum(receipt.rows for receipt in result.receipts)
    record(LedgerEvent.RETENTION_ERASED, closure.pk, now, rows=rows, replaced=result.replaced)
    reissue(closure.pk, {"receipts": receipts, "retained": _described(result.left, _closed_of(closure))}, now)
    record(LedgerEvent.CERTIFICATE_ISSUED, closure.pk, now)


def added(known: Sequence[dict[str, Any]], new: Iterable[Receipt]) -> list[dict[str, Any]]:
    """The receipts of a closure, with those of what was erased later; of several dates they are added up."""
    names = ("datastore", "table", "action", "note")
    rows = {tuple(receipt[name] for name in names): int(receipt["rows"]) for receipt in known}
    for receipt in new:
        note = receipt.note if receipt.note == DATE_CAME else f"{DATE_CAME}; {receipt.note}"
        key = (receipt.datastore, receipt.table, receipt.action, note)
        rows[key] = rows.get(key, 0) + receipt.rows
    return [dict(zip((*names, "rows"), (*key, count), strict=True)) for key, count in rows.items()]


def _put_off(row: RetentionFile, now: dt.datetime, reason: str) -> None:
    pause = min(FIRST_PAUSE * 2 ** min(row.failures, 20), LONGEST_PAUSE)
    if reason and reason != row.reason:
        record(LedgerEvent.RETENTION_STUCK, row.pk, now)
    RetentionFile.objects.filter(pk=row.pk, attempt=row.attempt).update(
        due_at=now + pause, claimed=False, failures=row.failures + 1, reason=reason or row.reason
    )


class _Intents:
    """What is about to be erased, sealed beside each file before the first write."""

    def __init__(self, rows: Iterable[RetentionFile]) -> None:
        self._rows = {str(row.pk): row for row in rows}

    def load(self, name: str) -> CaseFile | None:
        row = self._rows[name]
        return CaseFile.from_bytes(_open(row, bytes(row.intent))) if row.intent else None

    def save(self, name: str, casefile: CaseFile) -> None:
        row = self._rows[name]
        row.intent = _vault().seal(row.key, casefile.to_bytes())
        RetentionFile.objects.filter(pk=row.pk).update(intent=row.intent)


def _fill(row: RetentionFile, retained: Sequence[RetainedRows]) -> None:
    plain = json.dumps([rows.to_plain() for rows in retained]).encode()
    row.sealed = _vault().seal(row.key, zlib.compress(plain))
    row.rows = sum(rows.rows for rows in retained)


def _retained(row: RetentionFile) -> list[RetainedRows]:
    plain = json.loads(zlib.decompress(_open(row, bytes(row.sealed))))
    return [RetainedRows.from_plain(rows) for rows in plain]


def _open(row: RetentionFile, sealed: bytes) -> bytes:
    try:
        return _vault().open(row.key, sealed)
    except KeyLost:
        raise RetentionLost(
            "the key of this closure's retained records is lost; restore the keys folder from your backup"
        ) from None


def _described(retained: Sequence[RetainedRows], closed_at: dt.datetime) -> list[dict[str, Any]]:
    """Per table and law: how many rows, and the days until which they are kept."""
    described = []
    for rows in retained:
        days = _days([rows], closed_at)
        described.append(
            {
                "datastore": rows.datastore,
                "table": rows.table,
                "law": rows.law or None,
                "columns": rows.columns,
                "rows": rows.rows,
                "from": days[0].isoformat() if days else None,
                "until": days[-1].isoformat() if days else None,
            }
        )
    return described


def _days(retained: Sequence[RetainedRows], closed_at: dt.datetime) -> list[dt.date]:
    return sorted(set(last_days(current_store().file, retained, closed_at)))


def _due_at(last_day: dt.date, now: dt.datetime) -> dt.datetime:
    """The beginning of the day after, where the store is."""
    zone = ZoneInfo(current_store().file.store.timezone)
    begins = dt.datetime.combine(last_day + dt.timedelta(days=1), dt.time(), zone)
    return max(begins.astimezone(dt.UTC), now + SOONEST)


def _closed_at(row: RetentionFile) -> dt.datetime:
    return _closed_of(row.closure)


def _closed_of(closure: Closure) -> dt.datetime:
    return closure.ended_at or closure.requested_at


def _vault() -> Vault:
    return Vault(Path(settings.PAMITAN_CLOSURE_KEYS) / "retained")
