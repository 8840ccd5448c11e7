"""A process that runs for long does not look through what it has loaded again and again."""

from __future__ import annotations

import subprocess
import sys

ASKED = """
import gc
from pamitan.kit.memory import settle
held, looked = [[] for _ in range(5_000)], []
settle()
gc.callbacks.append(lambda phase, _: looked.append(phase))
made = [[] for _ in range(10_000)]
print(gc.get_freeze_count() >= 5_000, looked)
made += [[] for _ in range(20_000)]
print(looked[:2])
"""


def test_what_is_loaded_stays_and_cycles_are_still_looked_for() -> None:
    told = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=True).stdout
    assert told.splitlines() == ["True []", "['start', 'stop']"]
