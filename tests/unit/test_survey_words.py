"""What names say."""

from __future__ import annotations

import pytest

from pamitan.survey.tables import subject_of
from pamitan.survey.words import is_of_third_persons, is_staff, kind_of, spelt


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("email", "email"),
        ("guestEmail", "email"),
        ("surel", "email"),
        ("posta_elettronica", "email"),
        ("telepon", "phone"),
        ("no_hp", "phone"),
        ("cellulare", "phone"),
        ("billingFirstname", "name"),
        ("nama_lengkap", "name"),
        ("cognome", "name"),
        ("Nachname", "name"),
        ("shipping_address_1", "address"),
        ("kode_pos", "address"),
        ("indirizzo", "address"),
        ("tanggal_lahir", "birth date"),
        ("data_nascita", "birth date"),
        ("codice_fiscale", "identity number"),
        ("npwp", "identity number"),
        ("iban", "card or bank number"),
        ("forwarded_ip", "ip address"),
        ("userAgent", "user agent"),
        ("kata_sandi", "secret"),
        ("latitude", "location"),
    ],
)
def test_a_personal_column_is_known_by_its_name(column: str, kind: str) -> None:
    assert kind_of(column) == kind


@pytest.mark.parametrize(
    "column",
    ["email_sent_at", "email_count", "is_email_verified", "product_name", "address_id", "file_name", "status", "total"],
)
def test_what_is_only_called_after_something_personal_is_not(column: str) -> None:
    assert kind_of(column) is None


def test_a_bare_name_is_a_persons_in_a_table_of_persons_alone() -> None:
    assert kind_of("name") is None
    assert kind_of("name", in_persons_table=True) == "name"


def test_names_are_parted_into_words_however_they_are_written() -> None:
    assert (
        spelt("billingFirstname") == spelt("billing_first_name") == spelt("BILLING_FIRSTNAME") == "_billing_first_name_"
    )


def test_the_subject_of_a_key() -> None:
    assert subject_of("customer_id") == subject_of("id_customer") == subject_of("customerUuid") == ("customer",)
    assert subject_of("pelanggan_kode") == ("pelanggan",)
    assert subject_of("id") == ()


def test_staff_and_third_persons_are_told_by_names() -> None:
    assert is_staff("backend_admins")
    assert is_staff("karyawan")
    assert not is_staff("customers")
    assert is_of_third_persons("friend_email")
    assert not is_of_third_persons("email")
