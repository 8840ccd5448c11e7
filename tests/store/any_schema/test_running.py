"""The same histories are drawn on every machine, whatever else was loaded there."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings

from tests.store.any_schema.model import History
from tests.store.any_schema.running import HISTORIES
from tests.store.any_schema.shops import histories


def test_the_modules_that_are_loaded_do_not_change_what_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = drawn()
    path = tmp_path / "numbers.py"
    path.write_text("\n".join(f"number_{n} = {n}" for n in range(200)))
    spec = importlib.util.spec_from_file_location("numbers_of_somebody", path)
    assert spec is not None
    monkeypatch.setitem(sys.modules, "numbers_of_somebody", importlib.util.module_from_spec(spec))
    assert drawn() == before
    assert len(set(before)) > 20


def drawn() -> list[str]:
    """The first histories."""
    told: list[str] = []

    @settings(HISTORIES, max_examples=30, derandomize=True, phases=[Phase.generate])
    @given(history=histories())
    def tell(history: History) -> None:
        told.append(hashlib.sha256(history.told().encode()).hexdigest())

    tell()
    return told
