"""The demo as people start it: a process of its own, on a free port, with a home of its own."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

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
    output = _Output(process)
    try:
        printed = output.wait_for("Stop with Ctrl-C")
        link = re.search(r"Begin here:?\s+(http://\S+)/", printed)
        assert link, printed
        _wait_for_page(f"{link.group(1)}/")
        yield RunningDemo(link.group(1), printed, home, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=STOP_SECONDS)
        output.thread.join()
    assert process.returncode == 0, output.text
    assert "Traceback" not in output.text, output.text


class _Output:
    """Reads what the process prints for as long as it runs, so that it never waits for us."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def wait_for(self, words: str) -> str:
        """Everything that was printed until these words came."""
        deadline = time.monotonic() + START_SECONDS
        while words not in self.text:
            alive = self.process.poll() is None and time.monotonic() < deadline
            assert alive, f"the demo did not start:\n{self.text}"
            time.sleep(0.1)
        return self.text

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as printed:
            for line in printed:
                self.lines.append(line)


def _wait_for_page(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            httpx.get(url).raise_for_status()
            return
        except httpx.TransportError:
            assert time.monotonic() < deadline, f"{url} does not answer"
            time.sleep(0.1)
