"""The ledger's head, told to somebody outside: a hook of the store that listens to ``ledger_head``.

Who keeps the heads can show later that the ledger was not rewritten, even by somebody who holds our database and our
keys. A witness that knows a later head, or another one of the same number, answers 409: then our own database was
restored from a backup, keys and mark included, and nothing is erased until somebody releases it
(:mod:`pamitan.closure.restored`).
"""

from __future__ import annotations

import logging
from dataclasses import replace

from pamitan.closure.clock import CURRENT
from pamitan.closure.store import current_store
from pamitan.evidence.ledger import LedgerEvent
from pamitan.evidence.mark import Mark, ledger_end, set_mark
from pamitan.evidence.models import LedgerEntry
from pamitan.storefile.model import Hook
from pamitan.stores.errors import StoreError
from pamitan.stores.hooks import HookDisagrees, call_hook

log = logging.getLogger(__name__)

EVENT = "ledger_head"


def tell_witnesses() -> Mark | None:
    """Tell each witness where the ledger ends; what was told, ``None`` where there is nothing or nobody to tell.

    Whoever does not answer hears it the next time; that is a line in the log.
    """
    end = ledger_end()
    hooks = {name: hook for name, hook in current_store().file.hooks.items() if EVENT in hook.events}
    if end is None or not hooks:
        return None
    for name, hook in hooks.items():
        _tell(name, hook, end)
    return end


def _tell(name: str, hook: Hook, end: Mark) -> None:
    releases = LedgerEntry.objects.filter(event=LedgerEvent.RESTORE_RELEASED).count()
    payload = {"number": end.number, "hash": end.hash, "at": end.at, "releases": releases}
    try:
        call_hook(hook, EVENT, payload, f"ledger:{releases}:{end.number}:{end.hash}", CURRENT)
    except HookDisagrees as known:
        log.error("the hook '%s' knows another head of the ledger; nothing is erased until: pamitan release", name)
        set_mark(_known_to(known, end))
    except StoreError as reason:
        log.warning("the head of the ledger could not be told to the hook '%s': %s", name, reason)


def _known_to(known: HookDisagrees, end: Mark) -> Mark:
    """The head that the witness says it knows; one that our ledger does not have, where it does not say."""
    number, digest = known.answer.get("number"), known.answer.get("hash")
    if isinstance(number, int) and isinstance(digest, str) and number > 0 and digest != end.hash:
        return Mark(number, digest[:64], end.at)
    return replace(end, hash="another")
