"""Telling the store's hooks (search index, payment, newsletter) that an account is erased: each until it has heard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F

from pamitan.closure.casefiles import Shelf
from pamitan.closure.later import Claim
from pamitan.closure.models import HookCall
from pamitan.closure.store import current_store
from pamitan.content.identifiers import normalise_phone
from pamitan.evidence.ledger import LedgerEvent, record
from pamitan.stores.errors import StoreError
from pamitan.stores.hooks import call_hook


def call_hooks(claim: Claim, now: dt.datetime) -> None:
    """Call those hooks that have not yet heard, all of them even if one fails; then raise the failure.

    The idempotency key is the same at every try, so that a hook which heard before a crash can tell.
    """
    failure: StoreError | None = None
    for call in HookCall.objects.filter(closure=claim.closure, done_at=None).order_by("hook"):
        try:
            _call(claim, call, now)
        except StoreError as reason:
            HookCall.objects.filter(pk=call.pk).update(failures=F("failures") + 1)
            failure = reason
    if failure:
        raise failure


def _call(claim: Claim, call: HookCall, now: dt.datetime) -> None:
    closure = claim.closure
    hook = current_store().file.hooks.get(call.hook)
    if hook is None:
        raise StoreError(f"the store file no longer has the hook '{call.hook}', which has yet to hear of an erasure")
    call_hook(hook, "erase", _payload(claim), f"{closure.pk.hex}:erase:{call.hook}")
    with transaction.atomic():
        HookCall.objects.filter(pk=call.pk).update(done_at=now)
        record(LedgerEvent.HOOK_CALLED, closure.pk, now, hook=call.hook)


def _payload(claim: Claim) -> dict[str, object]:
    """The account, and its addresses and numbers from the case file: the store's own rows are gone by now."""
    case = Shelf([claim.closure]).load(claim.closure.account_id)
    found = case.identifiers if case else set()
    return {
        "account_id": claim.closure.account_id,
        "reference": claim.closure.reference,
        "emails": sorted(item.value for item in found if item.kind == "email"),
        "phones": sorted(_phones(item.value for item in found if item.kind == "phone")),
    }


def _phones(written: Iterable[str]) -> set[str]:
    """Each number in its E.164 form; what is none, as it was written."""
    country = current_store().file.store.country
    return {normalise_phone(phone, country) or phone for phone in written}
