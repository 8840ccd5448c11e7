"""Saving digital purchases before they become unreachable."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from django.test import Client

from pamitan.closure import service
from pamitan.closure.models import Closure
from pamitan.closure.states import State
from tests.flow.book_shop import ALICE, Shop, browser, clock, shop, signed_in, text_of  # noqa: F401

pytestmark = pytest.mark.usefixtures("clock")


def links(client: Client) -> list[str]:
    return re.findall(r'href="(/download/[^"]{10,})"', text_of(client.get("/close")))


def content(answer: object) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def saved() -> int:
    return len(service.saved_keys(ALICE))


def test_one_purchase_is_downloaded_and_marked() -> None:
    client = signed_in("alice@example.com")
    answer = client.get(links(client)[0])
    assert content(answer) == b"laut" * 100_000
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Laut.epub"'
    assert answer.headers["Content-Length"] == "400000"
    assert saved() == 1
    assert "1 is not downloaded yet" in text_of(client.get("/close"))


def test_a_download_that_was_broken_off_is_not_marked() -> None:
    client = signed_in("alice@example.com")
    answer = client.get(links(client)[0])
    next(answer.streaming_content)
    assert saved() == 0


def test_all_come_in_one_archive() -> None:
    answer = signed_in("alice@example.com").get("/download/all")
    assert answer.headers["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(content(answer)))
    assert {name: len(archive.read(name)) for name in archive.namelist()} == {"Laut.epub": 400_000, "Bumi.epub": 4}
    assert saved() == 2


def test_a_file_that_vanishes_meanwhile_is_named_in_the_archive(shop: Shop) -> None:  # noqa: F811
    answer = signed_in("alice@example.com").get("/download/all")
    stream = answer.streaming_content
    (shop.folder / "files" / "bumi.epub").unlink()
    archive = zipfile.ZipFile(io.BytesIO(b"".join(stream)))
    assert archive.namelist() == ["Laut.epub", "MISSING.txt"]
    assert "- Bumi" in archive.read("MISSING.txt").decode()
    assert saved() == 1


def test_an_archive_of_nothing_is_a_whole_archive() -> None:
    assert zipfile.ZipFile(io.BytesIO(content(signed_in("charlie@example.com").get("/download/all")))).namelist() == []


def test_what_the_store_no_longer_has_is_not_offered(shop: Shop) -> None:  # noqa: F811
    client = signed_in("alice@example.com")
    assert len(links(client)) == 2
    assert "The store no longer has this file." in text_of(client.get("/close"))


def test_a_file_that_has_just_gone_is_said(shop: Shop) -> None:  # noqa: F811
    client = signed_in("alice@example.com")
    link = links(client)[1]
    (shop.folder / "files" / "bumi.epub").unlink()
    assert "The store no longer has this file." in text_of(client.get(link, follow=True))


def test_anothers_purchase_is_not_there() -> None:
    link = links(signed_in("alice@example.com"))[0]
    assert signed_in("charlie@example.com").get(link).status_code == 404


def test_a_stranger_with_the_link_must_sign_in() -> None:
    link = links(signed_in("alice@example.com"))[0]
    assert browser().get(link).headers["Location"].startswith("/sign-in?next=%2Fdownload")
    assert browser().get("/download/all").headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("token", ["x", "WzEsMl0:abc:def", "..%2f..%2fetc"])
def test_a_forged_link_is_not_there(token: str) -> None:
    assert signed_in("alice@example.com").get(f"/download/{token}").status_code == 404


def test_an_old_link_says_that_the_account_is_closed(shop: Shop) -> None:  # noqa: F811
    client = signed_in("alice@example.com")
    link = links(client)[0]
    shop.run("DELETE FROM customer WHERE id = 1")
    for visitor in (client, browser()):
        answer = visitor.get(link)
        assert answer.status_code == 410
        assert "This account has been closed" in text_of(answer)
    assert client.get("/download/all").status_code == 410


def test_past_the_point_of_no_return_nothing_is_given_out() -> None:
    client = signed_in("alice@example.com")
    link = links(client)[0]
    service.request_closure(ALICE, language="en")
    assert client.get(link).status_code == 200
    Closure.objects.update(state=State.ERASING)
    assert client.get(link).status_code == client.get("/download/all").status_code == 410
