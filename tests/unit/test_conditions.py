"""Conditions of a store file, run by every kind of database."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from pamitan.storefile.conditions import parse_condition
from pamitan.stores.conditions import to_sql
from pamitan.stores.engine import engine_for, reading, writing
from pamitan.stores.errors import StoreMismatch
from pamitan.stores.schema import reflect

NOW = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)
TABLES = """
CREATE TABLE things (id integer PRIMARY KEY, name varchar(20), amount numeric(10,2), flag {boolean}, made {datetime},
    day date, seconds bigint, millis bigint, iso varchar(40), owner_id integer);
CREATE TABLE owners (id integer PRIMARY KEY, kind varchar(20));
INSERT INTO owners VALUES (1, 'person'), (2, 'shop');
INSERT INTO things VALUES
    (1, 'old', 5, {true}, '2026-03-09 11:00:00', '2026-03-09', 1773054000, 1773054000000, '2026-03-09T11:00:00Z', 1),
    (2, 'new', 15.5, {false}, '2026-03-11 11:00:00', '2026-03-11', 1773226800, 1773226800000, '2026-03-11 11:00:00', 2),
    (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
"""
TYPES = {
    "sqlite": {"boolean": "bool", "datetime": "datetime", "true": "1", "false": "0"},
    "postgresql": {"boolean": "boolean", "datetime": "timestamp", "true": "true", "false": "false"},
    "mysql": {"boolean": "tinyint(1)", "datetime": "datetime", "true": "1", "false": "0"},
}


@pytest.fixture
def things(any_url: str) -> str:
    engine = engine_for(any_url)
    with writing(engine) as connection:
        for statement in TABLES.format(**TYPES[connection.dialect.name]).split(";"):
            connection.exec_driver_sql(statement)
    return any_url


def found(url: str, condition: Any, now: dt.datetime = NOW) -> list[int]:
    engine = engine_for(url)
    schema = reflect(engine)
    table = schema.table("things")
    where = to_sql(parse_condition(condition), table, schema, now)
    with reading(engine) as connection:
        return list(connection.execute(sa.select(table.sql.c.id).where(where).order_by(table.sql.c.id)).scalars())


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({}, [1, 2, 3]),
        ({"name": "old"}, [1]),
        ({"name": ["old", "new"]}, [1, 2]),
        ({"name": ["old", None]}, [1, 3]),
        ({"name": None}, [3]),
        ({"name": {"not": None}}, [1, 2]),
        ({"name": {"not": "old"}}, [2, 3]),
        ({"name": {"not": ["old"]}}, [2, 3]),
        ({"name": {"not": ["old", None]}}, [2]),
        ({"name": {"like": "%e%"}}, [2]),
        ({"amount": {"at_least": 5}}, [1, 2]),
        ({"amount": {"more_than": 5}}, [2]),
        ({"amount": {"at_most": 15.5}}, [1, 2]),
        ({"amount": {"less_than": 15.5, "more_than": 1}}, [1]),
        ({"flag": True}, [1]),
        ({"flag": False}, [2]),
        ({"flag": {"not": True}}, [2, 3]),
        ({"id": "1"}, [1]),
        ({"name": "old", "flag": False}, []),
        ({"any": [{"name": "old"}, {"flag": False}]}, [1, 2]),
        ({"not": {"name": "old"}}, [2, 3]),
        ({"not": {"name": "old", "flag": True}}, [2, 3]),
        ({"exists": {"table": "owners", "on": {"id": "owner_id"}, "where": {"kind": "shop"}}}, [2]),
        ({"not": {"exists": {"table": "owners", "on": {"id": "owner_id"}}}}, [3]),
        ({"exists": {"table": "things", "on": {"id": "owner_id"}}}, [1, 2]),
    ],
)
def test_conditions(things: str, condition: Any, expected: list[int]) -> None:
    assert found(things, condition) == expected


@pytest.mark.parametrize("column", ["made", "day", "seconds", "millis", "iso"])
def test_time_in_whatever_form_the_shop_keeps_it(things: str, column: str) -> None:
    assert found(things, {column: {"before": "now"}}) == [1]
    assert found(things, {column: {"after": "now"}}) == [2]
    assert found(things, {column: {"before": "-2 days"}}) == []
    assert found(things, {column: {"before": "2 days"}}) == [1, 2]
    assert found(things, {column: {"after": dt.date(2026, 3, 10)}}) == [2]


@pytest.mark.parametrize("column", ["made", "seconds"])
def test_time_to_the_hour(things: str, column: str) -> None:
    assert found(things, {column: {"after": "-26 hours"}}) == [1, 2]
    assert found(things, {column: {"after": "-24 hours"}}) == [2]


def test_a_date_without_zone_is_on_the_wall_clock_of_the_datastore(things: str) -> None:
    # 11:00 on a wall in Jakarta is 04:00 UTC
    five = dt.datetime(2026, 3, 9, 5, 0, tzinfo=dt.UTC)
    assert found(things, {"made": {"before": "now"}}, five) == []
    assert found(things, {"made": {"before": "now"}}, five.astimezone(ZoneInfo("Asia/Jakarta"))) == [1]
    assert found(things, {"seconds": {"before": "now"}}, five.astimezone(ZoneInfo("Asia/Jakarta"))) == []


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        ({"nmae": 1}, "no column 'nmae'.*did you mean 'name'"),
        ({"amount": "many"}, "column 'amount' is of type .*'many'"),
        ({"id": {"more_than": "x"}}, "'x' does not fit"),
        ({"flag": "perhaps"}, "'perhaps' does not fit"),
        ({"exists": {"table": "owner", "on": {"id": "id"}}}, "no table 'owner'.*did you mean 'owners'"),
        ({"exists": {"table": "owners", "on": {"key": "id"}}}, "no column 'key'"),
    ],
)
def test_what_does_not_fit_the_database_is_named(sqlite_url: str, condition: Any, sentence: str) -> None:
    with writing(engine_for(sqlite_url)) as connection:
        for statement in TABLES.format(**TYPES["sqlite"]).split(";"):
            connection.exec_driver_sql(statement)
    with pytest.raises(StoreMismatch, match=sentence):
        found(sqlite_url, condition)


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        ([], "a condition is a mapping"),
        ({"a": {"is": 1}}, "'is' is no operator; use one of"),
        ({"a": {"before": "soon"}}, "'soon' is no time; write now"),
        ({"a": {"at_least": [1]}}, "takes one value"),
        ({"any": {}}, "'any' takes a list"),
        ({"exists": {"table": "t"}}, "'exists' takes table, on"),
    ],
)
def test_what_is_no_condition(condition: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_condition(condition)
