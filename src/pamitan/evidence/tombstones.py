"""Tombstones: a closed account's identifiers as keyed hashes, so that the shop's sign-up can ask whether one is barred.

A keyed hash is personal data too, only less readable: whoever holds the key can try an address. What is kept and until
when is what the customer was told before confirming.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from django.conf import settings
from django.db.models import Q

from pamitan.evidence.models import Tombstone
from pamitan.kit.hashing import keyed_hash

Kind = Literal["account", "email", "phone"]


def tombstone_hash(kind: Kind, value: str) -> str:
    """The keyed hash of a normalised identifier, under this store's own key."""
    return keyed_hash(settings.PAMITAN_TOMBSTONE_KEY, kind, value)


def bar(kind: Kind, value: str, *, now: dt.datetime, until: dt.datetime | None) -> None:
    """Bar a normalised identifier; ``until=None`` is without end. An older bar is never shortened."""
    stone, made = Tombstone.objects.get_or_create(
        kind=kind, hash=tombstone_hash(kind, value), defaults={"closed_at": now, "until": until}
    )
    if not made and stone.until is not None and (until is None or until > stone.until):
        Tombstone.objects.filter(pk=stone.pk).update(until=until)


def is_barred(kind: Kind, value: str, now: dt.datetime) -> bool:
    """Whether a closed account bars this normalised identifier."""
    alive = Q(until__isnull=True) | Q(until__gt=now)
    return Tombstone.objects.filter(alive, kind=kind, hash=tombstone_hash(kind, value)).exists()


def forget_ended(now: dt.datetime) -> int:
    """Delete the tombstones whose time is over; how many there were."""
    rows, _ = Tombstone.objects.filter(until__lte=now).delete()
    return rows
