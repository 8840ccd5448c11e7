"""Where Pamitan keeps its own data: SQLite by default, PostgreSQL in production."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# WAL lets pages be read while the sweep writes; IMMEDIATE takes the write lock at BEGIN, where waiting for it works;
# FULL brings a case file to the disk before the store is written to, so that a power cut loses nobody;
# secure_delete overwrites what is erased, so that no address lingers in the file's free pages
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;",
}


def database_from_url(url: str, default: Path) -> dict[str, Any]:
    """Django's database setting for ``PAMITAN_DATABASE_URL``; an empty one means SQLite at ``default``."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": default,
            "OPTIONS": SQLITE_OPTIONS,
            "CONN_MAX_AGE": None,
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ImproperlyConfigured(
            f"PAMITAN_DATABASE_URL begins with '{parts.scheme}'; use postgresql://USER:PASSWORD@HOST:PORT/NAME, "
            "or leave it empty for SQLite"
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": parts.port or "",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }
