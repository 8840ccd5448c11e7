"""Opaque values that hold the account's id inside: sessions, and the payloads of a queue of jobs."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable
from functools import cache

import pytest
from django.core import signing

from tests.store.gallery.case import ALICE, Case, quoted


def plain(number: int) -> str:
    return json.dumps({"user": {"id": number}, "cart": [1, 2, 11]})


@cache
def signed(number: int) -> str:
    return signing.dumps({"user": {"id": str(number)}}, key="k", salt="s")


@cache
def signed_and_packed(number: int) -> str:
    return signing.dumps({"user": {"id": str(number)}, "cart": "x" * 300}, key="k", salt="s", compress=True)


def php_session(number: int) -> str:
    return f'lang|s:5:"id-id";user|a:1:{{s:2:"id";i:{number};}}'


def php_serialised(number: int) -> str:
    return f'a:1:{{s:4:"user";O:8:"App\\User":1:{{s:2:"id";s:1:"{number}";}}}}'


FORMATS: dict[Callable[[int], str], str] = {
    plain: "json",
    signed: "django-session",
    signed_and_packed: "django-session",
    php_session: "php-session",
    php_serialised: "php-serialised",
}


@pytest.mark.parametrize("written", FORMATS, ids=lambda written: str(written.__name__))
def test_a_session_is_found_by_what_is_inside(any_url: str, written: Callable[[int], str]) -> None:
    rows = ", ".join(f"({n}, {quoted(any_url, written(n))})" for n in (1, 2))
    case = Case(
        any_url,
        f"""
        CREATE TABLE session (id INTEGER PRIMARY KEY, data TEXT);
        INSERT INTO session VALUES {rows}, (3, 'not readable'), (4, NULL);
        """,
        f"""
session: {{link: {{blob: {{column: data, format: {FORMATS[written]}, path: user.id}}}}, delete: true}}
""",
    )
    assert case.close(ALICE) == {"session": [(2, written(2)), (3, "not readable"), (4, None)]}


def test_a_payload_of_a_job_is_searched_however_it_is_packed(any_url: str) -> None:
    """The job of a queue that nobody maps: the verification reads zlib in base64 and finds the address."""
    packed = base64.b64encode(zlib.compress(b'{"to": "alice@example.com"}')).decode()
    case = Case(
        any_url,
        f"CREATE TABLE job (id INTEGER PRIMARY KEY, payload TEXT);\nINSERT INTO job VALUES (1, '{packed}');",
        "",
    )
    found = case.try_to_close(ALICE)
    assert [(item.table, item.column, item.kind, item.blocking) for item in found] == [
        ("job", "payload", "email", True)
    ]
