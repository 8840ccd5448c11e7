"""The desk: who gets in, what an operator sees, and what an operator can do."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from pamitan.closure import service as closures
from pamitan.closure.models import Closure
from pamitan.closure.states import State as ClosureState
from pamitan.conversation import service
from pamitan.conversation.models import Author, Channel, Conversation, State
from pamitan.desk.operators import OperatorError, create_operator, current_code
from pamitan.evidence.models import LedgerEntry
from pamitan.kit.clock import SetClock
from pamitan.worker.sweep import run_until_idle
from tests.flow.corner_shop import (
    ALICE,
    BOB,
    CHARLIE,
    OPERATOR_PASSWORD,
    PASSWORD,
    SECRET,
    Shop,
    customer_client,
    operator_client,
    types_code,
)

pytestmark = pytest.mark.usefixtures("clock")

DESK_COOKIE = f"{settings.SESSION_COOKIE_NAME}_desk"
PAGES = ["/desk/", "/desk/closures/", "/desk/conversations/H-2345-6789/"]
DEEDS = ["reply", "called", "closure", "finish"]


def talk(account: str = ALICE, channel: Channel = Channel.CHAT, text: str = "Please close my account.") -> Conversation:
    call = service.Call("+6281234567890") if channel == Channel.PHONE else None
    wanted = service.Request("account", "update", "close", call)
    return service.open_conversation(account, channel, wanted, text, language="id")


def page_of(conversation: Conversation, deed: str = "") -> str:
    return f"/desk/conversations/{conversation.reference}/" + (f"{deed}/" if deed else "")


# --- who gets in -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", PAGES)
def test_a_stranger_is_sent_to_the_sign_in(address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/desk/sign-in/?next=/desk/")


def test_a_stranger_can_do_nothing() -> None:
    conversation = talk()
    for deed in DEEDS:
        answer = Client().post(page_of(conversation, deed), {"text": "Hello", "outcome": "reached"})
        assert answer.headers["Location"].startswith("/desk/sign-in/")
    conversation.refresh_from_db()
    assert (conversation.state, conversation.messages.count(), conversation.closure) == (State.OPEN, 1, None)


@pytest.mark.parametrize("address", ["sign-up/", "signup/", "password/reset/", "email/", "admin/"])
def test_there_is_no_sign_up_and_no_other_way_in(address: str) -> None:
    assert Client().get(f"/desk/{address}").status_code == 404


def test_password_and_code_let_the_operator_in(anna: User) -> None:
    client = Client()
    client.post("/desk/sign-in/", {"login": anna.email, "password": OPERATOR_PASSWORD})
    assert client.get("/desk/").headers["Location"].startswith("/desk/sign-in/")
    types_code(client, anna)
    assert client.get("/desk/").status_code == 200


def test_a_wrong_password_and_an_unknown_operator_look_the_same(anna: User) -> None:
    tries = [(anna.email, "wrong"), ("nobody@toko.example", OPERATOR_PASSWORD)]
    pages = [Client().post("/desk/sign-in/", {"login": login, "password": word}) for login, word in tries]
    words = [re.findall(r"<strong>(.*?)</strong>", page.content.decode()) for page in pages]
    assert words[0] == words[1] != []
    assert [page.status_code for page in pages] == [200, 200]


def test_a_wrong_code_does_not_let_the_operator_in(anna: User) -> None:
    client = Client()
    client.post("/desk/sign-in/", {"login": anna.email, "password": OPERATOR_PASSWORD})
    wrong = f"{(int(current_code(anna)) + 1) % 1_000_000:06d}"
    assert "That code is not right" in client.post("/desk/sign-in/code/", {"code": wrong}).content.decode()
    assert client.get("/desk/").status_code == 302


def test_an_operator_without_a_second_factor_must_set_one_before_seeing_anything() -> None:
    berta = create_operator("berta@toko.example", OPERATOR_PASSWORD)
    conversation, client = talk(), Client()
    client.post("/desk/sign-in/", {"login": berta.email, "password": OPERATOR_PASSWORD})
    for page in ["/desk/", "/desk/closures/", page_of(conversation)]:
        assert client.get(page).status_code == 403
    for deed in DEEDS:
        answer = client.post(page_of(conversation, deed), {"text": "Hello"})
        assert answer.status_code == 403
    assert conversation.messages.count() == 1
    assert [entry.event for entry in LedgerEntry.objects.all()] == ["desk:operator:add"]


def test_setting_the_second_factor_opens_the_desk() -> None:
    berta = create_operator("berta@toko.example", OPERATOR_PASSWORD)
    client = Client()
    client.post("/desk/sign-in/", {"login": berta.email, "password": OPERATOR_PASSWORD})
    secret = client.get("/desk/second-factor/").context["form"].secret
    picture = client.get("/desk/second-factor/qr.svg")
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert b"<svg" in picture.content
    codes = client.post("/desk/second-factor/", {"code": code_of(secret)}, follow=True)
    assert codes.status_code == 200
    assert len(codes.context["unused_codes"]) == 10
    assert client.get("/desk/").status_code == 200
    assert client.get("/desk/second-factor/qr.svg").status_code == 404


def test_a_recovery_code_lets_in_once(anna: User) -> None:
    codes = operator_client(anna).get("/desk/codes/").context["unused_codes"]
    for expected in (200, 302):
        client = Client()
        client.post("/desk/sign-in/", {"login": anna.email, "password": OPERATOR_PASSWORD})
        client.post("/desk/sign-in/code/", {"code": codes[0]})
        assert client.get("/desk/").status_code == expected


def test_the_secret_of_the_second_factor_is_not_in_the_database(anna: User) -> None:
    stored = [str(row.data) for row in anna.authenticator_set.all()]  # type: ignore[attr-defined]
    assert stored
    assert not any(SECRET in data for data in stored)


# --- customers and operators never mix ---------------------------------------------------------------------------


def test_a_customers_password_does_not_open_the_desk() -> None:
    client = Client()
    page = client.post("/desk/sign-in/", {"login": "alice@example.com", "password": PASSWORD})
    assert "is not right" in page.content.decode()
    assert client.get("/desk/").status_code == 302


def test_a_signed_in_customer_is_a_stranger_at_the_desk() -> None:
    client, conversation = customer_client("alice@example.com"), talk(BOB)
    for page in [*PAGES, page_of(conversation)]:
        assert client.get(page).headers["Location"].startswith("/desk/sign-in/")


def test_a_customers_session_under_the_desks_cookie_opens_nothing() -> None:
    client = customer_client("alice@example.com")
    client.cookies[DESK_COOKIE] = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert client.get("/desk/").headers["Location"].startswith("/desk/sign-in/")


def test_an_operators_password_does_not_sign_in_as_a_customer(anna: User) -> None:
    page = Client().post("/sign-in", {"login": anna.email, "password": OPERATOR_PASSWORD})
    assert page.status_code == 422


def test_an_operators_session_under_the_customers_cookie_opens_nothing(anna: User) -> None:
    client = operator_client(anna)
    client.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[DESK_COOKIE].value
    assert client.get("/help/conversations").headers["Location"].startswith("/sign-in")


def test_an_operator_who_was_switched_off_is_out_at_once(anna: User) -> None:
    client = operator_client(anna)
    User.objects.filter(pk=anna.pk).update(is_active=False)
    assert client.get("/desk/").status_code == 302


# --- the pages ---------------------------------------------------------------------------------------------------


def test_the_queue_shows_the_longest_wait_first(anna: User, clock: SetClock) -> None:
    first, client = talk(ALICE), operator_client(anna)
    clock.pass_time(minutes=7)
    second = talk(BOB)
    lines = client.get("/desk/").context["lines"]
    assert [line.conversation for line in lines] == [first, second]
    assert lines[0].topic == "Close my account"
    assert "waits 7 minutes" in client.get("/desk/").content.decode()


def test_an_answered_conversation_leaves_the_queue(anna: User) -> None:
    client, conversation = operator_client(anna), talk()
    client.post(page_of(conversation, "reply"), {"text": "Hello."})
    assert client.get("/desk/").context["lines"] == []


def test_an_operator_sees_no_more_of_the_person_than_needed(anna: User) -> None:
    page = operator_client(anna).get(page_of(talk())).content.decode()
    assert "Alice Putri" in page
    assert "a•••@example.com" in page
    assert "alice@example.com" not in page
    assert "81234567890" not in page


def test_the_number_is_shown_when_a_call_is_wanted(anna: User) -> None:
    page = operator_client(anna).get(page_of(talk(channel=Channel.PHONE))).content.decode()
    assert 'href="tel:+6281234567890"' in page


def test_every_look_at_a_customer_is_in_the_ledger(anna: User) -> None:
    client, conversation = operator_client(anna), talk()
    client.get(page_of(conversation))
    client.get(page_of(conversation))
    looks = LedgerEntry.objects.filter(event="desk:customer:look", subject=conversation.pk)
    assert [look.facts for look in looks] == [{"operator": anna.pk}] * 2


def test_scripts_of_a_customer_are_shown_as_text(anna: User) -> None:
    page = operator_client(anna).get(page_of(talk(text="<script>alert(1)</script><b>hi</b>"))).content.decode()
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&lt;b&gt;hi&lt;/b&gt;" in page


def test_a_ready_reply_is_in_the_customers_language(anna: User) -> None:
    page = operator_client(anna, "it").get(page_of(talk()) + "?canned=greet").content.decode()
    assert "Halo, terima kasih" in page


def test_a_reply_reaches_the_thread(anna: User) -> None:
    client, conversation = operator_client(anna), talk()
    assert client.post(page_of(conversation, "reply"), {"text": "Hello Alice."}).status_code == 302
    last = conversation.messages.last()
    assert last
    assert (last.author, last.text) == (Author.OPERATOR, "Hello Alice.")


def test_an_empty_reply_says_the_mend(anna: User) -> None:
    client, conversation = operator_client(anna), talk()
    page = client.post(page_of(conversation, "reply"), {"text": "  "})
    assert page.status_code == 409
    assert "Please write something" in page.content.decode()


def test_a_reply_is_not_lost_when_the_store_does_not_answer(anna: User, shop: Shop) -> None:
    client, conversation = operator_client(anna), talk(channel=Channel.EMAIL)
    shop.run("ALTER TABLE customer RENAME TO elsewhere")
    page = client.post(page_of(conversation, "reply"), {"text": "A long and careful answer."})
    assert page.status_code == 503
    assert "A long and careful answer." in page.content.decode()
    assert conversation.messages.count() == 1


def test_the_desk_changes_its_language_and_stays_where_it_was(anna: User) -> None:
    client, conversation = operator_client(anna), talk()
    for deed in DEEDS:
        answer = client.post("/desk/language/", {"language": "it", "next": page_of(conversation, deed)}, follow=True)
        assert answer.redirect_chain[-1][0] == page_of(conversation)
        assert '<html lang="it">' in answer.content.decode()
    assert conversation.messages.count() == 1


def test_an_unknown_conversation_is_not_there(anna: User) -> None:
    client = operator_client(anna)
    assert client.get("/desk/conversations/H-2345-6789/").status_code == 404
    assert client.post("/desk/conversations/H-2345-6789/reply/", {"text": "x"}).status_code == 404


def test_the_case_code_finds_the_conversation(anna: User) -> None:
    client, conversation = operator_client(anna), talk(channel=Channel.PHONE)
    spoken = conversation.reference.replace("-", " ").lower()
    assert client.post("/desk/find/", {"words": spoken}).headers["Location"] == page_of(conversation)
    assert "Nothing has this code" in client.post("/desk/find/", {"words": "H-2222-2222"}).content.decode()


# --- closing for a customer --------------------------------------------------------------------------------------


def test_the_operator_starts_and_only_the_customer_can_confirm(anna: User) -> None:
    client, conversation = operator_client(anna), talk()
    client.post(page_of(conversation, "closure"))
    conversation.refresh_from_db()
    assert conversation.closure
    assert conversation.closure.state == ClosureState.REQUESTED
    assert "The customer sees a card and confirms it there" in client.get(page_of(conversation)).content.decode()
    token = closures.confirm_url(conversation.closure).partition("token=")[2]
    assert token not in client.get(page_of(conversation)).content.decode()


def test_both_sides_see_that_the_procedure_has_started(anna: User) -> None:
    client, conversation = operator_client(anna), talk()
    client.post(page_of(conversation, "closure"))
    alice = customer_client("alice@example.com")
    alice.post(f"/help/conversations/{conversation.reference}/confirm")
    closure = Closure.objects.get()
    assert closure.state == ClosureState.WAITING
    for page in (client.get(page_of(conversation)), alice.get(f"/help/conversations/{conversation.reference}")):
        assert "The procedure has started" in page.content.decode()
        assert closure.reference in page.content.decode()


def test_a_second_start_names_the_open_closing(anna: User) -> None:
    client, first, second = operator_client(anna), talk(CHARLIE), talk(CHARLIE)
    client.post(page_of(first, "closure"))
    page = client.post(page_of(second, "closure"))
    assert page.status_code == 409
    assert Closure.objects.get().reference in page.content.decode()


def test_an_account_that_is_gone_cannot_be_closed(anna: User, shop: Shop) -> None:
    client, conversation = operator_client(anna), talk()
    shop.run("DELETE FROM customer WHERE id = 1")
    assert client.post(page_of(conversation, "closure")).status_code == 409
    assert not Closure.objects.exists()


def test_what_stands_in_the_way_is_counted(anna: User, shop: Shop) -> None:
    shop.run("INSERT INTO orders VALUES (7, 1, 'A-7', 'paid')")
    conversation = talk()
    assert operator_client(anna).get(page_of(conversation)).context["customer"].open_items == 1


def test_a_stuck_closure_is_listed_with_its_reason(anna: User, clock: SetClock) -> None:
    conversation = talk()
    closure = service.start_closure(conversation, anna)
    now = clock.now()
    Closure.objects.filter(pk=closure.pk).update(
        state=ClosureState.ERASING, confirmed_at=now, erasing_at=now, stuck_reason="review.text: 1 row"
    )
    clock.pass_time(days=3)
    page = operator_client(anna).get("/desk/closures/").content.decode()
    assert closure.reference in page
    assert "review.text: 1 row" in page
    assert "the oldest for 3 days" in page


def test_a_mended_closure_is_tried_again_at_once(anna: User, clock: SetClock) -> None:
    closure, client = service.start_closure(talk(), anna), operator_client(anna)
    now = clock.now()
    Closure.objects.filter(pk=closure.pk).update(
        state=ClosureState.ERASING, confirmed_at=now, erasing_at=now, stuck_reason="x", failures=4
    )
    clock.pass_time(hours=5)
    client.post(f"/desk/closures/{closure.reference}/again/")
    closure.refresh_from_db()
    assert (closure.due_at, closure.failures) == (clock.now(), 0)
    assert LedgerEntry.objects.filter(event="desk:closure:retry", subject=closure.pk).exists()
    assert client.post("/desk/closures/PM-AAAAA-AAAAA/again/").status_code == 404


# --- making operators --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("email", "password", "secret", "mend"),
    [
        ("no address", OPERATOR_PASSWORD, None, "write it like"),
        ("new@toko.example", "short", None, "too short"),
        ("new@toko.example", OPERATOR_PASSWORD, "0189", "base32"),
        ("new@toko.example", OPERATOR_PASSWORD, "JBSWY3DP", "too short"),
        ("Anna@Toko.example", OPERATOR_PASSWORD, None, "exists already"),
    ],
)
def test_an_operator_that_cannot_be_made_says_the_mend(
    email: str, password: str, secret: str | None, mend: str, anna: User
) -> None:
    with pytest.raises(OperatorError, match=mend):
        create_operator(email, password, secret)
    assert User.objects.count() == 1


def test_no_page_of_the_desk_has_inline_script_or_style(anna: User) -> None:
    client, conversation = operator_client(anna), talk()
    for page in ["/desk/", "/desk/closures/", page_of(conversation), "/desk/codes/"]:
        words = client.get(page).content.decode()
        assert not re.search(
            r"<script(?! src=\"/static/)|<style|\sstyle=|\son\w+=|javascript:|data:",
            words,
        )


def code_of(secret: str) -> str:
    """What an authenticator app shows for the secret."""
    return current_code(create_operator("app@toko.example", OPERATOR_PASSWORD, secret))


@pytest.mark.parametrize(
    ("language", "words"), [("en", "no longer has"), ("id", "tidak lagi memiliki"), ("it", "non ha più")]
)
def test_why_a_closing_is_stuck_is_told_in_the_operators_language(
    shop: Shop, anna: User, language: str, words: str
) -> None:
    closure = closures.request_closure(ALICE, language="en")
    shop.run("DELETE FROM customer WHERE id = ?", ALICE)
    run_until_idle()
    Closure.objects.filter(pk=closure.pk).update(failures=3)
    page = operator_client(anna, language).get("/desk/closures/").content.decode()
    assert closure.reference in page
    assert words in page
