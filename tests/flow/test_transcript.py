"""A conversation by e-mail, for the customer to keep."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from pamitan.channels.models import Mail
from pamitan.conversation import service
from pamitan.conversation.models import Channel, Conversation
from tests.flow.corner_shop import ALICE, BOB, Shop, anna, clock, customer_client, shop

__all__ = ["anna", "clock", "shop"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def talk(account: str = ALICE) -> Conversation:
    return service.open_conversation(account, Channel.CHAT, service.Request(), "<b>Hello</b>", language="en")


def test_all_that_was_said_goes_to_the_registered_address(shop: Shop, anna: User) -> None:
    chat = talk()
    service.reply(chat, anna, "How can I help?")
    service.close(chat, anna)
    answer = customer_client("alice@example.com").post(f"/help/conversations/{chat.reference}/transcript", follow=True)
    assert "It is on its way to your e-mail." in answer.content.decode()
    mail = Mail.objects.get()
    assert (mail.recipient, mail.subject) == ("alice@example.com", f"Our conversation ({chat.reference})")
    assert "25\u00a0November\u00a02026, 10:00, You:\n<b>Hello</b>" in mail.text
    assert "25\u00a0November\u00a02026, 10:00, Toko Pojok:\nHow can I help?" in mail.text
    assert "This conversation is finished." in mail.text
    assert "&lt;b&gt;Hello&lt;/b&gt;" in mail.html


def test_the_same_words_are_sent_once(shop: Shop, anna: User) -> None:
    chat, client = talk(), customer_client("alice@example.com")
    for _ in range(2):
        client.post(f"/help/conversations/{chat.reference}/transcript")
    assert Mail.objects.count() == 1
    service.reply(chat, anna, "How can I help?")
    Mail.objects.all().delete()
    client.post(f"/help/conversations/{chat.reference}/transcript")
    assert Mail.objects.count() == 1


def test_who_has_no_address_is_told(shop: Shop) -> None:
    chat = talk(BOB)
    answer = customer_client("+6281298765432").post(f"/help/conversations/{chat.reference}/transcript", follow=True)
    assert "Your account has no e-mail address." in answer.content.decode()
    assert not Mail.objects.exists()


def test_nobody_gets_anothers_conversation(shop: Shop) -> None:
    chat = talk(BOB)
    assert (
        customer_client("alice@example.com").post(f"/help/conversations/{chat.reference}/transcript").status_code == 404
    )
    assert not Mail.objects.exists()
