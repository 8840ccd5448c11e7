"""Signed links: to the status page (with undo), and to the page where the holder confirms what the desk prepared."""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing

from pamitan.closure.models import Closure

_STATUS = "pamitan.closure.status"
_CONFIRM = "pamitan.closure.confirm"


def status_token(closure: Closure) -> str:
    """Opens the status page of this closure to whoever has it."""
    return _token(closure, _STATUS)


def closure_by_token(token: str) -> Closure | None:
    """The closure that a status token was made for; ``None`` for a token that is not ours."""
    return _closure(token, _STATUS)


def status_url(closure: Closure) -> str:
    """The full address of the status page, as mails carry it: ``/status/REFERENCE?token=…``."""
    return _url("status", closure, status_token(closure))


def certificate_url(closure: Closure) -> str:
    """The full address of the customer's copy of the certificate: ``/certificate/REFERENCE?token=…``."""
    return _url("certificate", closure, status_token(closure))


def confirm_url(closure: Closure) -> str:
    """The full address of the page where the holder confirms: ``/confirm/REFERENCE?token=…``.

    It is sent to the registered address alone, never shown to an operator: having it proves that address.
    """
    return _url("confirm", closure, _token(closure, _CONFIRM))


def closure_by_confirm_token(token: str) -> Closure | None:
    """The closure that a confirm token was made for; ``None`` for a token that is not ours."""
    return _closure(token, _CONFIRM)


def _token(closure: Closure, salt: str) -> str:
    return signing.dumps(closure.pk.hex, salt=salt)


def _closure(token: str, salt: str) -> Closure | None:
    try:
        pk = uuid.UUID(signing.loads(token, salt=salt))
    except signing.BadSignature:
        return None
    return Closure.objects.filter(pk=pk).first()


def _url(page: str, closure: Closure, token: str) -> str:
    return f"{settings.PAMITAN_URL}/{page}/{closure.reference}?{urlencode({'token': token})}"
