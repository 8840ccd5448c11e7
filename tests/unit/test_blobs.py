"""Looking into sessions and serialised objects."""

from __future__ import annotations

import base64
import json
import pickle
from typing import Any

import pytest
from django.contrib.sessions.backends.base import SessionBase
from django.core import signing
from hypothesis import given
from hypothesis import strategies as st

from pamitan.storefile.links import Blob
from pamitan.stores.blobs import UnreadableBlobError, account_in, decode, look_up

LONG = {"_auth_user_id": "7", "basket": "kopi " * 500}


@pytest.mark.parametrize("content", [{"_auth_user_id": "7"}, LONG])
def test_djangos_sessions_short_and_packed(content: dict[str, str]) -> None:
    packed = SessionBase().encode(content)
    assert decode("django-session", packed) == content


def test_a_session_signed_with_another_key_is_read_all_the_same() -> None:
    packed = signing.dumps(LONG, key="another", salt="x", compress=True)
    assert account_in(Blob(column="data", format="django-session", path="_auth_user_id"), packed) == "7"


def test_a_session_of_an_old_django() -> None:
    old = base64.b64encode(b"0" * 40 + b":" + json.dumps(LONG).encode()).decode()
    assert decode("django-session", old) == LONG


def test_a_pickle_is_never_loaded() -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (pytest.fail, ("a pickle was loaded",))

    evil = base64.urlsafe_b64encode(pickle.dumps(Trap())).decode().rstrip("=") + ":1abc:signature"
    with pytest.raises(UnreadableBlobError):
        decode("django-session", evil)


PHP = (
    'a:3:{s:4:"user";a:2:{s:2:"id";i:42;s:4:"name";s:6:"Andrée";}'
    's:4:"flag";b:1;s:4:"rest";a:3:{i:0;d:1.5;i:1;N;i:2;s:3:"a;b";}}'
)


def test_serialised_php() -> None:
    text = PHP.replace('s:6:"Andrée"', 's:7:"Andrée"')  # PHP counts bytes
    assert decode("php-serialised", text) == {
        "user": {"id": 42, "name": "Andrée"},
        "flag": True,
        "rest": {"0": 1.5, "1": None, "2": "a;b"},
    }


def test_an_object_of_php_with_private_properties() -> None:
    text = 'O:8:"Customer":2:{s:12:"\0Customer\0id";i:42;s:7:"\0*\0name";s:3:"Ann";}'
    assert decode("php-serialised", text) == {"id": 42, "name": "Ann"}


def test_a_session_file_of_php() -> None:
    session = 'customer_id|s:2:"42";cart|a:1:{i:0;i:9;}note|s:3:"a|b";'
    assert decode("php-session", session) == {"customer_id": "42", "cart": {"0": 9}, "note": "a|b"}
    assert account_in(Blob(column="data", format="php-session", path="customer_id"), session) == "42"


@pytest.mark.parametrize("format_", ["json", "django-session", "php-session", "php-serialised"])
@given(text=st.text(max_size=60) | st.sampled_from([PHP[:n] for n in range(1, len(PHP), 7)]))
def test_garbage_is_unreadable_and_no_worse(format_: Any, text: str) -> None:
    try:
        decode(format_, text)
    except UnreadableBlobError:
        assert account_in(Blob(column="data", format=format_, path="id"), text) is None


def test_a_bomb_is_not_unfolded() -> None:
    bomb = signing.dumps("0" * 30_000_000, compress=True)
    with pytest.raises(UnreadableBlobError):
        decode("django-session", bomb)


@pytest.mark.parametrize(
    ("value", "path", "found"),
    [
        ({"a": {"b": 1}}, "a.b", 1),
        ({"a.b": 1}, "a.b", 1),
        ({"a": [{"b": 1}]}, "a.0.b", 1),
        ({"a": [1]}, "a.1", None),
        ({"a": 1}, "a.b", None),
        ([], "a", None),
        ("text", "a", None),
    ],
)
def test_paths(value: object, path: str, found: object) -> None:
    assert look_up(value, path) == found


@pytest.mark.parametrize(
    "value", ['{"id": true}', '{"id": null}', '{"id": ""}', '{"id": {}}', '{"id": 1.5}', "{}", None]
)
def test_what_names_no_account(value: str | None) -> None:
    assert account_in(Blob(column="data", format="json", path="id"), value) is None


@pytest.mark.parametrize("value", ['{"id": 7}', '{"id": "7"}', b'{"id": 7}'])
def test_what_names_an_account(value: str | bytes) -> None:
    assert account_in(Blob(column="data", format="json", path="id"), value) == "7"
