"""Who is signed in. A customer is a row of the store, never a user of ours: all that is known is in the session."""

from __future__ import annotations

import functools
from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from pamitan.closure.errors import NoSuchAccount
from pamitan.portal.errors import gone
from pamitan.stores.types import Identifier

View = Callable[..., HttpResponseBase]


def sign_in(request: HttpRequest, account_id: str, proven: frozenset[Identifier] = frozenset()) -> None:
    """Begin a new session for this account. Whatever the old session held is gone."""
    request.session.flush()
    request.session["account_id"] = account_id
    _remember(request, proven)


def sign_out(request: HttpRequest) -> None:
    request.session.flush()


def signed_in(request: HttpRequest) -> str | None:
    """The account id of the customer who is signed in."""
    account_id: str | None = request.session.get("account_id")
    return account_id


def account_of(request: HttpRequest) -> str:
    """The account id, in views behind :func:`customer_required`."""
    account_id: str = request.session["account_id"]
    return account_id


def prove(request: HttpRequest, identifier: Identifier) -> None:
    """Note that the customer has shown in this session that the address is theirs: by a code or a mail's link."""
    _remember(request, proven(request) | {identifier})


def proven(request: HttpRequest) -> frozenset[Identifier]:
    """The addresses and numbers that were shown in this session to be the customer's."""
    return frozenset(Identifier(kind, value) for kind, value in request.session.get("proven", []))


def say(request: HttpRequest, text: str) -> None:
    """Say this once, on the next page that asks :func:`said`."""
    request.session["said"] = text


def said(request: HttpRequest) -> str:
    text: str = request.session.pop("said", "")
    return text


def customer_required(view: View) -> View:
    """Sends whoever is not signed in to the sign-in page, and back here afterwards. Such a page is never cached.

    Whose account has meanwhile been closed is told so.
    """

    @never_cache
    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if signed_in(request) is None:
            back = request.get_full_path() if request.method == "GET" else reverse("portal:close")
            return redirect(f"{reverse('portal:sign_in')}?{urlencode({'next': back})}")
        try:
            return view(request, *args, **kwargs)
        except NoSuchAccount:
            sign_out(request)
            return gone(request)

    return guarded


def _remember(request: HttpRequest, identifiers: frozenset[Identifier]) -> None:
    request.session["proven"] = sorted([item.kind, item.value] for item in identifiers)
