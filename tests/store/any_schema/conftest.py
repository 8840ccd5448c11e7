"""Two databases of each kind, made once and filled anew for each history."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from pamitan.stores.engine import forget_engines
from tests.store.any_schema.database import Database
from tests.store.any_schema.history import World


@pytest.fixture(scope="module")
def sqlite_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("worlds")
    yield from _world(*(f"sqlite:///{folder / name}" for name in ("main.db", "other.db")))


@pytest.fixture(scope="module")
def postgres_world(postgres_server_url: str) -> Iterator[World]:
    first = Database(f"{postgres_server_url}/postgres")
    yield from _world(*(_made(first, f"{postgres_server_url}/{name}", name) for name in ("world_main", "world_other")))
    first.execute("DROP DATABASE world_main WITH (FORCE)", "DROP DATABASE world_other WITH (FORCE)")
    first.close()


@pytest.fixture(scope="module")
def mariadb_world(mariadb_server_url: str) -> Iterator[World]:
    first = Database(f"{mariadb_server_url}/mysql")
    names = ("world_main", "world_other")
    yield from _world(*(_made(first, f"{mariadb_server_url}/{name}?charset=utf8mb4", name) for name in names))
    first.execute("DROP DATABASE world_main", "DROP DATABASE world_other")
    first.close()


def _made(server: Database, url: str, name: str) -> str:
    utf8 = " CHARACTER SET utf8mb4" if server.dialect == "mariadb" else ""
    server.execute(f"CREATE DATABASE {name}{utf8}")
    return url


def _world(main: str, other: str) -> Iterator[World]:
    databases = [Database(main), Database(other)]
    gc.freeze()
    yield World(*databases)
    for database in databases:
        database.close()
    forget_engines()
    gc.unfreeze()
    gc.collect()  # here, where an open cursor may be; not in whatever test comes next
