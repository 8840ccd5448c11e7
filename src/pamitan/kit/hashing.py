"""Keyed hashes and random codes."""

from __future__ import annotations

import hashlib
import hmac
import secrets

# Without the letters and digits that are easily mistaken for one another when read aloud.
CASE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def keyed_hash(key: bytes, *parts: str) -> str:
    """HMAC-SHA-256 (RFC 2104) of the parts, as 64 hex digits; each part is length-prefixed, so no two lists collide."""
    message = b"".join(len(p.encode()).to_bytes(4, "big") + p.encode() for p in parts)
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def digest(text: str) -> str:
    """SHA-256 of the text, as 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def case_reference() -> str:
    """A new case reference such as ``PM-7K3QD-X29FA``: 10 random characters, about 49 bits."""
    letters = [secrets.choice(CASE_ALPHABET) for _ in range(10)]
    return f"PM-{''.join(letters[:5])}-{''.join(letters[5:])}"


def proof_code() -> str:
    """A new secret for paper such as ``7K3QD-X29FA-B4MTR-9WH2C``: 20 random characters, about 98 bits."""
    letters = "".join(secrets.choice(CASE_ALPHABET) for _ in range(20))
    return "-".join(letters[first : first + 5] for first in range(0, 20, 5))


def one_time_code() -> str:
    """Six random decimal digits."""
    return f"{secrets.randbelow(1_000_000):06d}"
