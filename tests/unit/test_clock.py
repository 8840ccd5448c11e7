"""The one clock."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pamitan.kit.clock import SetClock, ShiftedClock, SystemClock

NOON = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)
SLACK = dt.timedelta(seconds=30)


def test_a_set_clock_stands_still_until_it_is_moved() -> None:
    clock = SetClock(NOON)
    assert clock.now() == NOON
    clock.pass_time(days=7)
    assert clock.now() == NOON + dt.timedelta(days=7)


def test_a_shifted_clock_without_a_file_is_the_machines() -> None:
    shifted = ShiftedClock(Path("/nonexistent/shift.json"))
    assert abs(shifted.now() - SystemClock().now()) < SLACK


def test_a_week_that_one_process_lets_pass_has_passed_for_all(tmp_path: Path) -> None:
    one, other = ShiftedClock(tmp_path / "home" / "shift.json"), ShiftedClock(tmp_path / "home" / "shift.json")
    one.pass_time(days=7)
    one.pass_time(hours=1)
    expected = SystemClock().now() + dt.timedelta(days=7, hours=1)
    assert abs(other.now() - expected) < SLACK


def test_a_clock_that_stands_still_shows_that_moment_until_it_is_moved(tmp_path: Path) -> None:
    clock = ShiftedClock(tmp_path / "shift.json")
    clock.pass_time(days=3)
    clock.stand_still(NOON)
    assert clock.now() == NOON
    clock.pass_time(days=7)
    assert clock.now() == NOON + dt.timedelta(days=7)
