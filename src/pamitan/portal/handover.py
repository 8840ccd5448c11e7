"""The hand-over: the shop's own signed-in page sends its customer here without a second sign-in.

Token: base64url(JSON ``{"account": id, "at": unix seconds, "nonce": random}``) + ``.`` + hex HMAC-SHA-256 (RFC 2104) of
that first part under the store file's ``handover_secret``. Good for 120 seconds, and once.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import json

from django.core.cache import cache

LIFE_SECONDS = 120
EARLY_SECONDS = 30
"""So far may the shop's clock be ahead of ours."""


class BadToken(ValueError):  # noqa: N818 (it names the token, not a mistake of ours)
    """Forged, too old, used before, or no token at all."""


def account_from(token: str, secret: str, now: dt.datetime) -> str:
    """The account id that the shop vouches for. Uses the token up. Raises :class:`BadToken`."""
    body, _, signature = token.partition(".")
    expected = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise BadToken("wrong signature")
    account, at, nonce = _content(body)
    age = now.timestamp() - at
    if not -EARLY_SECONDS <= age <= LIFE_SECONDS:
        raise BadToken("too old")
    if not cache.add(f"handover:{hashlib.sha256(nonce.encode()).hexdigest()}", 1, LIFE_SECONDS + EARLY_SECONDS):
        raise BadToken("used before")
    return account


def _content(body: str) -> tuple[str, float, str]:
    try:
        content = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return str(content["account"]), float(content["at"]), str(content["nonce"])
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise BadToken("unreadable") from error
