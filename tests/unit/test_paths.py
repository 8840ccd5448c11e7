"""How a store file names a cell, a value in its JSON, and what it has to equal."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from pamitan.storefile.conditions import Attribute, Compare, Elsewhere, parse_condition
from pamitan.storefile.links import Link
from pamitan.storefile.paths import EACH, CellPath, Target, parse_cell, parse_target, values_at


@pytest.mark.parametrize(
    ("text", "column", "steps"),
    [
        ("customer_id", "customer_id", ()),
        ("data->customer.id", "data", ("customer", "id")),
        ("items->[].email", "items", (EACH, "email")),
        ("meta->a.b[0].c", "meta", ("a", "b", 0, "c")),
        ("lists->[][12]", "lists", (EACH, 12)),
        ('data->"a.b"[]."c d"', "data", ("a.b", EACH, "c d")),
        ("data -> id", "data", ("id",)),
        ("data->first name.kind-of", "data", ("first name", "kind-of")),
    ],
)
def test_a_cell_is_a_column_or_a_place_in_its_json(text: str, column: str, steps: tuple[Any, ...]) -> None:
    assert parse_cell(text) == CellPath(column, steps)
    assert parse_cell(text).many == (EACH in steps)


@pytest.mark.parametrize("text", ["data->", "->id", "data->a..b", "data->a.", "data->a]", 'data->"a', "data->[x]"])
def test_what_is_no_path_is_refused_with_the_mend(text: str) -> None:
    with pytest.raises(ValueError, match=r"e\.g\. data->"):
        parse_cell(text)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("account.id", Target("account", CellPath("id"))),
        ("shop.orders.number", Target("shop.orders", CellPath("number"))),
        ("orders.data->address.id", Target("orders", CellPath("data", ("address", "id")))),
        ("user:{account.id}", Target("account", CellPath("id"), "user:")),
        ("gid://shop/Customer/{customer.uid}/x", Target("customer", CellPath("uid"), "gid://shop/Customer/", "/x")),
        ("a-{orders.data->ref}", Target("orders", CellPath("data", ("ref",)), "a-")),
    ],
)
def test_a_target_is_a_cell_of_a_table_or_a_text_around_it(text: str, target: Target) -> None:
    assert parse_target(text) == target


@pytest.mark.parametrize("text", ["id", "user:{id}", "{account.id}-{account.id}", "account.", "account.data->"])
def test_what_is_no_target_is_refused_with_the_mend(text: str) -> None:
    with pytest.raises(ValueError, match=r"e\.g\. "):
        parse_target(text)


def test_a_link_tells_its_columns_and_the_tables_that_it_goes_through() -> None:
    link = Link(on={"data->owner.id": "account.id", "key": "x:{orders.data->ref}"})
    assert link.columns() == {"data", "key"}
    assert link.targets() == {"account", "orders"}
    assert Link(email="data->contact.email").columns() == {"data"}


def test_a_link_refuses_a_path_that_cannot_be_read() -> None:
    with pytest.raises(ValidationError, match="is no path"):
        Link(on={"data->a..b": "account.id"})
    with pytest.raises(ValidationError, match="should name a column"):
        Link(email="data->")


def test_a_value_two_tables_away_is_an_attribute_in_an_attribute() -> None:
    identity = {"table": "identity", "on": {"user_id": "id"}, "column": "id"}
    found = Attribute.model_validate({"table": "t", "on": {"identity_id": identity}, "column": "data->phone"})
    assert found.on["identity_id"] == Attribute(table="identity", on={"user_id": "id"}, column="id")


def test_an_attribute_needs_to_say_how_its_row_is_found() -> None:
    with pytest.raises(ValidationError, match=r"\{user_id: id\}"):
        Attribute.model_validate({"table": "t", "on": {}, "column": "phone"})


def test_a_time_may_be_compared_with_another_cell() -> None:
    [compare] = parse_condition({"until": {"before": {"column": "sent"}}}).parts[0].parts  # type: ignore[union-attr]
    assert compare == Compare("until", "before", Elsewhere("sent"))


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        ({"until": {"before": {"colum": "x"}}}, r"\{column: name\}"),
        ({"until": {"before": {"source": {"table": "t"}}}}, "on"),
        ({"until": {"before": "tomorrow"}}, r"\{column: name\}"),
        ({"data->a..b": 1}, "is no path"),
        ({"exists": {"table": "t", "on": ["id"]}}, r"\{order_id: id\}"),
        ({"exists": {"table": "t", "on": {"data->": "id"}}}, "should name a column"),
    ],
)
def test_a_condition_that_cannot_be_read_is_refused_with_the_mend(condition: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_condition(condition)


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("d->a.b", [1]),
        ("d->list[].n", ["x", 2]),
        ("d->list[1].n", [2]),
        ("d->words[]", ["alice@example.com", "7"]),
        ("d->a", []),
        ("d->list[9].n", []),
        ("d->none", []),
    ],
)
def test_values_are_read_from_a_sampled_document(path: str, values: list[Any]) -> None:
    document = {
        "a": {"b": 1},
        "list": [{"n": "x"}, {"n": 2}, {}],
        "words": ["alice@example.com", "7", None],
        "none": None,
    }
    assert values_at(document, parse_cell(path).steps) == values
    assert values_at(json.dumps(document), parse_cell(path).steps) == values
    assert values_at("no json", parse_cell(path).steps) == []
