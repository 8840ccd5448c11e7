"""The rehearsal: the figures of the real run, and not a cell changed."""

from __future__ import annotations

from pathlib import Path

from pamitan.erasure.execute import erase
from pamitan.erasure.residue import MAPPED
from pamitan.erasure.shadow import rehearse
from pamitan.erasure.verify import verify
from pamitan.kit.clock import SetClock
from pamitan.storefile.model import StoreFile
from pamitan.stores.store import Store
from tests.store.shops import ALICE, BOB, CHARLIE, CUSTOMERS, NOW, Shelf, Shop

SCHEMA = f"""{CUSTOMERS}
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id), name VARCHAR(50),
    photo VARCHAR(50));
CREATE TABLE note (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id), body VARCHAR(100));
INSERT INTO orders VALUES (10, 1, 'Alice Alisson', 'a.png'), (11, 1, 'Alice Alisson', NULL), (20, 2, 'Bob', NULL);
INSERT INTO note VALUES (1, 10, 'For Alice Alisson'), (2, 20, 'For Bob');
"""


def shop_with(url: str, folder: Path) -> Shop:
    return Shop(url, SCHEMA, f"""
map:
  customer: {{link: {{on: {{id: account.id}}}}, delete: true, personal: {{name: name}}}}
  orders:
    link: {{on: {{customer_id: account.id}}}}
    clear: [name]
    detach: [customer_id]
    unlink: ["file://{folder}/{{photo}}"]
  note: {{link: {{on: {{order_id: orders.id}}}}, redact: [body]}}
""")  # fmt: skip


def test_a_rehearsal_gives_the_receipts_of_the_real_run(any_url: str, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"a face")
    shop = shop_with(any_url, tmp_path)
    rehearsed = rehearse(shop.store, [ALICE, BOB])
    done = erase(shop.store, [ALICE, BOB], Shelf())
    assert rehearsed.set_aside == done.set_aside == {}
    assert rehearsed.receipts == done.receipts
    assert ("note", "redact", 1) in {(r.table, r.action, r.rows) for r in done.receipts["1"]}
    assert ("orders", "unlink", 1) in {(r.table, r.action, r.rows) for r in done.receipts["1"]}


def test_a_rehearsal_changes_nothing(any_url: str, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"a face")
    shop = shop_with(any_url, tmp_path)
    before = shop.everything()
    rehearse(shop.store, [ALICE, BOB, CHARLIE])
    assert shop.everything() == before
    assert (tmp_path / "a.png").read_bytes() == b"a face"


def test_a_rehearsal_tells_what_the_database_would_refuse(any_url: str) -> None:
    shop = Shop(any_url, f"""{CUSTOMERS}
CREATE TABLE letter (id INTEGER PRIMARY KEY, customer_id INTEGER, body VARCHAR(20), CHECK (body <> 'gone'));
INSERT INTO letter VALUES (1, 1, 'Hello');
""", """
map:
  customer: {link: {on: {id: account.id}}, delete: true}
  letter: {link: {on: {customer_id: account.id}}, detach: [customer_id], replace: {body: gone}}
""")  # fmt: skip
    assert "letter" in rehearse(shop.store, [ALICE]).set_aside["1"]
    assert shop.rows("letter") == [(1, 1, "Hello")]


def test_a_rehearsal_of_two_datastores_gives_the_receipts_of_both_and_changes_neither(
    sqlite_url: str, postgres_url: str
) -> None:
    visits = """
CREATE TABLE visit (id INTEGER PRIMARY KEY, customer_id INTEGER, ip VARCHAR(40));
INSERT INTO visit VALUES (1, 1, '10.0.0.1'), (2, 1, '10.0.0.2'), (3, 2, '10.0.0.3');
"""
    other = Shop(sqlite_url, visits, "map: {}")
    home = Shop(postgres_url, CUSTOMERS, "map: {customer: {link: {on: {id: account.id}}, delete: true}}")
    plain = home.file.model_dump(by_alias=True, exclude_unset=True)
    plain["datastores"] = {**plain["datastores"], "log": {"url": sqlite_url}}
    plain["account"]["datastore"] = "default"
    plain["map"]["log"] = {"visit": {"link": {"on": {"customer_id": "account.id"}}, "delete": True}}
    store = Store(StoreFile.model_validate(plain), SetClock(NOW))
    before = home.everything(), other.everything()
    rehearsed = rehearse(store, [ALICE, BOB])
    assert (home.everything(), other.everything()) == before
    assert rehearsed.receipts == erase(store, [ALICE, BOB], Shelf()).receipts
    assert {(r.datastore, r.table, r.rows) for r in rehearsed.receipts["1"]} == {
        ("log", "visit", 2),
        ("default", "customer", 1),
    }
    assert other.rows("visit") == []


LOG = """
CREATE TABLE log (id INTEGER PRIMARY KEY, line VARCHAR(100));
INSERT INTO log VALUES (1, 'alice@example.com came'), (2, 'bob@example.com came'), (3, 'Alice Alisson');
"""


def shop_with_a_log(url: str) -> Shop:
    """Its log is in the data map by another link than the address, so what stands there is left."""
    return Shop(
        url,
        SCHEMA + LOG,
        """
map:
  customer: {link: {on: {id: account.id}}, delete: true, personal: {name: name}}
  orders: {link: {on: {customer_id: account.id}}, clear: [name], detach: [customer_id]}
  note: {link: {on: {order_id: orders.id}}, redact: [body]}
  log: {link: {on: {id: note.id}}, where: {line: never}, delete: true}
""",
    )


def test_a_rehearsal_finds_what_the_verification_will_find(any_url: str) -> None:
    shop = shop_with_a_log(any_url)
    before = shop.everything()
    rehearsed = rehearse(shop.store, [ALICE, BOB]).verified
    assert shop.everything() == before
    shelf = Shelf()
    erase(shop.store, [ALICE, BOB], shelf)
    verified = verify(shop.store, [ALICE, BOB], shelf, MAPPED)
    assert rehearsed == verified
    found = {(r.table, r.key, r.kind, r.blocking) for r in rehearsed.residue["1"]}
    assert found == {("log", "1", "email", True), ("log", "3", "name", False)}
    assert not rehearsed.is_clean("1")


def test_who_cannot_be_erased_does_not_stop_the_rehearsal_of_the_others(any_url: str) -> None:
    shop = Shop(any_url, f"""{CUSTOMERS}
CREATE TABLE letter (id INTEGER PRIMARY KEY, customer_id INTEGER, body VARCHAR(20), CHECK (body <> 'gone' OR id > 1));
INSERT INTO letter VALUES (1, 1, 'Hello'), (2, 2, 'Hello');
""", """
map:
  customer: {link: {on: {id: account.id}}, delete: true, personal: {name: name}}
  letter: {link: {on: {customer_id: account.id}}, detach: [customer_id], replace: {body: gone}}
""")  # fmt: skip
    before = shop.everything()
    rehearsed = rehearse(shop.store, [ALICE, BOB])
    assert shop.everything() == before
    assert ("letter" in rehearsed.set_aside["1"], list(rehearsed.receipts)) == (True, ["2"])
    assert rehearsed.verified.is_clean("2")
