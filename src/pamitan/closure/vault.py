"""Sealed bytes in the database, each under a key of its own in a file outside of it: AES-256-GCM.

Whoever destroys the key has made every copy of the sealed bytes unreadable, those in backups too.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import uuid
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12  # as NIST SP 800-38D recommends for GCM


class KeyLost(Exception):  # noqa: N818
    """The key is gone or does not fit."""


@dataclass(frozen=True)
class Vault:
    """A folder of keys, one file for each name."""

    folder: Path

    def seal(self, name: uuid.UUID, plain: bytes) -> bytes:
        """Encrypt under the key of that name, which is made on first use."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self._key(name)).encrypt(nonce, plain, name.bytes)

    def open(self, name: uuid.UUID, sealed: bytes) -> bytes:
        """Decrypt. Raises :class:`KeyLost`."""
        try:
            key = self.path(name).read_bytes()
            return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], name.bytes)
        except (FileNotFoundError, InvalidTag, ValueError):
            raise KeyLost(str(name)) from None

    def destroy(self, name: uuid.UUID) -> None:
        """Destroy the key, if there is one."""
        self.path(name).unlink(missing_ok=True)

    def names(self) -> list[uuid.UUID]:
        """The names of all keys."""
        return [uuid.UUID(path.stem) for path in self.folder.glob("*.key")]

    def path(self, name: uuid.UUID) -> Path:
        """The file of the key."""
        return self.folder / f"{name}.key"

    def _key(self, name: uuid.UUID) -> bytes:
        """The key of that name; the first one made stays, and is on disk before it is used."""
        path = self.path(name)
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            partial = path.with_suffix(f".{secrets.token_hex(4)}.part")
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(AESGCM.generate_key(256))
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(partial, path)
            partial.unlink()
        return path.read_bytes()
