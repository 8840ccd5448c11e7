"""Markup and scripts in every place where somebody writes: on all pages and in all mails they are words."""

from __future__ import annotations

import json
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pamitan.channels.incoming import keep
from pamitan.channels.models import Mail
from pamitan.channels.sending import send_due
from pamitan.conversation import mail_in
from pamitan.conversation.models import Attachment, Conversation, HeldMail
from pamitan.desk.operators import create_operator
from pamitan.kit.clock import SetClock
from pamitan.stores.hooks import sign
from tests.flow.corner_shop import OPERATOR_PASSWORD, SECRET, Shop, build_shop, customer_client, operator_client
from tests.flow.postbox import Postbox, postbox  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "folder")]

EVIL = """<evil onload=alert(1)>'"><evil src=x onerror=alert(2)>{{ evil }}<!--"""
WORDS = "onerror=alert(2)"
"""A part of it that is still there when brackets and quotation marks are written as entities."""
CHANNELS = ["email", "phone", "chat"]
PDF = b"%PDF-1.7\n" + bytes(100)
ALICE = "alice@example.com"


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        handlers = [name for name, _ in attrs if name.startswith("on")]
        self.found += [tag, *handlers]
        self.words += [value for name, value in attrs if value and name == "value"]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def is_harmless(page: str) -> None:
    """Whatever was written is there, and it is words."""
    tags = _Tags()
    tags.feed(page)
    assert WORDS in " ".join(tags.words)
    assert "evil" not in tags.found
    assert not [name for name in tags.found if name.startswith("on")]


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.PAMITAN_IMAP_HOST = "localhost"
    settings.PAMITAN_ATTACHMENTS = tmp_path / "attachments"
    settings.PAMITAN_ATTACHMENTS.mkdir()
    return tmp_path / "attachments"


@pytest.fixture
def evil_alice(shop: Shop) -> Client:
    """Alice has given such a name to the shop."""
    shop.run("UPDATE customer SET name = ? WHERE id = 1", EVIL)
    return customer_client(ALICE)


def writes(alice: Client, channel: str) -> Conversation:
    call = {"when": "now", "number": "+6281234567890"} if channel == "phone" else {}
    address = f"/help/contact/{channel}?area=other"
    assert alice.post(address, {"text": EVIL, **call}).status_code == 302
    return Conversation.objects.get()


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_customers_words_and_name(evil_alice: Client, anna: User, channel: str) -> None:
    talk = writes(evil_alice, channel)
    is_harmless(evil_alice.get(f"/help/conversations/{talk.reference}").content.decode())
    is_harmless(operator_client(anna).get(f"/desk/conversations/{talk.reference}/").content.decode())


@pytest.mark.parametrize("channel", CHANNELS)
def test_an_operators_words_notes_and_file_names(
    evil_alice: Client,
    anna: User,
    channel: str,
    clock: SetClock,
    postbox: Postbox,  # noqa: F811
) -> None:
    talk, desk = writes(evil_alice, channel), operator_client(anna)
    page = f"/desk/conversations/{talk.reference}/"
    file = SimpleUploadedFile('x"><evil onerror=alert(2)>.pdf', PDF)
    desk.post(f"{page}reply/", {"text": EVIL, "files": file})
    desk.post(f"{page}note/", {"note": EVIL})
    is_harmless(desk.get(page).content.decode())
    is_harmless(evil_alice.get(f"/help/conversations/{talk.reference}").content.decode())
    evil_alice.post(f"/help/conversations/{talk.reference}/transcript")
    send_due(clock.now())
    assert len(postbox.mails) == (2 if channel == "email" else 1)
    for mail in postbox.mails:
        body = mail.get_body(("html",))
        assert body is not None
        is_harmless(str(body.get_content()))


def test_a_mails_subject_sender_words_and_file_name(anna: User, clock: SetClock) -> None:
    mail = EmailMessage()
    mail["From"] = '"<evil onerror=alert(2)>" <alice@example.com>'
    mail["To"], mail["Subject"], mail["Message-ID"] = "halo@toko.example", EVIL, "<evil-1@example.com>"
    mail.set_content(f"{EVIL}\n\n-- \n{EVIL}")
    mail.add_attachment(PDF, maintype="text", subtype="html", filename='é"><evil onerror=alert(2)>NEWLINEX-Evil: 1')
    raw = mail.as_bytes()
    assert b"NEWLINE" in raw
    keep(raw.replace(b"NEWLINE", b"%0D%0A"), clock.now())
    mail_in.settle_due(clock.now())
    held = HeldMail.objects.get()
    [note] = Mail.objects.all()
    assert "evil" not in note.text + note.html + note.subject  # a stranger's words never go on to anybody
    link = next(word for word in note.text.split() if "/help/mail/" in word)
    path = "/" + link.split("/", 3)[3]
    is_harmless(Client().get(path).content.decode())
    Client().post(path)
    assert not HeldMail.objects.filter(pk=held.pk).exists()
    talk, file = Conversation.objects.get(), Attachment.objects.get()
    alice, desk = customer_client(ALICE), operator_client(anna)
    is_harmless(alice.get(f"/help/conversations/{talk.reference}").content.decode())
    is_harmless(desk.get(f"/desk/conversations/{talk.reference}/").content.decode())
    for answer in (
        alice.get(f"/help/conversations/{talk.reference}/files/{file.pk}"),
        desk.get(f"/desk/conversations/{talk.reference}/files/{file.pk}/"),
    ):
        assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"].startswith("attachment; filename")
        assert "X-Evil" not in answer.headers


def test_what_is_refused_is_shown_again_as_words(evil_alice: Client, anna: User) -> None:
    long = EVIL + "x" * 4000
    refused = evil_alice.post("/help/contact/chat?area=other", {"text": long})
    assert refused.status_code == 422
    is_harmless(refused.content.decode())
    talk = writes(evil_alice, "chat")
    page = f"/desk/conversations/{talk.reference}/reply/"
    again = operator_client(anna).post(page, {"text": long})
    assert again.status_code == 409
    is_harmless(again.content.decode())


def test_what_is_searched_for_at_the_desk(anna: User) -> None:
    found = operator_client(anna).post("/desk/find/", {"words": EVIL})
    assert found.status_code == 404
    is_harmless(found.content.decode())


def test_a_callers_number(tmp_path: Path, settings: Any, clock: SetClock) -> None:
    (tmp_path / "with-telephone").mkdir()
    settings.PAMITAN_STORE = str(build_shop(tmp_path / "with-telephone", "telephone: {secret: kunci}\n")[1])
    anna = create_operator("anna@toko.example", OPERATOR_PASSWORD, SECRET)
    number = "<evil onerror=alert(2)>"
    event = {"event": "newCall", "callId": "1", "direction": "in", "from": number, "to": "1"}
    body = json.dumps(event).encode()
    headers = {"X-Pamitan-Signature": sign("kunci", body, int(clock.now().timestamp()))}
    answer = Client().post("/api/calls", body, content_type="application/json", headers=headers)
    assert answer.status_code == 204
    is_harmless(operator_client(anna).get("/desk/ringing/").content.decode())


@pytest.mark.parametrize("channel", CHANNELS)
def test_three_megabytes_of_words_are_refused(evil_alice: Client, anna: User, channel: str) -> None:
    talk = writes(evil_alice, channel)
    before = talk.messages.count()
    for client, address in (
        (evil_alice, f"/help/conversations/{talk.reference}/say"),
        (operator_client(anna), f"/desk/conversations/{talk.reference}/note/"),
    ):
        answer = client.post(address, "text=" + "x" * 3_000_000, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 400
    assert talk.messages.count() == before
