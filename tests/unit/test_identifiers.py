"""One spelling for equal addresses and numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamitan.content.identifiers import normalise_email, normalise_phone, parse_identifier
from pamitan.stores.types import Identifier


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("alice@shop.example", "alice@shop.example"),
        ("  Alice@Shop.EXAMPLE\n", "alice@shop.example"),
        ("\u200balice@shop.example\u200e", "alice@shop.example"),
        ("alice@shop.example.", "alice@shop.example"),
        ("JOSE\u0301@shop.example", "josé@shop.example"),
        ("bob@Bücher.example", "bob@xn--bcher-kva.example"),
        ("bob@xn--bcher-kva.example", "bob@xn--bcher-kva.example"),
        ("a.b+tag@shop.example", "a.b+tag@shop.example"),
        ("none@shop.example", "none@shop.example"),
        ("bob@none.example", "bob@none.example"),
    ],
)
def test_addresses_in_one_spelling(typed: str, address: str) -> None:
    assert normalise_email(typed) == address


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "none", "N/A", "-", "alice", "alice@", "@shop.example", "a b@shop.example", "none@none", "NA@na.com",
     "empty@localhost", "x@y.invalid", "a@b c.example", "a@b@c.example", "alice@shop..example",
     "a" * 400 + "@shop.example", "a@\ud800.x", "a\ud800@b.x", "a\0@b.example"],
)  # fmt: skip
def test_what_is_no_address(typed: str) -> None:
    assert normalise_email(typed) is None


@pytest.mark.parametrize(
    ("one", "other"), [("strasse@a.example", "straße@a.example"), ("jose@a.example", "josé@a.example"),
                       ("mise@a.example", "miſe@a.example"), ("a@a.example", "ａ@a.example")]
)  # fmt: skip
def test_two_mailboxes_stay_two(one: str, other: str) -> None:
    assert normalise_email(one) != normalise_email(other)


@given(st.emails())
def test_an_address_stays_as_it_is_once_normalised(address: str) -> None:
    once = normalise_email(address)
    if once is not None:
        assert normalise_email(once) == once
        assert normalise_email(f" {address} ") == once


@pytest.mark.parametrize(
    "typed", ["0812-3456-7890", "+62 812 3456 7890", "(0812) 3456 7890", "62 812 34567890", "0812.3456.7890"]
)
def test_numbers_in_one_spelling(typed: str) -> None:
    assert normalise_phone(typed, "ID") == "+6281234567890"


def test_a_number_is_read_in_the_stores_country() -> None:
    assert normalise_phone("347 123 4567", "IT") == "+393471234567"
    assert normalise_phone("347 123 4567", "US") == "+13471234567"


@pytest.mark.parametrize("typed", ["", "none", "-", "0", "0000000000", "12", "1" * 40, "call me"])
def test_what_is_no_number(typed: str) -> None:
    assert normalise_phone(typed, "ID") is None


def test_what_is_typed_at_the_sign_in() -> None:
    assert parse_identifier(" Alice@Shop.example ", "ID") == Identifier("email", "alice@shop.example")
    assert parse_identifier("0812 3456 7890", "ID") == Identifier("phone", "+6281234567890")
    assert parse_identifier("alice", "ID") is None
