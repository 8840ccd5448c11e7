"""The mails of a closure, in the customer's language: rendered here, sent from the outbox."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.utils import timezone, translation

from pamitan.channels.outbox import message_id, queue_mail
from pamitan.closure.letter import write
from pamitan.closure.links import status_url
from pamitan.closure.models import Closure
from pamitan.closure.store import current_store
from pamitan.storefile.labels import text

Kind = Literal[
    "received", "confirm", "waiting", "proceeding", "question", "held", "released", "closed", "refused", "withdrawn",
    "expired",
]  # fmt: skip
ONLY_REGISTERED = frozenset({"confirm"})
"""What proves the registered address goes nowhere else."""


def queue(closure: Closure, kind: Kind, now: dt.datetime, *, round_: int = 1, **context: Any) -> None:
    """Put the mail of that kind into the outbox, once per address, in the caller's transaction.

    The same kind (and round, for what may be asked again) is never queued twice for one closure.
    """
    context = {"closure": closure, "status_url": status_url(closure), **context}
    for slot, address in _recipients(closure, kind):
        identity = message_id(closure.pk.hex, kind, str(round_), slot)
        _queue(address, kind, closure.language, context, identity, now)


def queue_code(address: str, code: str, language: str, now: dt.datetime) -> None:
    """Put the mail with a one-time code into the outbox."""
    _queue(address, "code", language, {"code": code}, message_id(), now)


def _recipients(closure: Closure, kind: Kind) -> list[tuple[str, str]]:
    slots = [("registered", closure.registered_email)]
    if kind not in ONLY_REGISTERED and closure.other_email.lower() != closure.registered_email.lower():
        slots.append(("other", closure.other_email))
    return [(slot, address) for slot, address in slots if address]


def _queue(address: str, kind: str, language: str, context: dict[str, Any], identity: str, now: dt.datetime) -> None:
    info = current_store().file.store
    with translation.override(language), timezone.override(ZoneInfo(info.timezone)):
        store = {
            "name": info.name,
            "email": info.email,
            "phone": info.phone,
            "complaints": text(info.complaints, language) if info.complaints else "",
        }
        letter = write(kind, {**context, "store": store, "language": language, "now": now})
    queue_mail(
        identity=identity,
        sender_name=info.name,
        sender=info.email,
        recipient=address,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        now=now,
    )
