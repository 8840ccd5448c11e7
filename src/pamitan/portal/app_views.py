"""What lets a phone or tablet put Pamitan on its home screen: the web manifest (W3C Web Application Manifest)."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pamitan.closure.store import current_store
from pamitan.portal.language import store_languages

PAPER = "#f5f1e8"
"""The light page's colour ``--paper``; a manifest cannot name two schemes."""


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
