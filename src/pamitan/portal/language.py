"""The page's language: the customer's choice, else the browser's, among those that the store speaks."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.http import require_POST

from pamitan.closure.store import current_store

YEAR = 365 * 24 * 60 * 60


def store_languages() -> list[tuple[str, str]]:
    """Code and own name of each language of the store, the default one first."""
    names = dict(settings.LANGUAGES)
    return [(code, names[code]) for code in current_store().file.store.languages]


class StoreLocaleMiddleware:
    """Stands where Django's LocaleMiddleware would; also sets the store's time zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = chosen_language(request)
        with translation.override(language), timezone.override(ZoneInfo(current_store().file.store.timezone)):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def chosen_language(request: HttpRequest) -> str:
    """The cookie's language, else the first of the browser's that the store speaks, else the store's own."""
    spoken = [code for code, _ in store_languages()]
    wished = [request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")]
    wished += [tag for tag, _ in parse_accept_lang_header(request.headers.get("Accept-Language", ""))]
    for tag in wished:
        code = tag.split("-")[0]
        if code in spoken:
            return code
    return spoken[0]


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Remember the language and go back to the page."""
    response = HttpResponseRedirect(_safe_page(request, request.POST.get("next", "")))
    language = request.POST.get("language", "")
    if language in dict(store_languages()):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def _safe_page(request: HttpRequest, page: str) -> str:
    own = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return page if own and not urlsplit(page).netloc else "/"
