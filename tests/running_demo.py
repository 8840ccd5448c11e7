"""The demo as people start it: a process of its own, on a free port, with a home of its own."""

from __future__ import annotations

import contextlib
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.servers import free_port

START_SECONDS = 120
STOP_SECONDS = 60


@dataclass(frozen=True)
class RunningDemo:
    url: str
    """The printed link to begin at, without the slash at its end."""
    printed: str
    home: Path
    process: subprocess.Popen[str]

    @property
    def shop_database(self) -> Path:
        return self.home / "demo" / "shop.sqlite3"


@contextlib.contextmanager
def running_demo(home: Path, *arguments: str) -> Iterator[RunningDemo]:
    """Start ``pamitan demo`` and stop it again with SIGTERM; it has to end by itself, without a fault."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PAMITAN_", "DJANGO_"))}
    environment |= {"PAMITAN_HOME": str(home), "COLUMNS": "160", "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-c", "from pamitan.cli import main; main()", "demo", "--port", str(free_port())]
    process = subprocess.Popen(
        [*command, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        printed = _read_greeting(process)
        link = re.search(r"Begin here:?\s+(http://\S+)/", printed)
        assert link, printed
        yield RunningDemo(link.group(1), printed, home, process)
    finally:
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=STOP_SECONDS)
    assert process.returncode == 0, rest
    assert "Traceback" not in rest, rest


def _read_greeting(process: subprocess.Popen[str]) -> str:
    """What is printed until the demo is ready."""
    assert process.stdout is not None
    lines: list[str] = []
    deadline = time.monotonic() + START_SECONDS
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while time.monotonic() < deadline and process.poll() is None:
            if selector.select(timeout=1):
                lines.append(process.stdout.readline())
                if lines[-1].startswith("Stop with Ctrl-C"):
                    return "".join(lines)
    process.kill()
    raise AssertionError("the demo did not start:\n" + "".join(lines) + process.stdout.read())
