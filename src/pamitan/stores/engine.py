"""Connections to the store's databases.

``engine_for(url)`` gives one pooled engine per URL. Work with it in ``with reading(engine) as connection`` or
``with writing(engine) as connection``: both are one transaction, and both turn the database's own errors into
:mod:`pamitan.stores.errors`, without the URL's password and without a customer's values.
"""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.engine import URL, Connection, Engine, ExceptionContext, make_url
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from pamitan.stores.errors import StoreMismatch
from pamitan.stores.failures import is_outdated_plan, translated

CONNECT_SECONDS = 5
LOCK_SECONDS = 10
DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
_RENEWED = 3600
"""Seconds after which a connection is made anew: temporary tables kept for longer would hold back a server's vacuum."""
_STATEMENTS = 5000
"""So many compiled statements are kept: a dozen for each table of a large data map."""
_PREPARED = 500
"""So many statements each connection to PostgreSQL keeps prepared; most data maps have fewer."""
_IDLE_SECONDS = 30
"""After so long a connection is asked whether it still lives, before it is used again."""
_WRITES = "pamitan_writes"
_changed: WeakKeyDictionary[Engine, float] = WeakKeyDictionary()
"""When a database's schema was last seen to be another one; statements that were prepared before do not fit it."""
_JSON_OF_TEXT = r"""
DO $do$ BEGIN
    IF pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean
        OR NOT has_database_privilege(current_database(), 'TEMPORARY') THEN
        RETURN;
    END IF;
    CREATE OR REPLACE FUNCTION pg_temp.pamitan_json(text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE STRICT AS $body$
    BEGIN
        IF $1 !~ '^\s*[\[{]' THEN
            RETURN NULL;
        END IF;
        RETURN $1::jsonb;
    EXCEPTION WHEN OTHERS THEN
        BEGIN  -- jsonb knows no \u0000 and no half of a surrogate pair
            RETURN regexp_replace($1, '\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})|(\\.)', '\1', 'g')::jsonb;
        EXCEPTION WHEN OTHERS THEN
            RETURN NULL;
        END;
    END $body$;
END $do$
"""
"""Makes PostgreSQL's function of a session that reads JSON and gives NULL for any other text, where a cast raises."""


def engine_for(url: str) -> Engine:
    """The one engine of that URL; nothing is connected yet.

    Raises :class:`StoreMismatch` for a URL that cannot be read or names a database we do not speak.
    """
    return _engine(_with_driver(url))


def forget_engines() -> None:
    """Close all idle connections and start anew, as after a fork or at the end of a test."""
    for engine in _ENGINES:
        engine.dispose()
    _ENGINES.clear()
    _engine.cache_clear()
    _several_at_once.cache_clear()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that sees one state of the database; rolled back at the end. Temporary tables are allowed.

    In a :func:`rehearsal` the one of that.
    """
    rehearsed = _rehearsed.get()
    if rehearsed:
        with rehearsed.part(engine) as connection:
            yield connection
        return
    with translated(engine), engine.connect() as connection, connection.begin() as transaction:
        yield connection
        _give_up(connection)
        transaction.rollback()


def forget_prepared(connection: Connection) -> None:
    """Use no statement any more that was prepared so far, on any connection: the schema is another one."""
    _changed[connection.engine] = time.monotonic()
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        driver.prepare_threshold = None


def _give_up(connection: Connection) -> None:
    """Roll back on PostgreSQL behind its driver's back, which else forgets all prepared statements at a rollback."""
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        driver.pgconn.exec_(b"ROLLBACK")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction, committed at the end, rolled back on any error.

    On PostgreSQL it runs at REPEATABLE READ: where the shop changes the same row meanwhile, we fail with
    :class:`StoreUnavailable`, to be tried again, instead of losing the shop's change. In a :func:`rehearsal` it is a
    part of that, and nothing is committed.
    """
    rehearsed = _rehearsed.get()
    if rehearsed:
        with rehearsed.part(engine) as connection:
            yield connection
        return
    with translated(engine), engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
        yield connection


@contextmanager
def rehearsing(engine: Engine) -> Iterator[Connection]:
    """A transaction like that of :func:`writing`, constraints and locks included, but rolled back at the end."""
    options = {_WRITES: True}
    with (
        translated(engine),
        engine.connect().execution_options(**options) as connection,
        connection.begin() as transaction,
    ):
        yield connection
        transaction.rollback()


class RehearsalBroken(Exception):  # noqa: N818
    """A statement failed, and with it all of the transaction: what would follow says nothing."""


class Rehearsal:
    """One transaction for each database, open until all is over."""

    def __init__(self, stack: ExitStack) -> None:
        self.broken = False
        self._stack = stack
        self._open: dict[Engine, Connection] = {}

    @contextmanager
    def part(self, engine: Engine) -> Iterator[Connection]:
        """The connection to that database, in the middle of its transaction. Raises :class:`RehearsalBroken`."""
        if self.broken:
            raise RehearsalBroken
        if engine not in self._open:
            self._open[engine] = self._stack.enter_context(rehearsing(_several_at_once(engine)))
        try:
            with translated(engine):
                yield self._open[engine]
        except Exception:
            self.broken = True
            raise


_rehearsed: ContextVar[Rehearsal | None] = ContextVar("rehearsal", default=None)


@contextmanager
def rehearsal() -> Iterator[Rehearsal]:
    """In it whatever this thread writes is seen by what it reads, in all databases, and rolled back in the end."""
    with ExitStack() as stack:
        current = Rehearsal(stack)
        token = _rehearsed.set(current)
        try:
            yield current
        finally:
            _rehearsed.reset(token)


@cache
def _several_at_once(engine: Engine) -> Engine:
    """The same database, so that a connection can be asked while a result is still being read.

    MariaDB and MySQL can do that only where each result is fetched at once.
    """
    if engine.dialect.name not in ("mysql", "mariadb"):
        return engine
    other = _mysql(engine.url)
    other.dialect.supports_server_side_cursors = False
    _ENGINES.append(other)
    return other


@cache
def _with_driver(text: str) -> URL:
    try:
        url = make_url(text)
    except (exc.ArgumentError, ValueError):
        raise StoreMismatch(
            "a datastore's url cannot be read; write e.g. postgresql://USER:PASSWORD@HOST:PORT/NAME or "
            "sqlite:////path/to/shop.db, and percent-encode signs such as @ and / in the password"
        ) from None
    name = url.drivername.split("+")[0]
    if name not in DRIVERS:
        raise StoreMismatch(f"the database '{name}' of a datastore's url is none of {', '.join(DRIVERS)}")
    if "+" not in url.drivername or name == "postgres":
        url = url.set(drivername=DRIVERS[name])
    if name == "sqlite" and url.database in (None, "", ":memory:"):
        raise StoreMismatch("a datastore on SQLite needs a file: write sqlite:////path/to/shop.db")
    if not url.database:
        raise StoreMismatch(f"a datastore's url names no database: write {name}://USER:PASSWORD@HOST:PORT/NAME")
    return url


_ENGINES: list[Engine] = []


@cache
def _engine(url: URL) -> Engine:
    makers = {"sqlite": _sqlite, "postgresql": _postgresql, "mysql": _mysql, "mariadb": _mysql}
    engine = makers[url.get_backend_name()](url)
    _ENGINES.append(engine)
    return engine


def _sqlite(url: URL) -> Engine:
    """Opening a file is cheap, so each transaction opens it anew and never holds on to a file that was replaced."""
    path = Path(str(url.database).removeprefix("file:"))

    def connect() -> sqlite3.Connection:
        # mode=rw: a missing file is an error, never a new empty database
        address = f"file:{quote(str(path.absolute()))}?mode=rw"
        connection = sqlite3.connect(
            address, uri=True, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA foreign_keys=ON")
        return connection

    engine = sa.create_engine(url, creator=connect, poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql(url: URL) -> Engine:
    arguments = {"connect_timeout": CONNECT_SECONDS, "keepalives_idle": 30, "application_name": "pamitan"}
    engine = _pooled(url, arguments, isolation_level="REPEATABLE READ")
    event.listen(
        engine,
        "connect",
        _run_at_connect(f"SET lock_timeout = '{LOCK_SECONDS}s'", "SET timezone = 'UTC'", _JSON_OF_TEXT),
    )
    event.listen(engine, "connect", _keep_prepared)
    event.listen(engine, "handle_error", _end_with_an_outdated_plan)
    return engine


def _keep_prepared(dbapi_connection: Any, _record: Any) -> None:
    dbapi_connection.prepared_max = _PREPARED


def _end_with_an_outdated_plan(context: ExceptionContext) -> None:
    """The connection would give the same error for ever: a column has another type than when the plan was made."""
    if is_outdated_plan(context.original_exception):
        context.is_disconnect = True


def _mysql(url: URL) -> Engine:
    arguments = {"connect_timeout": CONNECT_SECONDS, "charset": "utf8mb4"}
    # for MySQL SQLAlchemy takes a join of a join for a product of its tables, and warns of it
    engine = _pooled(url.difference_update_query(["charset"]), arguments, enable_from_linting=False)
    # without strict mode a value that is too long is cut in silence
    strict = "SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_TRANS_TABLES')"
    locks = f"SET SESSION innodb_lock_wait_timeout = {LOCK_SECONDS}"
    event.listen(engine, "connect", _run_at_connect(strict, locks, "SET SESSION time_zone = '+00:00'"))
    return engine


def _pooled(url: URL, connect_args: dict[str, Any], **options: Any) -> Engine:
    engine = sa.create_engine(
        url,
        connect_args={name: value for name, value in connect_args.items() if name not in url.query},
        pool_recycle=_RENEWED,
        query_cache_size=_STATEMENTS,
        pool_timeout=LOCK_SECONDS,
        hide_parameters=True,
        **options,
    )
    event.listen(engine, "connect", partial(_note_the_time, "made"))
    event.listen(engine, "checkin", partial(_note_the_time, "rested"))
    event.listen(engine, "checkout", partial(_ask_after_a_rest, engine))
    return engine


def _note_the_time(name: str, _dbapi_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info[name] = time.monotonic()


def _ask_after_a_rest(engine: Engine, dbapi_connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """Have a connection replaced that is older than the schema, or rested for so long that its server closed it."""
    if record.info["made"] < _changed.get(engine, -math.inf):
        raise exc.DisconnectionError
    if time.monotonic() - record.info.get("rested", math.inf) < _IDLE_SECONDS:
        return
    try:
        engine.dialect.do_ping(dbapi_connection)
    except engine.dialect.loaded_dbapi.Error as error:
        raise exc.DisconnectionError from error


def _run_at_connect(*statements: str) -> Callable[[Any, Any], None]:
    def run(dbapi_connection: Any, _record: Any) -> None:
        with dbapi_connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        dbapi_connection.commit()

    return run
