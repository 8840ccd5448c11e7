"""Mails as they really come: charsets, HTML, quotations, files, and what is broken."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamitan.channels.files import LARGEST_FILE, MOST_FILES, welcome
from pamitan.channels.plain import html_to_text
from pamitan.channels.quoting import unfold
from pamitan.channels.reading import read

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
HEAD = b"From: Alice <alice@example.com>\r\nTo: halo@toko.example\r\nSubject: Hi\r\nMessage-ID: <a1@example.com>\r\n"


def mail(text: str = "Hello", *files: tuple[str, bytes], **headers: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Alice <alice@example.com>", "halo@toko.example", "Hi"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


# --- words -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252", "utf-16"])
def test_words_are_read_in_their_charset(charset: str) -> None:
    head = HEAD + f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode()
    assert read(head + "perché no?".encode(charset)).words == "perché no?"


def test_a_charset_that_nobody_knows_is_no_hindrance() -> None:
    head = HEAD + b"Content-Type: text/plain; charset=klingon-1\r\n\r\n"
    assert read(head + "perché".encode()).words == "perché"
    assert read(head + "perché".encode("latin-1")).words == "perché"


def test_of_alternatives_the_plain_text_is_taken() -> None:
    message = EmailMessage()
    message.set_content("plain words")
    message.add_alternative("<p>other words</p>", subtype="html")
    assert read(message.as_bytes()).words == "plain words"


def test_a_mail_of_html_alone_gives_its_words_and_no_script() -> None:
    message = EmailMessage()
    message.set_content(
        "<head><title>T</title><style>p{}</style></head><script>alert(1)</script>"
        "<p>One &lt;b&gt; &amp; <b>two</b><br>three<img src=x onerror=alert(1)></p><div>four</div>",
        subtype="html",
    )
    assert read(message.as_bytes()).words == "One <b> & two\nthree\nfour"


def test_a_quotation_in_html_is_folded() -> None:
    words = html_to_text("<div>Yes</div><blockquote>Do you want it?<br>Really?</blockquote>")
    assert unfold(words) == ("Yes", "> Do you want it?\n> Really?")


def test_encoded_headers_are_read() -> None:
    raw = HEAD.replace(b"Subject: Hi", b"Subject: =?utf-8?q?perch=C3=A9?=") + b"\r\nHello"
    assert read(raw).subject == "perché"


# --- quotations --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "beginning",
    [
        "-- ^^ -- Please write your answer above this line -- ^^ --",
        "> -- ^^ -- Silakan tulis jawaban Anda di atas baris ini -- ^^ --",
        "On Wed, Nov 25, 2026 at 10:00 AM Toko Pojok <halo@toko.example> wrote:",
        "On Wed, Nov 25, 2026 at 10:00 AM Toko Pojok\n<halo@toko.example> wrote:",
        "Pada Rab, 25 Nov 2026 pukul 10.00 Toko Pojok <halo@toko.example> menulis:",
        "Il giorno mer 25 nov 2026 alle ore 10:00 Toko Pojok <halo@toko.example> ha scritto:",
        "Il 25/11/26 10:00, Toko Pojok ha scritto:",
        "-----Original Message-----",
        "-----Messaggio originale-----",
        "From: Toko Pojok\nSent: Wednesday",
        "Da: Toko Pojok\nInviato: mercoledì",
        "Dari: Toko Pojok\nDikirim: Rabu",
        "-- \nAlice",
        "Sent from my iPhone",
        "Dikirim dari iPhone saya",
        "Inviato da iPhone",
    ],
)
def test_what_was_answered_is_folded(beginning: str) -> None:
    assert unfold(f"Yes, please.\n\n{beginning}\n> Do you?\n") == ("Yes, please.", f"{beginning}\n> Do you?")


def test_quoted_lines_at_the_end_are_folded() -> None:
    assert unfold("Yes.\n\n> Do you?\n> Really?\n\n") == ("Yes.", "> Do you?\n> Really?")


def test_answers_between_quoted_lines_stay() -> None:
    text = "> Do you?\nYes.\n> Really?\nReally."
    assert unfold(text) == (text, "")


@pytest.mark.parametrize(
    "text", ["> only quoted", "On Monday I wrote:", "From: here\nto there", "Il gatto ha scritto:"]
)
def test_words_that_only_look_like_it_stay(text: str) -> None:
    assert unfold(text) == (text, "")


@given(st.text())
def test_folding_loses_no_word(text: str) -> None:
    new, rest = unfold(text)
    assert (new + rest).split() == text.replace("\r", "\n").split()


# --- files -------------------------------------------------------------------------------------------------------


def test_a_picture_is_taken_whatever_the_mail_calls_it() -> None:
    (file,) = read(mail("See", ("../../etc/photo.html", PNG))).files
    assert (file.content_type, file.content) == ("image/png", PNG)
    assert "/" not in file.name


@pytest.mark.parametrize(
    "content", [b"MZ" + bytes(100), b"\x7fELF" + bytes(100), b"PK\x03\x04" + bytes(100), b"\xff\x00"]
)
def test_what_runs_or_hides_something_is_refused_by_its_content(content: bytes) -> None:
    letter = read(mail("See", ("photo.png", content)))
    assert letter.files == ()
    assert letter.some_refused


def test_a_page_is_taken_as_text() -> None:
    (file,) = read(mail("See", ("page.html", b"<script>alert(1)</script>"))).files
    assert file.content_type in ("text/plain",)


def test_a_file_that_is_too_large_is_refused() -> None:
    assert welcome("a.png", PNG) is not None
    assert welcome("a.png", PNG + bytes(LARGEST_FILE)) is None


def test_more_files_than_wanted_are_refused_and_the_first_are_kept() -> None:
    letter = read(mail("See", *[(f"{n}.png", PNG) for n in range(MOST_FILES + 1)]))
    assert len(letter.files) == MOST_FILES
    assert letter.some_refused


def test_a_name_cannot_turn_the_reading_direction() -> None:
    file = welcome("invoice\u202efdp.exe", PNG)
    assert file is not None
    assert "\u202e" not in file.name


# --- what is broken ----------------------------------------------------------------------------------------------


def test_a_mail_without_its_boundary_is_handed_on_as_text() -> None:
    letter = read(HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\nPlease close my account\r\n')
    assert letter.damaged
    assert "Please close my account" in letter.words
    assert letter.sender == "alice@example.com"


def test_base64_that_is_none_is_marked() -> None:
    head = HEAD + b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    letter = read(head + b"SGVsbG8!!")
    assert letter.damaged


@given(st.binary(max_size=400))
def test_no_mail_makes_it_stumble(noise: bytes) -> None:
    read(noise)
    read(HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n" + noise + b"\r\n--x\r\n" + noise)


# --- machines ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Auto_Submitted", "auto-replied"),
        ("Precedence", "bulk"),
        ("X_Loop", "halo@toko.example"),
        ("List_Id", "<news.example.com>"),
        ("Return_Path", "<>"),
        ("X_Auto_Response_Suppress", "All"),
    ],
)
def test_a_machines_mail_is_recognised(name: str, value: str) -> None:
    assert read(mail("Away", **{name: value})).automatic


def test_a_persons_mail_is_no_machines() -> None:
    assert not read(mail("Hello", Auto_Submitted="no", Return_Path="<alice@example.com>")).automatic


@pytest.mark.parametrize("sender", ["MAILER-DAEMON@example.com", "no-reply@example.com", "bounce+1@example.com"])
def test_a_machines_address_is_recognised(sender: str) -> None:
    assert read(mail().replace(b"alice@example.com", sender.encode())).automatic
