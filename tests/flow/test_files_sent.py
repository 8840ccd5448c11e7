"""Files that an operator sends along: into the thread, with the mail, and away with the thread."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pamitan.channels.files import LARGEST_FILE
from pamitan.channels.models import Mail, MailFile
from pamitan.channels.sending import send_due
from pamitan.closure.traces import erase_traces
from pamitan.conversation import service, traces
from pamitan.conversation.attachments import LARGEST_SENT, MOST_SENT
from pamitan.conversation.models import Attachment, Channel, Conversation, Message
from pamitan.kit.clock import SetClock
from tests.flow.corner_shop import ALICE, customer_client, operator_client
from tests.flow.postbox import Postbox, postbox  # noqa: F401

pytestmark = pytest.mark.usefixtures("clock", "folder")
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 8
REFUSAL = "A file cannot be sent."


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.PAMITAN_ATTACHMENTS = tmp_path / "attachments"
    settings.PAMITAN_ATTACHMENTS.mkdir()
    return tmp_path / "attachments"


def asked(channel: Channel = Channel.EMAIL) -> Conversation:
    return service.open_conversation(ALICE, channel, service.Request(), "Where is my bill?", language="en")


def sends(anna: User, talk: Conversation, *files: tuple[str, bytes], text: str = "Here it is.") -> Any:
    """Anna answers on the desk's page, with files."""
    uploads = [SimpleUploadedFile(name, content, "text/html") for name, content in files]
    page = f"/desk/conversations/{talk.reference}/reply/"
    return operator_client(anna).post(page, {"text": text, "files": uploads})


def test_the_mail_carries_the_file(anna: User, clock: SetClock, postbox: Postbox) -> None:  # noqa: F811
    assert sends(anna, asked(), ("Rechnung Nº 7 – März.pdf", PDF)).status_code == 302
    send_due(clock.now())
    [mail] = postbox.mails
    [part] = list(mail.iter_attachments())
    assert part.get_content_type() == "application/pdf"
    assert part.get_filename() == "Rechnung Nº 7 – März.pdf"
    assert part.get_content_disposition() == "attachment"
    assert part.get_content() == PDF
    assert "Here it is." in str(mail.get_body(("plain",)))


def test_the_outbox_forgets_the_files_name_once_it_is_sent(
    anna: User,
    clock: SetClock,
    postbox: Postbox,  # noqa: F811
) -> None:
    sends(anna, asked(), ("bill.pdf", PDF))
    assert MailFile.objects.get().name == "bill.pdf"
    send_due(clock.now())
    assert not MailFile.objects.exists()
    assert Mail.objects.get().sent_at == clock.now()


def test_a_refused_mail_forgets_its_files_too(anna: User, clock: SetClock, postbox: Postbox) -> None:  # noqa: F811
    postbox.refuse_recipient = "550 no such mailbox"
    sends(anna, asked(), ("bill.pdf", PDF))
    send_due(clock.now())
    assert Mail.objects.get().failed_at == clock.now()
    assert not MailFile.objects.exists()


@pytest.mark.parametrize("channel", list(Channel))
def test_the_customer_saves_the_file_from_the_thread(anna: User, channel: Channel) -> None:
    talk = asked(channel)
    sends(anna, talk, ("bill.pdf", PDF))
    file, page = Attachment.objects.get(), f"/help/conversations/{talk.reference}"
    address = f"{page}/files/{file.pk}"
    alice = customer_client("alice@example.com")
    assert f'<a class="tap" href="{address}" download>bill.pdf</a>' in alice.get(page).content.decode()
    answer = alice.get(address)
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert answer["Content-Disposition"] == 'attachment; filename="bill.pdf"'
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert customer_client("charlie@example.com").get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_what_a_file_is_is_told_by_its_content(anna: User, clock: SetClock) -> None:
    sends(anna, asked(), ("<b>bill<b>.html", b"<script>alert(1)</script>"))
    file = Attachment.objects.get()
    assert (file.content_type, file.name) == ("text/plain", "_b_bill_b_.html")


@pytest.mark.parametrize(
    "files",
    [
        [("big.pdf", PDF + bytes(LARGEST_FILE))],
        [("huge.pdf", PDF + bytes(30 * 1024 * 1024))],
        [("a.pdf", PDF + bytes(LARGEST_SENT // 2)), ("b.pdf", PDF + bytes(LARGEST_SENT // 2))],
        [(f"{number}.pdf", PDF) for number in range(MOST_SENT + 1)],
        [("program.exe", b"MZ" + bytes(100))],
        [("empty.pdf", b"")],
        [("good.pdf", PDF), ("archive.zip", b"PK\x03\x04" + bytes(100))],
    ],
    ids=["ten megabytes", "thirty megabytes", "too much together", "too many", "a program", "empty", "one of two"],
)
def test_a_file_that_is_not_taken_stops_the_answer(anna: User, folder: Path, files: list[tuple[str, bytes]]) -> None:
    talk = asked()
    before = Message.objects.count()
    answer = sends(anna, talk, *files, text="Words that took an hour")
    assert answer.status_code == 409
    assert REFUSAL in answer.content.decode()
    assert "Words that took an hour</textarea>" in answer.content.decode()
    assert Message.objects.count() == before
    assert not Mail.objects.exists()
    assert list(folder.iterdir()) == []


def test_an_answer_that_is_sent_twice_has_its_file_once(anna: User) -> None:
    talk, desk = asked(), operator_client(anna)
    page, key = f"/desk/conversations/{talk.reference}/reply/", "4a1f4f4e-0d8b-4a4c-8f0e-5a1c3e6f7a11"
    for _ in range(2):
        desk.post(page, {"text": "Here", "key": key, "files": SimpleUploadedFile("bill.pdf", PDF)})
    assert Attachment.objects.count() == 1
    assert talk.messages.get(text="Here").file_count == 1


def test_the_file_goes_with_the_thread(
    anna: User,
    folder: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    sends(anna, asked(), ("bill.pdf", PDF))
    assert len(list(folder.iterdir())) == 1
    with django_capture_on_commit_callbacks(execute=True):
        found = {trace.table: trace.rows for trace in erase_traces(ALICE)}
    assert (found["files"], found["conversation_attachment"]) == (1, 1)
    assert list(folder.iterdir()) == []
    assert not Attachment.objects.exists()


def test_a_mail_whose_file_was_erased_meanwhile_is_given_up(
    anna: User,
    clock: SetClock,
    postbox: Postbox,  # noqa: F811
    django_capture_on_commit_callbacks: Any,
) -> None:
    sends(anna, asked(), ("bill.pdf", PDF))
    with django_capture_on_commit_callbacks(execute=True):
        traces.erase_conversations(ALICE)
    send_due(clock.now())
    assert postbox.mails == []
    assert Mail.objects.get().failure == "ValueError"


def test_the_transcript_names_the_file(anna: User) -> None:
    talk = asked(Channel.CHAT)
    sends(anna, talk, ("bill.pdf", PDF))
    customer_client("alice@example.com").post(f"/help/conversations/{talk.reference}/transcript")
    mail = Mail.objects.get()
    assert "Here it is.\n[bill.pdf]" in mail.text
    assert "<li>bill.pdf</li>" in mail.html
