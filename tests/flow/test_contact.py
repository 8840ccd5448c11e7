"""Help and contact, as the customer uses them: without script, in three languages, and never in the way of closing."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from pamitan.channels.models import Mail
from pamitan.closure.models import Closure
from pamitan.closure.states import State as ClosureState
from pamitan.conversation import service
from pamitan.conversation.models import Channel, Conversation, State
from pamitan.kit.clock import SetClock
from tests.flow.corner_shop import ALICE, BOB, PASSWORD, build_shop, customer_client

pytestmark = pytest.mark.usefixtures("clock")

PUBLIC = ["/help/", "/help/manage"] + [
    f"/help/articles/{slug}" for slug in ("close", "what-closing-means", "cancel-order", "save-e-books", "start-again")
]
CLOSING = "area=account&topic=update&detail=close"
ALICES_ADDRESS = "alice@example.com"


def talk(account: str = ALICE, channel: Channel = Channel.CHAT) -> Conversation:
    wanted = service.Request("account", "update", "close")
    return service.open_conversation(account, channel, wanted, "Please close my account.", language="en")


def thread_of(conversation: Conversation) -> str:
    return f"/help/conversations/{conversation.reference}"


# --- help --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "id", "it"])
@pytest.mark.parametrize("address", PUBLIC)
def test_everybody_can_read_the_help(address: str, language: str) -> None:
    answer = Client(headers={"accept-language": language}).get(address)
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.content.decode()


def test_an_unknown_article_is_not_there() -> None:
    assert Client().get("/help/articles/nothing").status_code == 404


@pytest.mark.parametrize("address", ["/help/contact", f"/help/contact/email?{CLOSING}", "/help/conversations"])
def test_who_is_not_signed_in_is_asked_to_and_comes_back(address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in?next=%2Fhelp%2F")


def test_closing_oneself_is_one_tap_away_on_every_page() -> None:
    client, conversation = customer_client(ALICES_ADDRESS), talk()
    pages = [*PUBLIC, "/help/contact", "/help/conversations", thread_of(conversation)]
    for address in [*pages, *(f"/help/contact/{channel}?{CLOSING}" for channel in Channel)]:
        assert 'href="/close"' in client.get(address).content.decode()


def test_no_page_has_inline_script_or_style() -> None:
    client, conversation = customer_client(ALICES_ADDRESS), talk()
    pages = [*PUBLIC, "/help/contact", thread_of(conversation)]
    for address in [*pages, *(f"/help/contact/{channel}?{CLOSING}" for channel in Channel)]:
        words = client.get(address).content.decode()
        assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son\w+=|javascript:", words)


# --- choosing ----------------------------------------------------------------------------------------------------


def options(client: Client, query: str = "") -> list[str]:
    return [str(option) for option in client.get(f"/help/contact?{query}").context["path"].following]


def test_one_chooses_area_topic_detail_and_then_the_channel() -> None:
    client = customer_client(ALICES_ADDRESS)
    assert options(client)[:1] == ["My account"]
    assert "Update or edit account information" in options(client, "area=account")
    assert "Close my account" in options(client, "area=account&topic=update")
    page = client.get(f"/help/contact?{CLOSING}").content.decode()
    for channel in Channel:
        assert f"/help/contact/{channel}?area=account" in page


def test_something_else_leads_to_a_channel_with_free_words() -> None:
    client = customer_client(ALICES_ADDRESS)
    assert options(client)[-1] == "Something else"
    page = client.get("/help/contact/email?area=other")
    assert page.status_code == 200
    assert page.context["form"].initial["text"] == ""


def test_what_nobody_offered_begins_again() -> None:
    client = customer_client(ALICES_ADDRESS)
    assert options(client, "area=%3Cscript%3E&topic=x") == options(client)
    answer = client.get("/help/contact/email?area=nothing")
    assert answer.headers["Location"].startswith("/help/contact")


def test_an_unknown_channel_is_not_there() -> None:
    assert customer_client(ALICES_ADDRESS).get(f"/help/contact/pigeon?{CLOSING}").status_code == 404


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Hello, I would like to close my account. Thank you."),
        ("id", "Halo, saya ingin menutup akun saya. Terima kasih."),
        ("it", "Buongiorno, vorrei chiudere il mio account. Grazie."),
    ],
)
def test_coming_from_closing_all_is_chosen_and_a_polite_message_written(language: str, words: str) -> None:
    client = customer_client(ALICES_ADDRESS, language)
    channels = client.get("/help/contact?from=closing", follow=True)
    assert channels.context["path"].complete
    for channel in Channel:
        assert words in client.get(f"/help/contact/{channel}?{CLOSING}").content.decode()


def test_the_store_file_may_have_topics_of_its_own(tmp_path: Path, settings: object) -> None:
    leaving = "{key: bye, label: Leave, closes: true}"
    own = f"contact: [{{key: tickets, label: {{en: Tickets, it: Biglietti}}, choices: [{leaving}]}}]\n"
    folder = tmp_path / "own"
    folder.mkdir()
    settings.PAMITAN_STORE = str(build_shop(folder, own)[1])  # type: ignore[attr-defined]
    client = customer_client(ALICES_ADDRESS, "it")
    first = client.get("/help/contact")
    assert [option.key for option in first.context["path"].following] == ["tickets", "other"]
    assert "Biglietti" in first.content.decode()
    last = client.get("/help/contact?from=closing", follow=True)
    assert [option.key for option in last.context["path"].chosen] == ["tickets", "bye"]


def test_no_wait_is_invented_on_the_page() -> None:
    page = customer_client(ALICES_ADDRESS).get(f"/help/contact?{CLOSING}").content.decode()
    assert page.count("How long it takes has not been measured yet.") == 3


def test_the_measured_wait_is_shown(clock: SetClock, anna: User) -> None:
    conversation = talk(BOB)
    clock.pass_time(minutes=3)
    service.reply(conversation, anna, "Hello.")
    page = customer_client(ALICES_ADDRESS).get(f"/help/contact?{CLOSING}").content.decode()
    assert "People usually had an answer after 3 minutes." in page


def test_closed_hours_say_when_it_opens(clock: SetClock) -> None:
    clock.pass_time(hours=12)  # 22:00
    page = customer_client(ALICES_ADDRESS).get(f"/help/contact?{CLOSING}").content.decode().replace("\u00a0", " ")
    assert "We are here again from 26 November 2026, 08:00." in page


# --- writing -----------------------------------------------------------------------------------------------------


def test_a_message_by_email_reaches_the_queue() -> None:
    client = customer_client(ALICES_ADDRESS, "id")
    answer = client.post(f"/help/contact/email?{CLOSING}", {"text": "Halo, tolong tutup akun saya."})
    conversation = Conversation.objects.get()
    assert answer.headers["Location"] == thread_of(conversation)
    assert (conversation.account_id, conversation.channel, conversation.detail) == (ALICE, "email", "close")
    assert conversation.language == "id"
    assert "Halo, tolong tutup akun saya." in client.get(thread_of(conversation)).content.decode()


@pytest.mark.parametrize(
    ("text", "mend"), [("", "Please write something"), ("  \n ", "Please write something"), ("x" * 4001, "too long")]
)
def test_a_message_that_cannot_be_sent_says_the_mend(text: str, mend: str) -> None:
    answer = customer_client(ALICES_ADDRESS).post(f"/help/contact/email?{CLOSING}", {"text": text})
    assert answer.status_code == 422
    assert mend in answer.content.decode()
    assert not Conversation.objects.exists()


def test_html_and_scripts_are_shown_as_text(anna: User) -> None:
    client, conversation = customer_client(ALICES_ADDRESS), talk()
    client.post(thread_of(conversation) + "/say", {"text": "<script>alert(1)</script><img src=x onerror=alert(2)>"})
    service.reply(conversation, anna, "<b>bold</b>")
    page = client.get(thread_of(conversation)).content.decode()
    assert "<script>" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page


def test_changing_the_language_beside_an_error_leads_back_to_the_thread() -> None:
    client, conversation = customer_client(ALICES_ADDRESS), talk()
    for deed in ("/say", "/confirm"):
        answer = client.get(thread_of(conversation) + deed)
        assert answer.headers["Location"] == thread_of(conversation)
    assert conversation.messages.count() == 1


def test_another_customers_conversation_is_not_there() -> None:
    client, hers = customer_client("+62 812-9876-5432"), talk(ALICE)
    assert client.get(thread_of(hers)).status_code == 404
    assert client.post(thread_of(hers) + "/say", {"text": "Hello"}).status_code == 404
    assert client.post(thread_of(hers) + "/confirm").status_code == 404
    assert hers.messages.count() == 1
    assert hers.reference not in client.get("/help/conversations").content.decode()


def test_a_finished_conversation_takes_no_more_words(anna: User) -> None:
    client, conversation = customer_client(ALICES_ADDRESS), talk()
    service.close(conversation, anna)
    answer = client.post(thread_of(conversation) + "/say", {"text": "One more thing"})
    assert answer.status_code == 422
    assert "This conversation is finished" in answer.content.decode()


def test_a_chat_looks_again_only_while_it_waits_and_nobody_writes(anna: User) -> None:
    client, conversation = customer_client(ALICES_ADDRESS), talk()
    refresh = '<meta http-equiv="refresh" content="10">'
    assert refresh in client.get(thread_of(conversation)).content.decode()
    assert refresh not in client.get(thread_of(conversation) + "?still").content.decode()
    service.reply(conversation, anna, "Hello.")
    assert refresh not in client.get(thread_of(conversation)).content.decode()


def test_a_mail_thread_never_looks_again_by_itself() -> None:
    page = customer_client(ALICES_ADDRESS).get(thread_of(talk(channel=Channel.EMAIL))).content.decode()
    assert "http-equiv" not in page


# --- calls -------------------------------------------------------------------------------------------------------


def ask_call(client: Client, **given: str) -> tuple[int, str]:
    answer = client.post(f"/help/contact/phone?{CLOSING}", {"text": "Please call.", **given}, follow=True)
    return answer.status_code, answer.content.decode()


def test_the_number_of_the_account_is_already_there() -> None:
    page = customer_client(ALICES_ADDRESS).get(f"/help/contact/phone?{CLOSING}").content.decode()
    assert 'value="+62 812-3456-7890"' in page


def test_call_me_now() -> None:
    ask_call(customer_client(ALICES_ADDRESS), when="now", number="0812-3456-7890")
    conversation = Conversation.objects.get()
    assert (conversation.phone, conversation.call_at, conversation.state) == ("+6281234567890", None, State.OPEN)


def test_call_me_later_at_the_stores_local_time() -> None:
    ask_call(customer_client(ALICES_ADDRESS), when="later", number="+6281234567890", at="2026-11-26T09:30")
    assert Conversation.objects.get().call_at == dt.datetime(2026, 11, 26, 2, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize("number", ["", "abc", "12", "+62 000 000 000", "<script>", "+1 555", "9" * 60])
def test_a_number_that_cannot_be_called_says_the_mend(number: str) -> None:
    status, page = ask_call(customer_client(ALICES_ADDRESS), when="now", number=number)
    assert status == 422
    assert "Please look at this again" in page
    assert not Conversation.objects.exists()


@pytest.mark.parametrize(
    ("at", "mend"),
    [
        ("", "Choose day and time for the call."),
        ("soon", "Choose day and time for the call."),
        ("2026-11-25T09:00", "This time has passed."),
        ("2027-11-25T09:00", "within the next 14 days"),
        ("2026-11-25T22:00", "We are here again from Thursday 26 November, 08:00."),
        ("2026-11-28T10:00", "We are here again from Monday 30 November, 08:00."),
    ],
)
def test_a_time_when_nobody_can_call_says_the_mend(at: str, mend: str) -> None:
    status, page = ask_call(customer_client(ALICES_ADDRESS), when="later", number="+6281234567890", at=at)
    assert status == 422
    assert mend in page
    assert not Conversation.objects.exists()


def test_who_calls_gets_the_number_and_a_case_code() -> None:
    status, page = ask_call(customer_client(ALICES_ADDRESS), when="myself")
    assert status == 200
    assert "+62 21 555 0100" in page
    assert Conversation.objects.get().reference in page


# --- confirming what the operator prepared -----------------------------------------------------------------------


def test_one_tap_confirms_right_after_signing_in(anna: User) -> None:
    client, conversation = customer_client(ALICES_ADDRESS), talk()
    service.start_closure(conversation, anna)
    page = client.get(thread_of(conversation)).content.decode()
    assert "The operator has prepared the closing of your account" in page
    assert 'name="password"' not in page
    client.post(thread_of(conversation) + "/confirm")
    assert Closure.objects.get().state == ClosureState.WAITING


def prepared_long_after_signing_in(clock: SetClock, anna: User) -> tuple[Client, Conversation]:
    client, conversation = customer_client(ALICES_ADDRESS), talk()
    service.start_closure(conversation, anna)
    clock.pass_time(minutes=11)
    return client, conversation


def test_later_the_password_is_needed(clock: SetClock, anna: User) -> None:
    client, conversation = prepared_long_after_signing_in(clock, anna)
    assert 'name="password"' in client.get(thread_of(conversation)).content.decode()
    for given in ({}, {"password": "wrong"}, {"code": "000000x"}):
        answer = client.post(thread_of(conversation) + "/confirm", given)
        assert answer.status_code == 422
        assert Closure.objects.get().state == ClosureState.REQUESTED
    client.post(thread_of(conversation) + "/confirm", {"password": PASSWORD})
    assert Closure.objects.get().state == ClosureState.WAITING


def test_or_the_mailed_code(clock: SetClock, anna: User) -> None:
    client, conversation = prepared_long_after_signing_in(clock, anna)
    code = re.search(r"\b\d{6}\b", Mail.objects.get(recipient=ALICES_ADDRESS).text)
    assert code
    client.post(thread_of(conversation) + "/confirm", {"code": code.group()})
    closure = Closure.objects.get()
    assert closure.state == ClosureState.WAITING
    assert {"kind": "email", "value": ALICES_ADDRESS} in closure.proven


def test_the_status_page_is_no_way_around_showing_who_one_is(clock: SetClock, anna: User) -> None:
    client, _ = prepared_long_after_signing_in(clock, anna)
    closure = Closure.objects.get()
    client.post(f"/status/{closure.reference}/confirm")
    closure.refresh_from_db()
    assert closure.state == ClosureState.REQUESTED


def test_confirming_when_nothing_is_prepared_changes_nothing() -> None:
    client, conversation = customer_client(ALICES_ADDRESS), talk()
    answer = client.post(thread_of(conversation) + "/confirm", {"password": PASSWORD})
    assert answer.headers["Location"] == thread_of(conversation)
    assert not Closure.objects.exists()
