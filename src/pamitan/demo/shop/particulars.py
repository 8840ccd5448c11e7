"""What the shop is told by its environment; the store file reads the same names."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Particulars:
    database: Path
    hook_secret: str
    """Under which Pamitan signs its calls."""
    handover_secret: str
    """Under which we sign the hand-over of a customer."""
    barred_api: str
    """Where to ask whether an address is barred."""
    api_token: str


def particulars() -> Particulars:
    """Read at every call. Raises ``KeyError`` for a name that is not set."""
    return Particulars(
        database=Path(os.environ["SENJA_DATABASE"].removeprefix("sqlite:///")),
        hook_secret=os.environ["SENJA_HOOK_SECRET"],
        handover_secret=os.environ["SENJA_HANDOVER_SECRET"],
        barred_api=os.environ["SENJA_BARRED_API"],
        api_token=os.environ["SENJA_API_TOKEN"],
    )
