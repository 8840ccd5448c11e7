"""Scrub: what lies at a path goes, and everything else stays as it was written."""

from __future__ import annotations

import base64
import copy
import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamitan.content.json_tree import read_json
from pamitan.content.packing import unpack
from pamitan.content.php_tree import read_php
from pamitan.content.scrub import Overwriting, Removal, Scrubber
from pamitan.content.steps import parse_steps
from tests.unit.test_redact import php, values

ACCOUNT = {"account.id": frozenset({"7"}), "account.email": frozenset({"alice@example.com"})}

plain = values(st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8"), max_size=8))


def scrubbed(text: str, *paths: str) -> str:
    return Scrubber([Removal(parse_steps(path)) for path in paths], ACCOUNT).scrub_text(text)


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    """A record with the person in it: under a key, under a deeper one, and in a list of several persons."""
    rest = draw(st.dictionaries(st.from_regex(r"[b-z]{2,4}", fullmatch=True), plain, max_size=3))
    others = draw(st.lists(st.builds(lambda extra: {"id": 8, "rest": extra}, plain), max_size=3))
    place = draw(st.integers(0, len(others)))
    members = [*others[:place], {"id": 7, "name": "Alice"}, *others[place:]]
    return {"A": "alice@example.com", **rest, "B": {"C": draw(plain), "D": draw(plain)}, "M": members}


def without(record: dict[str, Any]) -> dict[str, Any]:
    left = copy.deepcopy(record)
    del left["A"], left["B"]["C"]
    left["M"] = [member for member in left["M"] if member["id"] != 7]
    return left


PATHS = ("A", "B.C", "M[id=account.id]")


@given(records(), st.sampled_from([None, 2]), st.booleans())
def test_json(record: dict[str, Any], indent: int | None, ascii_only: bool) -> None:
    old = json.dumps(record, indent=indent, ensure_ascii=ascii_only)
    new = scrubbed(old, *PATHS)
    assert new == json.dumps(without(record), indent=indent, ensure_ascii=ascii_only)
    assert scrubbed(new, *PATHS) == new


@given(records())
def test_serialised_php(record: dict[str, Any]) -> None:
    assert scrubbed(php(record), *PATHS) == php(without(record))


@given(records())
def test_packed_and_one_inside_the_other(record: dict[str, Any]) -> None:
    value = base64.b64encode(zlib.compress(json.dumps({"inner": php(record)}).encode())).decode()
    inside = unpack(scrubbed(value, *(f"inner.{path}" for path in PATHS)))
    assert inside is not None
    assert json.loads(inside.content)["inner"] == php(without(record))


@given(plain)
def test_what_is_read_is_written_as_it_stood(value: Any) -> None:
    for indent in (None, 1):
        text = json.dumps({"k": value}, indent=indent)
        document = read_json(text)
        assert document is not None
        assert document.write() == text
    serialised = read_php(php([value]))
    assert serialised is not None
    assert serialised.write() == php([value])


@given(st.text(max_size=60))
def test_what_cannot_be_read_is_left_as_it_is(text: str) -> None:
    if read_json(text) is None and read_php(text) is None and unpack(text) is None:
        assert scrubbed(text, "a", "[]") == text


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ('{"a":1.50,"b":1e3}', "a", '{"b":1e3}'),
        ('{"a":{"x":1},"b":[]}', "[].x", '{"a":{},"b":[]}'),
        ('["alice@example.com","b"]', "[=account.email]", '["b"]'),
        ('{"to":["Alice@Example.com "]}', "to[=account.email]", '{"to":[]}'),
        ("[1,2,3]", "[0]", "[2,3]"),
        ('{"a.b":1,"c":2}', '"a.b"', '{"c":2}'),
        ('a:2:{s:1:"a";s:1:"x";s:1:"b";R:2;}', "a", 'a:1:{s:1:"b";N;}'),
        ('a:3:{s:1:"a";i:1;s:1:"b";s:1:"x";s:1:"c";R:3;}', "a", 'a:2:{s:1:"b";s:1:"x";s:1:"c";R:2;}'),
        ('O:1:"U":2:{s:4:"\0U\0a";i:1;s:4:"\0*\0b";i:2;}', "a", 'O:1:"U":1:{s:4:"\0*\0b";i:2;}'),
        ('C:1:"A":16:{a:1:{s:1:"a";N;}}', "a", 'C:1:"A":6:{a:0:{}}'),
        ('a:1:{s:1:"a";i:1;', "a", 'a:1:{s:1:"a";i:1;'),
    ],
)
def test_forms(text: str, path: str, expected: str) -> None:
    assert scrubbed(text, path) == expected


def test_a_value_stands_in_the_place() -> None:
    changes = [
        Overwriting(parse_steps("a"), "é"),
        Overwriting(parse_steps("b"), None),
        Overwriting(parse_steps("c"), 0),
    ]
    assert Scrubber(changes).scrub_text('{"a":"x","b":{"y":1}}') == '{"a":"\\u00e9","b":null}'
    assert Scrubber(changes).scrub_text('a:2:{s:1:"a";s:1:"x";s:1:"c";d:1.5;}') == 'a:2:{s:1:"a";s:2:"é";s:1:"c";i:0;}'


@pytest.mark.parametrize("path", ["", "a..b", "a[", "[id=]", ".a"])
def test_a_path_that_cannot_be_read_is_refused_with_the_mend(path: str) -> None:
    with pytest.raises(ValueError, match="is no path; part keys by dots"):
        parse_steps(path)
