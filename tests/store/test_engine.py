"""Connections: transactions, and what the databases' own errors become."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import ConnectionPoolEntry

from pamitan.stores.engine import engine_for, reading, writing
from pamitan.stores.errors import StoreMismatch, StoreRefused, StoreUnavailable
from pamitan.stores.schema import current

TABLES = [
    "CREATE TABLE person (id integer PRIMARY KEY, email varchar(20) NOT NULL UNIQUE, age integer CHECK (age > 0))",
    "CREATE TABLE pet (id integer PRIMARY KEY, owner_id integer REFERENCES person (id))",
    "INSERT INTO person VALUES (1, 'alice@a.example', 30)",
    "INSERT INTO pet VALUES (1, 1)",
]


ENDINGS = {
    "postgres": ("SELECT pg_backend_pid()", "SELECT pg_terminate_backend({})"),
    "mariadb": ("SELECT CONNECTION_ID()", "KILL {}"),
}
"""How to ask for a connection's number, and how another one ends it."""


@pytest.fixture
def engine(any_url: str) -> sa.Engine:
    engine = engine_for(any_url)
    with writing(engine) as connection:
        for statement in TABLES:
            connection.exec_driver_sql(statement)
    return engine


def ages(engine: sa.Engine) -> list[object]:
    with reading(engine) as connection:
        return list(connection.exec_driver_sql("SELECT age FROM person ORDER BY id").scalars())


def test_a_write_that_fails_leaves_nothing(engine: sa.Engine) -> None:
    def fail_half_way() -> None:
        with writing(engine) as connection:
            connection.exec_driver_sql("UPDATE person SET age = 31")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert ages(engine) == [30]


def test_what_is_written_while_reading_is_given_up(engine: sa.Engine) -> None:
    with reading(engine) as connection:
        connection.exec_driver_sql("UPDATE person SET age = 31")
    assert ages(engine) == [30]


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("INSERT INTO person VALUES (2, 'alice@a.example', 20)", "email"),
        ("INSERT INTO person VALUES (2, NULL, 4)", "email"),
        ("INSERT INTO person VALUES (2, 'b@a.example', -4)", "database"),
        ("DELETE FROM person", "database"),
    ],
    ids=["unique", "not null", "check", "foreign key"],
)
def test_a_constraint_is_refused_without_a_value(engine: sa.Engine, statement: str, name: str) -> None:
    def run() -> None:
        with writing(engine) as connection:
            connection.exec_driver_sql(statement)

    with pytest.raises(StoreRefused, match=name) as caught:
        run()
    assert "alice" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert ages(engine) == [30]


@pytest.mark.parametrize("statement", ["SELECT * FROM nothing", "SELECT nothing FROM person", "SELEKT 1"])
def test_what_is_not_there_is_a_mismatch(engine: sa.Engine, statement: str) -> None:
    def run() -> None:
        with reading(engine) as connection:
            connection.exec_driver_sql(statement)

    with pytest.raises(StoreMismatch):
        run()


@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
def test_a_text_that_is_too_long_is_refused_not_cut(request: pytest.FixtureRequest, kind: str) -> None:
    engine = engine_for(request.getfixturevalue(f"{kind}_url"))

    def run() -> None:
        with writing(engine) as connection:
            connection.exec_driver_sql("CREATE TABLE short (word varchar(3))")
            connection.exec_driver_sql("INSERT INTO short VALUES ('rahasia')")

    with pytest.raises(StoreRefused) as caught:
        run()
    assert "rahasia" not in str(caught.value)


def test_a_change_that_the_shop_made_meanwhile_is_not_lost(postgres_url: str) -> None:
    engine = engine_for(postgres_url)
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE person (id integer, age integer)")
        connection.exec_driver_sql("INSERT INTO person VALUES (1, 30)")

    def too_late() -> None:
        with writing(engine) as ours:
            ours.exec_driver_sql("SELECT age FROM person").all()
            with writing(engine) as the_shops:
                the_shops.exec_driver_sql("UPDATE person SET age = 99")
            ours.exec_driver_sql("UPDATE person SET age = 31")

    with pytest.raises(StoreUnavailable):
        too_late()
    assert ages(engine) == [99]


@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
def test_a_connection_that_breaks_is_temporary_and_the_next_one_works(
    request: pytest.FixtureRequest, kind: str
) -> None:
    engine = engine_for(request.getfixturevalue(f"{kind}_url"))
    ask, end = ENDINGS[kind]

    def break_off() -> None:
        with writing(engine) as ours:
            number = ours.exec_driver_sql(ask).scalar_one()
            with reading(engine) as another:
                another.exec_driver_sql(end.format(number))
            ours.exec_driver_sql("SELECT 1")

    with pytest.raises(StoreUnavailable):
        break_off()
    with reading(engine) as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar_one() == 1


def test_a_reading_leaves_statements_prepared(postgres_url: str) -> None:
    engine = people_of(postgres_url)
    assert prepared(engine) == 0
    for _turn in range(8):
        ages(engine)
    assert prepared(engine) == 1
    assert ages(engine) == [30]


def test_a_statement_works_again_after_its_column_was_retyped(postgres_url: str) -> None:
    engine = people_of(postgres_url)
    before = [ages(engine) for _turn in range(8)]
    with psycopg.connect(postgres_url) as shop:
        shop.execute("ALTER TABLE person ALTER age TYPE varchar(20)")
    with pytest.raises(StoreUnavailable, match="came in between"):
        ages(engine)
    assert (before[-1], ages(engine)) == ([30], ["30"])


def test_a_schema_that_is_looked_at_again_outdates_no_statement(postgres_url: str) -> None:
    engine = people_of(postgres_url)
    current(engine)
    before = [ages(engine) for _turn in range(8)]
    kinds, after = [], []
    for kind in ("varchar(20)", "text", "bigint USING age::bigint"):
        with psycopg.connect(postgres_url) as shop:
            shop.execute(f"ALTER TABLE person ALTER age TYPE {kind}")
        kinds.append(current(engine).table("person").column("age").kind)
        after += [ages(engine) for _turn in range(8)][-1]
    assert kinds == ["text", "text", "integer"]
    assert (before[-1], after) == ([30], ["30", "30", 30])


def people_of(url: str) -> sa.Engine:
    engine = engine_for(url)
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE person (id integer, age integer)")
        connection.exec_driver_sql("INSERT INTO person VALUES (1, 30)")
    return engine


def prepared(engine: sa.Engine) -> int:
    """How many statements about persons the connection keeps prepared."""
    query = "SELECT count(*) FROM pg_prepared_statements WHERE strpos(statement, 'age FROM person') > 0"
    with reading(engine) as connection:
        return int(connection.exec_driver_sql(query).scalar_one())


@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
def test_a_connection_that_was_closed_during_a_long_rest_is_replaced(request: pytest.FixtureRequest, kind: str) -> None:
    engine = engine_for(request.getfixturevalue(f"{kind}_url"))
    event.listen(engine, "checkin", rested_for_an_hour)
    ask, end = ENDINGS[kind]
    with reading(engine) as connection:
        number = connection.exec_driver_sql(ask).scalar_one()
    with sa.create_engine(engine.url, poolclass=sa.NullPool).connect() as another:
        another.exec_driver_sql(end.format(number))
    with reading(engine) as connection:
        assert connection.exec_driver_sql(ask).scalar_one() != number


def rested_for_an_hour(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["rested"] -= 3600


def test_two_writers_of_one_sqlite_file_take_turns(sqlite_url: str) -> None:
    engine = engine_for(sqlite_url)
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE counted (n integer)")
        connection.exec_driver_sql("INSERT INTO counted VALUES (0)")

    def add() -> None:
        for _turn in range(20):
            with writing(engine) as connection:
                n = connection.exec_driver_sql("SELECT n FROM counted").scalar_one()
                connection.exec_driver_sql("UPDATE counted SET n = ?", (n + 1,))

    in_threads(add, 4)
    with reading(engine) as connection:
        assert connection.exec_driver_sql("SELECT n FROM counted").scalar_one() == 80


def in_threads(work: Callable[[], None], count: int) -> None:
    threads = [threading.Thread(target=work) for _thread in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_missing_sqlite_file_is_an_error_and_stays_missing(tmp_path: Path) -> None:
    def run() -> None:
        with reading(engine_for(f"sqlite:///{tmp_path}/none.db")):
            pass

    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        run()
    assert list(tmp_path.iterdir()) == []


def test_a_sqlite_file_of_a_strange_name(tmp_path: Path) -> None:
    path = tmp_path / "toko 100% é#1.db"
    path.touch()
    engine = engine_for(f"sqlite:///{path}")
    with reading(engine) as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar_one() == 1


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("nonsense", "cannot be read; write e.g."),
        ("oracle://a:s3cret@b/c", "'oracle' .* is none of"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("postgresql://a:s3cret@b", "names no database"),
        ("postgresql://a:s3cret@b:port/c", "cannot be read"),
    ],
)
def test_a_url_that_cannot_be_used_says_the_mend(url: str, sentence: str) -> None:
    with pytest.raises(StoreMismatch, match=sentence) as caught:
        engine_for(url)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "mysql", "mariadb"])
def test_bare_urls_find_their_driver(scheme: str) -> None:
    assert engine_for(f"{scheme}://a@127.0.0.1/b").url.drivername in (
        "postgresql+psycopg",
        "mysql+pymysql",
        "mariadb+pymysql",
    )
