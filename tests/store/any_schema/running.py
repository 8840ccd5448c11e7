"""How many histories are tried: 200, always the same ones; or ``PAMITAN_HISTORIES`` of them, other ones each time."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_asked = os.environ.get("PAMITAN_HISTORIES")
HISTORIES = settings(
    max_examples=int(_asked or 200),
    derandomize=not _asked,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
