"""An identifier is found in whatever surroundings and encodings it is planted; and not where it is not."""

from __future__ import annotations

import base64
import gzip
import html
import json
import zlib
from collections.abc import Callable
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from pamitan.content.patterns import APART, Matcher, needles
from pamitan.content.search import Sieve, hits_in

PERSON = [
    ("email", "anna.rossi@example.com"),
    ("phone", "+6281234567890"),
    ("name", "Anna Rossi"),
    ("address", "Jl. Merdeka 17, Bandung"),
]
MATCHER = Matcher(needle for kind, value in PERSON for needle in needles(kind, value, "ID"))
SPELLINGS = {
    "email": ["anna.rossi@example.com", "ANNA.ROSSI@EXAMPLE.COM", "Anna.Rossi@example.com"],
    "phone": ["+62 812-3456-7890", "0812 3456 7890", "6281234567890", "(0812) 3456.7890"],
    "name": ["Anna Rossi", "ANNA ROSSI", "Rossi, Anna", "Ánna  Rossì"],
    "address": ["Jl. Merdeka 17, Bandung", "JL MERDEKA 17 BANDUNG"],
}
ENCODINGS: list[Callable[[str], str]] = [
    lambda text: json.dumps({"value": text}),
    lambda text: json.dumps([text], ensure_ascii=False).replace("/", "\\/"),
    lambda text: f'a:1:{{i:0;s:{len(text.encode())}:"{text}";}}',
    lambda text: html.escape(text),
    lambda text: quote(text),
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: base64.b64encode(zlib.compress(text.encode())).decode(),
    lambda text: base64.urlsafe_b64encode(gzip.compress(text.encode())).decode().rstrip("="),
]
filler = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


@given(st.sampled_from(sorted(SPELLINGS)), st.data(), filler, filler, st.lists(st.sampled_from(ENCODINGS), max_size=3))
def test_what_is_planted_is_found(
    kind: str, data: st.DataObject, before: str, after: str, encodings: list[Callable[[str], str]]
) -> None:
    text = f"{before} , {data.draw(st.sampled_from(SPELLINGS[kind]))} , {after}"
    for encode in encodings:
        text = encode(text)
    found = hits_in(MATCHER, {"other": ["", None], "column": ["nothing", text]})
    assert ("column", kind) in {(column, hit.needle.kind) for column, hit in found[1]}
    assert set(found) == {1}


@given(st.sampled_from(sorted(SPELLINGS)), st.data(), st.sampled_from(["utf-8", "utf-16", "utf-16-le"]))
def test_what_is_planted_in_bytes_is_found(kind: str, data: st.DataObject, encoding: str) -> None:
    spelling = data.draw(st.sampled_from([s for s in SPELLINGS[kind] if s.isascii()]))
    found = hits_in(MATCHER, {"blob": [spelling.encode(encoding)]})
    assert {hit.needle.kind for _, hit in found[0]} == {kind}


@given(st.lists(st.one_of(st.text(alphabet="bcdefghjkm @.-%&\\/=", max_size=300), st.binary(max_size=100), st.none())))
def test_nothing_is_found_where_nothing_was_planted(cells: list[str | bytes | None]) -> None:
    assert not hits_in(MATCHER, {"column": cells})


def test_a_number_in_a_column_for_numbers_is_found() -> None:
    assert [hit.needle.kind for _, hit in hits_in(MATCHER, {"tel": [6281234567890]})[0]] == ["phone"]


@given(st.lists(st.tuples(st.sampled_from([*SPELLINGS["email"], *SPELLINGS["name"], "", "%", "0812 3456"]), filler)))
def test_the_sieve_lets_through_every_text_in_which_something_is_found(parts: list[tuple[str, str]]) -> None:
    texts = [ENCODINGS[len(rest) % len(ENCODINGS)](f"{rest} {said}") + rest for said, rest in parts]
    texts = [text.replace(APART, " ") for text in texts]
    seen = Sieve(MATCHER)(APART.join(texts))
    assert set(hits_in(MATCHER, {"column": texts})) <= seen


def test_the_sieve_holds_back_what_only_looks_encoded() -> None:
    texts = ["session 9f86d081884c7d659a2feaa0c55ad015", "50% & more \\", "plain", ENCODINGS[5]("Anna Rossi was here")]
    assert Sieve(MATCHER)(APART.join(texts)) == {3}


def test_the_sieve_finds_the_same_letters_again() -> None:
    sieve, told = Sieve(MATCHER), ENCODINGS[6]("Anna Rossi was here and is gone")
    assert [sieve(told), sieve(f"no{APART}{told}")] == [{0}, {1}]
