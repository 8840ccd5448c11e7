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
from dataclasses import dataclass

import argon2
import bcrypt

from pamitan.storefile.model import Password
from pamitan.stores.errors import StoreMismatch

BCRYPT_BYTES = 72
"""bcrypt looks at no more of a password; PHP and older Python libraries cut the rest in silence."""
_BARE_BCRYPT = re.compile(r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}")


Check = Callable[[str, str], bool]


def is_usable(encoded: str | None) -> bool:
    """False for no hash at all, and for Django's mark of an account without a password (``!`` and random letters)."""
    return bool(encoded) and not str(encoded).startswith("!")


class Verifier:
    """Checks passwords of one shop, and knows how long the costliest of its hashes takes."""

    def __init__(self, rules: Password) -> None:
        self._rules = rules
        self._costs: dict[str, _Cost] = {}

    def matches(self, password: str, encoded: str) -> bool:
        """Whether it is the password behind that hash; an unknown hash fits no password, at the usual cost in time."""
        check = _check_for(encoded, self._rules)
        if check is None:
            self.burn_time()
            return False
        began = time.perf_counter()
        found = any(_fits(check, spelling, encoded) for spelling in _spellings(password, self._rules))
        self._remember(encoded, check, time.perf_counter() - began)
        return found

    def burn_time(self) -> None:
        """Work as long as the costliest hash seen, so that an unknown address takes as long as a wrong password."""
        if not self._costs:
            hashlib.pbkdf2_hmac("sha256", b"", secrets.token_bytes(16), 1_000_000)  # Django 5.2's own count
            return
        costliest = max(self._costs.values(), key=lambda cost: cost.seconds)
        _fits(costliest.check, secrets.token_hex(8), costliest.decoy)

    def learn(self, encoded: Iterable[str]) -> None:
        """Get to know the costs of these hashes, one of each recipe, before the first stranger comes."""
        for one in {_recipe(one): one for one in encoded}.values():
            check = _check_for(one, self._rules)
            if check is not None:
                began = time.perf_counter()
                _fits(check, "", one)
                self._remember(one, check, time.perf_counter() - began)

    def require_known(self, encoded: Iterable[str]) -> None:
        """Raise :class:`StoreMismatch` when one of the hashes is of a sort that cannot be verified."""
        for one in encoded:
            if is_usable(one) and _check_for(one, self._rules) is None:
                raise StoreMismatch(
                    f"the scheme '{self._rules.scheme}' knows no password hash that begins with '{_beginning(one)}'; "
                    "name the right scheme in account.password, or leave such accounts to sign in by a code"
                )

    def _remember(self, encoded: str, check: Check, seconds: float) -> None:
        """Of each recipe the quickest time counts: a busy moment must not make a cheap hash look costly."""
        recipe = _recipe(encoded)
        known = self._costs.get(recipe)
        if known is None or seconds < known.seconds:
            self._costs[recipe] = _Cost(seconds, check, _decoy(encoded))


@dataclass(frozen=True)
class _Cost:
    """How long a recipe takes, and a hash of nobody's to spend that time on."""

    seconds: float
    check: Check
    decoy: str


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
    bcrypted = re.match(r"[a-z0-9_]*\$?\$2[aby]\$\d\d", encoded)
    if bcrypted:
        return bcrypted.group()
    sort, *parts = encoded.split("$")
    if sort == "argon2":
        return "$".join([sort, *parts[:3]])
    if sort == "scrypt":
        return "$".join([sort, *parts[:1], *parts[2:4]])
    return "$".join([sort, *parts[:1]]) if sort.startswith("pbkdf2_") else sort[:10]


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
