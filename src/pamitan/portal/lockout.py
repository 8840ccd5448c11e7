"""How django-axes counts wrong passwords: by account, and without keeping anything of the person.

E-mail address and phone number of one account count together. Besides, a place is counted (:mod:`.visitors`). What is
written down is a keyed hash, a number and a time; the rows go after the cool-off (:mod:`axes`), or when the account is
closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from pamitan.kit.hashing import keyed_hash
from pamitan.portal.visitors import NO_ADDRESS, count_failure, too_many_from_here
from pamitan.stores.types import Account


class KeyedAttempts(AxesDatabaseHandler):  # type: ignore[misc]
    """The database handler, without user agent, path and the like."""

    def user_login_failed(
        self, sender: object, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        for name in ("axes_user_agent", "axes_path_info", "axes_http_accept"):
            setattr(request, name, "")
        super().user_login_failed(sender, credentials, request, **kwargs)
        if request is not None and not getattr(request, "axes_locked_out", False):
            count_failure(request)

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        return super().is_locked(request, credentials) or too_many_from_here(request)


def attempt_key(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """``AXES_USERNAME_CALLABLE``: under which name an attempt counts."""
    given = credentials or {}
    if "login" in given:
        account: Account | None = given.get("account")
        return account_key(account.id) if account else _key("unknown", str(given["login"]))
    return _key("operator", str(given.get("username") or given.get("email") or ""))


def account_key(account_id: str) -> str:
    return _key("account", account_id)


def forget_failures(account_id: str) -> None:
    """The right password was given: the count begins anew."""
    reset(username=account_key(account_id))


def erase_attempts(account_id: str) -> int:
    """Delete what is counted for a closed account; returns the number of rows."""
    deleted, _ = AccessAttempt.objects.filter(username=account_key(account_id)).delete()
    return int(deleted)


def no_address(request: HttpRequest) -> str:
    """``AXES_CLIENT_IP_CALLABLE``: the visitor's address is not kept."""
    return NO_ADDRESS


def no_particulars(*_: object) -> str:
    """``AXES_CLIENT_STR_CALLABLE``: what the log says of the visitor."""
    return "a visitor"


def own_answer(request: HttpRequest, response: HttpResponse, credentials: object) -> HttpResponse:
    """``AXES_LOCKOUT_CALLABLE``: a locked account looks like a wrong password, so the view's own answer stands."""
    return response


def _key(kind: str, value: str) -> str:
    return keyed_hash(settings.SECRET_KEY.encode(), "attempts", kind, value)
