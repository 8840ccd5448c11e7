"""The verbs of a conversation: who says what, who waits, what is mailed, and what is left at the end."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.utils import translation

from pamitan.channels.models import Mail
from pamitan.closure.states import State as ClosureState
from pamitan.closure.traces import erase_traces
from pamitan.conversation import service
from pamitan.conversation.errors import ConversationError, Refusal
from pamitan.conversation.models import Author, Channel, Conversation, Message, Notice, Outcome, State
from pamitan.conversation.threads import TEXT_LIMIT, UNANSWERED_LIMIT
from pamitan.conversation.waiting import waiting_time
from pamitan.evidence.models import LedgerEntry
from pamitan.kit.clock import SetClock
from pamitan.stores.errors import StoreError
from tests.flow.corner_shop import ALICE, BOB, CHARLIE, Shop

pytestmark = pytest.mark.usefixtures("clock")


def talk(account: str = ALICE, channel: Channel = Channel.EMAIL, call: service.Call | None = None) -> Conversation:
    wanted = service.Request("account", "update", "close", call)
    return service.open_conversation(account, channel, wanted, "Please close my account.", language="id")


def said(conversation: Conversation) -> list[tuple[str, str]]:
    return [(message.author, message.text or message.notice) for message in conversation.messages.all()]


def test_a_new_conversation_waits_for_an_operator(clock: SetClock) -> None:
    conversation = talk()
    assert conversation.state == State.OPEN
    assert conversation.waiting_since == clock.now()
    assert said(conversation) == [(Author.CUSTOMER, "Please close my account.")]
    assert list(service.queue()) == [conversation]


@pytest.mark.parametrize("text", ["", "   \n\t ", "\x00\u200b"])
def test_an_empty_message_is_refused_and_nothing_is_kept(text: str) -> None:
    with pytest.raises(ConversationError) as refused:
        service.open_conversation(ALICE, Channel.EMAIL, service.Request(), text, language="en")
    assert refused.value.reason == Refusal.EMPTY
    assert not Conversation.objects.exists()


def test_a_too_long_message_is_refused_and_nothing_changes() -> None:
    conversation = talk()
    with pytest.raises(ConversationError) as refused:
        service.say(conversation, "x" * (TEXT_LIMIT + 1))
    assert refused.value.reason == Refusal.TOO_LONG
    assert conversation.messages.count() == 1


def test_invisible_characters_are_left_out_and_lines_stay() -> None:
    conversation = talk()
    service.say(conversation, "one\r\ntwo\x07\x00 \N{SMILING FACE WITH SMILING EYES}")
    assert said(conversation)[-1] == (Author.CUSTOMER, "one\ntwo \N{SMILING FACE WITH SMILING EYES}")


def test_too_many_unfinished_conversations_are_refused_for_that_customer_only() -> None:
    for _ in range(service.UNFINISHED_LIMIT):
        talk(ALICE)
    with pytest.raises(ConversationError) as refused:
        talk(ALICE)
    assert refused.value.reason == Refusal.TOO_MANY_CONVERSATIONS
    assert talk(BOB).state == State.OPEN


def test_too_many_unanswered_messages_are_refused_until_somebody_answers(anna: User) -> None:
    conversation = talk(channel=Channel.CHAT)
    for number in range(UNANSWERED_LIMIT - 1):
        service.say(conversation, f"Hello? {number}")
    with pytest.raises(ConversationError) as refused:
        service.say(conversation, "Hello?")
    assert refused.value.reason == Refusal.TOO_MANY_MESSAGES
    service.reply(conversation, anna, "Here I am.")
    assert service.say(conversation, "Thank you.").author == Author.CUSTOMER


def test_nothing_can_be_said_in_a_finished_conversation(anna: User) -> None:
    conversation = talk()
    service.close(conversation, anna)
    for attempt in (
        lambda: service.say(conversation, "One more thing"),
        lambda: service.reply(conversation, anna, "One more thing"),
        lambda: service.start_closure(conversation, anna),
    ):
        with pytest.raises(ConversationError) as refused:
            attempt()
        assert refused.value.reason == Refusal.FINISHED
    assert said(conversation)[-1] == (Author.SYSTEM, Notice.FINISHED)
    assert not service.queue().exists()


def test_an_answer_by_email_is_mailed_to_the_registered_address(anna: User) -> None:
    conversation = talk()
    service.reply(conversation, anna, "Salam, kami bantu.")
    mail = Mail.objects.get()
    assert mail.recipient == "alice@example.com"
    assert conversation.reference in mail.subject
    assert "Salam, kami bantu." in mail.text
    assert f"/help/conversations/{conversation.reference}" in mail.text
    conversation.refresh_from_db()
    assert (conversation.state, conversation.waiting_since) == (State.ANSWERED, None)


def test_the_mail_copy_shows_html_as_text(anna: User) -> None:
    service.reply(talk(), anna, "<script>alert(1)</script>")
    mail = Mail.objects.get()
    assert "<script>" not in mail.html
    assert "&lt;script&gt;" in mail.html


def test_all_answers_of_a_conversation_refer_to_the_same_thread(anna: User) -> None:
    conversation = talk()
    service.reply(conversation, anna, "One.")
    service.reply(conversation, anna, "Two.")
    first, second = Mail.objects.order_by("pk")
    assert first.references == second.references != ""
    assert first.message_id != second.message_id


@pytest.mark.parametrize("channel", [Channel.CHAT, Channel.PHONE])
def test_an_answer_on_another_channel_is_not_mailed(channel: Channel, anna: User) -> None:
    call = service.Call("+6281234567890") if channel == Channel.PHONE else None
    service.reply(talk(channel=channel, call=call), anna, "Hello.")
    assert not Mail.objects.exists()


def test_a_customer_without_an_address_reads_the_answer_on_the_page(anna: User) -> None:
    conversation = talk(BOB)
    service.reply(conversation, anna, "Hello.")
    assert not Mail.objects.exists()
    assert said(conversation)[-1] == (Author.OPERATOR, "Hello.")


def test_an_answer_that_cannot_be_mailed_is_not_half_done(shop: Shop, anna: User) -> None:
    conversation = talk()
    shop.run("ALTER TABLE customer RENAME TO elsewhere")
    with pytest.raises(StoreError):
        service.reply(conversation, anna, "Hello.")
    conversation.refresh_from_db()
    assert conversation.state == State.OPEN
    assert conversation.messages.count() == 1


# --- how long one waits ------------------------------------------------------------------------------------------


def test_no_wait_is_invented(clock: SetClock) -> None:
    talk()
    assert waiting_time(Channel.EMAIL, clock.now()).median is None


def test_the_wait_is_the_median_of_real_answers(clock: SetClock, anna: User) -> None:
    for minutes in (2, 4, 60):
        conversation = talk(CHARLIE, Channel.CHAT)
        clock.pass_time(minutes=minutes)
        service.reply(conversation, anna, "Hello.")
        service.close(conversation, anna)
    assert waiting_time(Channel.CHAT, clock.now()).median == dt.timedelta(minutes=4)
    assert waiting_time(Channel.EMAIL, clock.now()).median is None


def test_a_second_answer_to_the_same_question_is_not_counted(clock: SetClock, anna: User) -> None:
    conversation = talk()
    clock.pass_time(minutes=10)
    service.reply(conversation, anna, "Hello.")
    clock.pass_time(minutes=50)
    service.reply(conversation, anna, "And something else.")
    assert waiting_time(Channel.EMAIL, clock.now()).median == dt.timedelta(minutes=10)


def test_the_night_does_not_count_as_waiting(clock: SetClock, anna: User) -> None:
    clock.pass_time(hours=9, minutes=50)  # 19:50
    conversation = talk()
    clock.pass_time(hours=12, minutes=20)  # 08:10
    service.reply(conversation, anna, "Good morning.")
    assert waiting_time(Channel.EMAIL, clock.now()).median == dt.timedelta(minutes=20)


def test_a_call_at_a_wanted_time_waits_from_then_on(clock: SetClock, anna: User) -> None:
    later = clock.now() + dt.timedelta(hours=3)
    called = talk(CHARLIE, Channel.PHONE, service.Call("+6281234567890", later))
    clock.pass_time(hours=1)
    urgent = talk(ALICE, Channel.CHAT)
    assert list(service.queue()) == [urgent, called]
    clock.pass_time(hours=2, minutes=5)
    service.called(called, anna, Outcome.REACHED)
    assert waiting_time(Channel.PHONE, clock.now()).median == dt.timedelta(minutes=5)


def test_a_call_that_nobody_answered_stays_in_the_queue(anna: User) -> None:
    conversation = talk(channel=Channel.PHONE, call=service.Call("+6281234567890"))
    service.called(conversation, anna, Outcome.NO_ANSWER)
    assert list(service.queue()) == [conversation]
    assert said(conversation)[-1] == (Author.SYSTEM, Notice.CALL_NO_ANSWER)


def test_who_calls_us_does_not_wait_in_the_queue() -> None:
    conversation = talk(channel=Channel.PHONE)
    assert said(conversation)[-1] == (Author.SYSTEM, Notice.CUSTOMER_CALLS)
    assert not service.queue().exists()


# --- closing -----------------------------------------------------------------------------------------------------


def test_the_operator_prepares_and_the_customer_confirms(anna: User) -> None:
    conversation = talk()
    closure = service.start_closure(conversation, anna)
    assert closure.state == ClosureState.REQUESTED
    conversation.refresh_from_db()
    service.confirm_closure(conversation)
    closure.refresh_from_db()
    assert closure.state == ClosureState.WAITING
    assert [text for author, text in said(conversation) if author == Author.SYSTEM] == [
        Notice.CLOSURE_PREPARED,
        Notice.CLOSURE_STARTED,
    ]


def test_the_closing_speaks_the_language_of_the_conversation(anna: User) -> None:
    conversation = talk(CHARLIE)  # the account says Italian, the conversation is in Indonesian
    assert service.start_closure(conversation, anna).language == "id"


def test_there_is_nothing_to_confirm_before_an_operator_prepared_it() -> None:
    with pytest.raises(ConversationError) as refused:
        service.confirm_closure(talk())
    assert refused.value.reason == Refusal.NO_CLOSURE


def test_confirming_twice_says_so_and_changes_nothing(anna: User) -> None:
    conversation = talk()
    service.start_closure(conversation, anna)
    service.confirm_closure(conversation)
    with pytest.raises(ConversationError):
        service.confirm_closure(conversation)
    assert conversation.messages.filter(notice=Notice.CLOSURE_STARTED).count() == 1


def test_conversations_go_with_the_account_and_no_others(anna: User) -> None:
    hers, his = talk(ALICE), talk(BOB)
    service.reply(hers, anna, "Hello.")
    traces = {trace.table: trace.rows for trace in erase_traces(ALICE)}
    assert traces["conversation_conversation"] == 1
    assert traces["conversation_message"] == 2
    assert list(Conversation.objects.all()) == [his]
    assert list(Message.objects.values_list("conversation", flat=True)) == [his.pk]


def test_every_look_and_deed_of_an_operator_is_in_the_ledger_and_names_nobody(anna: User) -> None:
    conversation = talk()
    service.look(conversation, anna)
    service.reply(conversation, anna, "Hello Alice.")
    service.close(conversation, anna)
    entries = list(LedgerEntry.objects.filter(subject=conversation.pk).order_by("number"))
    assert [entry.event for entry in entries] == [
        "desk:customer:look",
        "desk:conversation:answer",
        "desk:conversation:finish",
    ]
    assert {entry.subject for entry in entries} == {conversation.pk}
    assert all(entry.facts == {"operator": anna.pk} for entry in entries)


def test_topics_are_called_in_the_readers_language() -> None:
    conversation = talk()
    with translation.override("it"):
        assert service.topic_labels(conversation)[-1] == "Chiudi il mio account"
