"""From one operator to another: the customer is told politely, and who takes over knows from whom and why."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from pamitan.channels.models import Mail
from pamitan.conversation import service
from pamitan.conversation.models import Channel, Conversation, Message, Notice
from pamitan.conversation.transcript import mail_transcript
from pamitan.desk import claims
from pamitan.desk.models import Role, Seat
from pamitan.desk.operators import create_operator, give_public_name, give_role
from pamitan.kit.clock import SetClock
from tests.flow.corner_shop import ALICE, OPERATOR_PASSWORD, SECRET, customer_client, operator_client

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def budi(shop: object) -> User:
    budi = create_operator("budi@toko.example", OPERATOR_PASSWORD, SECRET)
    give_public_name(budi, "Budi")
    return budi


def talk(channel: Channel = Channel.CHAT) -> Conversation:
    return service.open_conversation(ALICE, channel, service.Request(), "Please close my account.", language="en")


def told(conversation: Conversation) -> list[str]:
    """The names in the lines that say who is there now."""
    found = Message.objects.filter(conversation=conversation, notice=Notice.HANDED_OVER)
    return list(found.values_list("name", flat=True))


def thread_of(conversation: Conversation, language: str = "en") -> str:
    client = customer_client("alice@example.com", language=language)
    return client.get(f"/help/conversations/{conversation.reference}").content.decode()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "You are now talking with Budi."),
        ("id", "Sekarang Anda berbicara dengan Budi."),
        ("it", "Ora parli con Budi."),
    ],
)
def test_the_customer_is_told_the_name_of_who_goes_on(anna: User, budi: User, language: str, words: str) -> None:
    conversation = talk()
    claims.claim(conversation, anna)
    assert words not in thread_of(conversation, language)
    claims.transfer(conversation, anna, budi, "She wants it today.")
    assert words in thread_of(conversation, language)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "You are now talking with somebody else at our desk."),
        ("id", "Sekarang Anda berbicara dengan petugas kami yang lain."),
        ("it", "Ora parli con un’altra persona del nostro servizio."),
    ],
)
def test_without_a_public_name_the_customer_is_told_no_name(anna: User, budi: User, language: str, words: str) -> None:
    conversation = talk()
    claims.claim(conversation, budi)
    claims.transfer(conversation, budi, anna, "Please go on.")
    page = thread_of(conversation, language)
    assert words in page
    assert "anna" not in page


def test_the_customer_never_sees_the_note(anna: User, budi: User) -> None:
    conversation = talk()
    claims.transfer(conversation, anna, budi, "She sounds upset.")
    assert told(conversation) == ["Budi"]
    assert "upset" not in thread_of(conversation)


def test_who_takes_over_sees_from_whom_and_the_note(anna: User, budi: User) -> None:
    conversation, client = talk(), operator_client(budi)
    address = f"/desk/conversations/{conversation.reference}/"
    assert "gave you this conversation" not in client.get(address).content.decode()
    claims.transfer(conversation, anna, budi, "She sounds upset.\nPlease be quick.")
    page = client.get(address).content.decode()
    handed = page[page.index('id="handed"') :].split("</div>")[0]
    assert "anna gave you this conversation." in handed
    assert "She sounds upset." in handed
    assert "from anna" in client.get("/desk/").content.decode()


def test_who_gave_it_away_is_not_told_that_it_was_given(anna: User, budi: User) -> None:
    conversation, client = talk(), operator_client(anna)
    claims.transfer(conversation, anna, budi, "Please go on.")
    page = client.get(f"/desk/conversations/{conversation.reference}/").content.decode()
    assert "gave you this conversation" not in page
    assert "Budi serves this conversation now." in page


def test_a_first_claim_is_no_news_to_the_customer(anna: User, budi: User) -> None:
    conversation = talk()
    claims.claim(conversation, budi)
    claims.claim(conversation, budi)
    assert told(conversation) == []


def test_taking_over_tells_the_customer_once(anna: User, budi: User) -> None:
    conversation = talk()
    claims.claim(conversation, anna)
    claims.take_over(conversation, budi)
    claims.take_over(conversation, budi)
    assert told(conversation) == ["Budi"]


def test_a_claim_after_another_went_home_tells_the_customer(anna: User, budi: User, clock: SetClock) -> None:
    conversation = talk()
    claims.claim(conversation, anna)
    clock.pass_time(minutes=31)
    claims.claim(conversation, budi)
    assert told(conversation) == ["Budi"]


def test_a_claim_after_another_released_it_tells_the_customer(anna: User, budi: User) -> None:
    conversation = talk()
    claims.claim(conversation, anna)
    claims.release(conversation, anna)
    assert claims.holder(conversation) is None
    claims.claim(conversation, budi)
    assert (claims.holder(conversation), told(conversation)) == (budi, ["Budi"])


def test_coming_back_to_ones_own_conversation_is_no_news(anna: User, budi: User) -> None:
    conversation = talk()
    claims.claim(conversation, budi)
    claims.release(conversation, budi)
    claims.claim(conversation, budi)
    assert (claims.holder(conversation), told(conversation)) == (budi, [])


def test_what_was_given_counts_as_given_until_somebody_else_takes_it(anna: User, budi: User) -> None:
    conversation = talk()
    claims.transfer(conversation, anna, budi, "Please go on.")
    claims.take_over(conversation, anna)
    page = operator_client(anna).get(f"/desk/conversations/{conversation.reference}/").content.decode()
    assert "gave you this conversation" not in page
    assert told(conversation) == ["Budi", ""]


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.PHONE])
def test_letters_and_calls_have_no_such_line(anna: User, budi: User, channel: Channel) -> None:
    conversation = talk(channel)
    claims.transfer(conversation, anna, budi, "Please go on.")
    assert (claims.holder(conversation), told(conversation)) == (budi, [])


def test_the_mailed_transcript_says_who_went_on(anna: User, budi: User) -> None:
    conversation = talk()
    claims.transfer(conversation, anna, budi, "Please go on.")
    assert mail_transcript(conversation, "en")
    mail = Mail.objects.get()
    assert "You are now talking with Budi." in mail.text
    assert "You are now talking with Budi." in mail.html


def test_a_name_cannot_bring_markup(anna: User, budi: User) -> None:
    give_public_name(budi, "<b>Budi</b>")
    conversation = talk()
    claims.transfer(conversation, anna, budi, "Please go on.")
    assert "You are now talking with &lt;b&gt;Budi&lt;/b&gt;." in thread_of(conversation)


def test_a_lead_gives_the_names_that_customers_are_shown(anna: User, budi: User) -> None:
    give_role(anna, Role.LEAD)
    client = operator_client(anna)
    for person, name in ((budi, "  Pak Budi "), (anna, "Anna")):
        answer = client.post("/desk/people/", {"deed": "name", "operator": person.pk, "name": name})
        assert answer.status_code == 302
    page = client.get("/desk/people/").content.decode()
    assert 'value="Pak Budi"' in page
    assert list(Seat.objects.order_by("public_name").values_list("public_name", flat=True)) == ["Anna", "Pak Budi"]


def test_an_operator_gives_no_names(anna: User, budi: User) -> None:
    answer = operator_client(anna).post("/desk/people/", {"deed": "name", "operator": budi.pk, "name": "Somebody"})
    assert answer.status_code == 403
    assert Seat.objects.get(user=budi).public_name == "Budi"
