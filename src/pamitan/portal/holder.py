"""Is it still the account's holder who sits there? Shown by signing in, by the password again, or by a mailed code."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest

from pamitan.closure import service
from pamitan.closure.clock import clock
from pamitan.closure.models import Closure
from pamitan.closure.store import current_store
from pamitan.portal.session import account_of, prove
from pamitan.portal.signing_in import even_time, password_fits

FRESH = dt.timedelta(minutes=10)


def note_shown(request: HttpRequest) -> None:
    """The holder has just shown who they are, by password or code."""
    request.session["fresh_at"] = clock().now().isoformat()


def recently_shown(request: HttpRequest) -> bool:
    """Was that within the last ten minutes?"""
    noted = request.session.get("fresh_at")
    return noted is not None and clock().now() - dt.datetime.fromisoformat(noted) < FRESH


def is_holder(request: HttpRequest, closure: Closure, *, password: str, code: str) -> bool:
    """Shown recently, or by password or code now. A wrong password counts as a wrong sign-in."""
    if recently_shown(request):
        return True
    with even_time():
        shown = _password_fits(request, password) if password else _code_fits(request, closure, code)
    if shown:
        note_shown(request)
    return shown


def _password_fits(request: HttpRequest, password: str) -> bool:
    account = current_store().account(account_of(request))
    return account is not None and password_fits(request, account.id, account, password)


def _code_fits(request: HttpRequest, closure: Closure, code: str) -> bool:
    address = service.check_code(closure.account_id, service.CONFIRM, code) if code else None
    if address:
        prove(request, address)
    return address is not None
