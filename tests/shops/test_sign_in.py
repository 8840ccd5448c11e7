"""Customers sign in with the passwords that the shops' own pages gave them."""

from __future__ import annotations

import pytest

from pamitan.content.identifiers import parse_identifier
from pamitan.stores.types import Account, Identifier
from tests.shops import dumps
from tests.shops.shop import Shop


def account_of(shop: Shop, email: str) -> Account:
    identifier = parse_identifier(email, "GB")
    assert identifier
    [account] = shop.store.find(identifier)
    return account


def test_every_oscar_customer_is_found_by_their_address_in_any_letter_case(oscar: Shop) -> None:
    for email in dumps.passwords("oscar.csv"):
        assert account_of(oscar, email.upper()) == account_of(oscar, email)


@pytest.mark.parametrize("email", ["hazel.russell13@example.com", "phillip.murphy@example.org"])
def test_an_oscar_customer_signs_in_with_the_shops_password_and_no_other(oscar: Shop, email: str) -> None:
    account, right = account_of(oscar, email), dumps.passwords("oscar.csv")[email]
    assert oscar.store.check_password(account.id, right)
    assert not oscar.store.check_password(account.id, right + " ")
    assert not oscar.store.check_password(account.id, "")


def test_oscars_staff_are_no_customers(oscar: Shop) -> None:
    assert oscar.store.find(Identifier("email", "staff@example.com")) == []
    assert oscar.store.find(Identifier("email", "superuser@example.com")) == []


def test_every_opencart_customer_signs_in_with_the_shops_password_and_no_other(opencart: Shop) -> None:
    given = dumps.passwords("opencart.csv")
    assert len(given) == 35
    for email, right in given.items():
        account = account_of(opencart, email)
        assert opencart.store.check_password(account.id, right)
        assert not opencart.store.check_password(account.id, right.lower())


@pytest.mark.parametrize(
    "hashed",
    [
        "$2y$04$O2AB4URVQyZHxucC33xS4OEWGoKHGNSU6VMZHMD6VoDkCNa11o5r2",  # as version 4 hashes a&b<c"
        "$2y$04$3bWM1puIXKWjPkpNAQYF2OZYTHzLcZJTBh7iqKzF5EiAzRolKvaVu",  # as version 3 does, escaped
    ],
)
def test_opencart_escapes_a_password_as_html(opencart: Shop, hashed: str) -> None:
    account = account_of(opencart, "adam.cox1@example.com")
    opencart.run("UPDATE oc_customer SET password = :hashed WHERE customer_id = :id", hashed=hashed, id=account.id)
    assert opencart.store.check_password(account.id, 'a&b<c"')
    assert not opencart.store.check_password(account.id, "a&b<c")


def test_opencarts_staff_are_no_customers(opencart: Shop) -> None:
    assert opencart.store.find(Identifier("email", "owner@shop.example")) == []


def test_chinooks_customers_have_no_password(chinook: Shop) -> None:
    account = account_of(chinook, "luisg@embraer.com.br")
    assert account.name == "Luís Gonçalves"
    assert not account.has_password
    assert not chinook.store.check_password(account.id, "")


def test_chinooks_staff_are_no_customers(chinook: Shop) -> None:
    assert chinook.store.find(Identifier("email", "jane@chinookcorp.com")) == []
