"""The other address to which the customer may have the mails sent."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from pamitan.closure.errors import BadAddress


def readable_address(text: str | None) -> str:
    """The address as it is written to; empty for none. Raises ``BadAddress`` for what is no e-mail address."""
    address = (text or "").strip()
    if not address:
        return ""
    try:
        validate_email(address)
    except ValidationError:
        raise BadAddress("write it as name@example.com") from None
    return address
