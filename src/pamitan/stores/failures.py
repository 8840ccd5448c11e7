"""The databases' own errors, told in ours: which are temporary, which a misfit, which a constraint; never a value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import exc
from sqlalchemy.engine import Engine

from pamitan.stores.errors import StoreConflict, StoreError, StoreMismatch, StoreRefused, StoreUnavailable

# SQLSTATE classes and codes of PostgreSQL (its manual, appendix A)
PG_TEMPORARY = ("08", "53", "57", "58", "28", "3D", "25P03", "40", "55P03")
PG_CONFLICT = ("40001", "40P01")
PG_MISMATCH = ("42", "0A", "25006")
PG_REFUSED = ("22", "23")
# Server error codes of MariaDB and MySQL
MY_TEMPORARY = {1040, 1044, 1045, 1049, 1053, 1152, 1158, 1159, 1160, 1161, 1203, 1205, 1226, 1927}
MY_TEMPORARY |= set(range(2000, 2100))
MY_CONFLICT = {1020, 1213}
MY_MISMATCH = {1054, 1064, 1142, 1143, 1146, 1227, 1267, 1290, 1792}
# The parts of MariaDB's messages that name things; everything else may hold a customer's value
_MY_NAMES = re.compile(r"(?:for key|Column|for column|CONSTRAINT|constraint fails \(`[^`]*`\.) ?[`']([^`']+)[`']")
_SQLITE_MISMATCH = ("no such table", "no such column", "has no column", "readonly database", "syntax error")


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """Turn what SQLAlchemy raises inside into a :class:`StoreError`, and drop the original, which may hold values."""
    try:
        yield
    except exc.DBAPIError as error:
        raise _of_database(engine, error) from None
    except exc.StatementError as error:
        raise _unfit(engine, error.orig) from None
    except exc.TimeoutError:
        raise StoreUnavailable(f"{_place(engine)} has no free connection; try again later") from None
    except UnicodeError:
        raise StoreRefused(f"{_place(engine)} holds text that is not in its own character set") from None


def _of_database(engine: Engine, error: exc.DBAPIError) -> StoreError:
    if engine.dialect.name == "postgresql":
        return _of_postgresql(engine, error)
    if engine.dialect.name == "sqlite":
        return _of_sqlite(engine, error)
    return _of_mysql(engine, error)


def _of_postgresql(engine: Engine, error: exc.DBAPIError) -> StoreError:
    original: Any = error.orig
    state = getattr(original, "sqlstate", None)
    if state in PG_CONFLICT or is_outdated_plan(original):
        return _conflict(engine)
    if _is_misuse(error) and state is None:
        return _unfit(engine, original)
    if state is None or error.connection_invalidated or state.startswith(PG_TEMPORARY):
        return _unavailable(engine, state)
    diagnosis = original.diag
    if state.startswith(PG_MISMATCH):
        return StoreMismatch(f"{_place(engine)} answers: {diagnosis.message_primary}")
    if state.startswith(PG_REFUSED):
        return _refused(engine, (diagnosis.table_name, diagnosis.column_name, diagnosis.constraint_name), state)
    return StoreError(f"{_place(engine)} answers with error {state}")


def _of_mysql(engine: Engine, error: exc.DBAPIError) -> StoreError:
    original: Any = error.orig
    code, message = (*original.args, "", "")[:2]
    if _is_misuse(error) and not isinstance(code, int):
        return _unfit(engine, original)
    if code in MY_CONFLICT:
        return _conflict(engine)
    if not isinstance(code, int) or code == 0 or error.connection_invalidated or code in MY_TEMPORARY:
        return _unavailable(engine, code)
    if code in MY_MISMATCH:
        return StoreMismatch(f"{_place(engine)} answers: {message}")
    if isinstance(error, (exc.IntegrityError, exc.DataError)) or code in (1265, 1366, 1406, 3819, 4025):
        return _refused(engine, tuple(_MY_NAMES.findall(str(message))), code)
    return StoreError(f"{_place(engine)} answers with error {code}")


def _of_sqlite(engine: Engine, error: exc.DBAPIError) -> StoreError:
    message = str(error.orig)
    if isinstance(error, exc.IntegrityError):
        return StoreRefused(f"{_place(engine)} refuses the change: {message}")
    if "unable to open" in message:
        return StoreUnavailable(f"{_place(engine)} cannot be opened; check that the file is there and may be read")
    if any(part in message for part in _SQLITE_MISMATCH):
        return StoreMismatch(f"{_place(engine)} answers: {message}")
    if isinstance(error, exc.OperationalError):
        return StoreUnavailable(f"{_place(engine)} cannot be used now ({message}); try again later")
    return StoreError(f"{_place(engine)} answers: {type(error.orig).__name__}")


def is_outdated_plan(error: Any) -> bool:
    """PostgreSQL refuses a prepared statement whose columns have another type by now (plancache.c)."""
    diagnosis = getattr(error, "diag", None)
    return getattr(diagnosis, "source_function", None) == "RevalidateCachedQuery"


def _is_misuse(error: exc.DBAPIError) -> bool:
    """The driver's own refusal, where the server was not even asked: trying again changes nothing."""
    return isinstance(error, (exc.ProgrammingError, exc.DataError, exc.NotSupportedError))


def _unfit(engine: Engine, cause: object) -> StoreRefused:
    return StoreRefused(f"a value does not fit its column in {_place(engine)} ({type(cause).__name__})")


def _unavailable(engine: Engine, code: object) -> StoreUnavailable:
    return StoreUnavailable(f"{_place(engine)} does not answer now (code {code or 'none'}); try again later")


def _conflict(engine: Engine) -> StoreConflict:
    return StoreConflict(f"another transaction came in between in {_place(engine)}; try again")


def _refused(engine: Engine, names: tuple[str | None, ...], code: object) -> StoreRefused:
    named = ", ".join(f"'{name}'" for name in names if name)
    return StoreRefused(f"{_place(engine)} refuses the change{' at ' + named if named else ''} (code {code})")


def _place(engine: Engine) -> str:
    url = engine.url
    place = (f" at {url.host}" + (f":{url.port}" if url.port else "")) if url.host else ""
    return f"the {engine.dialect.name} database '{url.database}'{place}"
