"""The addresses that app stores, monitors and phones ask for without a customer."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from pamitan.channels.models import Mail
from pamitan.closure.models import Closure
from tests.flow.corner_shop import customer_client

pytestmark = pytest.mark.usefixtures("clock")

OPEN_PAGES = ["/", "/delete-account", "/help/", "/help/manage", "/help/articles/close", "/help/write"]
NAMES = {"en": "Close my account", "id": "Tutup akun saya", "it": "Chiudi il mio account"}


@pytest.mark.parametrize("address", [*OPEN_PAGES, "/manifest/en.webmanifest"])
def test_head_answers_as_get_does_but_without_a_body(address: str) -> None:
    assert Client().get(address).status_code == 200
    answer = Client().head(address)
    assert answer.status_code == 200
    assert answer.content == b""


def test_a_page_that_only_reads_refuses_to_be_written() -> None:
    assert Client().post("/help/manage").status_code == 405


def test_a_download_is_never_asked_for_by_head_so_that_nothing_counts_as_saved() -> None:
    assert customer_client("alice@example.com").head("/download/all").status_code == 405


@pytest.mark.parametrize("language", list(NAMES))
def test_the_address_for_app_stores_names_the_store_and_leads_everywhere_without_signing_in(language: str) -> None:
    page = Client(headers={"accept-language": language}).get("/delete-account").content.decode()
    assert "Toko Pojok" in page
    assert NAMES[language] in page
    assert 'href="/close"' in page
    assert 'href="/help/write"' in page
    assert not Closure.objects.exists()
    assert not Mail.objects.exists()


def test_the_well_known_address_leads_to_the_page_for_app_stores() -> None:
    answer = Client().get("/.well-known/delete-account")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/delete-account"


@pytest.mark.parametrize("language", list(NAMES))
def test_a_phone_can_install_the_pages_in_its_owners_language(language: str) -> None:
    client = Client(headers={"accept-language": language})
    assert f'<link rel="manifest" href="/manifest/{language}.webmanifest">' in client.get("/").content.decode()
    answer = client.get(f"/manifest/{language}.webmanifest")
    assert answer.headers["Content-Type"] == "application/manifest+json"
    manifest = answer.json()
    assert manifest["name"] == f"{NAMES[language]} · Toko Pojok"
    assert (manifest["lang"], manifest["start_url"], manifest["display"]) == (language, "/", "standalone")


def test_a_manifest_in_a_language_that_the_store_does_not_speak_is_in_its_first_one() -> None:
    assert Client().get("/manifest/fr.webmanifest").json()["lang"] == "en"


def test_each_icon_of_the_manifest_is_there_in_the_size_that_it_says() -> None:
    icons = Client().get("/manifest/en.webmanifest").json()["icons"]
    assert [(icon["sizes"], icon["purpose"]) for icon in icons] == [
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    ]
    for icon in icons:
        found = finders.find(icon["src"].removeprefix("/static/"))
        assert isinstance(found, str)
        width, height = struct.unpack(">II", Path(found).read_bytes()[16:24])
        assert f"{width}x{height}" == icon["sizes"]
