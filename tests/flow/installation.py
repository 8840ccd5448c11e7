"""A whole Pamitan of its own: a home, a store, and a worker that is a process, so that it can be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pamitan.kit.clock import ShiftedClock

PATIENCE_SECONDS = 60.0


@dataclass
class Installation:
    """``home`` is its PAMITAN_HOME; what it says goes to ``worker.log`` there."""

    home: Path
    store: Path
    smtp_port: int
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "pamitan.config.settings",
            "PAMITAN_HOME": str(self.home),
            "PAMITAN_STORE": str(self.store),
            "PAMITAN_CLOCK_SHIFT": str(self.home / "shift.json"),
            "PAMITAN_SMTP_HOST": "127.0.0.1",
            "PAMITAN_SMTP_PORT": str(self.smtp_port),
        }

    def python(self, code: str) -> Any:
        """Run the code in a process of its own; ``answer`` at its end, which must be JSON."""
        script = f"import django, json\ndjango.setup()\n{code}\nprint(json.dumps(answer))"
        done = subprocess.run(
            [sys.executable, "-c", script], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def prepare(self) -> None:
        self.python("from django.core.management import call_command\ncall_command('migrate', verbosity=0)\nanswer = 1")

    def request(self, account: str) -> str:
        """The customer asks; the reference."""
        return str(
            self.python(
                "from pamitan.closure import service\n"
                f"answer = service.request_closure('{account}', language='en').reference"
            )
        )

    def closure(self, reference: str) -> dict[str, Any]:
        found: dict[str, Any] = self.python(
            "from pamitan.closure.models import Closure\n"
            f"answer = Closure.objects.filter(reference='{reference}')"
            ".values('state', 'attempt', 'stuck_reason', 'receipts', 'account_id')[0]"
        )
        return found

    def pass_time(self, **delta: float) -> None:
        ShiftedClock(self.home / "shift.json").pass_time(**delta)

    def start_worker(self) -> subprocess.Popen[bytes]:
        with (self.home / "worker.log").open("ab") as log:
            command = [sys.executable, "-m", "pamitan.worker"]
            worker = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        self.workers.append(worker)
        return worker

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """As kill -9 does."""
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    def stop(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.terminate()
        for worker in self.workers:
            worker.wait(PATIENCE_SECONDS)

    def said(self) -> str:
        return (self.home / "worker.log").read_text()


def until(holds: Callable[[], bool]) -> None:
    """Wait for it; fail when it does not come."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)
