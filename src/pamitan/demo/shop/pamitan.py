"""What a shop writes to work with Pamitan: a signed hand-over link, one question, and the check of a signature."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import secrets
from urllib.parse import urlencode

import httpx

OLD_SECONDS = 300


class NoAnswerError(Exception):
    """Pamitan does not answer now."""


def handover_link(customer: int, secret: str, now: dt.datetime) -> str:
    """Where to send a signed-in customer who wants to close the account; good for two minutes, once."""
    content = {"account": str(customer), "at": int(now.timestamp()), "nonce": secrets.token_hex(16)}
    body = base64.urlsafe_b64encode(json.dumps(content).encode()).decode()
    return "/enter?" + urlencode({"token": f"{body}.{_sign(secret, body.encode())}"})


def is_barred(address: str, api: str, token: str) -> bool:
    """Whether a closed account had this address. Raises :class:`NoAnswerError`."""
    try:
        answer = httpx.post(
            api, json={"identifier": address}, headers={"Authorization": f"Bearer {token}"}, timeout=10
        ).raise_for_status()
        return bool(answer.json()["barred"])
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise NoAnswerError from error


def is_from_pamitan(body: bytes, signature: str, secret: str, now: dt.datetime) -> bool:
    """Whether the header ``X-Pamitan-Signature`` (``t=SECONDS,v1=HEX``) fits the body and is no old one sent again."""
    parts = dict(part.partition("=")[::2] for part in signature.split(","))
    seconds = parts.get("t", "")
    if not seconds.isdecimal() or abs(now.timestamp() - int(seconds)) > OLD_SECONDS:
        return False
    expected = _sign(secret, f"{seconds}.".encode() + body)
    return hmac.compare_digest(expected.encode(), parts.get("v1", "").encode())


def _sign(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
