"""Closing by oneself in the browser: three pages, and every bad turn on the way."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from pamitan.channels.models import Mail
from pamitan.closure import service
from pamitan.closure.models import Closure
from pamitan.closure.states import State
from pamitan.kit.clock import SetClock
from tests.flow.book_shop import (
    ALICE,
    BOB,
    CHARLIE,
    PASSWORD,
    Shop,
    browser,
    clock,  # noqa: F401
    shop,  # noqa: F401
    signed_in,
    text_of,
)

pytestmark = pytest.mark.usefixtures("clock")

ALICES, BOBS, CHARLIES = "alice@example.com", "+6281298765432", "charlie@example.com"
YES = {"pace": "withdrawal", "password": PASSWORD}


def open_keys(client: Client) -> list[str]:
    return re.findall(r'name="item" value="(orders[^"]+)"', text_of(client.get("/close")))


def confirm(client: Client, **given: str) -> object:
    return client.post("/close/confirm", {**YES, **given})


def test_charlie_closes_with_three_taps_after_signing_in() -> None:
    client = signed_in(CHARLIES)
    assert "Nothing stands in the way" in text_of(client.get("/close"))
    assert client.get("/close/confirm").status_code == 200
    answer = confirm(client)
    assert answer.headers["Location"] == "/close/done"  # type: ignore[attr-defined]
    closure = Closure.objects.get()
    assert closure.state == State.WAITING
    assert closure.account_id == CHARLIE
    done = text_of(client.get("/close/done"))
    assert "Request received" in done
    assert closure.reference in done
    assert "30 November 2026" in done.replace("\xa0", " ")


def test_the_mail_is_in_the_language_of_the_page() -> None:
    confirm(signed_in(CHARLIES, "it"))
    assert Closure.objects.get().language == "it"


def test_the_outcome_goes_to_another_address_too() -> None:
    confirm(signed_in(CHARLIES), other_email="friend@example.net")
    assert sorted(Mail.objects.values_list("recipient", flat=True)) == ["charlie@example.com", "friend@example.net"]


@pytest.mark.parametrize("address", ["friend", "a@b@c", "x" * 400 + "@example.com"])
def test_another_address_that_is_none_is_refused(address: str) -> None:
    answer = confirm(signed_in(CHARLIES), other_email=address)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert not Closure.objects.exists()


@pytest.mark.parametrize(
    "given", [{"password": ""}, {"password": "wrong"}, {"password": "", "code": "000000"}, {"pace": "x"}]
)
def test_nothing_is_closed_without_showing_who_one_is(given: dict[str, str]) -> None:
    answer = confirm(signed_in(CHARLIES), **given)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert not Closure.objects.exists()


def test_five_wrong_passwords_at_the_confirmation_lock_the_account() -> None:
    client = signed_in(CHARLIES)
    for _ in range(5):
        confirm(client, password="wrong")
    assert confirm(client).status_code == 422  # type: ignore[attr-defined]
    assert not Closure.objects.exists()


def test_now_asks_for_the_code_and_not_for_the_password_alone() -> None:
    client = signed_in(CHARLIES)
    assert confirm(client, pace="now").status_code == 422  # type: ignore[attr-defined]
    sent = client.post("/close/confirm", {"pace": "now", "send_code": "1", "other_email": "friend@example.net"})
    assert "c•••@example.com" in text_of(sent)
    assert "friend@example.net" in text_of(sent)
    code = re.search(r"\b\d{6}\b", Mail.objects.get().text)
    assert code
    confirm(client, pace="now", password="", code=code.group())
    closure = Closure.objects.get()
    assert closure.pace == "now"
    assert closure.proven == [{"kind": "email", "value": "charlie@example.com"}]


def test_a_code_will_do_instead_of_the_password() -> None:
    client = signed_in(CHARLIES)
    client.post("/close/confirm", {"pace": "withdrawal", "send_code": "1"})
    code = re.search(r"\b\d{6}\b", Mail.objects.get().text)
    assert code
    confirm(client, password="", code=code.group())
    assert Closure.objects.get().pace == "withdrawal"


def test_what_would_be_lost_is_said_in_alices_own_numbers() -> None:
    page = text_of(signed_in(ALICES).get("/close/confirm")).replace("\xa0", " ")
    for words in (
        "E-books <strong>3</strong>",
        "Credit <strong>Rp 120,000</strong>",
        "2 purchases are not downloaded yet",
    ):
        assert words in page


def test_what_is_kept_names_law_and_date_and_what_is_barred_is_said() -> None:
    page = text_of(signed_in(ALICES).get("/close/confirm")).replace("\xa0", " ")
    for words in ("Tax law", "23 November 2036", "cannot be used for a new account here, ever", "here for 90 days"):
        assert words in page


def test_who_has_no_address_is_told_of_none() -> None:
    client = signed_in(BOBS)
    client.post("/close", {"item": "all", "choice": "anyway"})
    page = text_of(client.get("/close/confirm"))
    assert "Your e-mail address" not in page
    assert "Your mobile number" in page
    assert "send_code" not in page


# --- open orders ----------------------------------------------------------------------------------------------------


def test_bob_has_two_things_to_decide_before_he_goes_on() -> None:
    client = signed_in(BOBS)
    assert "2 things for you to decide" in text_of(client.get("/close"))
    assert client.get("/close/confirm").headers["Location"] == "/close"
    assert confirm(client).headers["Location"] == "/close"  # type: ignore[attr-defined]
    assert not Closure.objects.exists()


def test_bob_waits_for_all_orders() -> None:
    client = signed_in(BOBS)
    client.post("/close", {"item": "all", "choice": "wait"})
    assert "close after delivery" in text_of(client.get("/close/confirm")).lower()
    confirm(client)
    closure = Closure.objects.get()
    assert closure.pace == "after_delivery"
    assert closure.accepted_losses == []


def test_bob_cancels_one_and_gives_up_the_other(shop: Shop) -> None:  # noqa: F811
    client = signed_in(BOBS)
    paid, new = sorted(open_keys(client))[:1], sorted(open_keys(client))[-1]
    client.post("/close", {"item": new, "choice": "cancel"})
    assert shop.run("SELECT status FROM orders WHERE id = 2") == [("cancelled",)]
    assert "It is cancelled." in text_of(client.get("/close"))
    client.post("/close", {"item": paid[0], "choice": "anyway"})
    confirm(client)
    assert Closure.objects.get().accepted_losses == paid


def test_what_cannot_be_cancelled_is_not(shop: Shop) -> None:  # noqa: F811
    client = signed_in(BOBS)
    client.post("/close", {"item": sorted(open_keys(client))[0], "choice": "cancel"})
    assert shop.run("SELECT status FROM orders WHERE id = 1") == [("paid",)]
    assert "cannot be cancelled any more" in text_of(client.get("/close"))


def test_nobody_cancels_anothers_order(shop: Shop) -> None:  # noqa: F811
    key = sorted(open_keys(signed_in(BOBS)))[-1]
    signed_in(ALICES).post("/close", {"item": key, "choice": "cancel"})
    assert shop.run("SELECT status FROM orders WHERE id = 2") == [("new",)]


def test_a_decision_can_be_taken_back() -> None:
    client = signed_in(BOBS)
    client.post("/close", {"item": "all", "choice": "anyway"})
    assert client.get("/close/confirm").status_code == 200
    client.post("/close", {"item": open_keys(client)[0], "choice": "undo"})
    assert client.get("/close/confirm").status_code == 302


def test_a_new_order_in_between_is_decided_first(shop: Shop) -> None:  # noqa: F811
    client = signed_in(CHARLIES)
    client.get("/close/confirm")
    shop.run("INSERT INTO orders VALUES (9, 3, 'A-9', 'paid', 5)")
    assert confirm(client).headers["Location"] == "/close"  # type: ignore[attr-defined]
    assert not Closure.objects.exists()


# --- the status page ------------------------------------------------------------------------------------------------


@pytest.fixture
def charlies() -> Closure:
    return service.request_closure(CHARLIE, language="en")


def test_the_status_page_shows_the_timeline_and_undo(charlies: Closure) -> None:
    page = text_of(signed_in(CHARLIES).get("/status", follow=True))
    for words in (charlies.reference, "You can change your mind until", "I changed my mind", "Timeline"):
        assert words in page


def test_undo(charlies: Closure) -> None:
    client = signed_in(CHARLIES)
    client.post(f"/status/{charlies.reference}/undo")
    charlies.refresh_from_db()
    assert charlies.state == State.WITHDRAWN
    assert "Your account stays open" in text_of(client.get(f"/status/{charlies.reference}"))


def test_undo_by_the_link_of_the_mail_needs_no_sign_in(charlies: Closure) -> None:
    client, link = browser(), service.status_url(charlies).removeprefix("http://localhost:8000")
    token = service.status_token(charlies)
    assert token in text_of(client.get(link))
    client.post(f"/status/{charlies.reference}/undo", {"token": token})
    charlies.refresh_from_db()
    assert charlies.state == State.WITHDRAWN


@pytest.mark.parametrize("way", ["", "/undo", "/answer"])
def test_anothers_reference_is_not_there(charlies: Closure, way: str) -> None:
    client = signed_in(ALICES)
    ask = client.post if way else client.get
    for reference in (charlies.reference, "PM-22222-22222"):
        assert ask(f"/status/{reference}{way}").status_code == 404
    charlies.refresh_from_db()
    assert charlies.state == State.WAITING


def test_a_token_opens_its_own_closure_alone(charlies: Closure) -> None:
    alices = service.request_closure(ALICE, language="en")
    for token in (service.status_token(alices), "forged"):
        assert browser().get(f"/status/{charlies.reference}?token={token}").status_code == 404
        browser().post(f"/status/{charlies.reference}/undo", {"token": token})
    charlies.refresh_from_db()
    assert charlies.state == State.WAITING


def test_a_reference_alone_leads_to_the_sign_in(charlies: Closure) -> None:
    answer = browser().get(f"/status/{charlies.reference}")
    assert answer.headers["Location"].startswith("/sign-in?next=%2Fstatus%2FPM-")


def test_too_late_to_undo_is_said(charlies: Closure) -> None:
    Closure.objects.update(state=State.ERASING)
    client = signed_in(CHARLIES)
    client.post(f"/status/{charlies.reference}/undo")
    assert "It is too late for that" in text_of(client.get(f"/status/{charlies.reference}"))


@pytest.mark.parametrize(("answer", "losses"), [("wait", 0), ("anyway", 2)])
def test_bob_answers_when_his_order_has_not_come(clock: SetClock, answer: str, losses: int) -> None:  # noqa: F811
    closure = service.request_closure(BOB, language="en", pace="after_delivery")
    Closure.objects.update(asked_at=clock.now())
    client = signed_in(BOBS)
    page = text_of(client.get(f"/status/{closure.reference}"))
    assert "Your order has not come yet" in page
    client.post(f"/status/{closure.reference}/answer", {"answer": answer})
    closure.refresh_from_db()
    assert closure.asked_at is None
    assert len(closure.accepted_losses) == losses


def test_who_has_asked_already_is_shown_how_it_stands(charlies: Closure) -> None:
    client = signed_in(CHARLIES)
    for page in ("/close", "/close/confirm"):
        assert client.get(page).headers["Location"] == "/status"
    assert confirm(client).headers["Location"] == "/status"  # type: ignore[attr-defined]
    assert Closure.objects.count() == 1


def test_who_has_not_asked_is_told_so() -> None:
    assert "You have not asked to close it." in text_of(signed_in(ALICES).get("/status"))
    assert signed_in(ALICES).get("/close/done").headers["Location"] == "/status"


# --- what the desk prepared -----------------------------------------------------------------------------------------


def test_the_mailed_link_confirms_after_a_tap() -> None:
    closure = service.start_for_customer(CHARLIE, operator="1")
    link = service.confirm_url(closure).removeprefix("http://localhost:8000")
    client = browser()
    assert client.get(link).status_code == 200
    closure.refresh_from_db()
    assert closure.state == State.REQUESTED
    client.post(link)
    closure.refresh_from_db()
    assert closure.state == State.WAITING
    assert closure.proven == [{"kind": "email", "value": "charlie@example.com"}]


def test_a_confirm_link_of_another_closure_is_not_there() -> None:
    closure, other = (service.start_for_customer(account, operator="1") for account in (CHARLIE, ALICE))
    link = service.confirm_url(other).removeprefix("http://localhost:8000").replace(other.reference, closure.reference)
    assert browser().post(link).status_code == 404
    assert browser().post(f"/confirm/{closure.reference}?token={service.status_token(closure)}").status_code == 404


def test_a_prepared_closure_is_taken_up_by_the_three_pages() -> None:
    closure = service.start_for_customer(CHARLIE, operator="1")
    client = signed_in(CHARLIES)
    assert "Please confirm" in text_of(client.get("/status", follow=True))
    confirm(client)
    closure.refresh_from_db()
    assert closure.state == State.WAITING
