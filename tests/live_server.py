"""The server as it really runs, streams included, in a thread of the test and on the test's database."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import cast

import httpx
import uvicorn
from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi_typing import WSGIApp
from django.core.wsgi import get_wsgi_application

from pamitan.live.app import Application, LiveApp
from pamitan.live.hub import Hub
from tests.servers import free_port

START_SECONDS = 20


@contextlib.contextmanager
def serving(port: int | None = None) -> Iterator[str]:
    """Its address, while it runs."""
    hub, port = Hub(), port or free_port()
    pages = WSGIMiddleware(cast("WSGIApp", get_wsgi_application()), workers=8)
    app = LiveApp(cast("Application", pages), hub)
    config = uvicorn.Config(app, host="localhost", port=port, log_level="warning", timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="server")
    thread.start()
    try:
        _wait_for(f"http://localhost:{port}/sign-in")
        yield f"http://localhost:{port}"
    finally:
        hub.stop()
        server.should_exit = True
        thread.join()
        pages.executor.shutdown()


def _wait_for(address: str) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(address)
            return
        assert time.monotonic() < end, "the server did not start"
        time.sleep(0.05)
