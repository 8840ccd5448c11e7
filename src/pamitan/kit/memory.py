"""How often Python looks for unreachable cycles of objects, in a process that runs for long."""

from __future__ import annotations

import gc

_NEW_OBJECTS = 20_000


def settle() -> None:
    """To be called once all is loaded: that stays, and what comes is looked through less often.

    A batch makes some hundred thousand small objects and hardly a cycle. By Python's own measure (700 new ones) it
    would be looked through hundreds of times, and all that is loaded besides now and then: up to a quarter of the time
    of erasing a thousand customers.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)
