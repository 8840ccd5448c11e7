"""Reading a store file: what is filled in, and what an error says."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from pamitan.storefile.conditions import AllOf, Compare
from pamitan.storefile.load import StoreFileError, load_store_file, preset_names
from pamitan.storefile.model import StoreFile
from pamitan.storefile.schema import json_schema

GOOD = """\
store:
  name: Toko
  email: halo@toko.example
  country: NO
datastores:
  main: {url: "${STORE_URL}"}
account:
  table: customer
  id: id
  email: email
orders:
  table: orders
  open: {status: [New, Sent]}
map:
  main:
    customer:
      link: {on: {id: account.id}}
      delete: true
    orders:
      link: {on: {customer_id: account.id}}
      detach: [customer_id]
"""
ENVIRONMENT = {"STORE_URL": "sqlite:////shop.db"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.yaml"


def read(path: Path, text: str, env: dict[str, str] | None = None) -> StoreFile:
    path.write_text(text, "utf-8")
    return load_store_file(str(path), ENVIRONMENT if env is None else env)


def faults(path: Path, text: str, env: dict[str, str] | None = None) -> list[str]:
    """The error's lines, each without the file's name, which is checked here."""
    with pytest.raises(StoreFileError) as caught:
        read(path, text, env)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{path}:") for line in lines)
    return [line.removeprefix(f"{path}:") for line in lines]


def test_a_good_file(path: Path) -> None:
    file = read(path, GOOD)
    assert file.home == "main"
    assert file.datastores["main"].url == "sqlite:////shop.db"
    assert [link.on for link in file.links_of("main", "orders")] == [{"customer_id": "account.id"}]
    assert file.map["main"]["orders"][0].detach == {"customer_id": None}


def test_words_that_old_yaml_takes_for_truth_values_are_words(path: Path) -> None:
    file = read(path, GOOD)
    assert file.store.country == "NO"
    assert file.map["main"]["customer"][0].link[0].on == {"id": "account.id"}


def test_dates_and_numbers_in_conditions(path: Path) -> None:
    text = GOOD.replace("{status: [New, Sent]}", "{a: 010, b: 2026-01-31, c: 1.50, d: '1', e: 12:30}")
    assert read(path, text).orders[0].open == AllOf(
        (
            Compare("a", "equals", 10),
            Compare("b", "equals", dt.date(2026, 1, 31)),
            Compare("c", "equals", 1.5),
            Compare("d", "equals", "1"),
            Compare("e", "equals", "12:30"),
        )
    )


def test_anchors_and_merges(path: Path) -> None:
    text = GOOD.replace("link: {on: {id: account.id}}", "link: &own {on: {id: account.id}}")
    text += "    card:\n      <<: {delete: true}\n      link: *own\n"
    assert read(path, text).map["main"]["card"][0].delete


@pytest.mark.parametrize(
    ("written", "env", "name"),
    [
        ("${NAME}", {"NAME": "Toko Buku"}, "Toko Buku"),
        ("${NAME:-Toko}", {}, "Toko"),
        ("${NAME:-Toko}", {"NAME": ""}, "Toko"),
        ("${NAME:-}", {}, ""),
        ("a ${A} b ${B}", {"A": "1", "B": "${A}"}, "a 1 b ${A}"),
        ("$${NAME} $NAME $", {}, "${NAME} $NAME $"),
    ],
)
def test_variables(path: Path, written: str, env: dict[str, str], name: str) -> None:
    text = GOOD.replace("name: Toko", f"name: '{written}'")
    assert read(path, text, ENVIRONMENT | env).store.name == name


def test_all_unset_variables_are_named_with_their_lines(path: Path) -> None:
    text = GOOD.replace("name: Toko", "name: ${SHOP_NAME}")
    assert faults(path, text, {}) == [
        "2: the environment variable SHOP_NAME is not set; set it, or write ${SHOP_NAME:-default}",
        "6: the environment variable STORE_URL is not set; set it, or write ${STORE_URL:-default}",
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("  country: NO", "  contry: NO", "4: store knows no 'contry'; did you mean 'country'?"),
        ("  name: Toko\n", "", "1: store needs 'name'; add it"),
        ("  id: id", "  id: 7", "9: account.id should be a text; it is a number"),
        ("  id: id", "  id: [id]", "9: account.id should be a text; it is a list"),
        ("  email: email", "  email: {table: mail, on: {id: id}}", "10: account.email needs 'column'; add it"),
        (
            "  email: email",
            "  email: {table: mail, on: {id: id}, colum: a, column: b}",
            "10: account.email knows no 'colum'; did you mean 'column'?",
        ),
        ("  email: email\n", "", "7: account: an account needs an e-mail address or a phone number to be found by"),
        (
            "  open: {status: [New, Sent]}",
            "  open: {status: {is: New}}",
            "13: orders.open: 'is' is no operator; use one of not, at_least, ",
        ),
        (
            "      delete: true",
            "      delete: true\n      clear: [name]",
            "16: map.main.customer: 'delete' goes alone: a deleted row has nothing left",
        ),
        (
            "      detach: [customer_id]",
            "      clear: [note]\n      redact: [note]",
            "19: map.main.orders: more than one action for note",
        ),
        (
            "      detach: [customer_id]",
            "      scrub: {data: [a..b]}",
            "19: map.main.orders: 'a..b' is no path; part keys by dots",
        ),
        (
            "      link: {on: {customer_id: account.id}}",
            "      link: {mentions: note}",
            "19: map.main.orders: a row that only mentions the customer may be another person's: 'mentions' goes with",
        ),
        (
            "      link: {on: {customer_id: account.id}}\n      detach: [customer_id]",
            "      link: {mentions: note}\n      redact: [note]\n      personal: {name: name}",
            "19: map.main.orders: a row that only mentions the customer may be another person's: 'mentions' goes with",
        ),
        (
            "      detach: [customer_id]",
            "      keep: {law: x, reason: y, until: {}}",
            "21: map.main.orders.keep.until: 'until' needs years, months or days",
        ),
        (
            "      detach: [customer_id]",
            "      keep: {law: x, reason: y, until: {years: ten}}",
            "21: map.main.orders.keep.until.years should be a whole number; it is a text",
        ),
        (
            "      link: {on: {customer_id: account.id}}",
            "      link:\n        - {on: {customer_id: account.id}}\n        - {mail: x}",
            "22: map.main.orders.link.1 knows no 'mail'; did you mean 'email'?",
        ),
        (
            "      link: {on: {customer_id: account.id}}",
            "      link: {on: {customer_id: account}}",
            "20: map.main.orders.link: 'account' should name table.column, e.g. account.id",
        ),
        (
            "      link: {on: {customer_id: account.id}}",
            "      link: {on: {customer_id: person.id}}",
            "19: map.main.orders: links through 'person', which is not in the map",
        ),
        (
            "  table: orders",
            "  table: order",
            "11: orders: needs a link: the data map says nothing of its table 'order'",
        ),
        (
            "  table: orders",
            "  table: orders\n  cancel: {when: {}, hook: shop}",
            "13: orders.cancel: there is no hook 'shop'; describe it under hooks",
        ),
        (
            "  main:\n    customer",
            "  mian:\n    customer",
            "15: map.mian: there is no datastore 'mian'; name one of: main",
        ),
        ("store:\n", "handover: x\nstore:\n", "1: the file knows no 'handover'; did you mean 'handover_secret'?"),
        ("  country: NO", "  country: Norway", "4: store.country does not look as it should; it must match ^[A-Z]{2}$"),
        (
            "  country: NO",
            "  codes_by: [email, sms]",
            "4: store.codes_by: codes by sms need a provider; describe its hook under 'sms', or take sms out",
        ),
        (
            "store:\n  name: Toko",
            "sms: {url: x, secret: y}\nstore:\n  codes_by: [sms]\n  name: Toko",
            "3: store.codes_by: codes by sms need a number; name it under account.phone",
        ),
        (
            "store:\n",
            "sms: {url: x, secret: y}\nstore:\n",
            "1: sms: nothing is sent by it; write codes_by: [email, sms] under 'store'",
        ),
        (
            "  country: NO",
            "  timezone: Asia/Jakata",
            "4: store.timezone: 'Asia/Jakata' is no time zone; write e.g. Asia/Jakarta or UTC",
        ),
        (
            "  id: id",
            "  id: id\n  password: {column: pw, scheme: md5}",
            "10: account.password.scheme is 'md5'; write one of django, bcrypt",
        ),
    ],
)
def test_each_fault_names_line_and_mend(path: Path, old: str, new: str, expected: str) -> None:
    assert old in GOOD
    assert [line for line in faults(path, GOOD.replace(old, new, 1)) if line.startswith(expected)]


def test_several_faults_are_told_at_once_in_the_order_of_lines(path: Path) -> None:
    text = GOOD.replace("  name: Toko", "  nmae: Toko").replace("  id: id", "  ide: id")
    assert [line.split(":")[0] for line in faults(path, text)] == ["1", "2", "7", "9"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1: is no store file; it begins with 'store:' and 'datastores:'"),
        ("- a\n- b\n", "1: is no store file; it begins with 'store:' and 'datastores:'"),
        ("a: 1\nb: 2\na: 3\n", "3: 'a' is already given in line 1; keep one"),
        ("a: {b: 1,\n  b: 2}\n", "2: 'b' is already given in line 1; keep one"),
        ("a: &x\n  b: *x\n", "1: an alias (*) stands inside its own anchor (&); write it out"),
        ("a: b\n\x07: c\n", "2: holds a sign that YAML does not allow; remove it"),
    ],
)
def test_what_is_no_usable_yaml(path: Path, text: str, expected: str) -> None:
    assert expected in faults(path, text)


@pytest.mark.parametrize(
    "text", ["a: [1\nb: 2\n", "a: 'x\n", "a:\n\t- b\n", "a: b: c\n", "a: *nothing\n", "? [a]\n: b\n"]
)
def test_broken_yaml_names_a_line(path: Path, text: str) -> None:
    [fault] = faults(path, text)
    assert "is not YAML here" in fault
    assert fault.split(":")[0].isdigit()


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "binary.yaml").write_bytes(b"a: \xff\xfe")
    for name, sentence in {
        "none.yaml": "there is no such file",
        ".": "cannot be read",
        "binary.yaml": "is not UTF-8 text",
    }.items():
        with pytest.raises(StoreFileError, match=sentence):
            load_store_file(str(tmp_path / name), {})


def test_an_unknown_preset_lists_the_presets() -> None:
    with pytest.raises(StoreFileError, match=r"there is no preset 'nope'; the presets are: .*opencart, oscar"):
        load_store_file("preset:nope", {})


@pytest.mark.parametrize("name", preset_names())
def test_presets_take_their_database_from_the_environment(name: str) -> None:
    assert load_store_file(f"preset:{name}", ENVIRONMENT).datastores["main"].url == ENVIRONMENT["STORE_URL"]
    with pytest.raises(StoreFileError, match="the environment variable STORE_URL is not set"):
        load_store_file(f"preset:{name}", {})


def test_the_json_schema_knows_every_key_and_its_words() -> None:
    schema = json_schema()
    assert set(schema["properties"]) == set(StoreFile.model_fields)
    assert schema["additionalProperties"] is False
    lock: dict[str, Any] = schema["$defs"]["Account"]["properties"]["active"]
    assert lock["description"].startswith("Which customers may sign in")


def test_the_json_schema_allows_one_in_place_of_a_list() -> None:
    forms = json_schema()["$defs"]["Rule"]["properties"]["link"]["anyOf"]
    assert {"$ref": "#/$defs/Link"} in forms
    assert any(form.get("type") == "array" for form in forms)
