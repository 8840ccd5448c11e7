"""Holds in any order with everything else that people do and time brings: nothing held is ever erased."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from pamitan.closure import hold as holds
from pamitan.closure import service
from pamitan.closure.clock import clock as current_clock
from pamitan.closure.errors import ClosureError
from pamitan.closure.models import Closure, Hold, HoldGround
from pamitan.closure.states import State
from pamitan.evidence.ledger import verify_chain
from pamitan.evidence.models import LedgerEntry
from pamitan.kit.clock import SetClock
from pamitan.worker.sweep import run_until_idle
from tests.flow.closing import ALICE, Shop, clock, shop

__all__ = ["clock", "shop"]

OPERATORS = st.sampled_from(["1", "2", "3"])


class Holds(RuleBasedStateMachine):
    """One closure that an operator has prepared; the store's row says whether it was erased."""

    shop: Shop
    clock: SetClock

    def __init__(self) -> None:
        super().__init__()
        Closure.objects.all().delete()
        self.shop.run("INSERT OR REPLACE INTO customer VALUES (1, 'alice@example.com', NULL, 'Alice', 1, 1)")
        self.closure = service.start_for_customer(ALICE, "9")
        self.stopped = False

    def attempt(self, verb: str, *arguments: object) -> None:
        self.closure.refresh_from_db()
        with contextlib.suppress(ClosureError):
            getattr(holds if hasattr(holds, verb) else service, verb)(self.closure, *arguments)

    @rule(operator=OPERATORS, days=st.integers(0, 40), ground=st.sampled_from(list(HoldGround)))
    def propose(self, operator: str, days: int, ground: HoldGround) -> None:
        self.attempt("propose_hold", operator, ground, current_clock().now() + dt.timedelta(days=days))

    @rule(operator=OPERATORS, verb=st.sampled_from(["confirm_hold", "propose_release", "confirm_release"]))
    def speak(self, operator: str, verb: str) -> None:
        self.attempt(verb, operator)

    @rule(operator=OPERATORS)
    def drop(self, operator: str) -> None:
        self.attempt("drop_hold", operator)

    @rule()
    def the_holder_confirms(self) -> None:
        self.attempt("confirm")

    @rule(sure=st.integers(0, 9))
    def the_holder_undoes(self, sure: int) -> None:
        if sure == 9:
            self.attempt("withdraw")

    @rule(hours=st.sampled_from([0, 1, 30, 200]))
    def time_passes(self, hours: int) -> None:
        self.clock.pass_time(hours=hours)
        run_until_idle()

    @invariant()
    def what_is_held_has_a_hold_by_two_persons_and_is_there(self) -> None:
        row = Closure.objects.get(pk=self.closure.pk)
        if row.state == State.HELD:
            hold = Hold.objects.get(closure=row, ended_at=None)
            assert hold.stopped_at
            assert hold.confirmed_by != hold.proposed_by
            assert row.due_at is not None
        if row.state != State.CLOSED:
            assert self.shop.has(ALICE)

    @invariant()
    def the_ledger_tells_each_turn(self) -> None:
        entries = LedgerEntry.objects.filter(subject=self.closure.pk)
        begun = entries.filter(event="closure:hold:begin").count()
        ended = entries.filter(event="closure:hold:end").count()
        state = Closure.objects.get(pk=self.closure.pk).state
        assert begun - ended == int(state == State.HELD) or state == State.WITHDRAWN

    def teardown(self) -> None:
        assert verify_chain() is None


@pytest.mark.django_db(transaction=True)
def test_any_order_of_holds(shop: Shop, clock: SetClock) -> None:
    Holds.shop, Holds.clock = shop, clock
    run_state_machine_as_test(
        Holds,
        settings=profile(
            max_examples=25, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
