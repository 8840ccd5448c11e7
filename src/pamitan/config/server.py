"""The server: Django's pages, the live pages' streams and the sweep in one process tree, on one port."""

from __future__ import annotations

import fcntl
import os
import signal
import threading
from types import FrameType
from typing import TYPE_CHECKING, cast

import django
import uvicorn
from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi_typing import WSGIApp
from django.conf import settings
from django.core.management import call_command

if TYPE_CHECKING:
    from pamitan.live.app import Application
    from pamitan.live.hub import Hub

GRACE_SECONDS = 10
WSGI_THREADS = 16


def set_up_django() -> None:
    """Load the settings named by ``DJANGO_SETTINGS_MODULE``, the product's own by default."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pamitan.config.settings")
    django.setup()


def prepare_database() -> None:
    """Bring Pamitan's own database up to date. Safe to call at every start, also of several processes at once."""
    with (settings.PAMITAN_CLOSURE_KEYS.parent / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)


def serve(host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM; then finish what is under way and return.

    Django must be set up and the database prepared.
    """
    from django.core.wsgi import get_wsgi_application

    from pamitan.kit.memory import settle
    from pamitan.live.app import LiveApp
    from pamitan.live.hub import Hub
    from pamitan.worker.sweep import run_forever

    settle()
    stop = threading.Event()
    sweep = threading.Thread(target=run_forever, args=(stop,), name="sweep")
    sweep.start()
    # uvicorn raises the signal again when it has stopped; it must not end the process before the sweep has finished
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        hub = Hub()
        pages = WSGIMiddleware(cast("WSGIApp", get_wsgi_application()), workers=WSGI_THREADS)
        config = uvicorn.Config(
            LiveApp(cast("Application", pages), hub),
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        _Server(config, hub).run()
    finally:
        stop.set()
        sweep.join()


class _Server(uvicorn.Server):
    """Ends the open streams as soon as it is told to stop; else it would wait for them."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._hub.stop()
        super().handle_exit(sig, frame)
