"""Pamitan's own folder: its database, its keys and nothing of a customer that is not encrypted or in that database."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """The folder named by ``PAMITAN_HOME`` (default ``~/.pamitan``), made on first use, readable by its owner only."""

    path: Path

    @classmethod
    def from_environment(cls) -> Home:
        path = Path(os.environ.get("PAMITAN_HOME") or Path.home() / ".pamitan").expanduser().resolve()
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return cls(path)

    @property
    def database(self) -> Path:
        return self.path / "pamitan.sqlite3"

    @property
    def closure_keys(self) -> Path:
        """One key file per closure; destroyed after the last look at its case file."""
        return self._private_folder("keys/closures")

    def secret(self, name: str) -> bytes:
        """The 32-byte secret of that name, made on first use."""
        path = self._private_folder("keys") / f"{name}.key"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return _complete_secret(path)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(32))
        return path.read_bytes()

    def _private_folder(self, name: str) -> Path:
        folder = self.path / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder


def _complete_secret(path: Path) -> bytes:
    value = path.read_bytes()
    if len(value) != 32:
        raise RuntimeError(f"{path.name} in the keys folder is damaged; restore it from your backup of PAMITAN_HOME")
    return value
