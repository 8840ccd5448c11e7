"""The help centre's pictures: each one that an article names is there, is what its name says, and is described."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from django.utils import translation

from pamitan.conversation import pictures
from pamitan.conversation.pictures import DEVICES, LANGUAGES, RECORD, SHOWN, STATIC, key, read_record
from pamitan.demo.pictures.album import difference
from pamitan.demo.pictures.camera import A_LITTLE, SCREENS, SHARPNESS, Seen
from pamitan.demo.pictures.walk import WALKS

TEMPLATES = Path(pictures.__file__).parent / "templates" / "conversation" / "help"
NAMED = re.compile(r"{% picture \"([\w-]+)\"")
RECORDED = read_record()
MOST_BYTES = 3_000_000
SHORTEST_DESCRIPTION = 40


def _webp_size(file: Path) -> tuple[int, int]:
    """Width and height in dots, as the file's extended header gives them (RFC 9649, section 2.7.1)."""
    head = file.read_bytes()[:30]
    assert head[:4] == b"RIFF"
    assert head[8:16] == b"WEBPVP8X"
    return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")


def test_articles_name_just_the_pictures_that_are_described_and_taken() -> None:
    named = {name for template in TEMPLATES.rglob("*.html") for name in NAMED.findall(template.read_text())}
    taken = {stop.name for stops in WALKS.values() for stop in stops}
    assert named == set(SHOWN) == taken


def test_each_picture_is_there_for_each_device_in_each_language() -> None:
    wanted = {key(name, device, language) for name in SHOWN for device in DEVICES for language in LANGUAGES}
    assert set(RECORDED) == wanted


def test_no_picture_is_left_over_and_none_is_missing() -> None:
    files = {str(file.relative_to(STATIC)) for file in (STATIC / pictures.FOLDER).iterdir()}
    assert files == {picture.file for picture in RECORDED.values()}
    assert files


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_a_picture_is_as_large_as_recorded_and_named_by_what_is_in_it(name: str) -> None:
    picture, screen = RECORDED[name], SCREENS[name.split("-")[-2]]
    file = STATIC / picture.file
    assert picture.width == screen.shown_width
    assert screen.shown_height <= picture.height <= screen.shown_height + A_LITTLE
    assert _webp_size(file) == (round(picture.width * SHARPNESS), round(picture.height * SHARPNESS))
    assert file.name == f"{name}.{hashlib.sha256(file.read_bytes()).hexdigest()[:12]}.webp"


def test_all_pictures_together_are_small() -> None:
    sizes = [(STATIC / picture.file).stat().st_size for picture in RECORDED.values()]
    assert 0 < sum(sizes) < MOST_BYTES


@pytest.mark.parametrize("name", SHOWN)
def test_a_picture_is_described_in_three_languages(name: str) -> None:
    described = set()
    for language in LANGUAGES:
        with translation.override(language):
            described.add(str(SHOWN[name]))
    assert len(described) == len(LANGUAGES)
    assert min(map(len, described)) > SHORTEST_DESCRIPTION


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_a_description_names_only_what_stands_on_the_pictured_page(name: str) -> None:
    words = {said.lstrip("123. ") for said in RECORDED[name].words}
    with translation.override(name.rsplit("-", 1)[1]):
        quoted = re.findall("“(.+?)”", str(SHOWN[name.rsplit("-", 2)[0]]))
    assert quoted or "done" not in name
    assert [phrase for phrase in quoted if phrase not in words] == []


SEEN = Seen(("Close my account", "Sign in"), "abc")


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (SEEN, ""),
        (Seen(("Close my account", "Go in"), "abc"), "no longer “Sign in” now “Go in”"),
        (Seen(("Close my account",), "abc"), "no longer “Sign in”"),
        (Seen(("Close my account", "Sign in", "Help"), "abc"), "now “Help”"),
        (Seen(("Sign in", "Close my account"), "abc"), "the same words look different now"),
        (Seen(SEEN.words, "abd"), "the same words look different now"),
    ],
)
def test_what_makes_a_picture_stale_is_told(seen: Seen, told: str) -> None:
    known = pictures.Picture("some.webp", 390, 600, SEEN.words, SEEN.looks)
    assert difference(known, seen) == told


def test_a_picture_that_was_never_taken_is_told() -> None:
    assert difference(None, SEEN) == "there is no picture yet"


def test_the_record_lies_beside_the_pictures_not_among_what_is_served() -> None:
    assert RECORD.exists()
    assert STATIC not in RECORD.parents
