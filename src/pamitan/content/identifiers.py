"""E-mail addresses and phone numbers in one spelling, so that equal ones are equal byte for byte."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

import idna
import phonenumbers

IdentifierKind = Literal["email", "phone"]

# What shops write where there is no address; such a value is no one's
SENTINELS = {
    *("0", "-", "x", "no", "na", "n/a", "nil", "null", "none", "empty", "unknown"),
    *("guest", "noemail", "no-email", "invalid", "localhost"),
}
# Blanks, control characters, and halves of characters that no encoding has
_NOT_IN_ADDRESSES = re.compile(r"[\s\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Identifier:
    """An e-mail address or phone number, normalised."""

    kind: IdentifierKind
    value: str


def parse_identifier(text: str, country: str) -> Identifier | None:
    """What a person typed at the sign-in: an e-mail address if it has an @, else a phone number; ``None`` if neither.

    ``country`` is the ISO 3166-1 code that a number without country code is read in.
    """
    if "@" in text:
        email = normalise_email(text)
        return Identifier("email", email) if email else None
    phone = normalise_phone(text, country)
    return Identifier("phone", phone) if phone else None


def normalise_email(text: str | None) -> str | None:
    """Trimmed, in Unicode form NFC (RFC 6532, 3.1) and lower case, the domain as IDNA A-labels (RFC 5890).

    ``None`` for what is no address, and for sentinels such as ``none@none``. NFKC and full case folding are left out on
    purpose: they would make one address of two mailboxes (strasse@ and straße@).
    """
    address = unicodedata.normalize("NFC", _trimmed(text))
    local, at, domain = unicodedata.normalize("NFC", address.lower()).rpartition("@")
    if not at or not local or len(address) > 320 or _NOT_IN_ADDRESSES.search(address) or "@" in local.strip('"'):
        return None
    ascii_domain = _a_labels(domain)
    if ascii_domain is None or _is_sentinel(local, ascii_domain):
        return None
    return f"{local}@{ascii_domain}"


def normalise_phone(text: str | None, country: str) -> str | None:
    """The number in E.164 form, such as ``+6281234567890``; ``None`` for what cannot be one."""
    try:
        number = phonenumbers.parse(_trimmed(text), country)
    except phonenumbers.NumberParseException:
        return None
    digits = phonenumbers.national_significant_number(number)
    if not phonenumbers.is_possible_number(number) or len(set(digits)) == 1:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_mobile(number: str | None, country: str) -> bool:
    """Whether text messages may reach the number; in some countries mobile and fixed numbers look alike."""
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(number or "", country))
    except phonenumbers.NumberParseException:
        return False
    return kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


def _trimmed(text: str | None) -> str:
    """Without blanks and invisible format characters (zero-width spaces, marks of direction) at both ends."""
    kept = (text or "").strip()
    while kept and unicodedata.category(kept[0]) in ("Cf", "Zs"):
        kept = kept[1:]
    while kept and unicodedata.category(kept[-1]) in ("Cf", "Zs"):
        kept = kept[:-1]
    return kept


def _a_labels(domain: str) -> str | None:
    domain = domain.removesuffix(".")
    if domain.isascii():
        return domain if re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f.:]+\]", domain) else None
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return None


def _is_sentinel(local: str, domain: str) -> bool:
    first = domain.split(".")[0]
    return domain in SENTINELS or domain.endswith(".invalid") or (local in SENTINELS and first in SENTINELS)
