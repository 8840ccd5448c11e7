"""The shops' password hashes, verified as the shops do it.

Sources: Django 5.2, ``django.contrib.auth.hashers`` (formats of PBKDF2, scrypt, Argon2, bcrypt, salted and bare SHA-1
and MD5); PHP's manual on ``password_hash`` (bcrypt, 72 bytes); OpenCart 4, ``system/library/request.php`` (escaping).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable, Iterable

import argon2
import bcrypt

from pamitan.storefile.model import Password
from pamitan.stores.errors import StoreMismatch

BCRYPT_BYTES = 72
"""bcrypt looks at no more of a password; PHP and older Python libraries cut the rest in silence."""
_BARE_BCRYPT = re.compile(r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}")


def matches(password: str, encoded: str, rules: Password) -> bool:
    """Whether it is the password behind that hash; an unknown hash fits no password, at the usual cost in time."""
    check = _check_for(encoded, rules)
    if check is None:
        burn_time()
        return False
    began = time.perf_counter()
    found = any(_fits(check, spelling, encoded) for spelling in _spellings(password, rules))
    _Costliest.remember(encoded, check, time.perf_counter() - began)
    return found


def is_usable(encoded: str | None) -> bool:
    """False for no hash at all, and for Django's mark of an account without a password (``!`` and random letters)."""
    return bool(encoded) and not str(encoded).startswith("!")


def require_known(encoded: Iterable[str], rules: Password) -> None:
    """Raise :class:`StoreMismatch` when one of the hashes is of a sort that cannot be verified."""
    for one in encoded:
        if is_usable(one) and _check_for(one, rules) is None:
            raise StoreMismatch(
                f"the scheme '{rules.scheme}' knows no password hash that begins with '{_beginning(one)}'; "
                "name the right scheme in account.password, or leave such accounts to sign in by a code"
            )


def burn_time() -> None:
    """Work as long as the costliest hash seen so far, so that an unknown address takes as long as a wrong password."""
    _Costliest.run()


def prepare(encoded: Iterable[str], rules: Password) -> None:
    """Get to know the costs of these hashes, one of each recipe, before the first stranger comes."""
    samples = {_recipe(one): one for one in encoded}
    for one in samples.values():
        check = _check_for(one, rules)
        if check is not None:
            began = time.perf_counter()
            _fits(check, "", one)
            _Costliest.remember(one, check, time.perf_counter() - began)


Check = Callable[[str, str], bool]


class _Costliest:
    """The costliest recipe seen by this process, with a hash of our own making to try against."""

    seconds = 0.0
    check: Check | None = None
    encoded = ""

    @classmethod
    def remember(cls, encoded: str, check: Check, seconds: float) -> None:
        if seconds > cls.seconds:
            cls.seconds, cls.check, cls.encoded = seconds, check, _decoy(encoded)

    @classmethod
    def run(cls) -> None:
        if cls.check is None:
            hashlib.pbkdf2_hmac("sha256", b"", secrets.token_bytes(16), 1_000_000)  # Django 5.2's own count
        else:
            _fits(cls.check, secrets.token_hex(8), cls.encoded)


def _spellings(password: str, rules: Password) -> list[str]:
    if not rules.html_escaped:
        return [password]
    # OpenCart trims and escapes (ENT_COMPAT) all input; version 4 decodes again before hashing, older ones do not
    trimmed = password.strip(" \t\n\r\0\x0b")
    escaped = trimmed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return list(dict.fromkeys([trimmed, escaped, escaped.replace("'", "&#039;")]))


def _check_for(encoded: str, rules: Password) -> Check | None:
    if _BARE_BCRYPT.fullmatch(encoded):
        return _bcrypt if rules.scheme == "bcrypt" else None
    if rules.scheme == "bcrypt":
        return None
    if re.fullmatch(r"[0-9a-f]{32}", encoded):
        return _bare_md5
    sort = encoded.partition("$")[0]
    return _pbkdf2 if sort in ("pbkdf2_sha256", "pbkdf2_sha1", "pbkdf2_sha512") else _DJANGO.get(sort)


def _recipe(encoded: str) -> str:
    """Sort and cost of a hash, without salt and digest."""
    if _BARE_BCRYPT.fullmatch(encoded):
        return encoded[:7]
    return "$".join(part for part in encoded.split("$")[:-1] if len(part) < 20)[:40]


def _beginning(encoded: str) -> str:
    sort, dollar, _rest = encoded.partition("$")
    return sort[:20] + dollar if dollar and sort else encoded[:3]


def _decoy(encoded: str) -> str:
    """The same recipe, altered inside the digest so that it is nobody's."""
    return encoded[:-12] + secrets.token_hex(4) + encoded[-4:]


def _fits(check: Check, password: str, encoded: str) -> bool:
    try:
        return check(password, encoded)
    except ValueError:  # a hash cut off or garbled in the shop's own table
        return False


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _bcrypt(password: str, encoded: str) -> bool:
    return bcrypt.checkpw(password.encode()[:BCRYPT_BYTES], encoded.encode())


def _pbkdf2(password: str, encoded: str) -> bool:
    sort, rounds, salt, digest = encoded.split("$", 3)
    raw = hashlib.pbkdf2_hmac(sort.removeprefix("pbkdf2_"), password.encode(), salt.encode(), int(rounds))
    return _same(base64.b64encode(raw).decode(), digest)


def _argon2(password: str, encoded: str) -> bool:
    try:
        return argon2.PasswordHasher().verify("$" + encoded.partition("$")[2], password)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def _django_bcrypt(password: str, encoded: str) -> bool:
    return _bcrypt(password, encoded.partition("$")[2])


def _django_bcrypt_sha256(password: str, encoded: str) -> bool:
    digest = binascii.hexlify(hashlib.sha256(password.encode()).digest())
    return _bcrypt(digest.decode(), encoded.partition("$")[2])


def _scrypt(password: str, encoded: str) -> bool:
    _sort, n, salt, r, p, digest = encoded.split("$", 5)
    memory = 128 * int(r) * (int(n) + int(p) + 2)
    raw = hashlib.scrypt(password.encode(), salt=salt.encode(), n=int(n), r=int(r), p=int(p), maxmem=memory, dklen=64)
    return _same(base64.b64encode(raw).decode(), digest)


def _salted_md5(password: str, encoded: str) -> bool:
    _sort, salt, digest = encoded.split("$", 2)
    return _same(hashlib.md5((salt + password).encode(), usedforsecurity=False).hexdigest(), digest)


def _salted_sha1(password: str, encoded: str) -> bool:
    _sort, salt, digest = encoded.split("$", 2)
    return _same(hashlib.sha1((salt + password).encode(), usedforsecurity=False).hexdigest(), digest)


def _bare_md5(password: str, encoded: str) -> bool:
    return _same(hashlib.md5(password.encode(), usedforsecurity=False).hexdigest(), encoded)


_DJANGO: dict[str, Check] = {
    "argon2": _argon2,
    "bcrypt": _django_bcrypt,
    "bcrypt_sha256": _django_bcrypt_sha256,
    "scrypt": _scrypt,
    "md5": _salted_md5,
    "sha1": _salted_sha1,
}
