"""What the residue scan reads beside tables, and what it says it did not look at, on real databases."""

from __future__ import annotations

import io
import zipfile

import pytest
import sqlalchemy as sa

from pamitan.content import containers
from pamitan.erasure.residue import MAPPED, ScanResult, scan
from pamitan.kit.clock import SetClock
from pamitan.stores import unread
from pamitan.stores.schema import refresh
from pamitan.stores.store import Store
from tests.store.shops import NOW, Shop
from tests.store.test_residue import FILE, SHOP, case_file

ANNA = "anna@rossi.example"


def scanned(shop: Shop) -> ScanResult:
    refresh(shop.engine)
    return scan(Store(shop.file, SetClock(NOW)), {"1": case_file()}, NOW)


def places(result: ScanResult, reason: str) -> list[str]:
    """Where nothing was looked for, for that reason."""
    return [place for left in result.unread if left.reason == reason for place in left.where]


def blocking(result: ScanResult) -> set[tuple[str, str]]:
    return {(found.table, found.column) for found in result.residue["1"] if found.blocking}


def test_columns_that_hold_no_text_are_named(any_url: str) -> None:
    result = scanned(Shop(any_url, SHOP, FILE))
    named = {"customer.id", "orders.id", "orders.customer_id", "log.id", "page.id"}
    assert set(places(result, unread.NUMBERS)) == named
    assert {left.datastore for left in result.unread} == {"default"}


def test_a_search_of_the_mapped_tables_alone_tells_nothing_of_the_others(any_url: str) -> None:
    shop = Shop(any_url, SHOP, FILE)
    result = scan(Store(shop.file, SetClock(NOW)), {"1": case_file()}, NOW, reach=MAPPED)
    assert result.unread == []


def test_views_are_named(any_url: str) -> None:
    shop = Shop(any_url, SHOP, FILE)
    shop.execute("CREATE VIEW loud AS SELECT message FROM log")
    shop.execute(f"INSERT INTO log (id, message) VALUES (1, '{ANNA}')")
    result = scanned(shop)
    assert places(result, unread.VIEW) == ["loud"]
    assert blocking(result) == {("log", "message")}


def test_materialised_views_are_read(postgres_url: str) -> None:
    shop = Shop(postgres_url, SHOP, FILE)
    shop.execute("CREATE SCHEMA side")
    shop.execute(f"INSERT INTO log (id, message) VALUES (1, '{ANNA}'), (2, 'line')")
    shop.execute("CREATE MATERIALIZED VIEW side.copy AS SELECT id, message AS told FROM log")
    shop.execute("CREATE MATERIALIZED VIEW unfilled AS SELECT id, message AS told FROM log WITH NO DATA")
    shop.execute("DELETE FROM log")
    result = scanned(shop)
    assert blocking(result) == {("side.copy", "told")}
    assert places(result, unread.EMPTY_COPY) == ["unfilled"]
    shop.execute("REFRESH MATERIALIZED VIEW side.copy")
    assert blocking(scanned(shop)) == set()


def test_large_objects_are_named(postgres_url: str) -> None:
    shop = Shop(postgres_url, SHOP, FILE)
    assert places(scanned(shop), unread.LARGE_OBJECTS) == []
    shop.execute("SELECT lo_from_bytea(0, 'some bytes')")
    assert places(scanned(shop), unread.LARGE_OBJECTS) == ["1 large objects"]


def test_tables_of_other_servers_are_read_through_them(postgres_url: str, postgres_server_url: str) -> None:
    shop = Shop(postgres_url, SHOP, FILE)
    port = sa.make_url(postgres_server_url).port
    with shop.engine.begin() as connection:
        installed = connection.exec_driver_sql("SELECT 1 FROM pg_available_extensions WHERE name = 'postgres_fdw'")
        if installed.first() is None:
            pytest.skip("postgres_fdw is not installed (Debian: postgresql-contrib)")
    shop.execute("CREATE SCHEMA far")
    shop.execute("CREATE TABLE far.letter (id int, body text)")
    shop.execute(f"INSERT INTO far.letter VALUES (1, '{ANNA}')")
    shop.execute("CREATE EXTENSION postgres_fdw")
    name = shop.engine.url.database
    shop.execute(
        "CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw "
        f"OPTIONS (host '127.0.0.1', port '{port}', dbname '{name}')"
    )
    shop.execute(f"CREATE USER MAPPING FOR CURRENT_USER SERVER other OPTIONS (user '{shop.engine.url.username}')")
    shop.execute(
        "CREATE FOREIGN TABLE near (id int, body text) SERVER other OPTIONS (schema_name 'far', table_name 'letter')"
    )
    assert blocking(scanned(shop)) == {("far.letter", "body"), ("near", "body")}


def test_files_in_cells_are_opened_or_named(any_url: str) -> None:
    shop = Shop(any_url, SHOP, FILE)
    binary = "bytea" if any_url.startswith("postgresql") else "longblob"
    shop.execute(f"CREATE TABLE attachment (id INTEGER PRIMARY KEY, content {binary})")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("letter.txt", f"from {ANNA}, " + "yours, " * 20)
    contents = [
        out.getvalue(),
        b"\xff\xd8\xff\xe0" + bytes(100),
        b"\xff\xd8\xff\xe0" + bytes(200),
        b"%PDF-1.7 " + bytes(100),
        bytes(range(128, 256)),
        b"plain " * 20,
        b"\x80" * 16,
    ]
    with shop.engine.begin() as connection:
        rows = [{"id": number, "content": content} for number, content in enumerate(contents)]
        connection.execute(sa.text("INSERT INTO attachment VALUES (:id, :content)"), rows)
    result = scanned(shop)
    assert blocking(result) == {("attachment", "content")}
    told = {left.reason: left.where for left in result.unread if "attachment.content" in left.where[0]}
    assert told == {
        containers.PICTURE: ("attachment.content (2)",),
        containers.PDF: ("attachment.content (1)",),
        containers.UNKNOWN: ("attachment.content (1)",),
    }
