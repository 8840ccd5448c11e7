"""The demo's shop: its database, its files, its store file."""

from __future__ import annotations

import datetime as dt
import sqlite3
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pamitan.demo.home import STORE_FILE, Address, DemoError, DemoHome
from pamitan.demo.shop.people import PASSWORD, PEOPLE
from pamitan.erasure.check import check
from pamitan.kit.clock import ShiftedClock, SystemClock
from pamitan.storefile.load import load_store_file
from pamitan.stores.store import Store
from tests.scanner import broken_foreign_keys

HERE = Address("127.0.0.1", 8000, "localhost")


@pytest.fixture
def home(tmp_path: Path) -> DemoHome:
    made = DemoHome.within(tmp_path)
    made.make(fresh=False)
    return made


@pytest.fixture
def store(home: DemoHome) -> Store:
    return Store(load_store_file(str(STORE_FILE), home.environment(HERE, 25)), SystemClock())


def _count(home: DemoHome, query: str) -> int:
    with sqlite3.connect(home.path / "shop.sqlite3") as database:
        return int(database.execute(query).fetchone()[0])


def test_every_customer_lives_in_the_shop(home: DemoHome) -> None:
    assert _count(home, "SELECT count(*) FROM customer") == len(PEOPLE)


def test_there_are_orders_in_every_state(home: DemoHome) -> None:
    assert _count(home, "SELECT count(DISTINCT status) FROM shop_order") == 5


def test_the_databases_foreign_keys_hold(home: DemoHome) -> None:
    assert broken_foreign_keys(f"sqlite:///{home.path / 'shop.sqlite3'}") == []


def test_every_digital_product_has_its_file(home: DemoHome) -> None:
    with sqlite3.connect(home.path / "shop.sqlite3") as database:
        names = {name for (name,) in database.execute("SELECT filename FROM product WHERE kind != 'book'")}
    assert names == {path.name for path in (home.path / "books").iterdir()}


def test_an_epub_is_a_zip_with_its_media_type_first_and_well_formed_pages(home: DemoHome) -> None:
    with zipfile.ZipFile(home.path / "books" / "kopi-di-ujung-gang.epub") as book:
        assert book.testzip() is None
        first = book.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert book.read("mimetype") == b"application/epub+zip"
        chapter = ElementTree.fromstring(book.read("chapter.xhtml"))
    assert "warung kopi" in "".join(chapter.itertext())


def test_a_pdf_tells_where_each_of_its_objects_begins(home: DemoHome) -> None:
    content = (home.path / "books" / "italiano-in-tasca.pdf").read_bytes()
    table = int(content.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    assert content[table : table + 4] == b"xref"
    places = [int(line[:10]) for line in content[table:].split(b"\n")[3:8]]
    assert [content[place : place + 7] for place in places] == [b"%d 0 obj" % number for number in range(1, 6)]


def test_an_mp3_is_a_tag_and_whole_frames(home: DemoHome) -> None:
    content = (home.path / "books" / "hening-setelah-hujan.mp3").read_bytes()
    tag = sum(byte << shift for byte, shift in zip(content[6:10], (21, 14, 7, 0), strict=True))
    sound = content[10 + tag :]
    assert content[:3] == b"ID3"
    assert len(sound) % 104 == 0
    assert all(sound[start : start + 2] == b"\xff\xfb" for start in range(0, len(sound), 104))


def test_the_store_file_fits_the_shop(store: Store) -> None:
    assert [problem for problem in check(store) if problem.severity == "error"] == []


def test_the_store_file_leaves_nothing_to_wonder_about(store: Store) -> None:
    assert [f"{problem.where}: {problem.message}" for problem in check(store)] == []


@pytest.mark.parametrize(
    "person", [person for person in PEOPLE if person.has_password], ids=lambda person: person.sign_in
)
def test_everybody_with_a_password_is_let_in_by_it(store: Store, person) -> None:
    from pamitan.content.identifiers import parse_identifier

    identifier = parse_identifier(person.sign_in, "ID")
    [account] = [account for account in store.find(identifier) if account.name == person.name]
    assert store.check_password(account.id, PASSWORD)
    assert not store.check_password(account.id, PASSWORD + "!")


def test_a_home_is_kept_between_two_starts(home: DemoHome) -> None:
    (home.mails / "letter.eml").write_text("kept")
    home.make(fresh=False)
    assert (home.mails / "letter.eml").exists()


def test_fresh_begins_anew(home: DemoHome) -> None:
    (home.mails / "letter.eml").write_text("old")
    home.make(fresh=True)
    assert not (home.mails / "letter.eml").exists()


def test_a_set_up_that_was_cut_short_is_made_again(tmp_path: Path) -> None:
    half = tmp_path / "demo.part"
    half.mkdir()
    (half / "shop.sqlite3").write_bytes(b"half a database")
    home = DemoHome.within(tmp_path)
    home.make(fresh=False)
    assert _count(home, "SELECT count(*) FROM customer") == len(PEOPLE)
    assert not half.exists()


def test_time_stands_still_where_it_is_asked_for(tmp_path: Path) -> None:
    home, morning = DemoHome.within(tmp_path), dt.datetime(2026, 3, 2, 4, tzinfo=dt.UTC)
    home.make(fresh=False, at=morning)
    assert ShiftedClock(home.clock).now() == morning
    assert _count(home, "SELECT count(*) FROM shop_order WHERE placed_at > '2026-03-02'") == 0
    assert _count(home, "SELECT count(*) FROM shop_order WHERE placed_at > '2026-02-28'") > 0


def test_a_demo_that_has_begun_does_not_go_back_in_time(home: DemoHome) -> None:
    before = _count(home, "SELECT count(*) FROM customer")
    with pytest.raises(DemoError, match="--fresh"):
        home.make(fresh=False, at=dt.datetime(2026, 3, 2, 4, tzinfo=dt.UTC))
    assert _count(home, "SELECT count(*) FROM customer") == before
    assert not home.clock.exists()


def test_two_demos_do_not_share_a_home(home: DemoHome) -> None:
    with home.held(), pytest.raises(DemoError, match="running already"), home.held():
        pass


def test_a_parcel_is_on_its_way_whenever_the_demo_is_made(home: DemoHome) -> None:
    expected = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    assert _count(
        home,
        f"SELECT count(*) FROM shop_order WHERE status = 'shipped' AND expected_at > '{expected:%Y-%m-%d %H:%M:%S}'",
    )
