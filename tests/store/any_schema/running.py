"""How many histories are tried: 200, always the same ones; or ``PAMITAN_HISTORIES`` of them, other ones each time.

A failure prints its history, made small for at most a minute, and the line that brings it back.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture import engine
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider
from hypothesis.internal.constants_ast import Constants

engine.MAX_SHRINKING_SECONDS = 60  # five minutes otherwise, in which nobody sees that anything failed


class SameEverywhere(HypothesisProvider):
    """Draws by the seed alone. Else numbers are mixed in that stand in the modules which happen to be loaded."""

    _local_constants = Constants()


AVAILABLE_PROVIDERS["same-everywhere"] = f"{__name__}.{SameEverywhere.__name__}"

_asked = os.environ.get("PAMITAN_HISTORIES")
HISTORIES = settings(
    max_examples=int(_asked or 200),
    derandomize=not _asked,
    backend="same-everywhere",
    phases=[Phase.generate, Phase.shrink],
    print_blob=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
