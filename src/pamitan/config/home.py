"""Pamitan's own folder: its database, its keys and nothing of a customer that is not encrypted or in that database."""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Home:
    """The folder named by ``PAMITAN_HOME`` (default ``~/.pamitan``), made on first use, readable by its owner only."""

    path: Path

    @classmethod
    def from_environment(cls) -> Home:
        path = Path(os.environ.get("PAMITAN_HOME") or Path.home() / ".pamitan").expanduser().resolve()
        try:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            sentence = f"PAMITAN_HOME ({path}) cannot be made ({error.strerror}); name a folder that may be written to"
            raise ImproperlyConfigured(sentence) from None
        return cls(path)

    @property
    def database(self) -> Path:
        return self.path / "pamitan.sqlite3"

    @property
    def closure_keys(self) -> Path:
        """One key file per closure; destroyed after the last look at its case file."""
        return self._private_folder("keys/closures")

    @property
    def ledger_mark(self) -> Path:
        """How far the ledger has come: a database that was restored from a backup is behind it."""
        return self._private_folder("keys") / "ledger-mark.json"

    @property
    def attachments(self) -> Path:
        """What customers sent with their mails, under random names; never served from here."""
        return self._private_folder("attachments")

    def secret(self, name: str) -> bytes:
        """The 32-byte secret of that name, made on first use."""
        path = self._private_folder("keys") / f"{name}.key"
        if not path.exists():
            _make_secret(path)
        return _complete_secret(path)

    def _private_folder(self, name: str) -> Path:
        folder = self.path / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder


def _make_secret(path: Path) -> None:
    """Whole or not at all, and the same for all processes that start at once."""
    partial = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(32))
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(partial, path)
    partial.unlink()


def _complete_secret(path: Path) -> bytes:
    value = path.read_bytes()
    if len(value) != 32:
        sentence = f"{path.name} in the keys folder is damaged; restore it from your backup of PAMITAN_HOME"
        raise ImproperlyConfigured(sentence)
    return value
