"""``pamitan serve`` and ``pamitan demo``."""

from __future__ import annotations

import socket
from typing import Annotated

import typer

from pamitan.cli.output import Exit, JsonFlag, fail, print_json, say
from pamitan.cli.session import StoreOption, held_back_words, open_store, plain_failures

HostOption = Annotated[str, typer.Option(help="The address to listen on.")]
PortOption = Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")]


def serve(
    store: StoreOption, host: HostOption = "127.0.0.1", port: PortOption = 8000, as_json: JsonFlag = False
) -> None:
    """Serve the customer's pages, the desk and the API, and run the sweep, until interrupted."""
    from pamitan.config import server

    with plain_failures(as_json):
        opened = open_store(store)
        _refuse_a_taken_port(host, port, as_json)
        from pamitan.closure.restored import held_back

        found = held_back()
        if as_json:
            url = f"http://{host}:{port}"
            print_json({"store": opened.file.store.name, "url": url, "held_back": found is not None})
        else:
            if found:
                say(held_back_words(found))
            say(f"{opened.file.store.name}: serving on http://{host}:{port} - stop with Ctrl-C")
        server.serve(host, port)


def demo(
    lan: Annotated[
        bool, typer.Option("--lan", help="Let your phone in: listen on the local network, print a QR code.")
    ] = False,
    port: PortOption = 8000,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what was done in earlier demos.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Try Pamitan with a small book shop of its own; no server to install."""
    from pamitan.demo.run import run_demo

    with plain_failures(as_json):
        run_demo(port=port, lan=lan, fresh=fresh, as_json=as_json)


def _refuse_a_taken_port(host: str, port: int, as_json: bool) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            fail(
                f"Cannot listen on {host}:{port} ({error.strerror}); choose another with --port.", Exit.FAILED, as_json
            )
