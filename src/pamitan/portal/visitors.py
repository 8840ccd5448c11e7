"""Wrong passwords from one place, whatever the accounts: slows down who tries one password on thousands of them.

A place is an IPv4 address or an IPv6 /64 network, kept as a keyed hash; it counts for a quarter of an hour, and the row
goes with the next wrong password after that. The limit is high, since an office, a school or a mobile network shares
one address; each account has its own, low one.
"""

from __future__ import annotations

import datetime as dt
import ipaddress

from axes.models import AccessAttempt
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from pamitan.kit.hashing import keyed_hash

NO_ADDRESS = "0.0.0.0"  # noqa: S104 - not an address to listen at: stands for "not kept"


def too_many_from_here(request: HttpRequest) -> bool:
    """Whether so many wrong passwords came from this place lately that it has to wait."""
    place = _place(request)
    if not place:
        return False
    rows = AccessAttempt.objects.filter(username=place, attempt_time__gt=timezone.now() - _window())
    return bool(rows.filter(failures_since_start__gte=settings.PAMITAN_TRIES_PER_ADDRESS).exists())


def count_failure(request: HttpRequest) -> None:
    """One more wrong password from this place. The count begins anew a quarter of an hour after its first."""
    place, now = _place(request), timezone.now()
    if not place:
        return
    with transaction.atomic():
        AccessAttempt.objects.filter(username=place, attempt_time__lte=now - _window()).delete()
        row, made = AccessAttempt.objects.get_or_create(
            username=place, ip_address=NO_ADDRESS, user_agent="", defaults={"failures_since_start": 1}
        )
        if not made:
            AccessAttempt.objects.filter(pk=row.pk).update(failures_since_start=F("failures_since_start") + 1)


def _window() -> dt.timedelta:
    window: dt.timedelta = settings.AXES_COOLOFF_TIME
    return window


def _place(request: HttpRequest) -> str:
    """The keyed hash of where the request came from; empty where that cannot be told, as through a socket file."""
    given = request.META.get("REMOTE_ADDR", "")
    if settings.PAMITAN_BEHIND_PROXY:
        given = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    try:
        address = ipaddress.ip_address(given)
    except ValueError:
        return ""
    bits = 32 if address.version == 4 else 64
    network = ipaddress.ip_network((address, bits), strict=False)
    return keyed_hash(settings.SECRET_KEY.encode(), "attempts", "place", str(network))
