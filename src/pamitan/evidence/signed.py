"""A signed certificate as a file: checked with nothing but the file and the store's public key.

Signed with Ed25519 (RFC 8032) over the canonical JSON of the document: keys sorted, no spaces, UTF-8.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "pamitan-certificate-1"


class NoCertificate(ValueError):  # noqa: N818
    """The file is no certificate; the sentence says why."""


@dataclass(frozen=True)
class SignedCertificate:
    """What was signed, the signature and the public key of whoever says to have signed it, both in base64."""

    document: dict[str, Any]
    signature: str
    public_key: str

    def holds(self, public_key: str | None = None) -> bool:
        """Whether exactly this document was signed with the key: the one named, else the one in the file."""
        return verify(self.document, self.signature, public_key or self.public_key)

    def not_looked_at(self) -> list[str]:
        """A line for each thing that the residue scan did not look at, with the reason."""
        places = self.document.get("not_looked_at") or []
        return [f"{place['datastore']}: {', '.join(place['where'])}: {place['reason']}" for place in places]

    def by_category(self) -> list[str]:
        """The lines of a customer's copy: what was erased and changed, what is kept; none of a store's copy."""
        data, kept = self.document.get("data") or [], self.document.get("kept") or []
        done = ("{category}: {erased} erased, {changed} changed, {files} files deleted.", data)
        left = ("{category}: {records} kept until {until} ({law}).", kept)
        return [words.format_map(line) for words, lines in (done, left) for line in lines]

    def to_json(self) -> str:
        """The file's text."""
        plain = {"document": self.document, "signature": self.signature, "public_key": self.public_key}
        return json.dumps(plain, ensure_ascii=False, indent=2)

    @classmethod
    def from_json(cls, text: str) -> SignedCertificate:
        """Read what :meth:`to_json` wrote. Raises :class:`NoCertificate`."""
        try:
            plain = json.loads(text)
        except ValueError:
            raise NoCertificate("is not JSON") from None
        if not isinstance(plain, Mapping):
            raise NoCertificate("holds no certificate")
        parts = [plain.get(name) for name in ("document", "signature", "public_key")]
        document, signature, key = parts
        if not isinstance(document, dict) or not isinstance(signature, str) or not isinstance(key, str):
            raise NoCertificate("should hold 'document', 'signature' and 'public_key'")
        if document.get("format") != FORMAT:
            raise NoCertificate(f"is of a format that this version does not know; it knows {FORMAT}")
        return cls(document, signature, key)


def verify(document: dict[str, Any], signature: str, public: str) -> bool:
    """Whether the signature is of exactly this document, by the holder of that public key (base64)."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        key.verify(base64.b64decode(signature, validate=True), canonical(document))
    except (InvalidSignature, ValueError):
        return False
    return True


def canonical(document: dict[str, Any]) -> bytes:
    """The bytes that are signed."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
