"""A real IMAP server (Dovecot) for the tests, over TLS with a certificate made for it."""

from __future__ import annotations

import contextlib
import datetime as dt
import imaplib
import os
import shutil
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.servers import NoServerError, free_port

USER, PASSWORD = "desk", "kunci-surat"
CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = required
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
mail_location = maildir:{folder}/mail
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}
}}
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
  }}
}}
"""


@dataclass(frozen=True)
class Mailbox:
    """Where the server listens, and the certificate by which it is known."""

    port: int
    certificate: Path

    @contextlib.contextmanager
    def opened(self) -> Iterator[imaplib.IMAP4_SSL]:
        context = ssl.create_default_context(cafile=str(self.certificate))
        box = imaplib.IMAP4_SSL("localhost", self.port, ssl_context=context, timeout=20)
        try:
            box.login(USER, PASSWORD)
            box.select("INBOX")
            yield box
        finally:
            box.logout()

    def deliver(self, raw: bytes) -> None:
        """Put a mail into the mailbox, as the store's mail server does."""
        with self.opened() as box:
            status, answer = box.append("INBOX", "", None, raw)
            assert status == "OK", answer

    def waiting(self) -> int:
        """How many mails lie in the mailbox."""
        with self.opened() as box:
            return len(box.search(None, "ALL")[1][0].split())

    def empty(self) -> None:
        with self.opened() as box:
            for number in reversed(box.search(None, "ALL")[1][0].split()):
                box.store(number.decode(), "+FLAGS.SILENT", r"(\Deleted)")
            box.expunge()


@contextlib.contextmanager
def dovecot() -> Iterator[Mailbox]:
    """A running Dovecot with one empty mailbox."""
    program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not program:
        raise NoServerError("Dovecot is not installed (Debian: dovecot-imapd)")
    if os.geteuid() != 0:
        raise NoServerError("Dovecot starts for root alone")
    folder = Path(tempfile.mkdtemp(prefix="pamitan-dovecot-"))
    try:
        folder.chmod(0o755)
        box = Mailbox(free_port(), folder / "certificate.pem")
        _certificate(folder)
        (folder / "mail").mkdir()
        shutil.chown(folder / "mail", "mail", "mail")
        uid, gid = (folder / "mail").stat().st_uid, (folder / "mail").stat().st_gid
        words = CONFIGURATION.format(folder=folder, port=box.port, uid=uid, gid=gid, password=PASSWORD)
        (folder / "dovecot.conf").write_text(words)
        process = subprocess.Popen([program, "-F", "-c", folder / "dovecot.conf"], stderr=subprocess.DEVNULL)
        try:
            _wait(box, folder)
            yield box
        finally:
            process.terminate()
            process.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(box: Mailbox, folder: Path) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            box.waiting()
        except (OSError, imaplib.IMAP4.error):
            if time.monotonic() > end:
                log = folder / "log"
                raise RuntimeError(f"Dovecot did not start: {log.read_text() if log.exists() else ''}") from None
            time.sleep(0.1)
        else:
            return


def _certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(built.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.TraditionalOpenSSL
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))


@pytest.fixture(scope="session")
def mail_server_in() -> Iterator[Mailbox]:
    try:
        with dovecot() as box:
            yield box
    except NoServerError as reason:
        pytest.skip(str(reason))


@pytest.fixture
def mailbox(mail_server_in: Mailbox, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    """An empty mailbox that Pamitan reads."""
    monkeypatch.setenv("SSL_CERT_FILE", str(mail_server_in.certificate))
    settings.PAMITAN_IMAP_HOST, settings.PAMITAN_IMAP_PORT = "localhost", mail_server_in.port
    settings.PAMITAN_IMAP_USER, settings.PAMITAN_IMAP_PASSWORD = USER, PASSWORD
    mail_server_in.empty()
    return mail_server_in
