"""Who a certificate is for, without naming them: a commitment that only who has the proof code can open.

``HMAC-SHA-256(key = the code without dashes, message = the e-mail address in small letters)`` (RFC 2104), as hex. The
code goes to the customer with the outcome mail and is kept nowhere else: without it nobody can try addresses.
"""

from __future__ import annotations

import hashlib
import hmac

METHOD = "HMAC-SHA-256, key: the proof code without dashes, message: the e-mail address in small letters"


def commitment(code: str, address: str) -> str:
    """The commitment to that address under that code, however the two are written."""
    key = code.upper().replace("-", "").replace(" ", "").encode()
    return hmac.new(key, address.strip().lower().encode(), hashlib.sha256).hexdigest()


def opens(holder: object, code: str, address: str) -> bool:
    """Whether the code and the address are those that the certificate's ``holder`` was made for."""
    made = holder.get("commitment") if isinstance(holder, dict) else None
    return isinstance(made, str) and hmac.compare_digest(made.encode(), commitment(code, address).encode())
