"""Mails that a provider posts: only signed, only from the provider that is set."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pamitan.channels.models import IncomingMail, Mail
from pamitan.channels.reading import read
from pamitan.closure import clock as clocks
from pamitan.conversation import mail_in
from pamitan.conversation.models import Message

pytestmark = pytest.mark.usefixtures("shop")
KEY = "key-of-mailgun"


def mailgun(key: str = KEY) -> dict[str, str]:
    """What Mailgun posts for a mail, signed with the key."""
    now, token = str(int(time.time())), "t" * 50
    signature = hmac.new(key.encode(), f"{now}{token}".encode(), hashlib.sha256).hexdigest()
    return {
        "timestamp": now,
        "token": token,
        "signature": signature,
        "sender": "alice@example.com",
        "recipient": "halo+abc@toko.example",
        "message-headers": '[["From", "Alice <alice@example.com>"], ["Message-Id", "<h1@example.com>"],'
        ' ["To", "halo@toko.example"]]',
        "body-plain": "Thank you",
    }


@pytest.fixture
def hook(settings: Any) -> None:
    settings.PAMITAN_MAIL_HOOK = "mailgun"
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": KEY}


def raws() -> list[bytes]:
    return [bytes(mail.raw) for mail in IncomingMail.objects.all()]


@pytest.mark.usefixtures("hook")
def test_a_signed_mail_is_written_down_once() -> None:
    for _ in range(2):
        assert Client().post("/hooks/mail", mailgun()).status_code == 200
    (raw,) = raws()
    letter = read(raw)
    assert letter.words == "Thank you"
    assert "halo+abc@toko.example" in letter.recipients


@pytest.mark.usefixtures("hook", "clock")
def test_a_file_of_30_megabytes_is_not_kept_and_politely_refused() -> None:
    file = SimpleUploadedFile("film.png", b"\x89PNG\r\n\x1a\n" + bytes(30 * 1024 * 1024), "image/png")
    fields = {**mailgun(), "attachment-count": "1", "attachment-1": file}
    assert Client().post("/hooks/mail", fields).status_code == 200
    kept = IncomingMail.objects.get()
    assert kept.too_large
    assert len(kept.raw) < 2_000
    mail_in.settle_due(clocks.clock().now())
    kept.refresh_from_db()
    assert (kept.outcome, bytes(kept.raw)) == ("too large", b"")
    note = Mail.objects.get()
    assert note.recipient == "alice@example.com"
    assert "terlalu besar" in note.text  # Alice reads Indonesian
    assert not Message.objects.exists()


@pytest.mark.usefixtures("hook")
@pytest.mark.parametrize("key", ["", "another key"])
def test_what_is_not_signed_is_refused(key: str) -> None:
    assert Client().post("/hooks/mail", mailgun(key)).status_code == 400
    assert raws() == []


def test_without_a_provider_the_address_is_not_there() -> None:
    assert Client().post("/hooks/mail", mailgun()).status_code == 404
    assert raws() == []


@pytest.mark.parametrize(("given", "status"), [("user:secret", 200), ("user:wrong", 400)])
def test_others_show_a_secret(given: str, status: int, settings: Any) -> None:
    settings.PAMITAN_MAIL_HOOK = "postmark"
    settings.ANYMAIL = {"WEBHOOK_SECRET": "user:secret"}
    answer = Client().post(
        "/hooks/mail",
        {
            "FromFull": {"Email": "alice@example.com", "Name": "Alice"},
            "ToFull": [{"Email": "halo@toko.example", "Name": ""}],
            "Headers": [{"Name": "Message-ID", "Value": "<h2@example.com>"}],
            "TextBody": "Thank you",
            "Attachments": [],
        },
        content_type="application/json",
        headers={"authorization": "Basic " + base64.b64encode(given.encode()).decode()},
    )
    assert answer.status_code == status
    assert len(raws()) == (status == 200)
