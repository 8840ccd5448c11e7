"""A demo to be pictured: a process of its own, in a fresh home, at a moment that never passes."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from pamitan.demo.home import DemoError
from pamitan.demo.run import run_demo

AT = dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)
"""Late in the morning of a Monday, in the shop's own time."""
START_SECONDS = 120
STOP_SECONDS = 60
NOT_STARTED = "The demo to be pictured does not answer; what stands above says why."


@contextmanager
def staged_demo() -> Iterator[str]:
    """Its address, without the slash at the end, while it runs. Raises :class:`DemoError` where it does not start."""
    with tempfile.TemporaryDirectory(prefix="pamitan-pictures-") as home:
        process = _started(home)
        try:
            yield _address(process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=STOP_SECONDS)


def _started(home: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PAMITAN_", "DJANGO_"))}
    command = [sys.executable, "-m", __name__, str(_free_port())]
    return subprocess.Popen(  # noqa: S603 - our own module
        command, env={**environment, "PAMITAN_HOME": home}, stdout=subprocess.PIPE, text=True
    )


def _address(process: subprocess.Popen[str]) -> str:
    printed = process.stdout.readline() if process.stdout else ""
    if not printed:
        raise DemoError(NOT_STARTED)
    url = str(json.loads(printed)["url"]).rstrip("/")
    deadline = time.monotonic() + START_SECONDS
    while not _answers(url):
        if process.poll() is not None or time.monotonic() > deadline:
            raise DemoError(NOT_STARTED)
        time.sleep(0.1)
    return url


def _answers(url: str) -> bool:
    try:
        answer = httpx.get(f"{url}/")
    except httpx.TransportError:
        return False
    if answer.is_error:
        raise DemoError(NOT_STARTED)
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    run_demo(int(sys.argv[1]), at=AT, as_json=True)
