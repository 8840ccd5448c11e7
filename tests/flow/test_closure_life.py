"""A closure's life, day by day: from the request to its end."""

from __future__ import annotations

import datetime as dt

import pytest

from pamitan.closure import service
from pamitan.closure.errors import AlreadyOpen, BlockersInTheWay, CodeNeeded, NoSuchAccount, NotPossible
from pamitan.closure.models import Closure, OneTimeCode, SavedItem
from pamitan.closure.states import State
from pamitan.evidence.ledger import verify_chain
from pamitan.evidence.models import LedgerEntry
from pamitan.evidence.tombstones import is_barred
from pamitan.kit.clock import SetClock
from pamitan.stores.types import Identifier
from pamitan.worker.sweep import run_until_idle
from tests.flow.closing import (  # noqa: F401
    ALICE,
    BOB,
    CHARLIE,
    NOON,
    Shop,
    ask,
    clock,
    code_in,
    later,
    mails,
    shop,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
WEEK = dt.timedelta(days=7)


def kinds() -> list[str]:
    """The first words of the mails so far, in English."""
    return [message.subject.split(":")[0] for message in mails()]


def events(closure: Closure) -> list[str]:
    return list(LedgerEntry.objects.filter(subject=closure.pk).order_by("number").values_list("event", flat=True))


# Asking


def test_a_request_is_confirmed_at_once_and_waits_for_the_withdrawal_period() -> None:
    closure = service.request_closure(ALICE, language="en")
    assert closure.state == State.WAITING
    assert closure.point_of_no_return == NOON + WEEK
    assert kinds() == ["Request received"]


def test_an_account_that_the_store_does_not_know_cannot_be_closed() -> None:
    with pytest.raises(NoSuchAccount):
        service.request_closure("404", language="en")
    assert not Closure.objects.exists()


def test_a_second_request_is_told_of_the_first() -> None:
    first = service.request_closure(ALICE, language="en")
    with pytest.raises(AlreadyOpen) as told:
        service.request_closure(ALICE, language="en")
    assert told.value.closure == first
    assert Closure.objects.count() == 1


def test_an_open_order_stands_in_the_way_of_closing_after_the_withdrawal_period(shop: Shop) -> None:  # noqa: F811
    order = shop.order_of(ALICE, "shipped")
    with pytest.raises(BlockersInTheWay) as told:
        service.request_closure(ALICE, language="en")
    assert [item.number for item in told.value.items] == [order]
    assert not Closure.objects.exists()


def test_an_open_order_that_the_customer_gives_up_does_not_stand_in_the_way(shop: Shop) -> None:  # noqa: F811
    shop.order_of(ALICE, "shipped")
    keys = [item.key for item in service.before_you_go(ALICE).open_items]
    closure = service.request_closure(ALICE, language="en", accept_losses=keys)
    assert closure.point_of_no_return == NOON + WEEK


def test_a_language_that_the_store_does_not_speak_becomes_its_first() -> None:
    assert service.request_closure(ALICE, language="de").language == "id"


# Sessions and lock


def test_the_first_look_ends_the_sessions_and_locks(shop: Shop) -> None:  # noqa: F811
    ask()
    assert shop.run("SELECT id FROM session") == [("sb",)]
    assert shop.is_locked(ALICE)
    assert not shop.is_locked(BOB)


def test_who_waits_for_a_parcel_is_not_locked_out(shop: Shop) -> None:  # noqa: F811
    shop.order_of(ALICE, "shipped")
    closure = ask(pace="after_delivery")
    assert closure.state == State.WAITING
    assert closure.point_of_no_return is None
    assert not shop.is_locked(ALICE)


def test_the_lock_comes_and_the_week_begins_when_the_last_order_has_arrived(
    shop: Shop,  # noqa: F811
    clock: SetClock,  # noqa: F811
) -> None:
    order = shop.order_of(ALICE, "shipped")
    closure = later(ask(pace="after_delivery"), clock, days=3)
    shop.run("UPDATE orders SET status = 'done' WHERE id = ?", order)
    closure = later(closure, clock, days=1)
    assert shop.is_locked(ALICE)
    assert closure.point_of_no_return == clock.now() + WEEK
    assert kinds() == ["Request received", "Nothing is open any more"]


def test_an_order_that_opens_during_the_week_opens_the_lock_and_stops_the_count(
    shop: Shop,  # noqa: F811
    clock: SetClock,  # noqa: F811
) -> None:
    closure = ask()
    shop.order_of(ALICE, "shipped")
    closure = later(closure, clock, days=7)
    assert (closure.state, closure.blockers, closure.point_of_no_return) == (State.WAITING, 1, None)
    assert not shop.is_locked(ALICE)
    assert kinds()[-1] == "Something is still open"


# Undo


def test_undo_gives_the_account_back_and_forgets_the_request(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    closure = ask()
    before = shop.rows()
    service.withdraw(closure)
    closure = later(closure, clock, seconds=1)
    assert closure.state == State.WITHDRAWN
    assert not shop.is_locked(ALICE)
    assert (closure.account_id, closure.registered_email, closure.due_at) == ("", "", None)
    assert {**shop.rows(), "customer": None} == {**before, "customer": None}


def test_undo_does_not_touch_what_the_shop_changed_meanwhile(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    closure = ask()
    shop.run("UPDATE customer SET active = 2 WHERE id = 1")
    later(service.withdraw(closure), clock, seconds=1)
    assert shop.run("SELECT active FROM customer WHERE id = 1") == [(2,)]


def test_undo_twice_is_undo_once() -> None:
    closure = ask()
    service.withdraw(closure)
    assert service.withdraw(closure).state == State.WITHDRAWN
    assert kinds() == ["Request received", "Your account stays"]


def test_after_the_point_of_no_return_there_is_no_undo(clock: SetClock) -> None:  # noqa: F811
    closure = later(ask(), clock, days=7)
    with pytest.raises(NotPossible):
        service.withdraw(closure)


def test_who_changed_their_mind_can_ask_again(clock: SetClock) -> None:  # noqa: F811
    later(service.withdraw(ask()), clock, seconds=1)
    assert ask().state == State.WAITING


# The latest date


def test_at_the_latest_date_the_customer_is_asked_once(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    shop.order_of(ALICE, "shipped")
    closure = later(ask(pace="after_delivery"), clock, days=30)
    assert closure.question_open
    closure = later(closure, clock, days=1)
    assert closure.state == State.WAITING
    assert kinds() == ["Request received", "We need your answer"]


def test_who_goes_on_waiting_is_asked_again_at_the_next_latest_date(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    shop.order_of(ALICE, "shipped")
    closure = service.go_on_waiting(later(ask(pace="after_delivery"), clock, days=30))
    assert not closure.question_open
    closure = later(closure, clock, days=30)
    assert closure.question_open
    assert kinds().count("We need your answer") == 2


def test_who_closes_anyway_is_closed_after_the_week(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    shop.order_of(ALICE, "shipped")
    closure = later(ask(pace="after_delivery"), clock, days=30)
    keys = [item.key for item in service.standing_in_the_way(closure)]
    service.close_anyway(closure, keys)
    closure = later(later(closure, clock, seconds=1), clock, days=7)
    assert closure.state == State.CLOSED


def test_an_order_that_came_after_the_answer_is_not_given_up_by_it(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    shop.order_of(ALICE, "shipped")
    closure = later(ask(pace="after_delivery"), clock, days=30)
    service.close_anyway(closure, [item.key for item in service.standing_in_the_way(closure)])
    shop.order_of(ALICE, "shipped")
    closure = later(closure, clock, days=7)
    assert (closure.state, closure.blockers) == (State.WAITING, 1)


# Now


def test_now_needs_a_right_code() -> None:
    with pytest.raises(CodeNeeded):
        service.request_closure(ALICE, language="en", pace="now")
    assert not Closure.objects.exists()


def test_now_with_the_code_from_the_mail_closes_in_one_go(shop: Shop) -> None:  # noqa: F811
    service.send_code(ALICE, service.CLOSE_NOW, language="en")
    code = code_in(mails()[-1])
    assert service.check_code(ALICE, service.CLOSE_NOW, code)
    assert ask(pace="now").state == State.CLOSED
    assert not shop.has(ALICE)


def test_the_code_of_one_account_does_not_close_another() -> None:
    service.send_code(ALICE, service.CLOSE_NOW, language="en")
    code = code_in(mails()[-1])
    assert not service.check_code(BOB, service.CLOSE_NOW, code)
    service.check_code(ALICE, service.CLOSE_NOW, code)
    with pytest.raises(CodeNeeded):
        service.request_closure(BOB, language="en", pace="now")


# From the desk


def test_what_the_desk_prepared_does_not_count_until_the_holder_confirms(
    shop: Shop,  # noqa: F811
    clock: SetClock,  # noqa: F811
) -> None:
    closure = later(service.start_for_customer(ALICE, 7), clock, days=2)
    assert closure.state == State.REQUESTED
    assert not shop.is_locked(ALICE)
    assert [message.to for message in mails()] == [["alice@example.com"]]


def test_the_link_in_the_mail_confirms_and_proves_the_address() -> None:
    closure = service.start_for_customer(ALICE, 7)
    token = service.confirm_url(closure).partition("token=")[2].replace("%3A", ":")
    confirmed = service.confirm_by_token(token)
    assert confirmed is not None
    assert confirmed.state == State.WAITING
    assert confirmed.identifiers == {Identifier("email", "alice@example.com")}


def test_the_code_in_the_mail_confirms_and_proves_the_address() -> None:
    closure = service.start_for_customer(ALICE, 7)
    code = code_in(mails()[-1])
    confirmed = service.confirm_by_code(closure, code)
    assert confirmed is not None
    assert confirmed.identifiers == {Identifier("email", "alice@example.com")}


def test_the_link_of_the_status_page_does_not_confirm() -> None:
    closure = service.start_for_customer(ALICE, 7)
    assert service.confirm_by_token(service.status_token(closure)) is None


def test_what_nobody_confirms_expires(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    before = shop.rows()
    closure = later(service.start_for_customer(ALICE, 7), clock, days=3)
    assert closure.state == State.EXPIRED
    assert closure.account_id == ""
    assert shop.rows() == before
    with pytest.raises(NotPossible):
        service.confirm(closure)


def test_a_customer_takes_up_what_the_desk_prepared() -> None:
    prepared = service.start_for_customer(ALICE, 7)
    taken_up = ask(language="it", other_email="alice@elsewhere.example")
    assert taken_up == prepared
    assert (taken_up.state, taken_up.language) == (State.WAITING, "it")


def test_a_refusal_gives_the_account_back_and_names_the_ground(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    closure = service.refuse(ask(), 7, "A court has ordered us to keep the account.")
    words = str(mails()[-1].body)
    assert "A court has ordered" in words
    assert "Otoritas PDP" in words
    later(closure, clock, seconds=1)
    assert not shop.is_locked(ALICE)


# The end


def test_after_the_week_the_account_is_gone_and_nobody_else(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    before = shop.rows()
    closure = later(ask(), clock, days=7)
    after = shop.rows()
    assert closure.state == State.CLOSED
    assert [row[0] for row in after["customer"]] == [2, 3]
    assert after["review"] == before["review"][1:]
    assert after["orders"][0] == (10, None, None, "Former customer", "done", 100000, "2026-01-05")
    assert after["orders"][1:] == before["orders"][1:]


def test_a_closed_closure_names_nobody(clock: SetClock) -> None:  # noqa: F811
    service.mark_saved(ALICE, "book:1")
    closure = later(ask(other_email="alice@elsewhere.example", reason_text="I read elsewhere"), clock, days=7)
    assert (closure.account_id, closure.registered_email, closure.other_email) == ("", "", "")
    assert (closure.proven, closure.reason_text, closure.locks) == ([], "", [])
    assert not SavedItem.objects.exists()
    assert not OneTimeCode.objects.exists()


def test_the_outcome_goes_to_both_addresses(clock: SetClock) -> None:  # noqa: F811
    later(ask(other_email="alice@elsewhere.example"), clock, days=7)
    outcome = [message for message in mails() if message.subject.startswith("Account closed")]
    assert [message.to for message in outcome] == [["alice@example.com"], ["alice@elsewhere.example"]]


def test_the_ledger_tells_the_whole_life_and_names_nobody(clock: SetClock) -> None:  # noqa: F811
    closure = later(ask(), clock, days=7)
    assert events(closure) == [
        "closure:request:receive",
        "closure:request:confirm",
        "closure:sessions:end",
        "closure:account:lock",
        "closure:erasure:begin",
        "closure:traces:erase",
        "closure:identifier:bar",
        "closure:certificate:issue",
        "closure:erasure:finish",
        "closure:casefile:destroy",
    ]
    assert verify_chain() is None
    assert "alice" not in str(list(LedgerEntry.objects.values())).lower()


def test_a_verified_address_is_barred_and_an_unproven_number_is_not(clock: SetClock) -> None:  # noqa: F811
    later(ask(), clock, days=7)
    assert is_barred("account", ALICE, clock.now())
    assert is_barred("email", "alice@example.com", clock.now() + dt.timedelta(days=9999))
    assert not is_barred("phone", "+6281234567890", clock.now())


def test_an_address_that_nobody_proved_is_not_barred(clock: SetClock) -> None:  # noqa: F811
    later(ask(BOB), clock, days=7)
    assert is_barred("account", BOB, clock.now())
    assert not is_barred("email", "bob@example.com", clock.now())


def test_a_proven_number_is_barred_for_as_long_as_the_store_says(clock: SetClock) -> None:  # noqa: F811
    later(ask(proven=[Identifier("phone", "+6281234567890")]), clock, days=7)
    assert is_barred("phone", "+6281234567890", clock.now() + dt.timedelta(days=89))
    assert not is_barred("phone", "+6281234567890", clock.now() + dt.timedelta(days=90))


def test_another_customers_reference_is_not_found(clock: SetClock) -> None:  # noqa: F811
    closure = later(ask(), clock, days=7)
    assert service.by_reference(closure.reference, ALICE) == closure
    assert service.by_reference(closure.reference, CHARLIE) is None


def test_many_accounts_close_in_one_sweep(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    for account in (ALICE, BOB, CHARLIE):
        service.request_closure(account, language="en")
    run_until_idle()
    clock.pass_time(days=7)
    run_until_idle()
    assert set(Closure.objects.values_list("state", flat=True)) == {State.CLOSED}
    assert shop.rows()["customer"] == []
