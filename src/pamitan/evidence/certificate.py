"""The certificate: a signed statement of what was done, that anyone with the public key can check without us.

The store's copy says it by table and stays; the customer's says it by category of data, and is forgotten after a while.
"""

from __future__ import annotations

import base64
import datetime as dt
import uuid
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from pamitan.evidence.models import Certificate, CustomerCopy
from pamitan.evidence.signed import FORMAT, SignedCertificate, canonical, verify

__all__ = [
    "customer_copy",
    "forget_old_copies",
    "issue",
    "issue_to_customer",
    "public_key",
    "reissue",
    "signed",
    "verify",
]


def issue(subject: uuid.UUID, statement: dict[str, Any], now: dt.datetime) -> Certificate:
    """Sign the statement and write it down, in the caller's transaction; a second time for one subject replaces it.

    The statement holds JSON values and names no person.
    """
    document = {
        "format": FORMAT, "copy": "store", "subject": str(subject), "issued_at": now.isoformat(), **statement
    }  # fmt: skip
    certificate, _ = Certificate.objects.update_or_create(
        subject=subject, defaults={"issued_at": now, **_signed(document)}
    )
    return certificate


def issue_to_customer(subject: uuid.UUID, statement: dict[str, Any], now: dt.datetime, until: dt.datetime) -> None:
    """Sign the customer's copy, to be had until then, in the caller's transaction. It names no person and no table."""
    document = {"format": FORMAT, "copy": "customer", "issued_at": now.isoformat(), **statement}
    CustomerCopy.objects.update_or_create(subject=subject, defaults={"until": until, **_signed(document)})


def customer_copy(subject: uuid.UUID, now: dt.datetime) -> SignedCertificate | None:
    """The customer's copy, as long as there is one."""
    found = CustomerCopy.objects.filter(subject=subject, until__gt=now).first()
    return SignedCertificate(found.document, found.signature, found.public_key) if found else None


def forget_old_copies(now: dt.datetime) -> int:
    """Delete the customers' copies whose time is over; how many there were."""
    rows, _ = CustomerCopy.objects.filter(until__lte=now).delete()
    return rows


def reissue(subject: uuid.UUID, changes: dict[str, Any], now: dt.datetime) -> Certificate:
    """Sign the subject's statement anew, with these parts of it changed. The first one says when it was issued."""
    known = Certificate.objects.get(subject=subject).document
    return issue(
        subject, {"first_issued_at": known["issued_at"], **known, **changes, "issued_at": now.isoformat()}, now
    )


def signed(subject: uuid.UUID) -> SignedCertificate | None:
    """The subject's certificate, to be given away."""
    found = Certificate.objects.filter(subject=subject).first()
    return SignedCertificate(found.document, found.signature, found.public_key) if found else None


def public_key() -> str:
    """This installation's public key, base64: to be published, so that others can check."""
    return _encode(_signing_key().public_key().public_bytes_raw())


def _signed(document: dict[str, Any]) -> dict[str, Any]:
    signature = _encode(_signing_key().sign(canonical(document)))
    return {"document": document, "signature": signature, "public_key": public_key()}


def _signing_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(settings.PAMITAN_CERTIFICATE_KEY)


def _encode(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
