"""A crash at any statement while values are rewritten: nothing is half done, and the next run finishes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from pamitan.erasure.execute import erase
from tests.store.gallery.case import ALICE, Case

# a cursor that the crash left open is closed by the garbage collector, as the system would close it
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")

SQL = """
CREATE TABLE note (id INTEGER PRIMARY KEY, customer_id INTEGER, text TEXT, data TEXT);
INSERT INTO note VALUES (1, 1, 'by Alice', '{"ip":"10.0.0.1","k":1}'), (2, 2, 'to alice@example.com', '{"ip":"x"}');
"""
MAP = """
note:
  - {link: {on: {customer_id: account.id}}, redact: [text], scrub: {data: ip}, detach: [customer_id]}
  - {link: {mentions: text}, redact: [text]}
"""
ERASED = [(1, None, "by [erased]", '{"k":1}'), (2, 2, "to [erased]", '{"ip":"x"}')]


class PowerCut(BaseException):
    """Nobody catches this; the process is gone."""


@contextmanager
def power_cut(case: Case, before: int) -> Iterator[None]:
    """Crash before the statement of that number."""
    seen: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)
        if len(seen) == before:
            raise PowerCut

    sa.event.listen(case.engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        sa.event.remove(case.engine, "before_cursor_execute", count)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_after_a_crash_at_any_statement_the_next_run_finishes(any_url: str) -> None:
    case = Case(any_url, SQL, MAP)
    before, number, crashed = case.rows(), 0, True
    while crashed:
        number += 1
        with power_cut(case, number):
            try:
                erase(case.store, [ALICE], case.shelf)
                crashed = False
            except PowerCut:
                assert case.rows() == before
    assert number > 10
    assert case.rows()["note"] == ERASED
