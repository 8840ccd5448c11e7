"""Redact: whatever form a text has and wherever the identifier stands, the form and everything else stay."""

from __future__ import annotations

import base64
import gzip
import html
import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamitan.content.packing import unpack
from pamitan.content.patterns import Matcher, Needle, needles
from pamitan.content.php_tree import read_php
from pamitan.content.redact import Redactor, parts_of_names
from pamitan.content.search import hits_in

ALICE = [
    ("email", "alice@example.com"),
    ("phone", "+6281234567801"),
    ("name", "Alice Álisson"),
    ("address", "Jalan Mawar 5"),
]
NEEDLES: list[Needle] = [needle for kind, value in ALICE for needle in needles(kind, value, "ID")]
OWN = Redactor([*NEEDLES, *parts_of_names(NEEDLES)])
OTHERS = Redactor([*NEEDLES, *parts_of_names(NEEDLES)], owns=False)
MATCHER = Matcher([*NEEDLES, *parts_of_names(NEEDLES)])

spellings = st.sampled_from(
    [
        "alice@example.com",
        "ALICE@Example.com",
        "+62 812-3456-7801",
        "081234567801",
        "(0812) 3456 7801",
        "Alice Alisson",
        "ÁLISSON, ALICE",
        "alice",
        "Jalan Mawar 5",
        "jalan  mawar, 5",
    ]
)
letters = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\0"), max_size=12)
harmless = letters.filter(lambda text: not found(text) and "@" not in text and not any(map(str.isnumeric, text)))


def found(value: str | bytes) -> bool:
    return bool(hits_in(MATCHER, {"": [value]}))


def php(value: Any) -> str:
    match value:
        case None:
            return "N;"
        case bool():
            return f"b:{value:d};"
        case int():
            return f"i:{value};"
        case str():
            return f's:{len(value.encode())}:"{value}";'
        case list():
            return f"a:{len(value)}:{{{''.join(php(i) + php(item) for i, item in enumerate(value))}}}"
    return f"a:{len(value)}:{{{''.join(php(key) + php(item) for key, item in value.items())}}}"


MARK = "\ue000"
"""Where the identifier is put."""


def values(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    keys = st.from_regex(r"[b-z]{1,4}", fullmatch=True)
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=6
    )


@st.composite
def structures(draw: st.DrawFn) -> Any:
    """A structure with the mark in at least one of its leaves."""
    plain = st.none() | st.booleans() | st.integers(-99, 99) | harmless
    marked = st.builds(lambda before, after: f"{before} {MARK}, {after}", harmless, harmless)
    return {"k": draw(values(plain | marked)), "z": draw(marked), "list": draw(st.lists(plain | marked, max_size=3))}


def put(value: Any, identifier: str) -> Any:
    """The structure with the identifier in the place of the mark."""
    if isinstance(value, str):
        return value.replace(MARK, identifier)
    if isinstance(value, list):
        return [put(item, identifier) for item in value]
    return {key: put(item, identifier) for key, item in value.items()} if isinstance(value, dict) else value


@given(structures(), spellings, st.booleans())
def test_json(structure: Any, identifier: str, ascii_only: bool) -> None:
    new = OWN.redact_text(json.dumps(put(structure, identifier), ensure_ascii=ascii_only))
    assert json.loads(new) == put(structure, "[erased]")


@given(structures(), spellings)
def test_json_inside_json(structure: Any, identifier: str) -> None:
    new = OWN.redact_text(json.dumps({"inner": json.dumps(put(structure, identifier))}))
    assert json.loads(json.loads(new)["inner"]) == put(structure, "[erased]")


@given(structures(), spellings)
def test_serialised_php(structure: Any, identifier: str) -> None:
    new = OWN.redact_text(php(put(structure, identifier)))
    assert new == php(put(structure, "[erased]"))


@given(structures(), spellings)
def test_serialised_php_inside_serialised_php_and_a_session(structure: Any, identifier: str) -> None:
    def session(word: str) -> str:
        return f"cart|{php(put(structure, word))}user|{php({'data': php(put(structure, word))})}"

    assert OWN.redact_text(session(identifier)) == session("[erased]")


@given(structures(), spellings, st.sampled_from([zlib.compress, gzip.compress, bytes]))
def test_packed_values(structure: Any, identifier: str, pack: Any) -> None:
    value = base64.b64encode(pack(json.dumps(put(structure, identifier)).encode())).decode()
    inside = unpack(str(OWN.redact(value)))
    assert inside is not None
    assert json.loads(inside.content) == put(structure, "[erased]")


@given(harmless, spellings, harmless, st.sampled_from([str, html.escape, lambda t: "".join(f"&#{ord(c)};" for c in t)]))
def test_html(before: str, identifier: str, after: str, written: Any) -> None:
    page = '<p class="alice" title="{0}">{1} <a href="x?q={0}">{0}</a>, {2}</p>'
    old = page.format(written(identifier), html.escape(before), html.escape(after))
    assert OWN.redact_text(old) == page.format("[erased]", html.escape(before), html.escape(after))


@given(harmless, spellings, harmless)
def test_plain_text(before: str, identifier: str, after: str) -> None:
    assert OWN.redact_text(f"{before} {identifier}, {after}") == f"{before} [erased], {after}"


@given(st.text(max_size=60), spellings, st.text(max_size=60))
def test_nothing_is_left_and_a_second_time_changes_nothing(before: str, identifier: str, after: str) -> None:
    new = OWN.redact_text(f"{before} {identifier} {after}")
    assert not found(new)
    assert OWN.redact_text(new) == new


@given(st.text(max_size=80))
def test_a_text_without_identifiers_is_left_as_it_is(text: str) -> None:
    assert found(text) or OWN.redact_text(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://x/?e=alice%40example.com&n=Alice+Alisson", "https://x/?e=[erased]&n=[erased]"),
        ("<a href='mailto:alice&#x40;example.com'>", "<a href='mailto:[erased]'>"),
        ('{"tel": 6281234567801, "n": 1.0}', '{"tel": 0, "n": 1.0}'),
        ('{"alice@example.com": 1, "ALICE@example.com": 2}', '{"[erased]": 1, "[erased] 2": 2}'),
        ('O:1:"U":1:{s:4:"\0U\0a";s:5:"Alice";}', 'O:1:"U":1:{s:4:"\0U\0a";s:8:"[erased]";}'),
        ('a:2:{i:0;s:5:"Alice";i:1;R:2;}', 'a:2:{i:0;s:8:"[erased]";i:1;R:2;}'),
        ('a:1:{i:0;s:9:"für Alice";}', 'a:1:{i:0;s:12:"für [erased]";}'),
        ("bob.alice@example.com", "bob.alice@example.com"),
        ("<table><alice>", "<table><alice>"),
    ],
)
def test_forms(text: str, expected: str) -> None:
    assert OWN.redact(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Alice, see page 3", "Alice, see page 3"),
        ("Alice <alice@example.com> wrote; Alice left", "[erased] <[erased]> wrote; Alice left"),
        ("mary-alice@example.com", "mary-alice@example.com"),
        ("Alice Álisson, Jalan Mawar 5", "[erased], [erased]"),
    ],
)
def test_in_rows_of_others_a_single_name_stays(text: str, expected: str) -> None:
    assert OTHERS.redact(text) == expected


def test_bytes_stay_bytes() -> None:
    assert OWN.redact(b"to alice@example.com") == b"to [erased]"
    packed = OWN.redact(zlib.compress(b"to alice@example.com"))
    assert isinstance(packed, bytes)
    assert zlib.decompress(packed) == b"to [erased]"


def test_php_references_follow_what_they_point_at() -> None:
    text = 'a:2:{s:1:"a";a:1:{i:0;s:1:"x";}s:1:"b";R:3;}'
    document = read_php(text)
    assert document is not None
    assert document.write() == text
