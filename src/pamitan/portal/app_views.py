"""What lets a phone or tablet put Pamitan on its home screen, and what it shows there without a network.

The web manifest (W3C Web Application Manifest), the service worker (W3C Service Workers), and the offline page.
"""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pamitan.closure.store import current_store
from pamitan.portal.language import store_languages

PAPER = "#f5f1e8"
"""The light page's colour ``--paper``; a manifest cannot name two schemes."""

OFFLINE_FILES = ["portal/pamitan.css", "portal/offline.js", "portal/icon.svg"]


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The page for the time without a network: the same for everybody, in all of the store's languages."""
    return HttpResponse(_offline_page())


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Served from the top, so that it stands for all pages; a changed offline page makes it a new one."""
    page = {
        "version": hashlib.sha256(_offline_page().encode()).hexdigest()[:12],
        "offline": reverse("portal:offline"),
        "files": [static(name) for name in OFFLINE_FILES],
    }
    return render(request, "portal/sw.js", page, content_type="text/javascript")


def _offline_page() -> str:
    languages = [code for code, _name in store_languages()]
    return render_to_string("portal/offline.html", {"languages": languages, "store": current_store().file.store})


@require_safe
def manifest(request: HttpRequest, language: str) -> JsonResponse:
    """The manifest in one of the store's languages; in the store's first one for any other."""
    spoken = [code for code, _name in store_languages()]
    with translation.override(language if language in spoken else spoken[0]):
        return JsonResponse(_manifest(), content_type="application/manifest+json")


def _manifest() -> dict[str, object]:
    store = current_store().file.store.name
    return {
        "id": reverse("portal:front"),
        "name": f"{_('Close my account')} · {store}",
        "short_name": store,
        "lang": translation.get_language(),
        "dir": "ltr",
        "start_url": reverse("portal:front"),
        "scope": reverse("portal:front"),
        "display": "standalone",
        "theme_color": PAPER,
        "background_color": PAPER,
        "icons": [
            _icon("icon-192.png", 192, "any"),
            _icon("icon-512.png", 512, "any"),
            _icon("maskable-512.png", 512, "maskable"),
        ],
        "shortcuts": [
            {"name": _("See how my request stands"), "url": reverse("portal:status")},
            {"name": _("Contact us"), "url": reverse("portal:contact")},
        ],
    }


def _icon(name: str, size: int, purpose: str) -> dict[str, str]:
    return {
        "src": static(f"portal/icons/{name}"),
        "sizes": f"{size}x{size}",
        "type": "image/png",
        "purpose": purpose,
    }
