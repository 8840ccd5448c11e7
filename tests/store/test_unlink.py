"""Files that a customer's rows name: deleted after the rows, tried again until gone, and nobody else's touched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from pamitan.erasure.errors import MapMismatch
from pamitan.erasure.execute import erase
from pamitan.erasure.plan import plan
from pamitan.erasure.receipt import FILE_NOT_THERE, FILE_SHARED, RECOVERED
from pamitan.erasure.verify import verify
from pamitan.stores.engine import writing
from tests.store.gallery.case import ALICE, BOB, Case
from tests.store.retained import Later, done

PHOTOS = """
CREATE TABLE photo (id INTEGER PRIMARY KEY, customer_id INTEGER, file VARCHAR(60), day DATE);
INSERT INTO photo VALUES (1, 1, 'a/alice.jpg', '2020-01-01'), (2, 1, 'family.jpg', '2020-01-01'),
    (3, 1, '', '2020-01-01'), (4, 1, NULL, '2020-01-01'), (5, 2, 'family.jpg', '2020-01-01'),
    (6, 2, 'bob.jpg', '2020-01-01'), (7, 1, 'lost.jpg', '2020-01-01');
"""
DELETED = 'photo: {link: {on: {customer_id: account.id}}, delete: true, unlink: ["FOLDER/{file}"]}'
CLEARED = DELETED.replace("delete: true", "clear: [file]")
ALONE = DELETED.replace("delete: true, ", "")
NAMES = ("a/alice.jpg", "family.jpg", "bob.jpg", "other.jpg")


@pytest.fixture(params=["file", "memory"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A folder with files, on the disk and in fsspec's memory."""
    base = f"file://{tmp_path}/media" if request.param == "file" else "memory://media"
    for name in NAMES:
        write(base, name)
    yield base
    if request.param == "memory":
        fsspec.filesystem("memory").rm("/media", recursive=True)


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A folder on the disk."""
    for name in NAMES:
        write(f"file://{tmp_path}/media", name)
    return tmp_path / "media"


def write(base: str, name: str) -> None:
    files, path = fsspec.core.url_to_fs(f"{base}/{name}")
    files.makedirs(path.rpartition("/")[0], exist_ok=True)
    files.pipe_file(path, b"x")


def there(base: str) -> set[str]:
    files, path = fsspec.core.url_to_fs(base)
    return {name.removeprefix(path).lstrip("/") for name in files.find(path)}


def shop(url: str, base: str, rule: str = DELETED) -> Case:
    return Case(url, PHOTOS, rule.replace("FOLDER", base))


def receipts(case: Case, action: str) -> set[tuple[int, str | None]]:
    return {(r.rows, r.note) for r in case.receipts["1"] if (r.table, r.action) == ("photo", action)}


@pytest.mark.parametrize("rule", [DELETED, CLEARED, ALONE])
def test_the_files_go_and_those_that_others_name_stay(any_url: str, folder: str, rule: str) -> None:
    case = shop(any_url, folder, rule)
    planned = {(r.rows, r.action, r.note) for r in plan(case.store, [ALICE]).per_account["1"] if r.table == "photo"}
    assert {(2, "unlink", None), (1, "keep", FILE_SHARED)} <= planned
    result = erase(case.store, [ALICE], case.shelf)
    assert result.set_aside == {}
    case.receipts = result.receipts
    assert there(folder) == {"family.jpg", "bob.jpg", "other.jpg"}
    assert receipts(case, "unlink") == {(1, None), (1, FILE_NOT_THERE)}
    assert receipts(case, "keep") == {(1, FILE_SHARED)}
    verified = verify(case.store, [ALICE], case.shelf)
    assert (verified.set_aside, verified.receipts) == ({}, {"1": []})


def test_the_last_who_names_a_file_takes_it_along(any_url: str, folder: str) -> None:
    case = shop(any_url, folder)
    erase(case.store, [ALICE], case.shelf)
    erase(case.store, [BOB], case.shelf)
    assert there(folder) == {"other.jpg"}


def test_two_who_leave_together_share_no_file_with_anybody(any_url: str, folder: str) -> None:
    case = shop(any_url, folder)
    assert erase(case.store, [ALICE, BOB], case.shelf).set_aside == {}
    assert there(folder) == {"other.jpg"}


def test_rows_that_go_by_different_rules_share_no_file_with_anybody(any_url: str, folder: str) -> None:
    new = "link: {on: {customer_id: account.id}}, unlink: ['FOLDER/{file}'], where: {id: {at_least: 3}}, clear: [file]"
    old = new.replace("at_least: 3}}, clear: [file]", "less_than: 3}}, delete: true")
    case = shop(any_url, folder, f"photo: [{{{old}}}, {{{new}}}]")
    for statement in (
        "UPDATE photo SET file = 'bob.jpg' WHERE id = 5",
        "UPDATE photo SET file = 'family.jpg' WHERE id = 3",
    ):
        with writing(case.engine) as connection:
            connection.exec_driver_sql(statement)
    assert [row[2] for row in case.rows()["photo"]][:3] == ["a/alice.jpg", "family.jpg", "family.jpg"]
    assert erase(case.store, [ALICE], case.shelf).set_aside == {}
    assert [row[0] for row in case.rows()["photo"]] == [3, 4, 5, 6, 7]
    assert there(folder) == {"bob.jpg", "other.jpg"}


def test_a_place_that_does_not_let_go_is_tried_again(sqlite_url: str, disk: Path) -> None:
    case = shop(sqlite_url, f"file://{disk}")
    (disk / "a" / "alice.jpg").unlink()
    (disk / "a" / "alice.jpg").mkdir()
    result = erase(case.store, [ALICE], case.shelf)
    assert "a row of 'photo' named is still there" in result.set_aside["1"]
    assert case.rows()["customer"][0][0] == 2
    (disk / "a" / "alice.jpg").rmdir()
    write(f"file://{disk}", "a/alice.jpg")
    again = erase(case.store, [ALICE], case.shelf)
    assert again.set_aside == {}
    assert there(f"file://{disk}") == {"family.jpg", "bob.jpg", "other.jpg"}


def test_a_crash_after_the_deletion_is_recovered(sqlite_url: str, disk: Path) -> None:
    case = shop(sqlite_url, f"file://{disk}")
    (disk / "a" / "alice.jpg").unlink()
    (disk / "a" / "alice.jpg").mkdir()
    erase(case.store, [ALICE], case.shelf)
    (disk / "a" / "alice.jpg").rmdir()
    case.receipts = erase(case.store, [ALICE], case.shelf).receipts
    assert (1, RECOVERED) in receipts(case, "unlink")


def test_a_file_that_came_back_is_deleted_by_the_verification(sqlite_url: str, disk: Path) -> None:
    case = shop(sqlite_url, f"file://{disk}")
    erase(case.store, [ALICE], case.shelf)
    write(f"file://{disk}", "a/alice.jpg")
    verified = verify(case.store, [ALICE], case.shelf)
    assert {(r.action, r.rows, r.note) for r in verified.receipts["1"]} == {("unlink", 1, "late")}
    assert "a/alice.jpg" not in there(f"file://{disk}")


def test_the_file_of_a_late_row_goes_too(any_url: str, folder: str) -> None:
    case = shop(any_url, folder)
    erase(case.store, [ALICE], case.shelf)
    write(folder, "late.jpg")
    with writing(case.engine) as connection:
        connection.exec_driver_sql("INSERT INTO photo VALUES (8, 1, 'late.jpg', NULL)")
    assert verify(case.store, [ALICE], case.shelf).set_aside == {}
    assert "late.jpg" not in there(folder)


def test_a_name_that_leads_out_of_the_folder_stops_the_erasure(any_url: str, folder: str) -> None:
    case = shop(any_url, f"{folder}/a")
    with writing(case.engine) as connection:
        connection.exec_driver_sql("UPDATE photo SET file = '../other.jpg' WHERE id = 1")
    before = case.rows()
    result = erase(case.store, [ALICE, BOB], case.shelf)
    assert "leads out of the folder" in result.set_aside["1"]
    assert "2" not in result.set_aside
    assert "leads out of the folder" in plan(case.store, [ALICE]).objections["1"]
    assert [row for row in case.rows()["photo"] if row[1] == 1] == [row for row in before["photo"] if row[1] == 1]
    assert "other.jpg" in there(folder)


def test_a_folder_that_is_a_link_to_elsewhere_is_not_followed(sqlite_url: str, disk: Path) -> None:
    (disk.parent / "outside").mkdir()
    (disk.parent / "outside" / "alice.jpg").write_bytes(b"x")
    (disk / "a" / "alice.jpg").unlink()
    (disk / "a").rmdir()
    (disk / "a").symlink_to(disk.parent / "outside")
    case = shop(sqlite_url, f"file://{disk}")
    assert "outside of the folder" in erase(case.store, [ALICE], case.shelf).set_aside["1"]
    assert (disk.parent / "outside" / "alice.jpg").exists()


def test_a_place_that_is_not_known_is_said_before_the_first_write(sqlite_url: str) -> None:
    case = shop(sqlite_url, "nosuch://bucket/a")
    with pytest.raises(MapMismatch, match="nosuch://"):
        erase(case.store, [ALICE], case.shelf)


def test_a_file_whose_name_a_law_keeps_goes_when_the_date_comes(any_url: str, folder: str) -> None:
    rule = DELETED.replace("delete: true", "keep: {law: Tax Act, reason: Books, until: {column: day, years: 10}}")
    case = shop(any_url, folder, rule)
    erase(case.store, [ALICE], case.shelf)
    assert there(folder) == set(NAMES)
    assert done(Later(case, ALICE).on("2030-01-02")) == {("photo", "delete", 5), ("photo", "unlink", 1)}
    assert there(folder) == {"family.jpg", "bob.jpg", "other.jpg"}
