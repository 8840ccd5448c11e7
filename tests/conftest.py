"""Fixtures that every test may use. Servers start when the first test asks for one."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import psycopg
import pymysql
import pytest
from hypothesis import HealthCheck, settings

from pamitan.stores.engine import forget_engines
from tests.servers import NoServerError, mariadb_server, postgres_server

# How long an example takes says something of the machine, and nothing of the product
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

LONG = (
    "store/any_schema/",
    "browser/test_accessibility.py",
    "shops/",
    "browser/",
    "flow/test_command_line.py",
)
"""Files are spread over the processors one by one; those that take minutes come first, so that nobody waits for one."""

SECOND_TRY = pytest.mark.flaky(reruns=1, only_rerun=[r"Protocol error", r"Target .*closed", r"Timeout \d+ms exceeded"])
"""A busy Chromium now and then loses a page or does not answer; what a page shows wrong is not tried again."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def turn(item: pytest.Item) -> int:
        path = item.path.as_posix()
        return next((n for n, part in enumerate(LONG) if f"/tests/{part}" in path), len(LONG))

    items.sort(key=turn)
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(SECOND_TRY)


@pytest.fixture(autouse=True)
def own_ledger_mark(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test's ledger is behind that of another."""
    settings.PAMITAN_LEDGER_MARK = tmp_path_factory.getbasetemp() / f"ledger-mark-{uuid.uuid4().hex}.json"


def _started(server: AbstractContextManager[str]) -> Iterator[str]:
    with contextlib.ExitStack() as stack:
        try:
            url = stack.enter_context(server)
        except NoServerError as reason:
            pytest.skip(str(reason))
        yield url


@pytest.fixture(scope="session")
def postgres_server_url() -> Iterator[str]:
    yield from _started(postgres_server())


@pytest.fixture(scope="session")
def mariadb_server_url() -> Iterator[str]:
    yield from _started(mariadb_server())


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An empty SQLite database."""
    path = tmp_path / "store.db"
    path.touch()
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_server_url: str) -> Iterator[str]:
    """An empty PostgreSQL database."""
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(f"{postgres_server_url}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        yield f"{postgres_server_url}/{name}"
        forget_engines()
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def mariadb_url(mariadb_server_url: str) -> Iterator[str]:
    """An empty MariaDB database."""
    name, port = f"t{uuid.uuid4().hex}", int(mariadb_server_url.rsplit(":", 1)[1])
    with pymysql.connect(host="127.0.0.1", port=port, user="root") as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4")
        yield f"{mariadb_server_url}/{name}?charset=utf8mb4"
        forget_engines()  # else their idle connections add up to more than the server takes
        cursor.execute(f"DROP DATABASE `{name}`")


@pytest.fixture(params=["sqlite", "postgres", "mariadb"])
def any_url(request: pytest.FixtureRequest) -> str:
    """An empty database of each kind, in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
