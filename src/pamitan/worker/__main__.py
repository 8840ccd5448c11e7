"""``python -m pamitan.worker``: the sweep as a process of its own. SIGTERM and SIGINT let it finish its steps first."""

from __future__ import annotations

import os
import signal
import threading

import django


def main() -> None:
    """Sweep until told to stop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pamitan.config.settings")
    django.setup()
    from pamitan.kit.memory import settle
    from pamitan.worker.sweep import run_forever

    settle()
    stop = threading.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda *_: stop.set())
    run_forever(stop)


if __name__ == "__main__":
    main()
