"""The dumps of real shops: where they lie, and how each gets into a database."""

from __future__ import annotations

import csv
import gzip
import sqlite3
from pathlib import Path

import psycopg
import pymysql
from pymysql.constants import CLIENT

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "stores"


def text(name: str) -> str:
    return gzip.decompress((FOLDER / name).read_bytes()).decode("utf-8")


def passwords(name: str) -> dict[str, str]:
    """The customers' own passwords, by e-mail address."""
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        return dict(csv.reader(file))


def into_sqlite(name: str, path: Path) -> None:
    connection = sqlite3.connect(path)
    try:
        connection.executescript(text(name))
    finally:
        connection.close()


def into_postgres(name: str, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(text(name).encode())  # type: ignore[call-overload]  # a dump is no template string


def into_mariadb(name: str, port: int, database: str) -> None:
    arguments = {"host": "127.0.0.1", "port": port, "user": "root", "database": database, "charset": "utf8mb4"}
    with (
        pymysql.connect(**arguments, client_flag=CLIENT.MULTI_STATEMENTS) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(text(name))
        while cursor.nextset():
            pass
        connection.commit()
