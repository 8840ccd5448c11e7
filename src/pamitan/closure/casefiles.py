"""The shelf of case files: sealed in the database, each under a key of its own that lies outside of it.

No second looks are kept: case file and key are destroyed when the closure is closed.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from pamitan.closure.models import OPEN_STATES, CaseFileRow, Closure
from pamitan.closure.vault import KeyLost, Vault
from pamitan.erasure.casefile import CaseFile
from pamitan.erasure.errors import ErasureError


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
        CaseFileRow.objects.update_or_create(pk=pk, defaults={"sealed": _vault().seal(pk, casefile.to_bytes())})


def destroy_key(pk: uuid.UUID) -> None:
    """Destroy the key of a closure's case file; with it every copy of the case file, backups too, is unreadable."""
    _vault().destroy(pk)


def destroy_left_keys() -> int:
    """Destroy the keys of closures that have ended, where a crash came in between. How many there were."""
    in_use = set(Closure.objects.filter(state__in=OPEN_STATES).values_list("pk", flat=True))
    left = [name for name in _vault().names() if name not in in_use]
    for name in left:
        _vault().destroy(name)
    return len(left)


def _open(pk: uuid.UUID, sealed: bytes) -> bytes:
    try:
        return _vault().open(pk, sealed)
    except KeyLost:
        raise CaseFileLost("the key of this case file is lost; restore the keys folder from your backup") from None


def _vault() -> Vault:
    return Vault(Path(settings.PAMITAN_CLOSURE_KEYS))
