"""The shop's password hashes: Django's PBKDF2, and bcrypt on accounts from before the shop moved.

Few rounds, so that a demo starts at once; no example for a real shop.
"""

from __future__ import annotations

import secrets
from typing import Literal

from django.contrib.auth.hashers import BCryptPasswordHasher, PBKDF2PasswordHasher

Scheme = Literal["pbkdf2", "bcrypt"]


class _Bcrypt(BCryptPasswordHasher):
    rounds = 6


_PBKDF2_ROUNDS = 20_000


def hash_password(password: str, scheme: Scheme = "pbkdf2") -> str:
    """The hash as it is kept in ``customer.password``."""
    if scheme == "bcrypt":
        hasher = _Bcrypt()
        return hasher.encode(password, hasher.salt())
    return PBKDF2PasswordHasher().encode(password, secrets.token_hex(8), _PBKDF2_ROUNDS)


def is_right(password: str, stored: str) -> bool:
    """Whether the password fits; false for an empty or a locked hash."""
    if stored.startswith("pbkdf2_sha256$"):
        return PBKDF2PasswordHasher().verify(password, stored)
    if stored.startswith("bcrypt$"):
        return _Bcrypt().verify(password, stored)
    return False
