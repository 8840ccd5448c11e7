"""Calls to the shop's own addresses: signed, and safe to repeat.

The body is JSON. ``X-Pamitan-Signature: t=SECONDS,v1=HEX`` is the HMAC-SHA-256 (RFC 2104) of ``SECONDS.BODY`` under the
hook's secret; the shop refuses old times, and does nothing twice for one ``Idempotency-Key``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import httpx

from pamitan.kit.clock import Clock, SystemClock
from pamitan.storefile.model import Hook
from pamitan.stores.errors import StoreError, StoreUnavailable

TEMPORARY = (408, 425, 429)


class HookDisagrees(StoreError):  # noqa: N818
    """The hook answers 409: it knows better. ``answer`` is the JSON object that it gave, or nothing."""

    def __init__(self, message: str, answer: dict[str, Any]) -> None:
        super().__init__(message)
        self.answer = answer


def call_hook(
    hook: Hook, event: str, payload: Mapping[str, Any], idempotency_key: str, clock: Clock | None = None
) -> None:
    """POST the event. Any 2xx answer is success.

    Raises :class:`StoreUnavailable` when there is no answer in time, or one that says "later" (5xx, 408, 425, 429);
    :class:`HookDisagrees` for 409, :class:`StoreError` for any other answer. Repeating is the caller's business.
    """
    body = json.dumps({"event": event, **payload}, sort_keys=True, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": idempotency_key,
        "User-Agent": "Pamitan",
        "X-Pamitan-Event": event,
        "X-Pamitan-Signature": sign(hook.secret, body, int((clock or SystemClock()).now().timestamp())),
    }
    try:
        answer = httpx.post(hook.url, content=body, headers=headers, timeout=hook.timeout_seconds)
    except httpx.InvalidURL:
        raise StoreError(f"the hook for '{event}' has no usable url; mend it in the store file") from None
    except httpx.HTTPError as error:
        raise StoreUnavailable(f"the hook for '{event}' does not answer ({type(error).__name__})") from None
    if answer.status_code >= 500 or answer.status_code in TEMPORARY:
        raise StoreUnavailable(f"the hook for '{event}' answers {answer.status_code}; it is tried again later")
    if answer.status_code == httpx.codes.CONFLICT:
        raise HookDisagrees(f"the hook for '{event}' answers 409; look into the shop's log", _object_in(answer))
    if not answer.is_success:
        raise StoreError(f"the hook for '{event}' answers {answer.status_code}; look into the shop's log")


def _object_in(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def sign(secret: str, body: bytes, seconds: int) -> str:
    """The value of ``X-Pamitan-Signature``."""
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"
