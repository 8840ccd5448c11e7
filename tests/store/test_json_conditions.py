"""Conditions over values in JSON, over lists, and over times that lie elsewhere, on every database."""

from __future__ import annotations

import datetime as dt
import json
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
DOCUMENTS: list[Any] = [
    {"type": "gift", "on": True, "total": 10, "tags": ["new", "Red"], "at": "2026-03-09T11:00:00Z", "n": {"k": None}},
    {"type": "Gift", "on": False, "total": "15.50", "tags": [], "at": 1773226800, "n": {"k": "x"}},
    {"type": None, "total": "many", "tags": "red", "at": "soon"},
    {"type": "gift%", "on": "true", "total": 10.0, "tags": [{"name": "old"}, 7], "at": "2026-02-30 11:00:00"},
    None,
]


@pytest.fixture(params=["json", "text"])
def things(request: pytest.FixtureRequest, any_url: str) -> str:
    json_type = "jsonb" if any_url.startswith("postgres") else "json"
    column = json_type if request.param == "json" else "text"
    engine = engine_for(any_url)
    insert = sa.text("INSERT INTO things VALUES (:id, :data)")
    with writing(engine) as connection:
        connection.exec_driver_sql(f"CREATE TABLE things (id integer PRIMARY KEY, data {column})")
        for number, document in enumerate(DOCUMENTS, start=1):
            written = None if document is None else json.dumps(document)
            connection.execute(insert, {"id": number, "data": written})
        if request.param == "text":
            connection.execute(insert, {"id": 6, "data": "no json"})
    return any_url


def found(url: str, condition: Any, now: dt.datetime = NOW, name: str = "things") -> set[int]:
    engine = engine_for(url)
    schema = reflect(engine)
    table = schema.table(name)
    where = to_sql(parse_condition(condition), table, schema, now)
    with reading(engine) as connection:
        return set(connection.execute(sa.select(table.sql.c.id).where(where)).scalars()) - {6}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"data->type": "gift"}, {1}),
        ({"data->type": ["gift", "Gift"]}, {1, 2}),
        ({"data->type": ["gift", None]}, {1, 3, 5}),
        ({"data->type": None}, {3, 5}),
        ({"data->type": {"not": "gift"}}, {2, 3, 4, 5}),
        ({"data->type": {"not": None}}, {1, 2, 4}),
        ({"data->type": {"like": "gift_"}}, {4}),
        ({"data->n.k": None}, {1, 3, 4, 5}),
        ({"data->on": True}, {1, 4}),
        ({"data->on": False}, {2}),
        ({"data->total": 10}, {1, 4}),
        ({"data->total": {"at_least": 10, "less_than": 15.5}}, {1, 4}),
        ({"data->total": {"more_than": 10}}, {2}),
        ({"data->tags[]": "new"}, {1}),
        ({"data->tags[]": 7}, {4}),
        ({"data->tags[].name": "old"}, {4}),
        ({"data->tags[]": {"not": "new"}}, {2, 3, 4, 5}),
        ({"data->tags[]": None}, {2, 3, 5}),
        ({"data->tags[]": {"not": None}}, {1, 4}),
        ({"data->tags[0]": "new"}, {1}),
        ({"data->tags[]": {"like": ["%ed", "ol%"]}}, {1}),
        ({"data->at": {"before": "now"}}, {1, 4}),
        ({"data->at": {"after": "now"}}, {2}),
        ({"not": {"data->at": {"before": "now"}}}, {2, 3, 5}),
        ({"exists": {"table": "things", "on": {"data->total": "id"}}}, set()),
        ({"exists": {"table": "things", "on": {"id": "data->tags[]"}}}, set()),
    ],
)
def test_conditions_over_json(things: str, condition: Any, expected: set[int]) -> None:
    assert found(things, condition) == expected


EVENTS = """
CREATE TABLE ticket (id integer PRIMARY KEY, event_id integer, paid {datetime}, sent varchar(40), day date,
    note varchar(40));
CREATE TABLE event (id integer PRIMARY KEY, venue integer, meta {json});
CREATE TABLE venue (id integer PRIMARY KEY, closes bigint);
INSERT INTO venue VALUES (1, 1773054000), (2, 1773226800000);
INSERT INTO event VALUES (1, 1, '{{"ends": "2026-03-09T18:00:00+07:00", "tickets": [1, "2"]}}'),
    (2, 2, '{{"ends": "2026-03-11 18:00:00", "tickets": []}}'), (3, NULL, NULL);
INSERT INTO ticket VALUES (1, 1, '2026-03-09 10:30:00', '2026-03-09T10:45:00Z', '2026-03-09', 'first class'),
    (2, 2, '2026-03-09 11:30:00', '2026-03-09 11:15', '2026-03-12', 'second class'),
    (3, 3, NULL, 'never', NULL, NULL)
"""


@pytest.fixture
def tickets(any_url: str) -> str:
    postgres = any_url.startswith("postgres")
    types = {"datetime": "timestamp" if postgres else "datetime", "json": "jsonb" if postgres else "json"}
    with writing(engine_for(any_url)) as connection:
        for statement in EVENTS.format(**types).split(";\n"):
            connection.exec_driver_sql(statement)
    return any_url


ENDS = {"table": "event", "on": {"id": "event_id"}, "column": "meta->ends"}
CLOSES = {
    "table": "venue",
    "on": {"id": {"table": "event", "on": {"id": "event_id"}, "column": "venue"}},
    "column": "closes",
}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"paid": {"before": {"column": "sent"}}}, {1}),
        ({"paid": {"after": {"column": "sent"}}}, {2}),
        ({"paid": {"after": {"column": "day"}}}, {1}),
        ({"paid": {"before": {"source": ENDS}}}, {1, 2}),
        ({"sent": {"before": {"source": CLOSES}}}, {1, 2}),
        ({"paid": {"after": {"source": CLOSES}}}, set()),
        ({"note": {"like": ["first%", "third%"]}}, {1}),
        ({"not": {"note": {"like": ["first%", "third%"]}}}, {2, 3}),
        ({"exists": {"table": "event", "on": {"meta->tickets[]": "id"}}}, {1, 2}),
        ({"exists": {"table": "event", "on": {"id": "event_id"}, "where": {"meta->ends": {"after": "now"}}}}, {2}),
    ],
)
def test_conditions_over_links_and_time(tickets: str, condition: Any, expected: set[int]) -> None:
    assert found(tickets, condition, name="ticket") == expected


def test_a_time_with_a_zone_in_text_is_no_wall_clock(tickets: str) -> None:
    # 18:00+07:00 and 11:00Z are one moment; a time without a zone is Jakarta's
    eleven = dt.datetime(2026, 3, 9, 11, 0, 1, tzinfo=dt.UTC).astimezone(ZoneInfo("Asia/Jakarta"))
    assert found(tickets, {"meta->ends": {"before": "now"}}, eleven, "event") == {1}
    assert found(tickets, {"sent": {"before": "now"}}, eleven, "ticket") == {1, 2}
    ten = eleven - dt.timedelta(hours=6, minutes=50)
    assert found(tickets, {"sent": {"before": "now"}}, ten, "ticket") == set()


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        ({"id->x": 1}, "'ticket.id' .* holds no JSON, so 'id->x' leads nowhere; name a column that holds JSON"),
        ({"paid": {"before": {"column": "snet"}}}, r"no column 'snet' \(did you mean 'sent'\?\)"),
        ({"paid": {"before": {"source": {**ENDS, "column": "mta->ends"}}}}, "no column 'mta'"),
        ({"note->x": {"more_than": "many"}}, "'ticket.note->x' is compared with 'many', which is no number"),
        ({"exists": {"table": "event", "on": {"meta->a": "nte"}}}, "no column 'nte'"),
    ],
)
def test_what_does_not_fit_is_named(tickets: str, condition: Any, sentence: str) -> None:
    with pytest.raises(StoreMismatch, match=sentence):
        found(tickets, condition, name="ticket")
