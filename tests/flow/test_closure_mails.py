"""The mails of a closure: in the customer's language, as text and HTML, with links that work and nothing too much."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives

from pamitan.closure import service
from pamitan.closure.states import State
from pamitan.kit.clock import SetClock
from tests.flow.closing import ALICE, Shop, ask, clock, later, mails, shop  # noqa: F401
from tests.flow.postbox import Postbox, postbox  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

SUBJECTS = {
    "id": {
        "Permintaan diterima",
        "Kami perlu jawaban Anda",
        "Semuanya sudah selesai",
        "Masih ada yang belum selesai",
        "Akun sudah ditutup",
        "Mohon konfirmasi",
        "Tidak dikonfirmasi tepat waktu",
        "Kami tidak bisa menutup akun Anda",
        "Akun Anda tetap ada",
        "Kode Anda untuk Toko Kertas",
    },
    "en": {
        "Request received",
        "We need your answer",
        "Nothing is open any more",
        "Something is still open",
        "Account closed",
        "Please confirm",
        "Not confirmed in time",
        "We cannot close your account",
        "Your account stays",
        "Your code for Toko Kertas",
    },
    "it": {
        "Richiesta ricevuta",
        "Ci serve la tua risposta",
        "Non c'è più nulla in corso",
        "Qualcosa è ancora in corso",
        "Account chiuso",
        "Conferma, per favore",
        "Non confermata in tempo",
        "Non possiamo chiudere il tuo account",
        "Il tuo account resta",
        "Il tuo codice per Toko Kertas",
    },
}


def html_of(message: EmailMessage) -> str:
    assert isinstance(message, EmailMultiAlternatives)
    return str(message.alternatives[0][0])


def every_mail(language: str, shop: Shop, clock: SetClock) -> list[EmailMessage]:  # noqa: F811
    """Lives that, together, send each kind of mail."""
    service.send_code(ALICE, "sign-in", language=language)
    expired = service.start_for_customer(ALICE, 7)
    later(expired, clock, days=3)
    later(service.withdraw(ask(language=language)), clock, seconds=1)
    later(service.refuse(ask(language=language), 7, "Article 17(3)"), clock, seconds=1)
    order = shop.order_of(ALICE, "shipped")
    waiting = later(ask(language=language, pace="after_delivery"), clock, days=30)
    shop.run("UPDATE orders SET status = 'done' WHERE id = ?", order)
    later(waiting, clock, hours=1)
    order = shop.order_of(ALICE, "shipped")
    later(waiting, clock, days=7)
    shop.run("UPDATE orders SET status = 'done' WHERE id = ?", order)
    later(waiting, clock, hours=1)
    assert later(waiting, clock, days=7).state == State.CLOSED
    return mails()


@pytest.mark.parametrize("language", ["id", "en", "it"])
def test_each_mail_speaks_the_customers_language(language: str, shop: Shop, clock: SetClock) -> None:  # noqa: F811
    shop.file.write_text(shop.file.read_text().replace("[id, en, it]", f"[{language}]"))
    sent = every_mail(language, shop, clock)
    assert {message.subject.split(":")[0] for message in sent} == SUBJECTS[language]
    for message in sent:
        words = str(message.body) + html_of(message)
        assert "{{" not in words
        assert "None" not in words
        assert f'<html lang="{language}">' in html_of(message)


def test_the_html_has_no_script_no_picture_and_no_table(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    for message in every_mail("en", shop, clock):
        assert not re.search(r"<(script|img|table|link|iframe)", html_of(message))
        assert "prefers-color-scheme: dark" in html_of(message)


def test_text_and_html_carry_the_same_link_to_the_status_page() -> None:
    closure = ask()
    message = mails()[0]
    (in_text,) = re.findall(r"https?://\S+", str(message.body))
    (in_html,) = re.findall(r'href="([^"]+)"', html_of(message))
    assert in_text == in_html
    assert urlsplit(in_text).path == f"/status/{closure.reference}"
    token = parse_qs(urlsplit(in_text).query)["token"][0]
    assert service.closure_by_token(token) == closure


def test_a_forged_link_opens_nothing() -> None:
    token = service.status_token(ask())
    assert service.closure_by_token(token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    assert service.closure_by_token("") is None
    assert service.closure_by_confirm_token(token) is None


def test_the_mail_that_proves_the_registered_address_goes_nowhere_else() -> None:
    closure = service.start_for_customer(ALICE, 7)
    closure.other_email = "mallory@example.com"
    closure.save(update_fields=["other_email"])
    assert [message.to for message in mails()] == [["alice@example.com"]]


def test_what_an_operator_writes_is_shown_as_text(clock: SetClock) -> None:  # noqa: F811
    service.refuse(ask(), 7, "<script>alert(1)</script> & more")
    message = mails()[-1]
    assert "<script>alert(1)</script> & more" in str(message.body)
    assert "<script>" not in html_of(message)
    assert "&lt;script&gt;" in html_of(message)


def test_the_last_mail_says_that_a_barred_address_cannot_be_used_again(clock: SetClock) -> None:  # noqa: F811
    later(ask(), clock, days=7)
    assert "cannot be used for a new one." in str(mails()[-1].body)


def test_the_last_mail_promises_no_bar_that_there_is_not(clock: SetClock) -> None:  # noqa: F811
    later(ask("2"), clock, days=7)
    assert "The account cannot be restored." in str(mails()[-1].body)


def test_over_a_real_mail_server_two_addresses_get_two_mails_of_their_own(postbox: Postbox) -> None:  # noqa: F811
    ask(other_email="alice@elsewhere.example")
    assert postbox.recipients == ["alice@example.com", "alice@elsewhere.example"]
    assert len(set(postbox.ids)) == 2
    assert all(identity.endswith("@toko.example>") for identity in postbox.ids)
