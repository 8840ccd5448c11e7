"""Our mails of one conversation hang together, and say where an answer goes."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from pamitan.channels.models import Mail
from pamitan.channels.quoting import MARK
from pamitan.conversation import mail_threads, service
from pamitan.conversation.models import Channel, Conversation, MailThread
from tests.flow.corner_shop import ALICE

pytestmark = pytest.mark.usefixtures("clock")


def answered(anna: User, *answers: str) -> Conversation:
    talk = service.open_conversation(ALICE, Channel.EMAIL, service.Request(), "Where is it?", language="en")
    for answer in answers:
        service.reply(talk, anna, answer)
    return talk


def test_all_answers_refer_to_one_mail_and_each_has_a_name_of_its_own(anna: User) -> None:
    answered(anna, "On its way.", "Here.")
    first, second = Mail.objects.order_by("pk")
    assert first.message_id != second.message_id
    assert first.in_reply_to == second.in_reply_to != ""
    assert first.references == first.in_reply_to


def test_an_answer_refers_to_the_customers_latest_mail(anna: User) -> None:
    talk = answered(anna, "On its way.")
    MailThread.objects.filter(conversation=talk).update(last_received="<alice-2@example.com>")
    service.reply(talk, anna, "Here.")
    first, second = Mail.objects.order_by("pk")
    assert second.in_reply_to == "<alice-2@example.com>"
    assert second.references == f"{first.references} <alice-2@example.com>"


def test_where_no_mail_is_read_answers_go_to_the_store(anna: User) -> None:
    answered(anna, "Here.")
    assert Mail.objects.get().reply_to == ""
    assert MARK not in Mail.objects.get().text


def test_where_mail_is_read_the_answer_goes_to_an_address_that_nobody_can_guess(anna: User, settings: Any) -> None:
    settings.PAMITAN_IMAP_HOST = "imap.toko.example"
    talk = answered(anna, "Here.")
    mail = Mail.objects.get()
    token = talk.mail_thread.token
    assert mail.reply_to == f"halo+{token}@toko.example"
    assert len(token) == 32
    assert talk.pk.hex not in token
    assert mail.text.startswith(MARK)


def test_an_address_or_a_header_names_the_conversation(anna: User) -> None:
    talk, other = answered(anna, "Here."), answered(anna, "There.")
    token = talk.mail_thread.token
    assert mail_threads.named([f"Halo+{token.upper()}@toko.example"]) == talk
    assert mail_threads.named(["<other@example.com>", Mail.objects.order_by("pk")[0].message_id]) == talk
    assert mail_threads.named([other.reference, f"halo+{talk.pk.hex}@toko.example"]) is None


def test_the_thread_goes_with_the_conversation(anna: User) -> None:
    talk = answered(anna, "Here.")
    assert MailThread.objects.count() == 1
    talk.delete()
    assert not MailThread.objects.exists()
