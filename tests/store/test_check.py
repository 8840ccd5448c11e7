"""``pamitan check`` on real databases: each thing that it must tell, and nothing where all is well."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pamitan.erasure.check import Problem, check, undecided
from pamitan.erasure.estimates import estimates
from pamitan.kit.clock import SetClock
from pamitan.storefile.model import StoreFile
from pamitan.stores.engine import reading
from pamitan.stores.schema import current
from pamitan.stores.spelling import sieved
from pamitan.stores.store import Store
from tests.scanner import snapshot
from tests.store.shops import NOW, Shop

SHOP = """
CREATE TABLE customer (id INTEGER PRIMARY KEY, email VARCHAR(100), phone VARCHAR(40), name VARCHAR(100),
    password VARCHAR(200), active INTEGER NOT NULL);
INSERT INTO customer VALUES (1, 'alice@example.com', '+6281234567801', 'Alice Alisson', NULL, 1),
    (2, 'bob@example.com', '+6281234567802', 'Bob Bobsson', '', 1);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, number VARCHAR(20) NOT NULL, note VARCHAR(200),
    FOREIGN KEY (customer_id) REFERENCES customer (id));
INSERT INTO orders VALUES (10, 1, 'A-10', NULL), (20, 2, 'A-20', 'as always')
"""
FILE = """
account:
  lock: [{column: active, set: 0}]
map:
  customer: {link: {on: {id: account.id}}, delete: true}
  orders: {link: {on: {customer_id: account.id}}, detach: [customer_id]}
ignore:
  default: {"nothing_*": nothing personal in there}
"""


@pytest.fixture
def shop(any_url: str) -> Shop:
    shop = Shop(any_url, SHOP, FILE)
    shop.execute("CREATE TABLE nothing_here (id INTEGER PRIMARY KEY)")
    return shop


def problems(shop: Shop, **changes: Any) -> list[Problem]:
    """What check says of the shop, with some sections of its store file replaced."""
    plain = {**shop.file.model_dump(by_alias=True, exclude_unset=True, exclude={"account"}), **changes}
    account = {**shop.file.account.model_dump(exclude_unset=True), **changes.get("account", {})}
    file = StoreFile.model_validate({**plain, "account": account})
    return check(Store(file, SetClock(NOW)))


def mapped(shop: Shop, **tables: Any) -> dict[str, Any]:
    """The shop's data map, with some tables replaced or added."""
    known = {
        name: [r.model_dump(exclude_unset=True) for r in rules] for name, rules in shop.file.map["default"].items()
    }
    return {"default": {**known, **tables}}


def told(found: list[Problem], severity: str = "error") -> list[tuple[str, str]]:
    return [(problem.where, problem.message) for problem in found if problem.severity == severity]


def test_a_store_file_that_fits_has_no_problems(shop: Shop) -> None:
    assert problems(shop) == []


def test_nothing_is_written(shop: Shop) -> None:
    before = snapshot(shop.url)
    problems(shop)
    assert snapshot(shop.url) == before


def test_a_wrong_table_and_column_are_told_with_the_near_miss(shop: Shop) -> None:
    rule = {"link": {"on": {"custmer_id": "account.id"}}, "delete": True}
    found = told(problems(shop, map=mapped(shop, ordres={**rule, "link": {"on": {"id": "account.id"}}}, orders=rule)))
    assert ("default.ordres", "the database has no table 'ordres' (did you mean 'orders'?)") in found
    assert ("default.orders", "table 'orders' has no column 'custmer_id' (did you mean 'customer_id'?)") in found


def test_a_lock_column_that_is_not_there_is_told(shop: Shop) -> None:
    found = told(problems(shop, account={"lock": [{"column": "is_active", "set": 0}]}))
    assert found == [("account", "table 'customer' has no column 'is_active' (did you mean 'active'?)")]


def test_a_wrong_column_in_a_condition_is_told(shop: Shop) -> None:
    found = told(problems(shop, orders={"table": "orders", "open": {"status": "Pending"}}))
    assert [where for where, _ in found] == ["orders.orders"]


def test_an_unmapped_table_with_a_foreign_key_to_a_customer_is_told(shop: Shop) -> None:
    shop.execute(
        "CREATE TABLE review (id INTEGER PRIMARY KEY, writer INTEGER, FOREIGN KEY (writer) REFERENCES customer (id))"
    )
    found = told(problems(shop))
    message = "points at 'customer', which holds rows of customers, and is not in the map"
    assert ("default.review.writer", message) in found


def test_an_unmapped_table_below_an_order_is_told(shop: Shop) -> None:
    shop.execute(
        "CREATE TABLE line (id INTEGER PRIMARY KEY, order_id INTEGER, FOREIGN KEY (order_id) REFERENCES orders (id))"
    )
    assert [where for where, _ in told(problems(shop))] == ["default.line.order_id"]


def test_a_column_that_is_called_like_a_link_is_told(shop: Shop) -> None:
    shop.execute("CREATE TABLE wish (id INTEGER PRIMARY KEY, customer_id INTEGER)")
    assert [where for where, _ in told(problems(shop))] == ["default.wish.customer_id"]


def test_an_ignored_table_is_left_alone(shop: Shop) -> None:
    shop.execute("CREATE TABLE nothing_much (id INTEGER PRIMARY KEY, customer_id INTEGER, email VARCHAR(50))")
    shop.execute("INSERT INTO nothing_much VALUES (1, 1, 'alice@example.com')")
    assert problems(shop) == []


def test_e_mail_addresses_in_an_unmapped_table_are_told(shop: Shop) -> None:
    shop.execute("CREATE TABLE news (id INTEGER PRIMARY KEY, who VARCHAR(80), body VARCHAR(80))")
    shop.execute("INSERT INTO news VALUES (1, 'zoe@example.com', 'Hello'), (2, 'yan@example.com', 'Hello')")
    assert told(problems(shop)) == [("default.news.who", "holds e-mail addresses, and nothing happens to it")]


def test_a_customers_value_inside_encoded_text_is_told(shop: Shop) -> None:
    shop.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, payload VARCHAR(200))")
    shop.execute("INSERT INTO event VALUES (1, :payload)", {"payload": '{"to": "alice\\u0040example.com"}'})
    assert told(problems(shop)) == [
        ("default.event.payload", "holds the e-mail address of customers, and nothing happens to it")
    ]


def test_a_personal_column_of_a_mapped_table_without_an_action_is_told(shop: Shop) -> None:
    shop.execute("UPDATE orders SET note = 'for Alice Alisson' WHERE id = 10")
    assert told(problems(shop)) == [("default.orders.note", "holds the name of customers, and nothing happens to it")]
    rule = {"link": {"on": {"customer_id": "account.id"}}, "detach": ["customer_id"], "clear": ["note"]}
    assert problems(shop, map=mapped(shop, orders=rule)) == []


def test_a_telling_name_is_a_warning(shop: Shop) -> None:
    shop.execute("CREATE TABLE visit (id INTEGER PRIMARY KEY, shipping_address VARCHAR(80), ip VARCHAR(40))")
    shop.execute("INSERT INTO visit VALUES (1, 'somewhere', '-')")
    found = problems(shop)
    assert {(p.severity, p.where) for p in found} == {
        ("warning", "default.visit.shipping_address"),
        ("warning", "default.visit.ip"),
    }


def test_a_delete_that_an_unmapped_foreign_key_forbids_is_told(shop: Shop) -> None:
    shop.execute(
        "CREATE TABLE card (id INTEGER PRIMARY KEY, owner INTEGER, FOREIGN KEY (owner) REFERENCES customer (id))"
    )
    message = "points at rows of 'customer', which are deleted: the database would refuse it"
    assert ("default.card.owner", message) in told(problems(shop))


def test_a_row_that_stays_and_points_at_a_deleted_one_is_told(shop: Shop) -> None:
    rule = {"link": {"on": {"customer_id": "account.id"}}, "clear": ["note"]}
    found = told(problems(shop, map=mapped(shop, orders=rule)))
    assert found == [("default.orders.customer_id", "stays, but points at rows of 'customer', which are deleted")]


def test_a_kept_row_whose_parent_is_deleted_is_told(shop: Shop) -> None:
    keep = {"law": "Tax act", "reason": "Books", "until": {"years": 10}}
    rule = {"link": {"on": {"customer_id": "account.id"}}, "keep": keep}
    found = told(problems(shop, map=mapped(shop, orders=rule)), "warning")
    message = "is kept by law and points at rows of 'customer', which therefore stay as long"
    assert found == [("default.orders.customer_id", message)]


def test_an_action_against_a_constraint_is_told(shop: Shop) -> None:
    rule = {"link": {"on": {"customer_id": "account.id"}}, "detach": ["customer_id"], "replace": {"number": "x" * 21}}
    found = problems(shop, map=mapped(shop, orders=rule))
    assert [(p.where, p.message) for p in found] == [("default.orders", "column 'orders.number' holds 20 characters")]
    assert found[0].mend == "replace it by a shorter text"


def test_a_missing_index_of_a_large_table_is_told_with_the_statement(shop: Shop) -> None:
    shop.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, who INTEGER)")
    rule = {"link": {"on": {"who": "account.id"}}, "delete": True}
    assert problems(shop, map=mapped(shop, event=rule)) == []
    with shop.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO event (id, who) VALUES (:id, 1)"), [{"id": i} for i in range(1001)])
    found = problems(shop, map=mapped(shop, event=rule))
    assert [(p.severity, p.where, p.mend) for p in found] == [
        ("warning", "default.event.who", "CREATE INDEX event_who_idx ON event (who)")
    ]
    shop.execute(found[0].mend)
    assert problems(shop, map=mapped(shop, event=rule)) == []


def test_a_large_table_that_is_read_whole_is_told_with_its_rows(shop: Shop) -> None:
    shop.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, line VARCHAR(50))")
    rule = {"link": {"mentions": "line"}, "redact": ["line"]}
    assert problems(shop, map=mapped(shop, event=rule)) == []
    with shop.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO event (id, line) VALUES (:id, 'x')"), [{"id": i} for i in range(1200)])
    [(where, message)] = told(problems(shop, map=mapped(shop, event=rule)), "warning")
    assert where == "default.event.line"
    assert re.search(r"is read whole, about 1[12]\d\d rows, once for every batch", message)


def test_an_unknown_password_hash_is_told_without_the_hash(shop: Shop) -> None:
    shop.execute("UPDATE customer SET password = 'rot13$secretsecret'")
    found = problems(shop, account={"password": {"column": "password", "scheme": "django"}})
    assert [(p.severity, p.where) for p in found] == [("error", "account.password")]
    assert "secretsecret" not in repr(found)


def test_a_pattern_of_ignore_that_fits_nothing_is_told(shop: Shop) -> None:
    found = problems(shop, ignore={"default": {"nothing_*": "x", "ordesr": "y"}})
    assert [(p.severity, p.where) for p in found] == [("warning", "default.ordesr")]


def test_a_table_without_any_key_is_told_on_mariadb(mariadb_url: str) -> None:
    shop = Shop(mariadb_url, SHOP, FILE)
    shop.execute("CREATE TABLE nothing_here (id INTEGER PRIMARY KEY)")
    shop.execute("CREATE TABLE visit (customer_id INTEGER, INDEX (customer_id))")
    rule = {"link": {"on": {"customer_id": "account.id"}}, "delete": True}
    found = told(problems(shop, map=mapped(shop, visit=rule)), "warning")
    assert found == [("default.visit", "has no key, so equal rows cannot be told apart and share one fate")]


def test_no_problem_holds_a_customers_value(shop: Shop) -> None:
    shop.execute("CREATE TABLE news (id INTEGER PRIMARY KEY, who VARCHAR(80))")
    shop.execute("INSERT INTO news VALUES (1, 'alice@example.com')")
    assert "alice" not in repr(problems(shop)).casefold()


@pytest.mark.parametrize(("database", "plan"), [("sqlite", "EXPLAIN QUERY PLAN"), ("postgres", "EXPLAIN")])
def test_an_index_for_addresses_in_any_spelling_is_told_and_used(
    request: pytest.FixtureRequest, database: str, plan: str
) -> None:
    shop = Shop(request.getfixturevalue(f"{database}_url"), SHOP, FILE)
    shop.execute("CREATE TABLE nothing_here (id INTEGER PRIMARY KEY)")
    shop.execute("CREATE TABLE news (id INTEGER PRIMARY KEY, guest VARCHAR(80), mobile VARCHAR(40))")
    people = [{"id": n, "guest": f" Guest{n}@Example.com", "mobile": f"0812-0000-{n:04}"} for n in range(3000)]
    shop.execute("INSERT INTO news VALUES (:id, :guest, :mobile)", *people)
    rule = {"link": [{"email": "guest"}, {"phone": "mobile"}], "delete": True}
    map_ = mapped(shop, news=rule)
    found = [problem for problem in problems(shop, map=map_) if problem.mend.startswith("CREATE INDEX")]
    assert [(p.severity, p.where) for p in found] == [
        ("warning", "default.news.guest"),
        ("warning", "default.news.mobile"),
    ]
    for problem in found:
        shop.execute(problem.mend)
    shop.execute("ANALYZE news")
    assert problems(shop, map=map_) == []
    for kind, column, value in (("email", "guest", "guest7@example.com"), ("phone", "mobile", "000007")):
        news = shop.schema.tables.get("news") or current(shop.engine).table("news")
        searched = sieved(kind, news.sql.c[column], shop.schema.dialect)  # type: ignore[arg-type]
        query = sa.select(news.sql.c.id).where(searched == sa.literal_column(f"'{value}'"))
        with reading(shop.engine) as connection:
            assert connection.execute(query).scalars().all() == [7]
            words = connection.exec_driver_sql(f"{plan} {query.compile(shop.engine)}".replace("%", "%%")).all()
        assert f"pamitan_news_{column}" in str(words)


def test_on_mariadb_no_index_for_addresses_is_asked_for(mariadb_url: str) -> None:
    shop = Shop(mariadb_url, SHOP, FILE)
    shop.execute("CREATE TABLE nothing_here (id INTEGER PRIMARY KEY)")
    shop.execute("INSERT INTO customer (id, email, active) VALUES (:n, :mail, 1)", *MANY)
    assert problems(shop) == []


MANY = [{"n": n, "mail": f"c{n}@example.com"} for n in range(10, 1200)]


def test_ids_of_customers_inside_json_are_told_as_a_link(shop: Shop) -> None:
    shop.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, payload VARCHAR(200))")
    rows = [{"id": n, "payload": f'{{"customer_id": {n}, "n": 1}}'} for n in (1, 2)]
    shop.execute("INSERT INTO event VALUES (:id, :payload)", *rows)
    found = told(problems(shop))
    assert [where for where, _ in found] == ["default.event.payload->customer_id"]
    assert found[0][1].startswith("leads to customers' rows (account.id)")


def test_customers_named_by_a_key_value_table_are_told_as_a_link(shop: Shop) -> None:
    shop.execute("INSERT INTO customer VALUES (3, 'charlie@example.com', NULL, 'Charlie Charlson', NULL, 1)")
    shop.execute(
        "CREATE TABLE pair (id INTEGER PRIMARY KEY, thing INTEGER, meta_key VARCHAR(40), meta_value VARCHAR(9))"
    )
    pairs = [
        (n, key, value) for n in "123" for key, value in (("_customer_user", n), ("_colour", "red"), ("_size", "L"))
    ]
    rows = [{"id": i, "thing": int(n), "key": key, "value": value} for i, (n, key, value) in enumerate(pairs)]
    shop.execute("INSERT INTO pair VALUES (:id, :thing, :key, :value)", *rows)
    assert "default.pair.meta_value" in [where for where, _ in told(problems(shop))]


def test_a_customers_own_name_in_a_row_of_theirs_is_told_wherever_it_stands(shop: Shop) -> None:
    shop.execute("CREATE TABLE parcel (id INTEGER PRIMARY KEY, order_id INTEGER, remark VARCHAR(90))")
    shop.execute("INSERT INTO parcel VALUES (1, 10, 'left with Mrs Alisson'), (2, 20, 'left with Mr Bobsson')")
    shop.execute("UPDATE customer SET name = 'Alisson' WHERE id = 1")
    shop.execute("UPDATE customer SET name = 'Bobsson' WHERE id = 2")
    rule = {"link": {"on": {"order_id": "orders.id"}}, "detach": ["order_id"]}
    found = told(problems(shop, map=mapped(shop, parcel=rule)))
    assert [where for where, _ in found] == ["default.parcel.remark"]


def test_an_index_counts_by_its_leading_columns_and_not_by_its_name(shop: Shop) -> None:
    shop.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, who INTEGER, what INTEGER)")
    rule = {"link": {"on": {"who": "account.id"}}, "delete": True}
    shop.execute("INSERT INTO event VALUES (:id, 1, 1)", *[{"id": n} for n in range(1001)])
    shop.execute("CREATE INDEX something ON event (what, who)")
    assert [p.where for p in problems(shop, map=mapped(shop, event=rule))] == ["default.event.who"]
    shop.execute("CREATE INDEX something_else ON event (who, what)")
    assert problems(shop, map=mapped(shop, event=rule)) == []


def test_names_in_a_statement_are_quoted_where_they_have_to_be(shop: Shop) -> None:
    quote = "`" if shop.schema.dialect in ("mysql", "mariadb") else '"'
    shop.execute(f"CREATE TABLE event (id INTEGER PRIMARY KEY, {quote}order{quote} INTEGER)")
    rule = {"link": {"on": {"order": "account.id"}}, "delete": True}
    shop.execute("INSERT INTO event VALUES (:id, 1)", *[{"id": n} for n in range(1001)])
    (found,) = problems(shop, map=mapped(shop, event=rule))
    assert found.mend == f"CREATE INDEX event_order_idx ON event ({quote}order{quote})"
    shop.execute(found.mend)
    assert problems(shop, map=mapped(shop, event=rule)) == []


def test_rows_and_locks_of_one_account_are_estimated(shop: Shop) -> None:
    found = {estimate.table: estimate for estimate in estimates(shop.store)}
    assert found["default.orders"].rows == 2
    assert found["default.orders"].per_account == 1.0
    assert all(estimate.locks for estimate in found.values())


def test_what_a_draft_still_asks_is_told_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "store.yaml"
    path.write_text('a: b  # ? really\n# ? only a comment\nlaw: "TODO: the law"  # ?\nc: d\n')
    assert [(p.severity, p.where) for p in undecided(str(path))] == [("warning", "line 1"), ("error", "line 3")]
    assert undecided("preset:oscar") == []
