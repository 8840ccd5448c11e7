"""``pamitan demo``: Pamitan and a small shop on one port, with its mails caught, and nothing to install."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import socket

from pamitan.config.home import Home
from pamitan.demo.catcher import mail_catcher
from pamitan.demo.home import Address, DemoError, DemoHome

PORTS_TO_TRY = 20


def run_demo(
    port: int = 8000, lan: bool = False, fresh: bool = False, at: dt.datetime | None = None, as_json: bool = False
) -> None:
    """Set up what is missing, print where to begin, and serve until Ctrl-C or SIGTERM.

    ``lan`` lets other devices of the local network in, such as one's own phone; ``fresh`` begins anew; ``at`` is
    the moment, aware, at which its time stands still; ``as_json`` prints one JSON object instead of a page for people.
    Raises :class:`pamitan.demo.home.DemoError` with a sentence that says the mend.
    """
    # While the shop is being set up; the server has handlers of its own
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    home = DemoHome.within(Home.from_environment().path)
    with home.held():
        home.make(fresh, at)
        with mail_catcher(home.mails) as smtp_port:
            address = _address(port, lan)
            os.environ.update(home.environment(address, smtp_port))
            _serve(address, port, as_json)


def _serve(address: Address, wanted: int, as_json: bool) -> None:
    # Django reads its settings when first imported, so what needs it is imported only now
    from pamitan.config.server import prepare_database, serve, set_up_django

    set_up_django()
    from pamitan.demo.practice import practice_operator
    from pamitan.demo.welcome import welcome, welcome_for_scripts

    prepare_database()
    if as_json:
        print(json.dumps(welcome_for_scripts(address), ensure_ascii=False), flush=True)  # noqa: T201 - asked for
    else:
        welcome(address, wanted)
    with practice_operator():
        serve(address.host, address.port)


def _stop(*_signal: object) -> None:
    raise SystemExit(0)


def _address(wanted: int, lan: bool) -> Address:
    host = "0.0.0.0" if lan else "127.0.0.1"  # noqa: S104 - asked for with --lan
    return Address(host, _free_port(host, wanted), _own_address() if lan else "localhost")


def _free_port(host: str, wanted: int) -> int:
    """The port that was asked for, or the next free one."""
    for port in range(wanted, min(wanted + PORTS_TO_TRY, 65_536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except PermissionError:
                raise DemoError(f"Port {port} is for the system alone; choose one above 1023 with --port.") from None
            except OSError:
                continue
            return port
    raise DemoError(f"The ports from {wanted} on are taken; choose another with --port.")


def _own_address() -> str:
    """This machine's address in the local network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: it only asks the routing table which of our addresses would be used (RFC 5737 address)
            probe.connect(("192.0.2.1", 9))
        except OSError:
            raise DemoError("This machine is in no network; leave out --lan, or connect it first.") from None
        return str(probe.getsockname()[0])
