"""Operators side by side: one serves, the others see it; notes, handing over, searching, and what is late."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from pamitan.closure import service as closures
from pamitan.closure.traces import erase_traces
from pamitan.conversation import service
from pamitan.conversation.models import Channel, Conversation
from pamitan.desk import claims
from pamitan.desk.models import Note, Presence, Role
from pamitan.desk.operators import create_operator
from pamitan.evidence.models import LedgerEntry
from pamitan.kit.clock import SetClock
from tests.flow.corner_shop import ALICE, BOB, CHARLIE, OPERATOR_PASSWORD, SECRET, customer_client, operator_client

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def budi(shop: object) -> User:
    return create_operator("budi@toko.example", OPERATOR_PASSWORD, SECRET)


def talk(account: str = ALICE, channel: Channel = Channel.CHAT) -> Conversation:
    wanted = service.Request("account", "update", "close")
    return service.open_conversation(account, channel, wanted, "Please close my account.", language="en")


def page_of(conversation: Conversation, deed: str = "") -> str:
    return f"/desk/conversations/{conversation.reference}/" + (f"{deed}/" if deed else "")


def events(conversation: Conversation) -> list[str]:
    return [entry.event for entry in LedgerEntry.objects.filter(subject=conversation.pk).order_by("number")]


# --- claims ------------------------------------------------------------------------------------------------------


def test_who_claims_first_serves(anna: User, budi: User) -> None:
    conversation = talk()
    claims.claim(conversation, anna)
    with pytest.raises(claims.Taken) as taken:
        claims.claim(conversation, budi)
    assert taken.value.operator == anna
    assert claims.holder(conversation) == anna
    assert events(conversation) == ["desk:conversation:claim"]


def test_a_reply_to_what_another_serves_is_not_sent_and_not_lost(anna: User, budi: User) -> None:
    conversation, client = talk(), operator_client(budi)
    claims.claim(conversation, anna)
    answer = client.post(page_of(conversation, "reply"), {"text": "Hello from Budi."})
    assert answer.status_code == 409
    assert "anna serves this conversation. Nothing was sent." in answer.content.decode()
    assert "Hello from Budi." in answer.content.decode()
    assert conversation.messages.count() == 1


def test_a_reply_claims_what_nobody_serves(anna: User) -> None:
    conversation = talk()
    assert claims.holder(conversation) is None
    operator_client(anna).post(page_of(conversation, "reply"), {"text": "Hello."})
    assert claims.holder(conversation) == anna
    assert conversation.messages.count() == 2


def test_what_could_not_be_done_claims_nothing(anna: User) -> None:
    conversation = talk()
    assert operator_client(anna).post(page_of(conversation, "reply"), {"text": " "}).status_code == 409
    assert claims.holder(conversation) is None


def test_a_claim_ends_when_its_operator_has_gone_home(anna: User, budi: User, clock: SetClock) -> None:
    conversation = talk()
    claims.claim(conversation, anna)
    clock.pass_time(minutes=31)
    assert claims.holder(conversation) is None
    claims.claim(conversation, budi)
    assert claims.holder(conversation) == budi


def test_a_release_lets_the_others_serve(anna: User, budi: User) -> None:
    conversation, client = talk(), operator_client(anna)
    client.post(page_of(conversation, "claim"), {"deed": "claim"})
    assert client.post(page_of(conversation, "claim"), {"deed": "release"}).headers["Location"] == "/desk/"
    assert claims.holder(conversation) is None
    claims.release(conversation, budi)
    assert events(conversation)[-1] == "desk:conversation:release"


def test_nobody_releases_for_another(anna: User, budi: User) -> None:
    conversation = talk()
    claims.claim(conversation, anna)
    claims.release(conversation, budi)
    assert claims.holder(conversation) == anna


def test_another_can_take_over_on_purpose(anna: User, budi: User) -> None:
    conversation, client = talk(), operator_client(budi)
    claims.claim(conversation, anna)
    assert "Take it over" in client.get(page_of(conversation)).content.decode()
    client.post(page_of(conversation, "claim"), {"deed": "take over"})
    assert claims.holder(conversation) == budi


def test_finishing_ends_the_claim(anna: User) -> None:
    conversation = talk()
    claims.claim(conversation, anna)
    assert claims.holder(conversation) == anna
    operator_client(anna).post(page_of(conversation, "finish"))
    assert claims.holder(conversation) is None


# --- who else is here --------------------------------------------------------------------------------------------


def test_a_second_operator_is_told_that_another_has_it_open(anna: User, budi: User, clock: SetClock) -> None:
    conversation = talk()
    operator_client(budi).get(page_of(conversation))
    client = operator_client(anna)
    assert "budi has this conversation open." in client.get(page_of(conversation)).content.decode()
    clock.pass_time(seconds=61)
    assert "budi has" not in client.get(page_of(conversation)).content.decode()


def test_a_second_operator_is_told_that_another_is_answering(anna: User, budi: User) -> None:
    conversation, typist = talk(), operator_client(budi)
    typist.post(page_of(conversation, "here"), {"typing": "1", "last": "0"})
    page = operator_client(anna).post(page_of(conversation, "here"), {"last": "0"}).content.decode()
    assert "budi is answering." in page
    assert "anna" not in page
    typist.post(page_of(conversation, "here"), {"away": "1"})
    assert Presence.objects.get().operator == anna


def test_the_page_learns_that_something_new_was_written(anna: User) -> None:
    conversation, client = talk(), operator_client(anna)
    last = client.get(page_of(conversation)).context["last"]
    assert "Something new" not in client.post(page_of(conversation, "here"), {"last": last}).content.decode()
    service.say(conversation, "One more thing.")
    assert "Something new" in client.post(page_of(conversation, "here"), {"last": last}).content.decode()


# --- notes and handing over --------------------------------------------------------------------------------------


def test_a_note_is_for_operators_alone(anna: User, budi: User) -> None:
    conversation = talk(CHARLIE)
    operator_client(anna).post(page_of(conversation, "note"), {"note": "Speaks <b>Italian</b>."})
    page = operator_client(budi).get(page_of(conversation)).content.decode()
    assert "Speaks &lt;b&gt;Italian&lt;/b&gt;." in page
    customer = customer_client("charlie@example.com").get(f"/help/conversations/{conversation.reference}")
    assert customer.status_code == 200
    assert "Italian&lt;" not in customer.content.decode()


@pytest.mark.parametrize("words", ["", "   ", "x" * 2001])
def test_a_note_has_words_and_an_end(anna: User, words: str) -> None:
    conversation = talk()
    assert operator_client(anna).post(page_of(conversation, "note"), {"note": words}).status_code == 400
    assert not Note.objects.exists()


def test_a_conversation_is_given_to_a_colleague_with_a_note(anna: User, budi: User) -> None:
    conversation = talk()
    answer = operator_client(anna).post(
        page_of(conversation, "transfer"), {"to": budi.pk, "note": "He knows the case."}
    )
    assert answer.headers["Location"] == "/desk/"
    assert claims.holder(conversation) == budi
    queue = operator_client(budi).get("/desk/")
    assert [line.conversation for line in queue.context["mine"]] == [conversation]
    assert Note.objects.get().author == anna
    assert LedgerEntry.objects.get(event="desk:conversation:transfer").facts == {
        "operator": anna.pk,
        "to": str(budi.pk),
    }


@pytest.mark.parametrize("whom", ["nobody", "oneself", "an auditor"])
def test_a_conversation_is_given_only_to_who_serves(anna: User, whom: str) -> None:
    auditor = create_operator("citra@toko.example", OPERATOR_PASSWORD, role=Role.AUDITOR)
    to = {"nobody": "", "oneself": anna.pk, "an auditor": auditor.pk}[whom]
    conversation = talk()
    answer = operator_client(anna).post(page_of(conversation, "transfer"), {"to": to, "note": "Please."})
    assert answer.status_code == 400
    assert "Please." in answer.content.decode()
    assert claims.holder(conversation) is None
    assert not Note.objects.exists()


def test_what_another_serves_is_not_given_away(anna: User, budi: User) -> None:
    conversation = talk()
    claims.claim(conversation, budi)
    answer = operator_client(anna).post(page_of(conversation, "transfer"), {"to": budi.pk, "note": "Please."})
    assert answer.status_code == 409
    assert not Note.objects.exists()


def test_notes_claims_and_signs_go_with_the_account_and_are_counted(anna: User) -> None:
    conversation = talk()
    claims.claim(conversation, anna)
    claims.add_note(conversation, anna, "A note.")
    operator_client(anna).get(page_of(conversation))
    rows = {trace.table: trace.rows for trace in erase_traces(ALICE)}
    expected = {"desk_note", "desk_claim", "desk_presence", "conversation_message", "conversation_conversation"}
    assert {table: rows.get(table) for table in expected} == dict.fromkeys(expected, 1)
    assert not Note.objects.exists()


# --- what is late ------------------------------------------------------------------------------------------------


def test_what_has_waited_longer_than_promised_is_on_top_and_the_title_counts_who_waits(
    anna: User, clock: SetClock
) -> None:
    mail = talk(BOB, Channel.EMAIL)
    clock.pass_time(minutes=2)
    chat = talk()
    clock.pass_time(minutes=2)
    page = operator_client(anna).get("/desk/")
    assert [(line.conversation, line.late) for line in page.context["lines"]] == [(chat, True), (mail, False)]
    assert "<title>(2) Queue" in page.content.decode()
    assert "1 person has waited longer than promised." in page.content.decode()


def test_a_night_is_nobodys_fault(anna: User, clock: SetClock) -> None:
    clock.pass_time(hours=9, minutes=59, seconds=30)
    talk()
    clock.pass_time(hours=12)
    assert operator_client(anna).get("/desk/").context["late"] == 0


# --- search ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["alice@example.com", "ALICE@example.com ", "0812-3456-7890"])
def test_a_registered_address_finds_conversations_and_closing(anna: User, words: str) -> None:
    conversation, closure = talk(), closures.request_closure(ALICE, language="en")
    talk(BOB)
    page = operator_client(anna).post("/desk/find/", {"words": words})
    assert [line.conversation for line in page.context["lines"]] == [conversation]
    assert page.context["closures"] == [closure]
    assert "alice" not in page.content.decode().lower()


@pytest.mark.parametrize("words", ["alice", "lice@example.com", "example.com", "1", "%", ""])
def test_part_of_an_address_finds_nothing(anna: User, words: str) -> None:
    talk()
    page = operator_client(anna).post("/desk/find/", {"words": words})
    assert page.status_code == 404


def test_a_search_is_in_the_ledger_without_its_words(anna: User) -> None:
    talk()
    operator_client(anna).post("/desk/find/", {"words": "alice@example.com"})
    entry = LedgerEntry.objects.get(event="desk:customer:search")
    assert entry.facts == {"operator": anna.pk, "by": "email", "found": 1}


def test_a_reference_finds_the_closing(anna: User) -> None:
    closure = closures.request_closure(ALICE, language="en")
    answer = operator_client(anna).post("/desk/find/", {"words": closure.reference.lower()})
    assert answer.headers["Location"] == f"/desk/closures/{closure.reference}/"
