"""Keyed hashes, references and codes."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from pamitan.kit.hashing import CASE_ALPHABET, case_reference, keyed_hash, one_time_code

KEY, OTHER_KEY = b"k" * 32, b"o" * 32


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_two_lists_of_parts_have_the_same_hash_only_when_they_are_the_same(one: list[str], other: list[str]) -> None:
    assert (keyed_hash(KEY, *one) == keyed_hash(KEY, *other)) == (one == other)


def test_another_key_gives_another_hash() -> None:
    assert keyed_hash(KEY, "email", "alice@example.com") != keyed_hash(OTHER_KEY, "email", "alice@example.com")


def test_a_reference_has_no_letters_that_are_mistaken_for_digits() -> None:
    assert not set("01ILOU") & set(CASE_ALPHABET)
    assert re.fullmatch(rf"PM-[{CASE_ALPHABET}]{{5}}-[{CASE_ALPHABET}]{{5}}", case_reference())


def test_references_differ() -> None:
    assert len({case_reference() for _ in range(1000)}) == 1000


def test_a_code_is_six_digits() -> None:
    assert all(re.fullmatch(r"\d{6}", one_time_code()) for _ in range(1000))
