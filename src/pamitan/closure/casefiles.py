"""The shelf of case files: sealed in the database, each under a key of its own that lies outside of it.

No second looks are kept: case file and key are destroyed when the closure is closed.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import uuid
from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from pamitan.closure.models import OPEN_STATES, CaseFileRow, Closure
from pamitan.erasure.casefile import CaseFile
from pamitan.erasure.errors import ErasureError

_NONCE_BYTES = 12  # as NIST SP 800-38D recommends for GCM


class CaseFileLost(ErasureError):  # noqa: N818
    """The key is gone or does not fit: what was written down before the erasure cannot be read any more."""


class Shelf:
    """The case files of the closures of one batch, asked for by account id."""

    def __init__(self, closures: Iterable[Closure]) -> None:
        self._closure_of = {closure.account_id: closure.pk for closure in closures}

    def load(self, account_id: str) -> CaseFile | None:
        """The case file, if one was written. Raises :class:`CaseFileLost`."""
        pk = self._closure_of[account_id]
        row = CaseFileRow.objects.filter(pk=pk).first()
        return CaseFile.from_bytes(_open(pk, bytes(row.sealed))) if row else None

    def save(self, account_id: str, casefile: CaseFile) -> None:
        """Seal it and write it down."""
        pk = self._closure_of[account_id]
        CaseFileRow.objects.update_or_create(pk=pk, defaults={"sealed": _seal(pk, casefile.to_bytes())})


def destroy_key(pk: uuid.UUID) -> None:
    """Destroy the key of a closure's case file; with it every copy of the case file, backups too, is unreadable."""
    _key_path(pk).unlink(missing_ok=True)


def destroy_left_keys() -> int:
    """Destroy the keys of closures that have ended, where a crash came in between. How many there were."""
    in_use = set(Closure.objects.filter(state__in=OPEN_STATES).values_list("pk", flat=True))
    left = [path for path in Path(settings.PAMITAN_CLOSURE_KEYS).glob("*.key") if uuid.UUID(path.stem) not in in_use]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _seal(pk: uuid.UUID, plain: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(_key(pk)).encrypt(nonce, plain, pk.bytes)


def _open(pk: uuid.UUID, sealed: bytes) -> bytes:
    try:
        key = _key_path(pk).read_bytes()
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], pk.bytes)
    except (FileNotFoundError, InvalidTag, ValueError):
        raise CaseFileLost("the key of this case file is lost; restore the keys folder from your backup") from None


def _key(pk: uuid.UUID) -> bytes:
    """The closure's key, made on first use; the first one made stays, and is on disk before it is used."""
    path = _key_path(pk)
    if not path.exists():
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


def _key_path(pk: uuid.UUID) -> Path:
    return Path(settings.PAMITAN_CLOSURE_KEYS) / f"{pk}.key"
