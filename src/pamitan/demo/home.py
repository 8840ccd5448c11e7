"""The demo's own folder inside ``PAMITAN_HOME``: the shop, its files and the caught mails, kept between two starts."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from pamitan.config.home import Home
from pamitan.demo.shop.files import make_files
from pamitan.demo.shop.fill import fill_shop
from pamitan.kit.clock import ShiftedClock

STORE_FILE = Path(__file__).with_name("store.yaml")


class DemoError(ImproperlyConfigured):
    """The demo cannot start as asked; the sentence says the mend."""


@dataclass(frozen=True)
class Address:
    """Where the demo is reached."""

    host: str
    """What it listens on."""
    port: int
    public: str
    """The host that people type: ``localhost``, or this machine's address in the local network."""

    @property
    def url(self) -> str:
        return f"http://{self.public}:{self.port}"

    @property
    def inside(self) -> str:
        """How the shop and Pamitan reach each other."""
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True)
class DemoHome:
    path: Path

    @classmethod
    def within(cls, home: Path) -> DemoHome:
        return cls(home / "demo")

    @property
    def mails(self) -> Path:
        return self.path / "mails"

    @property
    def clock(self) -> Path:
        return self.path / "clock.json"

    def make(self, fresh: bool, at: dt.datetime | None = None) -> None:
        """Make the folder with the shop, unless it is there; ``fresh`` begins anew, ``at`` lets time stand still.

        Raises :class:`DemoError` where time shall stand still in a demo that has begun already. It is made under
        another name first, so that a set-up that was cut short leaves nothing half done.
        """
        if fresh:
            shutil.rmtree(self.path, ignore_errors=True)
        if self.path.exists():
            if at:
                raise DemoError("The demo has begun at another time; add --fresh to forget it and begin anew.")
            return
        half = self.path.with_suffix(".part")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(parents=True, mode=0o700)
        (half / "mails").mkdir()
        make_files(half / "books")
        fill_shop(half / "shop.sqlite3", at or dt.datetime.now(dt.UTC))
        if at:
            ShiftedClock(half / self.clock.name).stand_still(at)
        half.rename(self.path)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else runs the demo in this folder meanwhile. Raises :class:`DemoError` if somebody does already."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.path.with_suffix(".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise DemoError(
                    "The demo is running already; stop it with Ctrl-C, or set PAMITAN_HOME to another folder."
                ) from None
            yield

    def environment(self, address: Address, smtp_port: int) -> dict[str, str]:
        """What Pamitan's settings and the store file read."""
        keys = Home(self.path)
        return {
            "DJANGO_SETTINGS_MODULE": "pamitan.demo.settings",
            "PAMITAN_HOME": str(self.path),
            "PAMITAN_STORE": str(STORE_FILE),
            "PAMITAN_DATABASE_URL": "",
            "PAMITAN_LEDGER_MARK": "",
            "PAMITAN_URL": address.url,
            "PAMITAN_HOSTS": f"localhost,127.0.0.1,[::1],{address.public}",
            "PAMITAN_ORIGINS": "",
            "PAMITAN_BEHIND_PROXY": "no",
            "PAMITAN_CLOCK_SHIFT": str(self.clock),
            "PAMITAN_SMTP_HOST": "127.0.0.1",
            "PAMITAN_SMTP_PORT": str(smtp_port),
            "PAMITAN_SMTP_USER": "",
            "PAMITAN_SMTP_PASSWORD": "",
            "PAMITAN_SMTP_STARTTLS": "no",
            "SENJA_WEB": f"{address.url}/shop/",
            "SENJA_DATABASE": f"sqlite:///{self.path / 'shop.sqlite3'}",
            "SENJA_FILES": f"file://{self.path / 'books'}",
            "SENJA_HOOKS": f"{address.inside}/shop/hooks",
            "SENJA_BARRED_API": f"{address.inside}/api/barred",
            "SENJA_HOOK_SECRET": keys.secret("senja-hooks").hex(),
            "SENJA_HANDOVER_SECRET": keys.secret("senja-handover").hex(),
            "SENJA_API_TOKEN": keys.secret("senja-api").hex(),
        }
