"""The help centre's articles: this store's own facts, pictures that can be seen, and a way on at the end of each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from pamitan.conversation.articles import ARTICLES
from tests.flow.corner_shop import Shop, build_shop

pytestmark = pytest.mark.usefixtures("clock")

SLUGS = [article.slug for article in ARTICLES]
IMAGE = re.compile(r"<img [^>]+>")
OTHER_SHOP = """
closing: {withdrawal_days: 21, bar: {email: 90 days, phone: 30 days}}
contact:
  - {key: leaving, label: Leaving us, closes: true}
"""


def page_for(slug: str, language: str = "en") -> str:
    answer = Client(headers={"accept-language": language}).get(f"/help/articles/{slug}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def other_shop(tmp_path: Path, settings: object, shop: Shop) -> Shop:
    """A shop with rules and topics of its own."""
    folder = tmp_path / "other"
    folder.mkdir()
    built, file = build_shop(folder, OTHER_SHOP)
    settings.PAMITAN_STORE = str(file)  # type: ignore[attr-defined]
    return built


@pytest.mark.parametrize("language", ["id", "en", "it"])
def test_each_step_of_closing_has_a_picture_for_phone_and_computer(language: str) -> None:
    images = IMAGE.findall(page_for("close", language))
    assert len(images) == 12
    for image in images:
        assert f"-{language}." in image
        assert re.search(r'width="\d+" height="\d+" alt="[^"]{40,}" loading="lazy"', image)
    assert sum("-phone-" in image for image in images) == sum("-computer-" in image for image in images) == 6


@pytest.mark.parametrize("slug", SLUGS)
def test_each_article_ends_with_the_ways_on(slug: str) -> None:
    end = page_for(slug).split('id="next"')[1]
    assert 'href="/close"' in end
    for channel in ("email", "phone", "chat"):
        assert f'href="/help/contact/{channel}?' in end


def test_a_reader_who_wants_to_cancel_need_not_say_so_again() -> None:
    assert "/help/contact/email?area=orders&amp;topic=cancel" in page_for("cancel-order")


def test_a_shop_without_digital_purchases_says_so_and_lists_no_such_article() -> None:
    assert "no digital purchases" in page_for("save-e-books")
    assert "/help/articles/save-e-books" not in Client().get("/help/").content.decode()


def test_a_shop_that_cancels_nothing_by_itself_sends_the_reader_to_a_person() -> None:
    page = page_for("cancel-order")
    assert "cannot be cancelled on these pages" in page
    assert IMAGE.findall(page) == []


@pytest.mark.usefixtures("other_shop")
def test_the_articles_tell_this_shops_own_rules() -> None:
    meaning, again = page_for("what-closing-means"), page_for("start-again")
    assert "you have 21 days to change your mind" in meaning
    assert "For 90 days its e-mail address cannot be used" in meaning
    assert "For 30 days its mobile number cannot be used" in meaning
    assert "for 90 days the one of the closed account" in again


@pytest.mark.usefixtures("other_shop")
def test_a_shop_with_topics_of_its_own_is_not_told_of_others() -> None:
    page = page_for("manage")
    assert "Change my name" not in page
    assert "/help/contact/email?area=leaving" in page_for("close")


def how_long(address: str) -> str:
    """What a browser is told about keeping that file."""
    answer = Client().get(address)
    answer.close()
    assert answer.status_code == 200
    return answer.headers["Cache-Control"]


def test_a_browser_keeps_a_picture_for_good_and_asks_for_a_style_again() -> None:
    picture = re.findall(r'src="(/static/[^"]+\.webp)"', page_for("close"))[0]
    assert "immutable" in how_long(picture)
    assert "immutable" not in how_long("/static/conversation/help.css")
