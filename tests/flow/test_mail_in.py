"""Mails that customers send, and others: over a real IMAP server in, over a real SMTP server out."""

from __future__ import annotations

import datetime as dt
import re
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from pamitan.channels import imap, incoming
from pamitan.channels.incoming import keep
from pamitan.channels.models import IncomingMail, Mail
from pamitan.channels.sending import send_due
from pamitan.closure.models import Closure
from pamitan.closure.traces import erase_traces
from pamitan.conversation import mail_in, service, traces
from pamitan.conversation.models import Attachment, Channel, Conversation, HeldMail, Message
from pamitan.kit.clock import SetClock
from pamitan.worker import mailing
from tests.flow.corner_shop import ALICE, CHARLIE, Shop, customer_client
from tests.flow.postbox import Postbox, postbox  # noqa: F401
from tests.mailbox import Mailbox

pytestmark = pytest.mark.usefixtures("clock", "reading")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
ALICES_ADDRESS = "alice@example.com"


@pytest.fixture
def reading(settings: Any, tmp_path: Path) -> None:
    """Pamitan reads mails."""
    settings.PAMITAN_IMAP_HOST = "localhost"
    settings.PAMITAN_ATTACHMENTS = tmp_path / "attachments"
    settings.PAMITAN_ATTACHMENTS.mkdir()


numbers = iter(range(1, 10_000))


def written(text: str = "Where is my order?", files: dict[str, bytes] | None = None, /, **headers: str) -> bytes:
    message = EmailMessage()
    message["From"] = headers.pop("sender", ALICES_ADDRESS)
    message["To"] = headers.pop("to", "halo@toko.example")
    message["Subject"] = "My order"
    message["Message-ID"] = f"<mail-{next(numbers)}@example.com>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    for name, content in (files or {}).items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def arrives(raw: bytes, clock: SetClock) -> str:
    """It comes in and is settled; the outcome."""
    keep(raw, clock.now())
    mail_in.settle_due(clock.now())
    return IncomingMail.objects.order_by("-pk")[0].outcome


def answered(anna: User, text: str = "It is on its way.") -> Conversation:
    """Alice has asked on the page, and anna has answered by mail."""
    talk = service.open_conversation(ALICE, Channel.EMAIL, service.Request(), "Hello?", language="en")
    service.reply(talk, anna, text)
    return talk


def reply_address() -> str:
    return Mail.objects.exclude(reply_to="").order_by("-pk")[0].reply_to


def texts(talk: Conversation) -> list[str]:
    return list(talk.messages.exclude(text="").values_list("text", flat=True))


def queued() -> list[tuple[str, str]]:
    return list(Mail.objects.exclude(recipient="").order_by("pk").values_list("recipient", "text"))


# --- over real servers -------------------------------------------------------------------------------------------


def test_customer_and_operator_write_to_each_other_by_mail(
    mailbox: Mailbox,
    postbox: Postbox,  # noqa: F811
    anna: User,
    clock: SetClock,
) -> None:
    mailbox.deliver(written("Please tell me more."))
    mailing.take_in()
    assert not Conversation.objects.exists()
    send_due(clock.now())
    link = re.search(r"/help/mail/\S+", str(postbox.mails[0].get_content()))
    assert link is not None
    assert postbox.recipients == [ALICES_ADDRESS]
    Client().post(link[0])
    talk = Conversation.objects.get()
    assert texts(talk) == ["My order\n\nPlease tell me more."]

    service.reply(talk, anna, "Gladly.")
    send_due(clock.now())
    answer = postbox.mails[-1]
    quoted = "On Wed, Nov 25, 2026 at 10:00 Toko Pojok <halo@toko.example> wrote:\n> Gladly."
    mailbox.deliver(
        written(f"Thank you!\n\n{quoted}", to=str(answer["Reply-To"]), In_Reply_To=str(answer["Message-ID"]))
    )
    mailing.take_in()
    assert texts(talk)[1:] == ["Gladly.", "Thank you!"]
    assert talk.messages.last().mail.rest == quoted  # type: ignore[union-attr]
    assert list(service.queue()) == [talk]
    assert mailbox.waiting() == 0


def test_a_mail_is_not_lost_when_the_power_goes_between_keeping_and_deleting(
    mailbox: Mailbox, anna: User, clock: SetClock, settings: Any
) -> None:
    talk = answered(anna)
    mailbox.deliver(written("Thank you", to=reply_address()))
    settings.PAMITAN_IMAP_DONE_FOLDER = "No such folder"  # so that putting it away fails after it was kept
    with pytest.raises(imap.MailboxAway):
        mailing.take_in()
    assert (mailbox.waiting(), IncomingMail.objects.count()) == (1, 1)
    settings.PAMITAN_IMAP_DONE_FOLDER = ""
    mailing.take_in()
    assert (mailbox.waiting(), IncomingMail.objects.count()) == (0, 1)
    assert texts(talk)[-1] == "Thank you"
    assert len(texts(talk)) == 3


def test_handled_mails_can_be_moved_to_a_folder(mailbox: Mailbox, anna: User, settings: Any) -> None:
    answered(anna)
    with mailbox.opened() as box:
        box.create("Done")
    settings.PAMITAN_IMAP_DONE_FOLDER = "Done"
    mailbox.deliver(written("Thank you", to=reply_address()))
    mailing.take_in()
    with mailbox.opened() as box:
        assert box.select("Done")[1] == [b"1"]
    assert mailbox.waiting() == 0


def test_a_mailbox_with_a_wrong_certificate_is_not_read(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    mailbox.deliver(written())
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(imap.MailboxAway, match="certificate"):
        mailing.take_in()
    assert mailbox.waiting() == 1


def test_a_wrong_password_is_said_without_the_password(mailbox: Mailbox, settings: Any) -> None:
    settings.PAMITAN_IMAP_USER = "nobody"
    settings.PAMITAN_IMAP_PASSWORD = "wrong"
    with pytest.raises(imap.MailboxAway) as away:
        mailing.take_in()
    assert str(away.value) == "it refused the sign-in or the folder"


def test_a_mail_of_30_megabytes_is_not_fetched_and_politely_refused(
    mailbox: Mailbox, anna: User, clock: SetClock
) -> None:
    talk = answered(anna)
    before = texts(talk)
    mailbox.deliver(written("See", {"film.png": PNG + bytes(30 * 1024 * 1024)}, to=reply_address()))
    mailing.take_in()
    assert texts(talk) == before
    assert not Attachment.objects.exists()
    recipient, text = queued()[-1]
    assert recipient == ALICES_ADDRESS
    assert "10 MB" in text
    assert mailbox.waiting() == 0


# --- who is it? --------------------------------------------------------------------------------------------------


def test_a_forged_sender_begins_nothing_and_the_holder_is_asked(clock: SetClock) -> None:
    assert arrives(written("Close my account at once!"), clock) == "held"
    assert not Conversation.objects.exists()
    assert not Closure.objects.exists()
    ((recipient, text),) = queued()
    assert recipient == ALICES_ADDRESS
    assert "Close my account" not in text


def test_looking_at_the_question_confirms_nothing(clock: SetClock) -> None:
    arrives(written("<b>Hello</b>"), clock)
    link = re.search(r"/help/mail/\S+", queued()[0][1])
    assert link is not None
    page = Client().get(link[0]).content.decode()
    assert "&lt;b&gt;Hello&lt;/b&gt;" in page
    assert not Conversation.objects.exists()
    assert Client().post(link[0]).status_code == 200
    assert Conversation.objects.get().account_id == ALICE
    assert Client().post(link[0]).status_code == 404
    assert Conversation.objects.count() == 1


def test_an_invented_link_lets_nothing_in(clock: SetClock) -> None:
    arrives(written(), clock)
    held = HeldMail.objects.get()
    assert Client().post(f"/help/mail/{held.pk}").status_code == 404
    assert not Conversation.objects.exists()


def test_what_nobody_confirms_is_deleted_after_three_days(clock: SetClock) -> None:
    arrives(written(), clock)
    mailing.tidy(clock.now() + dt.timedelta(days=2))
    assert HeldMail.objects.count() == 1
    mailing.tidy(clock.now() + dt.timedelta(days=3, minutes=1))
    assert not HeldMail.objects.exists()


def test_many_forged_mails_do_not_flood_the_holder_and_leave_another_way(clock: SetClock) -> None:
    outcomes = [arrives(written(), clock) for _ in range(mail_in.MOST_HELD + 3)]
    assert outcomes == ["held"] * mail_in.MOST_HELD + ["invited"] * 3
    assert ["/help/write" in text for _to, text in queued()] == [False] * mail_in.MOST_HELD + [True]


def test_an_unknown_sender_is_told_the_way_once_a_day_and_nothing_is_kept(clock: SetClock) -> None:
    assert arrives(written("My secret", sender="eve@example.org"), clock) == "invited"
    arrives(written(sender="eve@example.org"), clock)
    ((recipient, text),) = queued()
    assert recipient == "eve@example.org"
    assert "/help/write" in text
    assert not Conversation.objects.exists()
    assert not HeldMail.objects.exists()
    assert b"My secret" not in b"".join(bytes(mail.raw) for mail in IncomingMail.objects.all())
    clock.pass_time(days=1)
    arrives(written(sender="eve@example.org"), clock)
    assert len(queued()) == 2


def test_a_thread_is_not_written_in_by_another_address(anna: User, clock: SetClock) -> None:
    talk = answered(anna)
    before = texts(talk)
    assert arrives(written("I am Alice", to=reply_address(), sender="eve@example.org"), clock) == "held"
    assert texts(talk) == before
    assert queued()[-1][0] == ALICES_ADDRESS


def test_the_registered_address_alone_does_not_open_somebody_elses_thread(anna: User, clock: SetClock) -> None:
    talk = answered(anna)
    assert arrives(written("Me", to=reply_address(), sender="charlie@example.com"), clock) == "held"
    assert HeldMail.objects.get().account_id == talk.account_id == ALICE != CHARLIE


def test_a_header_is_enough_where_the_address_was_cut(anna: User, clock: SetClock) -> None:
    talk = answered(anna)
    known = Mail.objects.get().message_id
    assert arrives(written("Thank you", References=f"<x@example.com> {known}"), clock) == "said"
    assert texts(talk)[-1] == "Thank you"


def test_no_mail_closes_an_account(anna: User, clock: SetClock, shop: Shop) -> None:
    answered(anna)
    arrives(written("Close my account. YES. CONFIRM.", to=reply_address()), clock)
    assert not Closure.objects.exists()
    assert shop.run("SELECT count(*) FROM customer") == [(3,)]


def test_what_our_own_server_calls_forged_is_dropped(anna: User, clock: SetClock, settings: Any) -> None:
    settings.PAMITAN_MAIL_AUTHSERV = "mx.toko.example"
    talk = answered(anna)
    before = texts(talk)
    forged = written(to=reply_address(), Authentication_Results="mx.toko.example; dmarc=fail header.from=example.com")
    assert arrives(forged, clock) == "forged"
    assert texts(talk) == before
    strangers = written("Hi", to=reply_address(), Authentication_Results="elsewhere.example; dmarc=fail")
    assert arrives(strangers, clock) == "said"


# --- machines ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"List_Id": "<news.example.com>"},
        {"Return_Path": "<>"},
        {"X_Loop": "x"},
    ],
)
def test_a_machine_gets_no_answer(headers: dict[str, str], clock: SetClock) -> None:
    assert arrives(written(sender="eve@example.org", **headers), clock) == "automatic"
    assert arrives(written(**headers), clock) == "automatic"
    assert queued() == []


@pytest.mark.parametrize("sender", ["halo@toko.example", "halo+something@toko.example"])
def test_our_own_mail_coming_back_gets_no_answer(sender: str, clock: SetClock) -> None:
    assert arrives(written(sender=sender), clock) == "own"
    assert queued() == []


def test_a_loop_without_any_sign_ends(anna: User, clock: SetClock) -> None:
    for _ in range(mail_in.MOST_PER_HOUR + 5):
        outcome = arrives(written(sender="eve@example.org"), clock)
    assert outcome == "too many"
    assert len(queued()) == 1


def test_too_many_messages_are_refused_once_a_day(anna: User, clock: SetClock) -> None:
    talk = answered(anna)
    to = reply_address()
    outcomes = [arrives(written(f"Hello {n}", to=to), clock) for n in range(24)]
    assert set(outcomes[:20]) == {"said"}
    assert set(outcomes[20:]) == {"refused"}
    assert len([text for _to, text in queued() if "We could not take your e-mail" in text]) == 1
    assert len(texts(talk)) == 22


# --- what is in it -----------------------------------------------------------------------------------------------


def test_a_mail_comes_in_once(anna: User, clock: SetClock) -> None:
    talk, raw = answered(anna), written("Thank you", to=reply_address())
    keep(raw, clock.now())
    keep(raw, clock.now())
    mail_in.settle_due(clock.now())
    keep(raw, clock.now())
    mail_in.settle_due(clock.now())
    assert texts(talk).count("Thank you") == 1


def test_html_and_scripts_show_as_text_on_both_sides(anna: User, clock: SetClock) -> None:
    talk = answered(anna)
    arrives(written("<script>alert(1)</script> & <b>bold</b>\n> <i>quoted</i>", to=reply_address()), clock)
    page = customer_client(ALICES_ADDRESS).get(f"/help/conversations/{talk.reference}").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;i&gt;quoted&lt;/i&gt;" in page
    assert "<script>alert" not in page
    assert '<details class="rest">' in page


def test_a_broken_mail_is_shown_with_a_remark(anna: User, clock: SetClock) -> None:
    talk = answered(anna)
    head = f"From: {ALICES_ADDRESS}\r\nTo: {reply_address()}\r\nMessage-ID: <b@example.com>\r\n".encode()
    broken = head + b'Content-Type: multipart/mixed; boundary="x"\r\n\r\nStill here \xff\r\n'
    assert arrives(broken, clock) == "said"
    assert "Still here" in texts(talk)[-1]
    page = customer_client(ALICES_ADDRESS).get(f"/help/conversations/{talk.reference}").content.decode()
    assert "This e-mail was damaged." in page


def test_a_long_thread_costs_one_query(
    anna: User, clock: SetClock, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    talk = answered(anna)
    arrives(written("Thank you\n-- \nAlice", to=reply_address()), clock)
    with django_assert_num_queries(1):
        rests = [getattr(message, "mail", None) and message.mail.rest for message in talk.messages.all()]
    assert rests == [None, None, "-- \nAlice"]


def test_a_file_is_handed_out_as_a_download_to_its_customer_alone(anna: User, clock: SetClock, settings: Any) -> None:
    talk = answered(anna)
    arrives(written("See", {"../foto.html": PNG}, to=reply_address()), clock)
    file = Attachment.objects.get()
    assert [path.name for path in settings.PAMITAN_ATTACHMENTS.iterdir()] == [file.stored.hex]
    address = f"/help/conversations/{talk.reference}/files/{file.pk}"
    assert address in customer_client(ALICES_ADDRESS).get(f"/help/conversations/{talk.reference}").content.decode()
    answer = customer_client(ALICES_ADDRESS).get(address)
    assert b"".join(answer.streaming_content) == PNG  # type: ignore[attr-defined]
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "image/png"
    assert customer_client("charlie@example.com").get(address).status_code == 404
    assert Client().get(address).status_code == 302
    assert Client().get(f"/desk/conversations/{talk.reference}/files/{file.pk}/").status_code in (302, 403)


def test_a_refused_file_is_told_and_the_words_come_in(anna: User, clock: SetClock) -> None:
    talk = answered(anna)
    arrives(written("See", {"game.exe": b"MZ" + bytes(200)}, to=reply_address()), clock)
    assert texts(talk)[-1] == "See"
    assert not Attachment.objects.exists()
    assert "could not take every file" in queued()[-1][1]


def test_a_very_long_mail_is_kept_whole(anna: User, clock: SetClock, settings: Any) -> None:
    talk, long = answered(anna), "word " * 3000
    arrives(written(long, to=reply_address()), clock)
    assert len(texts(talk)[-1]) == 4000
    (path,) = settings.PAMITAN_ATTACHMENTS.iterdir()
    assert path.read_text().split() == long.split()


def test_a_mail_to_a_finished_conversation_begins_a_new_one(anna: User, clock: SetClock) -> None:
    talk = answered(anna)
    service.close(talk, anna)
    assert arrives(written("One more thing", to=reply_address()), clock) == "said"
    new = Conversation.objects.exclude(pk=talk.pk).get()
    assert texts(new) == ["My order\n\nOne more thing"]


def test_while_the_store_is_away_a_mail_waits(anna: User, clock: SetClock, shop: Shop) -> None:
    talk = answered(anna)
    raw = written("Thank you", to=reply_address())
    shop.run("ALTER TABLE customer RENAME TO away")
    arrives(raw, clock)
    assert IncomingMail.objects.get().due_at is not None
    shop.run("ALTER TABLE away RENAME TO customer")
    clock.pass_time(minutes=3)
    mail_in.settle_due(clock.now())
    assert texts(talk)[-1] == "Thank you"


# --- what is left ------------------------------------------------------------------------------------------------


def test_everything_of_a_person_goes_with_a_receipt(
    anna: User, clock: SetClock, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    answered(anna)
    arrives(written("See", {"foto.png": PNG}, to=reply_address()), clock)
    arrives(written("Held"), clock)
    with django_capture_on_commit_callbacks(execute=True):
        receipts = {trace.table: trace.rows for trace in erase_traces(ALICE)}
    assert receipts["files"] == receipts["conversation_attachment"] == receipts["conversation_heldmail"] == 1
    assert list(settings.PAMITAN_ATTACHMENTS.iterdir()) == []
    assert not Message.objects.exists()
    assert not HeldMail.objects.exists()


def test_a_file_that_a_crash_left_is_removed_and_others_stay(anna: User, clock: SetClock, settings: Any) -> None:
    answered(anna)
    arrives(written("See", {"foto.png": PNG}, to=reply_address()), clock)
    (settings.PAMITAN_ATTACHMENTS / "left").write_bytes(b"left by a crash")
    mailing.tidy(dt.datetime.now(dt.UTC) + dt.timedelta(hours=2))
    assert [path.name for path in settings.PAMITAN_ATTACHMENTS.iterdir()] == [Attachment.objects.get().stored.hex]


def test_conversations_of_accounts_that_stay_end_after_the_declared_days(anna: User, clock: SetClock) -> None:
    answered(anna)
    assert traces.forget_old(clock.now() + dt.timedelta(days=364)) == 0
    assert Conversation.objects.count() == 1
    assert traces.forget_old(clock.now() + dt.timedelta(days=366)) == 1
    assert not Conversation.objects.exists()


def test_senders_are_forgotten_after_a_day(clock: SetClock) -> None:
    arrives(written(sender="eve@example.org"), clock)
    assert IncomingMail.objects.exclude(sender_hash="").count() == 1
    incoming.forget_old(clock.now() + dt.timedelta(days=1, minutes=1))
    assert IncomingMail.objects.filter(sender_hash="").count() == 1
    incoming.forget_old(clock.now() + dt.timedelta(days=91))
    assert not IncomingMail.objects.exists()


# --- signed out --------------------------------------------------------------------------------------------------


def test_who_is_signed_out_comes_to_us_by_a_code(clock: SetClock) -> None:
    client = Client(headers={"accept-language": "en"})
    page = client.get("/help/write").content.decode()
    assert 'action="/sign-in/code?next=%2Fhelp%2Fcontact"' in page
    client.post("/sign-in/code?next=%2Fhelp%2Fcontact", {"login": ALICES_ADDRESS})
    code = re.search(r"\b\d{6}\b", queued()[-1][1])
    assert code is not None
    answer = client.post("/sign-in/code/enter?next=%2Fhelp%2Fcontact", {"code": code[0]})
    assert answer.headers["Location"] == "/help/contact"
    assert client.get("/help/contact").status_code == 200


def test_an_unknown_address_is_answered_alike(clock: SetClock) -> None:
    answers = []
    for login in (ALICES_ADDRESS, "eve@example.org"):
        client = Client(headers={"accept-language": "en"})
        answer = client.post("/sign-in/code?next=%2Fhelp%2Fcontact", {"login": login})
        answers.append((answer.status_code, answer.headers["Location"]))
    assert answers[0] == answers[1]
    assert [recipient for recipient, _text in queued()] == [ALICES_ADDRESS]
