"""The pages for what went wrong: plain words and a way on, never a stack trace."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from pamitan.stores.errors import StoreUnavailable

logger = logging.getLogger(__name__)

RETRY_SECONDS = 60


class StoreDownMiddleware:
    """Turns :class:`StoreUnavailable` into a page that says so and asks to come back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, StoreUnavailable):
            return None
        logger.warning("The store does not answer (%s)", type(exception).__name__)
        response = _page(request, "store_down", 503)
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        return response


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "forbidden", 403)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """``CSRF_FAILURE_VIEW``: the form is too old, or came from elsewhere."""
    return _page(request, "form_expired", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "not_found", 404)


def gone(request: HttpRequest) -> HttpResponse:
    """An old link to something that a closed account has had."""
    return _page(request, "gone", 410)


def failed(request: HttpRequest) -> HttpResponse:
    """The page must come whatever has failed, be it our own database or the store file."""
    try:
        return _page(request, "failed", 500)
    except Exception as error:
        logger.error("The page for failures failed too (%s)", type(error).__name__)
        return HttpResponse(_("Something went wrong on our side"), status=500, content_type="text/plain; charset=utf-8")


def _page(request: HttpRequest, name: str, status: int) -> HttpResponse:
    return render(request, f"portal/errors/{name}.html", status=status)
