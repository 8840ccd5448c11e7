"""The table of a closure's states and events."""

from __future__ import annotations

import itertools

import pytest

from pamitan.closure.states import ENDED, OPEN, TABLE, Event, State, can, next_state

ALLOWED = {
    ("requested", "confirm"): "waiting",
    ("requested", "expire"): "expired",
    ("requested", "withdraw"): "withdrawn",
    ("requested", "refuse"): "refused",
    ("waiting", "withdraw"): "withdrawn",
    ("waiting", "refuse"): "refused",
    ("waiting", "hold"): "held",
    ("held", "release"): "waiting",
    ("held", "withdraw"): "withdrawn",
    ("held", "refuse"): "refused",
    ("waiting", "erase"): "erasing",
    ("erasing", "finish"): "closed",
}
PAIRS = list(itertools.product(State, Event))


@pytest.mark.parametrize(("state", "event"), PAIRS, ids=[f"{state}-{event}" for state, event in PAIRS])
def test_each_pair_leads_where_the_blueprint_says_or_nowhere(state: State, event: Event) -> None:
    expected = ALLOWED.get((state.value, event.value))
    assert next_state(state, event) == expected
    assert can(state.value, event) == (expected is not None)


def test_what_has_ended_stays_so() -> None:
    assert not [pair for pair in TABLE if pair[0] in ENDED]


def test_nothing_but_closed_follows_the_point_of_no_return() -> None:
    assert {after for (state, _), after in TABLE.items() if state == State.ERASING} == {State.CLOSED}


def test_each_state_can_be_reached() -> None:
    assert set(TABLE.values()) == set(State) - {State.REQUESTED}


def test_each_open_state_has_a_way_out() -> None:
    assert {state for state, _ in TABLE} == OPEN
