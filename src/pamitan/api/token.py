"""The shop's bearer token."""

from __future__ import annotations

import hmac

from django.http import HttpRequest
from ninja.security import HttpBearer

from pamitan.closure.store import current_store


class ShopToken(HttpBearer):
    """The ``api_token`` of the store file, compared in constant time. Without one nobody is let in."""

    def authenticate(self, request: HttpRequest, token: str) -> bool | None:
        expected = current_store().file.api_token
        if not expected:
            return None
        return True if hmac.compare_digest(token.encode(), expected.encode()) else None
