"""Whatever people and workers do to a closure, in any order: the table holds, the ledger tells all, none is lost."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import transaction as database
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from pamitan.channels.claiming import claim_due
from pamitan.closure.errors import NotPossible
from pamitan.closure.models import Closure, Source
from pamitan.closure.states import ENDED, TABLE, Event, State
from pamitan.closure.transition import Overtaken, begin, change, transition
from pamitan.evidence.ledger import verify_chain
from pamitan.evidence.models import LedgerEntry

NOON = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)
ACTIONS = {
    Event.CONFIRM: "confirm",
    Event.EXPIRE: "expire",
    Event.WITHDRAW: "withdraw",
    Event.REFUSE: "refuse",
    Event.HOLD: "begin",
    Event.RELEASE: "end",
    Event.ERASE: "begin",
    Event.FINISH: "finish",
}


class LifeOfAClosure(RuleBasedStateMachine):
    """People act at once; workers act under the attempt they claimed, some long after it was taken from them."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.closure = begin(
            Closure(account_id="1", account_hash=uuid.uuid4().hex, source=Source.DESK, language="en", due_at=NOON),
            now=NOON,
        )
        self.state = State.REQUESTED
        self.happened = ["receive"]
        self.claims: list[int] = []

    def changes(self, event: Event) -> dict[str, object]:
        after = TABLE.get((self.state, event))
        return {"confirmed_at": self.now} if after == State.WAITING else {}

    def expect(self, event: Event) -> None:
        self.state = TABLE[self.state, event]
        self.happened.append(ACTIONS[event])

    @rule(event=st.sampled_from(list(Event)))
    def a_person_acts(self, event: Event) -> None:
        allowed = (self.state, event) in TABLE
        try:
            transition(Closure.objects.get(pk=self.closure.pk), event, now=self.now, **self.changes(event))
        except NotPossible:
            assert not allowed
        else:
            assert allowed
            self.claims.append(-1)
            self.expect(event)

    @rule(event=st.sampled_from(list(Event)), age=st.integers(0, 3))
    def a_worker_acts(self, event: Event, age: int) -> None:
        if age >= len(self.claims):
            return
        attempt = self.claims[-1 - age]
        current = age == 0 and attempt > 0
        allowed = (self.state, event) in TABLE
        claimed = Closure.objects.get(pk=self.closure.pk)
        try:
            transition(claimed, event, now=self.now, attempt=attempt, **self.changes(event))
        except NotPossible:
            assert not allowed
        except Overtaken:
            assert not current
        else:
            assert allowed
            assert current
            self.expect(event)

    @rule()
    def a_worker_claims(self) -> None:
        self.now += dt.timedelta(minutes=10)
        claims = claim_due(Closure.objects.filter(pk=self.closure.pk), self.now, 1)
        assert len(claims) == 1
        self.claims.append(claims[0][1])

    @rule(age=st.integers(1, 3))
    def a_frozen_worker_writes(self, age: int) -> None:
        if age >= len(self.claims):
            return
        with pytest.raises(Overtaken):
            change(Closure.objects.get(pk=self.closure.pk), attempt=self.claims[-1 - age], blockers=99)

    @invariant()
    def the_row_is_where_the_table_says(self) -> None:
        row = Closure.objects.get(pk=self.closure.pk)
        assert row.state == self.state
        assert row.blockers == 0
        assert row.is_open == (self.state not in ENDED)

    @invariant()
    def the_ledger_tells_what_happened(self) -> None:
        entries = LedgerEntry.objects.filter(subject=self.closure.pk).order_by("number")
        assert [entry.event.rpartition(":")[2] for entry in entries] == self.happened

    def teardown(self) -> None:
        assert verify_chain() is None


@pytest.mark.django_db
def test_any_order_of_events() -> None:
    with database.atomic():
        run_state_machine_as_test(
            LifeOfAClosure,
            settings=settings(
                max_examples=60,
                stateful_step_count=25,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
