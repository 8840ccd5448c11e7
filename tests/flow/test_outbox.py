"""The outbox over a real mail server: each mail once, nothing kept of whom it went to."""

from __future__ import annotations

import datetime as dt

import pytest

from pamitan.channels.models import Mail
from pamitan.channels.outbox import message_id, queue_mail
from pamitan.channels.sending import send_due
from tests.flow.postbox import Postbox, postbox  # noqa: F401

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def to_alice(**changes: str) -> Mail:
    wanted = {
        "identity": message_id("1", "received", "registered"),
        "sender": "halo@toko.example",
        "sender_name": "Toko Kertas",
        "recipient": "alice@example.com",
        "subject": "Permintaan diterima",
        "text": "Halo, Alice – terima kasih.",
        "html": "<p>Halo, Alice.</p>",
    }
    return queue_mail(**{**wanted, **changes}, now=NOON)


def test_a_mail_goes_out_as_text_and_html(postbox: Postbox) -> None:  # noqa: F811
    to_alice()
    send_due(NOON)
    (mail,) = postbox.mails
    assert mail["From"] == "Toko Kertas <halo@toko.example>"
    assert mail["To"] == "alice@example.com"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().strip() == "Halo, Alice – terima kasih."


def test_a_sent_mail_is_forgotten_but_for_the_fact(postbox: Postbox) -> None:  # noqa: F811
    mail = to_alice()
    send_due(NOON)
    mail.refresh_from_db()
    assert (mail.recipient, mail.subject, mail.text, mail.html) == ("", "", "", "")
    assert (mail.sent_at, mail.due_at) == (NOON, None)


def test_a_mail_is_sent_once(postbox: Postbox) -> None:  # noqa: F811
    to_alice()
    send_due(NOON)
    send_due(NOON + dt.timedelta(days=1))
    assert len(postbox.mails) == 1


def test_the_same_mail_cannot_be_queued_twice(postbox: Postbox) -> None:  # noqa: F811
    to_alice()
    send_due(NOON)
    to_alice(text="again")
    send_due(NOON)
    assert len(postbox.mails) == 1


def test_an_answer_names_the_mail_that_it_answers(postbox: Postbox) -> None:  # noqa: F811
    to_alice(in_reply_to="<question@example.com>", references="<first@example.com> <question@example.com>")
    send_due(NOON)
    assert postbox.mails[0]["In-Reply-To"] == "<question@example.com>"
    assert postbox.mails[0]["References"] == "<first@example.com> <question@example.com>"


def test_a_subject_cannot_bring_in_a_header(postbox: Postbox) -> None:  # noqa: F811
    to_alice(subject="Halo\r\nBcc: mallory@example.com")
    send_due(NOON)
    assert postbox.recipients == ["alice@example.com"]
    assert postbox.mails[0]["Bcc"] is None


def test_a_refusal_for_good_is_recorded_without_the_address(postbox: Postbox) -> None:  # noqa: F811
    mail = to_alice()
    postbox.refuse_recipient = "550 no such user alice@example.com"
    send_due(NOON)
    mail.refresh_from_db()
    assert (mail.failed_at, mail.failure, mail.recipient) == (NOON, "recipient refused: 550", "")


def test_a_refusal_for_now_is_tried_again(postbox: Postbox) -> None:  # noqa: F811
    mail = to_alice()
    postbox.refuse_recipient = "450 greylisted"
    send_due(NOON)
    postbox.refuse_recipient = ""
    assert send_due(NOON + MINUTE / 2) == 0
    send_due(NOON + MINUTE)
    mail.refresh_from_db()
    assert len(postbox.mails) == 1
    assert mail.sent_at == NOON + MINUTE


def test_what_cannot_be_sent_for_three_days_is_given_up(postbox: Postbox) -> None:  # noqa: F811
    mail = to_alice()
    postbox.refuse_recipient = "450 greylisted"
    send_due(NOON)
    send_due(NOON + dt.timedelta(days=3, minutes=1))
    mail.refresh_from_db()
    assert mail.failed_at is not None
    assert mail.recipient == ""


def test_a_mail_server_that_is_away_loses_nothing(postbox: Postbox, settings: pytest.FixtureRequest) -> None:  # noqa: F811
    mail = to_alice()
    settings.EMAIL_PORT = 1  # type: ignore[attr-defined]
    send_due(NOON)
    mail.refresh_from_db()
    assert mail.failure == "ConnectionRefusedError"
    settings.EMAIL_PORT = postbox.port  # type: ignore[attr-defined]
    send_due(NOON + MINUTE)
    assert postbox.recipients == ["alice@example.com"]


def test_a_mail_that_cannot_be_written_is_given_up_and_holds_up_no_other(postbox: Postbox) -> None:  # noqa: F811
    broken = to_alice(recipient="mallory@example.com\nBcc: x@example.com", identity=message_id("broken"))
    to_alice()
    send_due(NOON)
    broken.refresh_from_db()
    assert broken.failed_at == NOON
    assert postbox.recipients == ["alice@example.com"]
