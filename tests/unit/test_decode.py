"""Texts that are hidden in encodings come to light."""

from __future__ import annotations

import base64
import gzip
import html
import json
import quopri
import zlib
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from django.core import signing
from hypothesis import given
from hypothesis import strategies as st

from pamitan.content.decode import decoded, looks_encoded, texts_in

SECRET = "Zoë <zoe.o'hara@example.com>"


def readings(text: str) -> list[str]:
    return [text, *decoded(text)]


def as_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def as_urlsafe(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def packed(text: str) -> str:
    return base64.b64encode(zlib.compress(text.encode())).decode()


def zipped(text: str) -> str:
    return base64.b64encode(gzip.compress(text.encode())).decode()


def in_json(text: str) -> str:
    return json.dumps({"to": text, "n": [1, 2]})


def in_json_with_escaped_at(text: str) -> str:
    return json.dumps({"url": "/" + text}).replace("@", "\\u0040").replace("/", "\\/")


def in_entities(text: str) -> str:
    return "<p>" + "".join(f"&#{ord(letter)};" for letter in text) + "</p>"


def in_php(text: str) -> str:
    return f'a:1:{{s:2:"to";s:{len(text.encode())}:"{text}";}}'


ENCODINGS: list[Callable[[str], str]] = [
    as_base64,
    as_urlsafe,
    packed,
    zipped,
    in_json,
    in_json_with_escaped_at,
    in_entities,
    html.escape,
    in_php,
    quote,
    quote_plus,
    lambda text: text.encode().hex(),
    lambda text: f"head.{as_urlsafe(text)}.signature",
]


@pytest.mark.parametrize("encode", ENCODINGS)
def test_one_encoding_is_undone(encode: Callable[[str], str]) -> None:
    assert any("zoe.o'hara@example.com" in reading.replace("+", " ") for reading in readings(encode(SECRET)))


@given(st.lists(st.sampled_from(ENCODINGS), max_size=4))
def test_encodings_inside_one_another_are_undone(encodings: list[Callable[[str], str]]) -> None:
    text = "write to anna.rossi@example.com today"
    for encode in encodings:
        text = encode(text)
    assert any("anna.rossi@example.com" in reading for reading in readings(text))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_can_be_read(text: str) -> None:
    for reading in readings(text):
        reading.encode("utf-8", "replace")


@given(st.binary())
def test_any_bytes_can_be_read(data: bytes) -> None:
    assert all(isinstance(text, str) for text in texts_in(data))


def test_a_session_of_django_is_read() -> None:
    session = signing.dumps({"_auth_user_id": "7", "email": "anna@example.com"}, key="k" * 20, compress=True)
    assert any("anna@example.com" in reading for reading in readings(session))
    long_one = signing.dumps({"cart": ["x" * 400], "email": "anna@example.com"}, key="k" * 20, compress=True)
    assert long_one.startswith(".")
    assert any("anna@example.com" in reading for reading in readings(long_one))


def test_base64_in_lines_is_read() -> None:
    text = "x" * 50 + " anna.rossi@example.com " + "y" * 50
    lines = base64.encodebytes(text.encode()).decode()
    assert any("anna.rossi@example.com" in reading for reading in readings(lines))
    assert any("anna.rossi@example.com" in reading for reading in readings(json.dumps({"body": lines})))


def test_quoted_printable_is_read() -> None:
    mail = quopri.encodestring(
        b"Dear all, this line is so long that it must be broken: anna.rossi@example.com"
    ).decode()
    assert "anna.rossi@example.com" not in mail
    assert any("anna.rossi@example.com" in reading for reading in readings(mail))


def test_bytes_are_read() -> None:
    assert "anna@x.it" in list(texts_in(b"anna@x.it"))
    assert "anna@x.it" in list(texts_in("anna@x.it".encode("utf-16-le")))
    assert "Zoë" in list(texts_in("Zoë".encode("latin-1")))
    assert "anna@x.it" in list(texts_in(gzip.compress(b"anna@x.it")))
    assert "00112233445566778899aabbccddeeff" in list(texts_in(bytes.fromhex("00112233445566778899aabbccddeeff")))


@pytest.mark.parametrize(
    "text", ["", "A plain sentence, with words.", "Grüße aus Köln", "2026-11-22 17:00", "0812 3456 7890"]
)
def test_plain_text_is_left_alone(text: str) -> None:
    assert not looks_encoded(text)
    assert not list(decoded(text))


def test_a_broken_archive_is_no_error() -> None:
    broken = zlib.compress(b"anna@x.it" * 50)[:20] + b"rubbish"
    assert all(isinstance(text, str) for text in texts_in(broken))
