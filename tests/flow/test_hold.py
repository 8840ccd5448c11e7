"""A hold: two persons stop a closing until a date; the customer is told, can undo, and loses no day of the period."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from pamitan.closure import hold as holds
from pamitan.closure import service
from pamitan.closure.errors import BadEndDate, NoSuchHold, NotPossible, SamePerson
from pamitan.closure.models import Closure, Hold, HoldGround
from pamitan.closure.states import State
from pamitan.evidence.models import LedgerEntry
from pamitan.kit.clock import SetClock
from tests.flow.closing import ALICE, NOON, Shop, ask, clock, later, mails, shop

__all__ = ["clock", "shop"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock")]

ANNA, BERTA = "1", "2"
IN_A_MONTH = NOON + dt.timedelta(days=30)


def held(closure: Closure, until: dt.datetime = IN_A_MONTH) -> Hold:
    holds.propose_hold(closure, ANNA, HoldGround.DISPUTE, until)
    hold = holds.confirm_hold(closure, BERTA)
    closure.refresh_from_db()
    return hold


def said(closure: Closure) -> list[str]:
    entries = LedgerEntry.objects.filter(subject=closure.pk).order_by("number")
    return [entry.event for entry in entries if ":hold:" in entry.event or ":release:" in entry.event]


def test_one_person_stops_nothing(shop: Shop, clock: SetClock) -> None:
    closure = ask()
    holds.propose_hold(closure, ANNA, HoldGround.DISPUTE, IN_A_MONTH)
    with pytest.raises(SamePerson):
        holds.confirm_hold(closure, ANNA)
    closure.refresh_from_db()
    assert closure.state == State.WAITING
    later(closure, clock, days=8)
    assert closure.state == State.CLOSED
    assert not shop.has(ALICE)


def test_a_second_person_stops_it_before_the_point_of_no_return(shop: Shop, clock: SetClock) -> None:
    closure, before = ask(), shop.rows()
    held(closure)
    assert closure.state == State.HELD
    later(closure, clock, days=20)
    assert closure.state == State.HELD
    assert shop.rows() == before
    assert said(closure) == ["closure:hold:propose", "closure:hold:confirm", "closure:hold:begin"]


def test_the_database_itself_refuses_a_hold_by_one_person() -> None:
    closure, now = ask(), NOON
    with pytest.raises(IntegrityError), transaction.atomic():
        Hold.objects.create(
            closure=closure, ground=HoldGround.ORDER, until=IN_A_MONTH, proposed_by=ANNA, proposed_at=now,
            confirmed_by=ANNA, confirmed_at=now,
        )  # fmt: skip
    assert not Hold.objects.exists()


def test_the_customer_is_told_why_and_until_when() -> None:
    closure = ask()
    count = len(mails())
    held(closure)
    (told,) = mails()[count:]
    assert told.to == ["alice@example.com"]
    assert closure.reference in told.subject
    assert "A dispute about an order or a payment" in str(told.body)
    assert "9 April 2026" in str(told.body) or "April 9, 2026" in str(told.body)


def test_at_its_end_date_the_closing_goes_on_with_the_days_that_were_left(shop: Shop, clock: SetClock) -> None:
    closure = ask()
    clock.pass_time(days=2)
    held(closure)
    later(closure, clock, days=28)
    assert closure.state == State.WAITING
    assert shop.has(ALICE)
    assert closure.point_of_no_return == NOON + dt.timedelta(days=7 + 28)
    assert "goes on" in mails()[-1].subject
    later(closure, clock, days=5)
    assert closure.state == State.CLOSED
    assert not shop.has(ALICE)
    assert said(closure)[-1] == "closure:hold:end"


def test_two_persons_release_it_early(clock: SetClock) -> None:
    closure = ask()
    held(closure)
    clock.pass_time(days=1)
    holds.propose_release(closure, BERTA)
    with pytest.raises(SamePerson):
        holds.confirm_release(closure, BERTA)
    closure.refresh_from_db()
    assert closure.state == State.HELD
    holds.confirm_release(closure, ANNA)
    assert closure.state == State.WAITING
    assert said(closure)[-3:] == ["closure:release:propose", "closure:release:confirm", "closure:hold:end"]


def test_what_nobody_proposed_is_not_released() -> None:
    closure = ask()
    held(closure)
    with pytest.raises(NoSuchHold):
        holds.confirm_release(closure, ANNA)
    closure.refresh_from_db()
    assert closure.state == State.HELD


def test_the_customer_can_undo_while_it_is_held(shop: Shop, clock: SetClock) -> None:
    closure = ask()
    held(closure)
    assert shop.is_locked(ALICE)
    service.withdraw(closure)
    later(closure, clock, seconds=1)
    assert closure.state == State.WITHDRAWN
    assert not shop.is_locked(ALICE)


def test_one_that_is_held_can_be_refused(shop: Shop, clock: SetClock) -> None:
    closure = ask()
    held(closure)
    service.refuse(closure, ANNA, "Article 17(3)(b)")
    later(closure, clock, seconds=1)
    assert closure.state == State.REFUSED
    assert shop.has(ALICE)


def test_a_hold_set_before_the_holder_confirms_stops_it_then(shop: Shop, clock: SetClock) -> None:
    closure = service.start_for_customer(ALICE, ANNA)
    held(closure)
    assert closure.state == State.REQUESTED
    service.confirm(closure)
    later(closure, clock, seconds=1)
    assert closure.state == State.HELD
    assert not shop.is_locked(ALICE)


def test_past_the_point_of_no_return_nothing_can_be_held(clock: SetClock) -> None:
    closure = ask()
    holds.propose_hold(closure, ANNA, HoldGround.ORDER, IN_A_MONTH)
    later(closure, clock, days=8)
    with pytest.raises(NotPossible):
        holds.confirm_hold(closure, BERTA)
    with pytest.raises(NotPossible):
        holds.propose_hold(closure, BERTA, HoldGround.ORDER, NOON + dt.timedelta(days=20))
    assert Hold.objects.filter(confirmed_at__isnull=False).count() == 0


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_a_hold_ends_on_a_day_to_come_within_a_year(days: int) -> None:
    closure = ask()
    with pytest.raises(BadEndDate):
        holds.propose_hold(closure, ANNA, HoldGround.CLAIM, NOON + dt.timedelta(days=days))
    assert not Hold.objects.exists()


def test_a_proposal_can_be_declined_and_made_anew() -> None:
    closure = ask()
    holds.propose_hold(closure, ANNA, HoldGround.CLAIM, IN_A_MONTH)
    with pytest.raises(NoSuchHold):
        holds.propose_hold(closure, BERTA, HoldGround.CLAIM, IN_A_MONTH)
    holds.drop_hold(closure, BERTA)
    assert not Hold.objects.exists()
    held(closure)
    assert closure.state == State.HELD


def test_one_that_was_released_can_be_held_again() -> None:
    closure = ask()
    held(closure)
    holds.propose_release(closure, ANNA)
    holds.confirm_release(closure, BERTA)
    held(closure)
    assert closure.state == State.HELD
    assert closure.holds.count() == 2
