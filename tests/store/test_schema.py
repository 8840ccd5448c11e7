"""What the reflection tells of each kind of database."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from pamitan.storefile.conditions import parse_condition
from pamitan.stores.conditions import to_sql
from pamitan.stores.engine import engine_for, reading, writing
from pamitan.stores.errors import StoreMismatch
from pamitan.stores.schema import Schema, reflect, refresh

TABLES = [
    """CREATE TABLE "Country" ("Code" varchar(2) PRIMARY KEY, "Name" varchar(40) NOT NULL UNIQUE)""",
    """CREATE TABLE city (country varchar(2) NOT NULL REFERENCES "Country" ("Code"), number integer NOT NULL,
       size numeric(10,2) CHECK (size > 0), note text, founded date, PRIMARY KEY (country, number))""",
    """CREATE TABLE street (id integer PRIMARY KEY, country varchar(2), number integer, label varchar(30),
       FOREIGN KEY (country, number) REFERENCES city (country, number) ON DELETE CASCADE, UNIQUE (country, label))""",
    """CREATE INDEX street_label ON street (label)""",
]


def schema_of(url: str, *statements: str) -> Schema:
    engine = engine_for(url)
    with writing(engine) as connection:
        for statement in statements:
            quoted = statement.replace('"', "`") if connection.dialect.name in ("mysql", "mariadb") else statement
            connection.exec_driver_sql(quoted)
    return refresh(engine)


def test_names_keys_and_constraints(any_url: str) -> None:
    schema = schema_of(any_url, *TABLES)
    assert set(schema.tables) == {"Country", "city", "street"}
    country, city, street = (schema.table(name) for name in ("Country", "city", "street"))
    assert (country.primary_key, country.uniques) == (("Code",), (("Name",),))
    assert city.primary_key == ("country", "number")
    assert [(key.columns, key.target, key.target_columns) for key in city.foreign_keys] == [
        (("country",), "Country", ("Code",))
    ]
    [composite] = street.foreign_keys
    assert (composite.columns, composite.target_columns, composite.on_delete) == (
        ("country", "number"),
        ("country", "number"),
        "CASCADE",
    )
    assert ("country", "label") in street.uniques
    assert street.has_index_on(["label"])
    assert not street.has_index_on(["number"])
    assert [(table.name, key.columns) for table, key in schema.pointing_at("city")] == [("street", composite.columns)]
    assert len(city.checks) == 1


def test_columns(any_url: str) -> None:
    city = schema_of(any_url, *TABLES).table("city")
    kinds = {column.name: column.kind for column in city.columns.values()}
    assert kinds == {"country": "text", "number": "integer", "size": "decimal", "note": "text", "founded": "date"}
    assert (city.column("country").length, city.column("note").nullable) == (2, True)
    assert not city.column("number").nullable


def test_a_schema_is_remembered_until_it_is_refreshed(any_url: str) -> None:
    engine = engine_for(any_url)
    schema_of(any_url, *TABLES)
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE new_one (id integer PRIMARY KEY)")
    assert "new_one" not in reflect(engine).tables
    assert "new_one" in refresh(engine).tables


@pytest.mark.parametrize(("name", "close"), [("country", "Country"), ("streets", "street")])
def test_a_table_that_is_not_there_is_named_with_its_near_miss(sqlite_url: str, name: str, close: str) -> None:
    with pytest.raises(StoreMismatch, match=f"no table '{name}' .did you mean '{close}'"):
        schema_of(sqlite_url, *TABLES).table(name)


def test_sqlite_finds_a_unique_beside_a_length_and_a_key_in_another_letter_case(sqlite_url: str) -> None:
    schema = schema_of(
        sqlite_url,
        "CREATE TABLE Users (id integer PRIMARY KEY, name varchar(150) NOT NULL UNIQUE, made datetime, x)",
        "CREATE TABLE orders (id integer PRIMARY KEY, user_id int REFERENCES USERS)",
        "CREATE UNIQUE INDEX some ON Users (made) WHERE made IS NOT NULL",
    )
    users = schema.table("Users")
    assert users.uniques == (("name",),)
    assert users.column("made").kind == "datetime"
    assert users.column("x").kind == "text"
    assert [(key.target, key.target_columns) for key in schema.table("orders").foreign_keys] == [("Users", ("id",))]


def test_postgresql_shows_other_schemas_but_no_partitions_views_or_system_tables(postgres_url: str) -> None:
    schema = schema_of(
        postgres_url,
        "CREATE SCHEMA shop",
        "CREATE TABLE shop.orders (id integer PRIMARY KEY, at timestamptz, tags text[], body jsonb)",
        "CREATE TABLE lines (id integer, order_id integer REFERENCES shop.orders (id)) PARTITION BY RANGE (id)",
        "CREATE TABLE lines_1 PARTITION OF lines FOR VALUES FROM (1) TO (10)",
        "CREATE VIEW seen AS SELECT * FROM shop.orders",
        "CREATE DOMAIN email AS varchar(50)",
        "CREATE TYPE mood AS ENUM ('glad', 'sad')",
        "CREATE TABLE people (id uuid PRIMARY KEY, mail email, feels mood, "
        "full_name text GENERATED ALWAYS AS ('x') STORED)",
    )
    assert set(schema.tables) == {"shop.orders", "lines", "people"}
    assert schema.table("lines").foreign_keys[0].target == "shop.orders"
    people = schema.table("people")
    assert {c.name: c.kind for c in people.columns.values()} == {
        "id": "uuid",
        "mail": "text",
        "feels": "choice",
        "full_name": "text",
    }
    assert people.column("mail").length == 50
    assert people.column("feels").choices == ("glad", "sad")
    assert people.column("full_name").generated


def test_a_word_that_an_enumeration_does_not_know_is_named(postgres_url: str) -> None:
    schema = schema_of(
        postgres_url, "CREATE TYPE mood AS ENUM ('glad', 'sad')", "CREATE TABLE people (id integer, feels mood)"
    )
    people = schema.table("people")
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    with pytest.raises(StoreMismatch, match="'feels' is of type mood, which 'happy' does not fit"):
        to_sql(parse_condition({"feels": ["glad", "happy"]}), people, schema, now)
    with reading(engine_for(postgres_url)) as connection:
        where = to_sql(parse_condition({"feels": {"not": "glad"}}), people, schema, now)
        assert connection.execute(sa.select(people.sql).where(where)).all() == []
