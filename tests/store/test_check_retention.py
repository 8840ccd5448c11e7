"""``pamitan check`` tells beforehand what could not be erased when a retained record's date comes."""

from __future__ import annotations

import pytest

from pamitan.erasure.check import check
from pamitan.erasure.errors import MapMismatch
from pamitan.erasure.execute import erase
from tests.store.shops import ALICE, CUSTOMERS, Shelf, Shop

SHOP = """
CREATE TABLE customer (id INTEGER PRIMARY KEY, email VARCHAR(100));
CREATE TABLE invoice (id INTEGER PRIMARY KEY, customer_id INTEGER, number INTEGER NOT NULL UNIQUE, name VARCHAR(40));
CREATE TABLE entry (customer_id INTEGER, text VARCHAR(40))
"""
FILE = """
map:
  customer: {link: {on: {id: account.id}}, delete: true}
  invoice:
    link: {on: {customer_id: account.id}}
    detach: [customer_id]
    keep: {law: Tax Act, reason: Books, until: {years: 10}, columns: [id, number, name]}
  entry:
    link: {on: {customer_id: account.id}}
    keep: {law: Tax Act, reason: Books, until: {years: 10}}
"""


def test_what_could_not_be_erased_when_the_date_comes(any_url: str) -> None:
    problems = check(Shop(any_url, SHOP, FILE).store)
    found = {problem.where: problem.message for problem in problems if "date comes" in problem.message}
    assert set(found) == {"default.invoice.number", "default.entry"}
    assert "could not be emptied" in found["default.invoice.number"]
    assert "could not be found again" in found["default.entry"]


def test_no_erasure_begins_where_a_kept_table_has_no_key(any_url: str) -> None:
    entry = "CREATE TABLE entry (customer_id INTEGER, text VARCHAR(40));\nINSERT INTO entry VALUES (1, 'hers')"
    kept = """
map:
  customer: {link: {on: {id: account.id}}, delete: true}
  entry: {link: {on: {customer_id: account.id}}, keep: {law: Tax Act, reason: Books, until: {years: 10}}}
"""
    shop, shelf = Shop(any_url, f"{CUSTOMERS}\n{entry}", kept), Shelf()
    before = shop.everything()
    with pytest.raises(MapMismatch, match="'entry' has rows to keep and no key"):
        erase(shop.store, [ALICE], shelf)
    assert (shop.everything(), shelf.load("1")) == (before, None)
