"""What a database driver gives, in Python's plain types, whatever the shop's column is declared as."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from pamitan.stores.moments import MILLISECONDS_FROM


def as_text(value: Any) -> str:
    """Trimmed; empty for NULL."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").strip()
    return "" if value is None else str(value).strip()


def as_moment(value: Any, zone: str) -> dt.datetime | None:
    """An aware time in UTC; ``None`` for what is no time (such as MariaDB's ``0000-00-00``)."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        value = dt.datetime.combine(value, dt.time())
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return _from_unix(float(value))
    if isinstance(value, str):
        value = _from_text(value)
    if not isinstance(value, dt.datetime):
        return None
    aware = value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone))
    return aware.astimezone(dt.UTC)


def as_amount(value: Any) -> Decimal | None:
    """Exact, as far as the database has it so; ``None`` for what is no number."""
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None


def _from_unix(number: float) -> dt.datetime | None:
    seconds = number / 1000 if number > MILLISECONDS_FROM else number
    try:
        return dt.datetime.fromtimestamp(seconds, dt.UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _from_text(text: str) -> dt.datetime | None:
    if re.fullmatch(r"\d{9,15}(\.\d+)?", text.strip()):
        return _from_unix(float(text))
    try:
        return dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return None
