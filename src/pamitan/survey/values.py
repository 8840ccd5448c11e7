"""What a sample of values is, told by the values alone. Guesses, each with the share of values that it holds for."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from stdnum import iban, luhn
from stdnum.es import nif
from stdnum.id import nik, npwp
from stdnum.it import codicefiscale

from pamitan.content.identifiers import normalise_email, normalise_phone
from pamitan.survey.words import Kind

_ENOUGH = 0.1
"""The share of the filled values from which on a place is taken for one of such values."""
_EMAIL_INSIDE = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}(?![\w@])")
_AGENT = re.compile(
    r"^(?:Mozilla|Opera|Dalvik|okhttp|PostmanRuntime|curl|CFNetwork|[\w.-]+/[\d.]+ CFNetwork)/?\s?[\d.]*"
)
_PHONE = re.compile(r"^(?:\+|00|0|\(0)[\d\s().\-/]{7,20}$")
_CARD = re.compile(r"^[3-6](?:[ -]?\d){12,18}$")
_NUMBER = re.compile(r"^[A-Za-z0-9][A-Za-z0-9 ./-]{9,28}$")
_IBAN = re.compile(r"^[A-Za-z]{2}\d\d[A-Za-z0-9 ]{11,40}$")
_MASKED_CARD = re.compile(r"^(?:[Xx*•.]{2,}[\s-]?){1,4}\d{3,4}$|^\d{4,6}[Xx*•]{4,}\d{3,4}$")
_STREET = re.compile(
    r"\b(?:street|st\.|road|rd\.|avenue|ave\.?|lane|drive|boulevard|blvd|square|jl\.?|jln\.?|jalan|gang|gg\.|komplek|via|"
    r"viale|vicolo|piazza|corso|rue|calle|avenida|rua|[\w-]*stra(?:ss|ß)e|[\w-]*weg|[\w-]*straat)(?!\w).*\d"
    r"|^\d+[a-z]?[,\s].*\b(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|way|close|court|place|rue)\b",
    re.IGNORECASE,
)
_COORDINATES = re.compile(r"^\(?\s*-?\d{1,3}\.\d{3,}\s*[,;]\s*-?\d{1,3}\.\d{3,}\s*\)?$")
_HASH = re.compile(
    r"^(?:\$2[abxy]\$\d\d\$|pbkdf2_|argon2|\$argon2|bcrypt|scrypt[:$]|sha1\$|md5\$|\$P\$|\$H\$|\$wp\$|\$1\$|\$5\$|\$6\$)"
)
_RANDOM = re.compile(r"^(?:[0-9a-f]{24,128}|[A-Za-z0-9_-]{28,128})$")
_DATE = re.compile(r"^(19\d\d|20[01]\d)-\d\d-\d\d$|^\d\d[./-]\d\d[./-](19\d\d|20[01]\d)$")


@dataclass(frozen=True)
class Told:
    """What values turned out to be."""

    kind: Kind
    share: float
    what: str
    """In words, e.g. ``e-mail addresses``."""


def told_by(values: Sequence[Any], country: str) -> Told | None:
    """What the values are, where that can be told from themselves."""
    texts = [value.strip() for value in values if isinstance(value, str) and value.strip()]
    if not texts:
        return None
    for kind, what, enough, test in _TESTS:
        share = sum(1 for text in texts if test(text)) / len(texts)
        if share >= enough:
            return Told(kind, share, what)
    phones = sum(1 for text in texts if _PHONE.match(text) and normalise_phone(text, country)) / len(texts)
    abroad = sum(1 for text in texts if text.startswith("+") or re.search(r"\d[\s().-]\d", text)) / len(texts)
    if phones >= 0.6 and abroad >= 0.3:
        return Told("phone", phones, "phone numbers")
    return None


def is_password_hash(value: Any) -> bool:
    """Whether it is a hash of a password, in a form that tells its scheme."""
    return isinstance(value, str) and bool(_HASH.match(value))


def are_random(values: Sequence[Any]) -> bool:
    """Whether the values are long, of random letters and digits, and each another one."""
    texts = [value for value in values if isinstance(value, str) and value]
    random = [text for text in texts if _RANDOM.match(text) and re.search(r"\d", text) and re.search(r"[A-Za-z]", text)]
    return bool(texts) and len(random) == len(texts) and len(set(texts)) >= len(texts) * 0.7


def looks_like_birth_dates(values: Sequence[Any]) -> bool:
    """Dates as people are born on: all before some years ago, and spread over decades."""
    years = [year for value in values if (year := _year(value)) is not None]
    if len(years) < max(3, len(values) * 0.8):
        return False
    return min(years) < 1998 and max(years) <= dt.datetime.now(tz=dt.UTC).year - 8 and max(years) - min(years) >= 5


def email_hashes(addresses: Sequence[str]) -> frozenset[str]:
    """How these addresses look hashed, as avatars and mail services use it."""
    import hashlib

    found: set[str] = set()
    for address in addresses:
        plain = address.strip().lower().encode()
        found |= {hashlib.new(name, plain, usedforsecurity=False).hexdigest() for name in ("md5", "sha1", "sha256")}
    return frozenset(found)


def _year(value: Any) -> int | None:
    if isinstance(value, (dt.date, dt.datetime)):
        return value.year
    match = _DATE.match(value.strip()[:10]) if isinstance(value, str) else None
    return int(match[1] or match[2]) if match else None


def is_email(text: str) -> bool:
    return "@" in text and "." in text.rpartition("@")[2] and " " not in text and normalise_email(text) is not None


def _is_ip(text: str) -> bool:
    if text.count(".") != 3 and text.count(":") < 2:
        return False
    try:
        ipaddress.ip_address(text.partition("/")[0].partition("%")[0])
    except ValueError:
        return False
    return True


def _is_card(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    return bool(_CARD.match(text) and luhn.is_valid(digits)) or bool(_MASKED_CARD.match(text))


def _is_identity(text: str) -> bool:
    if not _NUMBER.match(text):
        return False
    return bool(
        codicefiscale.is_valid(text) or (nik.is_valid(text) or (re.search(r"\D", text) and npwp.is_valid(text)))
    )


def _is_spanish(text: str) -> bool:
    return bool(re.fullmatch(r"(?:\d{8}|[XYZ]\d{7})-?[A-Za-z]", text) and nif.is_valid(text))


_TESTS: list[tuple[Kind, str, float, Callable[[str], bool]]] = [
    ("email", "e-mail addresses", _ENOUGH, is_email),
    ("ip address", "network addresses", 0.3, _is_ip),
    ("user agent", "browsers' names", 0.3, lambda text: bool(_AGENT.match(text))),
    ("secret", "hashes of passwords", 0.3, is_password_hash),
    (
        "card or bank number",
        "account numbers (IBAN)",
        0.3,
        lambda text: bool(_IBAN.match(text) and iban.is_valid(text)),
    ),
    ("card or bank number", "card numbers", 0.6, _is_card),
    ("identity number", "identity or tax numbers", 0.6, _is_identity),
    ("identity number", "identity or tax numbers", 0.6, _is_spanish),
    ("location", "geographical coordinates", 0.6, lambda text: bool(_COORDINATES.match(text))),
    ("address", "postal addresses", 0.3, lambda text: 6 < len(text) < 200 and bool(_STREET.search(text))),
    ("email", "e-mail addresses inside text", _ENOUGH, lambda text: bool(_EMAIL_INSIDE.search(text))),
]
