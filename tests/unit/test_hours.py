"""Opening hours: when the desk is open, when it opens next, and how much of a span it was open."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pamitan.conversation.hours import OpeningHours
from pamitan.storefile.model import StoreInfo

ROME = ZoneInfo("Europe/Rome")
OFFICE = OpeningHours({"mon": "09:00-12:30, 14:00-18:00", "tue": "09:00-12:30"}, ROME)
MONDAY = dt.datetime(2026, 11, 23, tzinfo=ROME)


def at(hour: int, minute: int = 0, days: int = 0) -> dt.datetime:
    return MONDAY + dt.timedelta(days=days, hours=hour, minutes=minute)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [(at(8, 59), False), (at(9), True), (at(12, 30), False), (at(14), True), (at(18), False), (at(10, days=2), False)],
)
def test_open_from_the_first_minute_to_before_the_last(moment: dt.datetime, is_open: bool) -> None:
    assert OFFICE.is_open(moment) is is_open


@pytest.mark.parametrize(
    ("moment", "opens"), [(at(7), at(9)), (at(13), at(14)), (at(19), at(9, days=1)), (at(13, days=1), at(9, days=7))]
)
def test_it_says_when_it_opens_next(moment: dt.datetime, opens: dt.datetime) -> None:
    assert OFFICE.opens_at(moment) == opens


def test_while_open_it_opens_at_no_other_time() -> None:
    assert OFFICE.opens_at(at(10)) is None


def test_hours_run_past_midnight() -> None:
    night = OpeningHours({"mon": "22:00-02:00"}, ROME)
    assert night.is_open(at(1, days=1))
    assert not night.is_open(at(3, days=1))
    assert night.open_seconds(at(23), at(5, days=1)) == 3 * 3600


def test_only_open_time_counts() -> None:
    assert OFFICE.open_seconds(at(12), at(9, 10, days=1)) == (30 + 4 * 60 + 10) * 60


def test_the_night_of_the_change_to_winter_time_is_an_hour_longer() -> None:
    night = OpeningHours({"sat": "22:00-06:00"}, ROME)
    saturday = dt.datetime(2026, 10, 24, 12, tzinfo=dt.UTC)
    assert night.open_seconds(saturday, saturday + dt.timedelta(days=1)) == 9 * 3600


def test_hours_are_the_stores_own() -> None:
    assert OFFICE.is_open(dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC))


def test_without_stated_hours_it_is_always_open() -> None:
    always = OpeningHours({}, ROME)
    assert always.is_open(at(3))
    assert always.opens_at(at(3)) is None
    assert always.open_seconds(at(3), at(4)) == 3600


MINUTES = st.integers(0, 14 * 24 * 60)


@given(MINUTES, MINUTES, MINUTES)
def test_open_time_adds_up_and_is_never_longer_than_the_span(first: int, second: int, third: int) -> None:
    a, b, c = (MONDAY.astimezone(dt.UTC) + dt.timedelta(minutes=m) for m in sorted((first, second, third)))
    assert OFFICE.open_seconds(a, c) == OFFICE.open_seconds(a, b) + OFFICE.open_seconds(b, c)
    assert 0 <= OFFICE.open_seconds(a, c) <= (c - a).total_seconds()


@pytest.mark.parametrize("times", ["8-20", "25:00-26:00", "08:00", "08:00-20:00;", "morning"])
def test_unreadable_hours_are_refused_with_the_mend(times: str) -> None:
    with pytest.raises(ValidationError, match="write 08:00-20:00"):
        StoreInfo.model_validate({"name": "Toko", "email": "halo@toko.example", "hours": {"mon": times}})
