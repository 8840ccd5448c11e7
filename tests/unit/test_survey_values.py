"""What sampled values say, and what stands inside a cell."""

from __future__ import annotations

import base64
import json
import zlib

import pytest

from pamitan.survey.unfold import leaves
from pamitan.survey.values import email_hashes, looks_like_birth_dates, told_by


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("alice@example.com", "email"),
        ("write to bob@example.com, please", "email"),
        ("+62 812-3456-7801", "phone"),
        ("203.0.113.7", "ip address"),
        ("2001:db8::7", "ip address"),
        ("Mozilla/5.0 (X11; Linux x86_64)", "user agent"),
        ("GB33BUKB20201555555555", "card or bank number"),
        ("4111 1111 1111 1111", "card or bank number"),
        ("XXXX-XXXX-XXXX-4242", "card or bank number"),
        ("RSSMRA85M01H501Q", "identity number"),
        ("-6.2088, 106.8456", "location"),
        ("Jalan Mawar 12", "address"),
        ("12 High Street", "address"),
        ("$2y$10$abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUVWXYZ01234", "secret"),
    ],
)
def test_values_tell_what_they_are(value: str, kind: str) -> None:
    told = told_by([value] * 5, "ID")
    assert told is not None
    assert told.kind == kind


@pytest.mark.parametrize(
    "value", ["batik", "A-1001", "4111111111111112", "1.2.3", "12.50", "2024-01-02", "user@localhost"]
)
def test_ordinary_values_tell_nothing(value: str) -> None:
    assert told_by([value] * 5, "ID") is None


def test_birth_dates_lie_decades_apart_and_some_years_back() -> None:
    assert looks_like_birth_dates(["1961-02-03", "1985-11-30", "1999-05-06"])
    assert not looks_like_birth_dates(["2024-02-03", "2025-11-30", "2025-05-06"])


def test_hashes_of_addresses_are_known_in_any_letter_case() -> None:
    assert email_hashes(["Alice@Example.com "]) == email_hashes(["alice@example.com"])


def test_json_is_unfolded_with_its_paths() -> None:
    cell = json.dumps({"a": {"b": "x"}, "items": [{"email": "y"}, {"email": "z"}], "a.b": "q", "none": None})
    assert [(leaf.path, leaf.value) for leaf in leaves(cell)] == [
        ("a.b", "x"),
        ("items[].email", "y"),
        ("items[].email", "z"),
        ('"a.b"', "q"),
    ]


def test_keys_that_are_ids_are_one_path() -> None:
    cell = json.dumps({"0123456789abcdef0123": {"ip": "1.1.1.1"}, "fedcba98765432100000": {"ip": "2.2.2.2"}})
    assert {leaf.path for leaf in leaves(cell)} == {"*.ip"}


def test_serialised_php_and_packed_json_are_unfolded() -> None:
    assert [(leaf.path, leaf.format) for leaf in leaves('a:1:{s:4:"mail";s:1:"x";}')] == [("mail", "php-serialised")]
    packed = base64.b64encode(zlib.compress(json.dumps({"to": "alice@example.com"}).encode())).decode()
    assert [(leaf.path, leaf.value, leaf.format) for leaf in leaves(packed)] == [("to", "alice@example.com", "packed")]


@pytest.mark.parametrize("cell", ["plain words", "{not json", "a:2:{broken", 7, b"\xff\xfe"])
def test_what_cannot_be_unfolded_is_one_value(cell: object) -> None:
    assert [leaf.path for leaf in leaves(cell)] == [""]
