"""What an account is signed in, shown and locked by, wherever it lies: in JSON, in another table, two tables away."""

from __future__ import annotations

import json
from typing import Any

import bcrypt
import pytest

from pamitan.kit.clock import SetClock
from pamitan.stores.errors import StoreMismatch
from pamitan.stores.store import Store
from pamitan.stores.types import Account, Identifier
from tests.store.shops import ALICE, BOB, NOW, Shop, proven

HASH = bcrypt.hashpw(b"rahasia", bcrypt.gensalt(4)).decode()
PHONE = Identifier("phone", "+6281234567801")
BOBS_PHONE = Identifier("phone", "+6281234567802")

IDENTITIES = """
CREATE TABLE customer (id INTEGER PRIMARY KEY, email VARCHAR(100), meta {json});
CREATE TABLE identity (id VARCHAR(20) PRIMARY KEY, user_id VARCHAR(20));
CREATE TABLE login (id INTEGER PRIMARY KEY, identity_id VARCHAR(20), provider VARCHAR(20), data {json});
CREATE TABLE profile (entity VARCHAR(40), attribute VARCHAR(40), value VARCHAR(100));
INSERT INTO profile VALUES ('customer/1', 'phone', '0812 3456 7801'), ('customer/1', 'locale', 'id'),
    ('customer/2', 'phone', '0812 3456 7802'), ('vendor/1', 'phone', '0812 3456 7899')
"""
ACCOUNT = """
account:
  phone: {table: login, on: {identity_id: {table: identity, on: {user_id: id}, column: id}}, column: data->phone,
    where: {provider: local}}
  name: [meta->name.first, meta->name.last]
  language: meta->languages[0]
  created: meta->joined
  password: {column: {table: login, on: {identity_id: {table: identity, on: {user_id: id}, column: id}},
    column: data->auth.hash, where: {provider: local}}, scheme: bcrypt}
  active: {meta->disabled: {not: true}}
  lock: [{column: meta->disabled, set: true}]
map: {customer: {link: {on: {id: account.id}}, delete: true}}
"""


def json_type(url: str) -> str:
    return "jsonb" if url.startswith("postgres") else "json"


def open_shop(url: str, file: str = ACCOUNT, kind: str | None = None) -> Shop:
    shop = Shop(url, IDENTITIES.format(json=kind or json_type(url)), file)
    people: list[tuple[int, str, Any, Any]] = [
        (1, "Alice", {"phone": "+62 812-3456-7801", "auth": {"hash": HASH}}, {"disabled": False}),
        (2, "Bob", {"phone": "0812 3456 7802", "auth": {"hash": None}}, {}),
    ]
    for number, name, login, more in people:
        meta = {"name": {"first": name, "last": "Ananda"}, "languages": ["id", "en"], "joined": 1767225600, **more}
        values = {"id": number, "email": f"{name.lower()}@example.com", "meta": json.dumps(meta)}
        shop.execute("INSERT INTO customer VALUES (:id, :email, :meta)", values)
        shop.execute("INSERT INTO identity VALUES (:key, :id)", {"key": f"i-{number}", "id": str(number)})
        for serial, provider in ((number * 10, "google"), (number * 10 + 1, "local")):
            data = json.dumps(login if provider == "local" else {"phone": "0000"})
            row = {"id": serial, "identity": f"i-{number}", "provider": provider, "data": data}
            shop.execute("INSERT INTO login VALUES (:id, :identity, :provider, :data)", row)
    return shop


def account(shop: Shop, number: str) -> Account:
    found = shop.store.account(number)
    assert found is not None
    return found


def meta(shop: Shop, number: int) -> Any:
    [found] = [row[2] for row in shop.rows("customer") if row[0] == number]
    return json.loads(found) if isinstance(found, str) else found


@pytest.fixture(params=["json", "text"])
def shop(request: pytest.FixtureRequest, any_url: str) -> Shop:
    return open_shop(any_url, kind=None if request.param == "json" else "text")


def test_an_account_is_told_from_json_and_from_two_tables_away(shop: Shop) -> None:
    alice = account(shop, "1")
    assert (alice.name, alice.language, alice.phone) == ("Alice Ananda", "id", PHONE.value)
    assert alice.created is not None
    assert alice.created.isoformat() == "2026-01-01T00:00:00+00:00"
    assert alice.may_sign_in
    assert alice.has_password
    assert not account(shop, "2").has_password


def test_an_account_is_found_by_a_number_two_tables_away(shop: Shop) -> None:
    assert [found.id for found in shop.store.find(PHONE)] == ["1"]
    assert [found.id for found in shop.store.find(BOBS_PHONE)] == ["2"]
    assert shop.store.find(Identifier("phone", "+6281234567899")) == []


def test_a_password_two_tables_away_in_json_signs_in(shop: Shop) -> None:
    assert shop.store.check_password("1", "rahasia")
    assert not shop.store.check_password("1", "salah")
    assert not shop.store.check_password("2", "rahasia")


def test_a_lock_sets_a_key_in_json_and_undo_restores_it(shop: Shop) -> None:
    before = meta(shop, 1), meta(shop, 2)
    applied = shop.store.lock("1")
    assert meta(shop, 1) == before[0] | {"disabled": True}
    assert shop.store.planned_locks("1") == []
    assert shop.store.lock("1", applied) == applied
    shop.store.unlock("1", applied)
    assert (meta(shop, 1), meta(shop, 2)) == before


def test_a_key_that_was_not_there_is_gone_again_after_undo(shop: Shop) -> None:
    before = meta(shop, 2)
    applied = shop.store.lock("2")
    assert meta(shop, 2) == before | {"disabled": True}
    assert not account(shop, "2").may_sign_in
    shop.store.unlock("2", applied)
    assert meta(shop, 2) == before


def test_undo_leaves_what_the_shop_has_changed_since(shop: Shop) -> None:
    applied = shop.store.lock("1")
    changed = meta(shop, 1) | {"disabled": "by the shop", "points": 7}
    shop.execute("UPDATE customer SET meta = :meta WHERE id = 1", {"meta": json.dumps(changed)})
    shop.store.unlock("1", applied)
    assert meta(shop, 1) == changed


def test_a_lock_where_there_is_no_json_yet(any_url: str) -> None:
    shop = open_shop(any_url)
    shop.execute("UPDATE customer SET meta = NULL WHERE id = 1")
    applied = shop.store.lock("1")
    assert meta(shop, 1) == {"disabled": True}
    shop.store.unlock("1", applied)
    assert meta(shop, 1) == {}


def test_a_lock_keeps_the_rest_of_the_text_as_it_stood(sqlite_url: str) -> None:
    shop = open_shop(sqlite_url)
    text = '{ "price": 1.50,  "name": {"first": "\\u0041lice"},"disabled" : false }'
    shop.execute("UPDATE customer SET meta = :meta WHERE id = 1", {"meta": text})
    applied = shop.store.lock("1")
    [after] = [row[2] for row in shop.rows("customer") if row[0] == 1]
    assert after == text.replace("false", "true")
    shop.store.unlock("1", applied)
    assert [row[2] for row in shop.rows("customer") if row[0] == 1] == [text]


def test_a_lock_in_text_that_is_no_json_says_the_mend(sqlite_url: str) -> None:
    shop = open_shop(sqlite_url)
    shop.execute("UPDATE customer SET meta = 'broken' WHERE id = 1")
    with pytest.raises(StoreMismatch, match=r"holds no JSON in this account's row.*lock by a column"):
        shop.store.lock("1")


HASH_IN_JSON = """
account:
  name: email
  phone: meta->contacts[].phone
  password: {column: meta->auth.hash, scheme: bcrypt}
  lock: [{column: meta->auth.hash, prefix: "!pamitan!"}]
map: {customer: {link: {on: {id: account.id}}, delete: true}}
"""


def test_a_prefix_before_a_hash_in_json_lets_pamitan_go_on(any_url: str) -> None:
    shop = open_shop(any_url, HASH_IN_JSON)
    given = {"auth": {"hash": HASH, "at": 1}, "contacts": [{"phone": "0812 3456 7801"}, {"phone": "0812 3456 7805"}]}
    shop.execute("UPDATE customer SET meta = :meta WHERE id = 1", {"meta": json.dumps(given)})
    assert account(shop, "1").phone == PHONE.value
    applied = shop.store.lock("1")
    assert meta(shop, 1)["auth"] == {"hash": f"!pamitan!{HASH}", "at": 1}
    assert shop.store.check_password("1", "rahasia")
    shop.store.unlock("1", applied)
    assert meta(shop, 1) == given


KEY_VALUE = """
account:
  name: email
  phone: {table: profile, on: {entity: "customer/{id}"}, column: value, where: {attribute: phone}}
  language: {table: profile, on: {entity: "customer/{id}"}, column: value, where: {attribute: locale}}
map: {customer: {link: {on: {id: account.id}}, delete: true}}
"""


def test_an_attribute_in_a_key_value_table_with_a_text_around_the_id(any_url: str) -> None:
    shop = open_shop(any_url, KEY_VALUE)
    assert (account(shop, "1").phone, account(shop, "1").language) == (PHONE.value, "id")
    assert [found.id for found in shop.store.find(BOBS_PHONE)] == ["2"]


def test_a_number_that_another_account_holds_two_tables_away_leads_to_nothing(any_url: str) -> None:
    rule = "calls: {link: {phone: number}, delete: true}"
    file = ACCOUNT.replace("map: {", f"map: {{{rule}, ")
    url = any_url
    shop = open_shop(url)
    shop.execute("CREATE TABLE calls (id INTEGER PRIMARY KEY, number VARCHAR(40))")
    shop.execute("INSERT INTO calls VALUES (1, '0812-3456-7801'), (2, '0812-3456-7802')")
    again = Shop(url, "", file)
    assert again.taken("calls", proven(ALICE, PHONE.value), BOB) == {"1": [1], "2": []}
    again.execute("UPDATE login SET data = (SELECT o.data FROM (SELECT data FROM login WHERE id = 11) o) WHERE id = 21")
    assert again.taken("calls", proven(ALICE, PHONE.value)) == {"1": []}


def test_a_source_that_is_not_there_is_told(any_url: str) -> None:
    shop = open_shop(any_url, ACCOUNT.replace("column: data->phone", "column: dta->phone"))
    with pytest.raises(StoreMismatch, match=r"no column 'dta' \(did you mean 'data'\?\)"):
        Store(shop.file, SetClock(NOW)).account("1")
