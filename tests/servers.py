"""Real database servers for the tests: each started in a temporary folder, on a free port of the loopback."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pymysql


class NoServerError(Exception):
    """The server's programs are not installed here."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def postgres_server() -> Iterator[str]:
    """A running PostgreSQL; yields the URL of the server without a database name."""
    binaries = _postgres_binaries()
    with _folder("postgres") as folder:
        data, port = folder / "data", free_port()
        _run_as(
            "postgres", [binaries / "initdb", "-D", data, "-U", "pamitan", "-A", "trust", "-E", "UTF8", "--no-sync"]
        )
        options = ["-p", str(port), "-k", str(folder), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
        with _server("postgres", [binaries / "postgres", "-D", data, *options], folder / "log"):
            url = f"postgresql://pamitan@127.0.0.1:{port}"
            _wait_until(lambda: psycopg.connect(f"{url}/postgres", connect_timeout=2).close(), folder / "log")
            yield url


@contextlib.contextmanager
def mariadb_server() -> Iterator[str]:
    """A running MariaDB; yields the URL of the server without a database name."""
    server, installer = shutil.which("mariadbd", path=_path()), shutil.which("mariadb-install-db", path=_path())
    if not server or not installer:
        raise NoServerError("MariaDB's server is not installed (Debian: mariadb-server)")
    with _folder("mysql") as folder:
        data, port = folder / "data", free_port()
        # a directory of its own for temporary tables: their names hold a process id, and two servers may share /tmp
        common = ["--no-defaults", f"--datadir={data}", f"--tmpdir={folder}"]
        _run_as("mysql", [installer, *common, "--auth-root-authentication-method=normal", "--skip-test-db"])
        options = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder}/sock", f"--pid-file={folder}/pid"]
        options += ["--innodb-flush-log-at-trx-commit=0", "--skip-log-bin", "--character-set-server=utf8mb4"]
        with _server("mysql", [server, *common, *options], folder / "log"):
            _wait_until(lambda: pymysql.connect(host="127.0.0.1", port=port, user="root").close(), folder / "log")
            _root_may_come_by_tcp(folder / "sock")
            yield f"mysql://root@127.0.0.1:{port}"


def _root_may_come_by_tcp(sock: Path) -> None:
    with pymysql.connect(unix_socket=str(sock), user="root") as connection, connection.cursor() as cursor:
        cursor.execute("CREATE USER IF NOT EXISTS root@'127.0.0.1'")
        cursor.execute("GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION")


def _path() -> str:
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])


def _postgres_binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        raise NoServerError("PostgreSQL's server is not installed (Debian: postgresql)")
    return (found[-1] if found else Path(str(on_path))).parent


@contextlib.contextmanager
def _folder(owner: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="pamitan-server-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, owner)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_user(user: str) -> dict[str, str]:
    """Neither server consents to run as root."""
    return {"user": user} if os.geteuid() == 0 else {}


def _run_as(user: str, command: list[str | Path]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **_as_user(user))  # type: ignore[call-overload]
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed: {done.stderr[-2000:]}")


@contextlib.contextmanager
def _server(user: str, command: list[str | Path], log: Path) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, cwd="/", **_as_user(user))  # type: ignore[call-overload]
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until(attempt: Callable[[], None], log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            return attempt()
        except (psycopg.OperationalError, pymysql.err.OperationalError):
            if time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start: {log.read_text()[-2000:]}") from None
            time.sleep(0.1)
