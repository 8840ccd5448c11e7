"""Real shops' databases, a fresh copy of each for every test that asks for one.

The dumps are no part of this project; where they or a server are absent, the tests say so and are skipped.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from pamitan.stores.engine import forget_engines
from tests.shops import dumps
from tests.shops.shop import Shop, forget


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.shops)


def dump(name: str) -> str:
    if not (dumps.FOLDER / name).exists():
        pytest.skip(f"the real shops' dumps are not here: {dumps.FOLDER / name} is missing")
    return name


@pytest.fixture(autouse=True)
def _fresh_engines() -> Iterator[None]:
    """No pooled connection outlives the database that it leads to."""
    yield
    forget()
    forget_engines()


SqliteCopy = Callable[[str], str]


@pytest.fixture(scope="session")
def sqlite_masters(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    folder = tmp_path_factory.mktemp("masters")

    def master(name: str) -> Path:
        path = folder / f"{name}.db"
        if not path.exists():
            dumps.into_sqlite(dump(name), path)
        return path

    return master


@pytest.fixture
def sqlite_copy(sqlite_masters: Callable[[str], Path], tmp_path: Path) -> SqliteCopy:
    def copy(name: str) -> str:
        path = tmp_path / f"shop-{uuid.uuid4().hex}.db"
        shutil.copy(sqlite_masters(name), path)
        return f"sqlite:///{path}"

    return copy


@pytest.fixture(scope="session")
def postgres_masters(postgres_server_url: str) -> Callable[[str], str]:
    """Databases to copy from; nobody stays connected to them."""
    names: dict[str, str] = {}

    def master(name: str) -> str:
        if name not in names:
            database = f"m{uuid.uuid4().hex}"
            with psycopg.connect(f"{postgres_server_url}/postgres", autocommit=True) as connection:
                connection.execute(f'CREATE DATABASE "{database}"')
            dumps.into_postgres(dump(name), f"{postgres_server_url}/{database}")
            names[name] = database
        return names[name]

    return master


@pytest.fixture
def postgres_copy(postgres_server_url: str, postgres_masters: Callable[[str], str]) -> Iterator[Callable[[str], str]]:
    made: list[str] = []

    def run(statement: str) -> None:
        with psycopg.connect(f"{postgres_server_url}/postgres", autocommit=True) as connection:
            connection.execute(statement)

    def copy(name: str) -> str:
        database = f"c{uuid.uuid4().hex}"
        run(f'CREATE DATABASE "{database}" TEMPLATE "{postgres_masters(name)}"')
        made.append(database)
        return f"{postgres_server_url}/{database}"

    yield copy
    for database in made:
        run(f'DROP DATABASE "{database}" WITH (FORCE)')


def _oscar_sqlite(request: pytest.FixtureRequest) -> Shop:
    name = dump("oscar.sqlite.sql.gz")
    return Shop("oscar", request.getfixturevalue("sqlite_copy")(name))


def _oscar_postgres(request: pytest.FixtureRequest) -> Shop:
    name = dump("oscar.pg.sql.gz")
    return Shop("oscar", request.getfixturevalue("postgres_copy")(name))


def _opencart(request: pytest.FixtureRequest) -> Shop:
    name = dump("opencart.mariadb.sql.gz")
    url: str = request.getfixturevalue("mariadb_url")
    server, database = url.split("?")[0].rsplit("/", 1)
    dumps.into_mariadb(name, int(server.rsplit(":", 1)[1]), database)
    return Shop("opencart", url)


def _chinook_sqlite(request: pytest.FixtureRequest) -> Shop:
    name = dump("chinook.sqlite.sql.gz")
    return Shop("chinook-sqlite", request.getfixturevalue("sqlite_copy")(name))


def _chinook_postgres(request: pytest.FixtureRequest) -> Shop:
    name = dump("chinook.pg.sql.gz")
    return Shop("chinook", request.getfixturevalue("postgres_copy")(name))


OSCAR = {"oscar-sqlite": _oscar_sqlite, "oscar-postgres": _oscar_postgres}
CHINOOK = {"chinook-sqlite": _chinook_sqlite, "chinook-postgres": _chinook_postgres}
SHOPS = {**OSCAR, "opencart": _opencart, **CHINOOK}


@pytest.fixture(params=SHOPS)
def shop(request: pytest.FixtureRequest) -> Shop:
    """Each real shop in turn."""
    return SHOPS[request.param](request)


@pytest.fixture(params=OSCAR)
def oscar(request: pytest.FixtureRequest) -> Shop:
    return OSCAR[request.param](request)


@pytest.fixture
def opencart(request: pytest.FixtureRequest) -> Shop:
    return _opencart(request)


@pytest.fixture(params=CHINOOK)
def chinook(request: pytest.FixtureRequest) -> Shop:
    return CHINOOK[request.param](request)
