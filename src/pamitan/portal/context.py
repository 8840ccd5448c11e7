"""What every page knows: the store, its languages, and whether a customer is signed in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from pamitan.closure.store import current_store
from pamitan.portal.language import store_languages
from pamitan.portal.session import signed_in


def store(request: HttpRequest) -> dict[str, Any]:
    return {
        "store": current_store().file.store,
        "store_languages": store_languages(),
        "customer_signed_in": SimpleLazyObject(lambda: signed_in(request) is not None),
    }
