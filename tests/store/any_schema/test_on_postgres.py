"""Any schema on PostgreSQL."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.store.any_schema.history import World, live_through
from tests.store.any_schema.model import History
from tests.store.any_schema.running import HISTORIES
from tests.store.any_schema.shops import histories


# a cursor that the crash left open is closed by the garbage collector, as the system would close it
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@HISTORIES
@given(history=histories())
def test_only_the_persons_rows_change_and_all_of_them_do(postgres_world: World, history: History) -> None:
    live_through(postgres_world, history)
