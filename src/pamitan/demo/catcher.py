"""A mail server for one machine: takes every mail by SMTP on the loopback and keeps it as a file."""

from __future__ import annotations

import contextlib
import secrets
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

LOOPBACK = "127.0.0.1"


@contextlib.contextmanager
def mail_catcher(folder: Path) -> Iterator[int]:
    """Run the server while the block runs; its port is given."""
    port = _free_port()
    controller = Controller(_Keeper(folder), hostname=LOOPBACK, port=port, server_hostname="localhost")
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def _free_port() -> int:
    # The controller calls its own port to see whether it answers, so it has to know it beforehand
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def keep_mail(folder: Path, raw: bytes) -> Path:
    """Write the mail into the folder, whole or not at all; names sort by time of arrival."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{time.time_ns():020d}-{secrets.token_hex(4)}.eml"
    partial = path.with_suffix(".part")
    partial.write_bytes(raw)
    partial.rename(path)
    return path


class _Keeper:
    """aiosmtpd's handler: called once for each mail."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        keep_mail(self.folder, envelope.original_content or b"")
        return "250 Message accepted"
