"""``pamitan map`` on shops that are hard in ways of their own, in each of the three databases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from pamitan.cli.main import app
from pamitan.draft.draft import Draft, draft
from pamitan.storefile.links import Attribute
from pamitan.storefile.load import load_store_file
from pamitan.storefile.model import StoreFile
from pamitan.stores.engine import engine_for
from pamitan.survey.survey import AccountTableError
from tests.scanner import snapshot
from tests.store.mapping_platforms import PLATFORMS, attributed, modular, ticketed
from tests.store.mapping_shops import SHOPS, Tables, presslike, railslike, warung


def loaded(made: Draft, folder: Path) -> StoreFile:
    path = folder / "draft.yaml"
    path.write_text(made.text)
    return load_store_file(str(path), {})


def links(made: Draft) -> set[tuple[str, str]]:
    return {(one.table, str(one.link)) for one in made.findings if one.kind == "link" and one.confidence >= 0.5}


def personal(made: Draft, table: str) -> dict[str, str]:
    """The personal places of a table, with what they hold."""
    other = {"link", "account", "order state"}
    found = [one for one in made.findings if one.table == table and one.kind not in other and one.confidence >= 0.5]
    return {f"{one.column}->{one.path}" if one.path else str(one.column): one.kind for one in found}


@pytest.mark.parametrize("name", [*SHOPS, *PLATFORMS])
def test_a_draft_loads_and_nothing_is_written(any_url: str, name: str, tmp_path: Path) -> None:
    url = {**SHOPS, **PLATFORMS}[name](any_url)
    before = snapshot(url)
    file = loaded(draft(url), tmp_path)
    assert snapshot(url) == before
    assert file.map["main"]


def test_without_foreign_keys_ids_in_json_and_in_columns_are_followed(any_url: str) -> None:
    made = draft(warung(any_url))
    assert made.survey.account.table == "pelanggan"
    assert links(made) == {
        ("pesanan", "data->pembeli.kode = account.id"),
        ("pesanan_barang", "pesanan_id = pesanan.id"),
        ("catatan_kurir", "pesanan_id = pesanan.id"),
        ("log_kunjungan", "pelanggan_kode = account.id"),
        ("buletin", "email: surel"),
    }


def test_the_person_inside_json_and_free_text_is_found(any_url: str) -> None:
    made = draft(warung(any_url))
    assert personal(made, "pesanan") == {
        "data->pembeli.surel": "email",
        "data->kirim.penerima": "name",
        "data->kirim.hp": "phone",
        "data->kirim.alamat": "address",
    }
    assert personal(made, "catatan_kurir") == {"catatan": "free text"}
    assert personal(made, "pelanggan")["profil->tanggal_lahir"] == "birth date"


def test_staff_and_the_shops_own_things_are_no_customers(any_url: str) -> None:
    made = draft(warung(any_url))
    assert personal(made, "karyawan") == personal(made, "produk") == personal(made, "kota") == {}
    assert "karyawan" not in {table for table, _link in links(made)}


def test_which_orders_are_open_is_asked_with_counts(any_url: str, tmp_path: Path) -> None:
    made = draft(warung(any_url))
    assert "Which states of pesanan.status are open" in made.text
    assert "#     baru: 10 rows, sounds open" in made.text
    assert "#     selesai: 10 rows, sounds finished" in made.text
    assert "which states of pesanan.status are open?" in made.text.partition("version:")[0]
    assert loaded(made, tmp_path).orders[0].table == "pesanan"


def test_key_value_tables_lead_from_a_key_to_what_they_describe(any_url: str) -> None:
    made = draft(presslike(any_url))
    found = links(made)
    assert ("xy_postmeta", "meta_value = account.id") in found
    assert ("xy_posts", "ID = xy_postmeta.post_id") in found
    assert ("xy_postmeta", "post_id = xy_posts.ID") in found
    assert ("xy_usermeta", "user_id = account.id") in found


def test_only_some_keys_of_a_key_value_table_are_personal(any_url: str) -> None:
    made = draft(presslike(any_url))
    assert personal(made, "xy_postmeta") == {
        "meta_value->key=_billing_email": "email",
        "meta_value->key=_billing_last_name": "name",
        "meta_value->key=_shipping_address_1": "address",
    }


def test_a_guests_rows_are_linked_by_their_address(any_url: str, tmp_path: Path) -> None:
    made = draft(presslike(any_url))
    (rule,) = loaded(made, tmp_path).map["main"]["xy_comments"]
    assert [link.email for link in rule.link] == [None, "comment_author_email"]


def test_serialised_php_is_looked_into(any_url: str) -> None:
    made = draft(presslike(any_url))
    assert personal(made, "xy_sessions")
    assert ("xy_sessions", "session_key = account.id") in links(made)


def test_class_names_with_ids_are_followed(any_url: str) -> None:
    made = draft(railslike(any_url))
    found = links(made)
    assert ("addresses", "addressable_id = account.id") in found
    assert ("addresses", "addressable_id = orders.id") in found
    assert ("activity_log", "subject_id = orders.id") in found
    assert ("cache", "key = user:{account.id}") in found


def test_escaped_json_packed_jobs_and_hashes_of_addresses_are_found(any_url: str) -> None:
    made = draft(railslike(any_url))
    assert personal(made, "activity_log")
    assert personal(made, "jobs") == {"payload->to": "email"}
    assert personal(made, "users")["avatar_hash"] == "e-mail hash"


def test_a_table_that_nothing_ties_to_an_account_is_a_doubt(any_url: str) -> None:
    doubts = draft(railslike(any_url)).text.partition("version:")[0]
    assert "jobs: nothing ties it to an account, yet it holds payload->to (email)" in doubts


def test_a_password_two_tables_away_inside_json_is_found(any_url: str, tmp_path: Path) -> None:
    password = loaded(draft(modular(any_url)), tmp_path).account.password
    assert password is not None
    assert password.column == Attribute(
        table="provider_identity",
        on={"auth_identity_id": {"table": "auth_identity", "on": {"app_metadata->customer_id": "id"}, "column": "id"}},
        column="provider_metadata->password",
    )


def test_the_address_that_an_order_points_at_is_the_customers(any_url: str) -> None:
    assert ("order_address", "id = order.shipping_address_id") in links(draft(modular(any_url)))


def test_parts_of_an_entity_are_followed_by_their_names(any_url: str) -> None:
    found = links(draft(attributed(any_url)))
    assert ("customer_address_entity", "parent_id = account.id") in found
    assert ("customer_entity_varchar", "entity_id = account.id") in found
    assert ("customer_grid_flat", "entity_id = account.id") in found
    assert ("sales_order_payment", "parent_id = sales_order.entity_id") in found


def test_the_state_of_an_order_is_no_part_of_an_address(any_url: str) -> None:
    assert "state" not in personal(draft(attributed(any_url)), "sales_order")


def test_a_content_type_is_looked_up(any_url: str, tmp_path: Path) -> None:
    made = draft(ticketed(any_url))
    assert ("app_logentry", "object_id = app_order.id") in links(made)
    assert "exists: {table: django_content_type, on: {id: content_type_id}" in made.text
    assert loaded(made, tmp_path).map["main"]["app_logentry"]


def test_an_invoice_is_kept_by_a_law_that_is_to_be_named(any_url: str, tmp_path: Path) -> None:
    (rule,) = loaded(draft(ticketed(any_url)), tmp_path).map["main"]["app_invoice"]
    assert rule.keep is not None
    assert str(rule.keep.law).startswith("TODO")
    assert rule.keep.columns == ["invoice_to"]


def test_passwords_are_told_by_their_hashes(any_url: str, tmp_path: Path) -> None:
    file = loaded(draft(presslike(any_url)), tmp_path)
    assert file.account.password is not None
    assert (file.account.password.column, file.account.password.scheme) == ("user_pass", "bcrypt")


def test_no_finding_and_no_draft_holds_a_customers_value(sqlite_url: str) -> None:
    made = draft(warung(sqlite_url))
    told = made.text + repr(made.findings)
    assert "example.com" not in told
    assert "Alisson" not in told


def test_without_an_account_table_it_says_what_was_looked_for(sqlite_url: str) -> None:
    shop = Tables(sqlite_url)
    shop.add("produk", "id:int! nama:word", [(1, "batik")])
    with pytest.raises(AccountTableError, match="looked for one with e-mail addresses"):
        draft(shop.done())


def test_several_account_tables_are_asked_about(sqlite_url: str) -> None:
    shop = Tables(sqlite_url)
    people = [(n, f"p{n}@example.com", f"P{n}") for n in range(8)]
    shop.add("buyers", "id:int! email:word first_name:word", people)
    shop.add("members", "id:int! email:word first_name:word", people)
    url = shop.done()
    with pytest.raises(AccountTableError, match="--account-table"):
        draft(url)
    assert draft(url, account_table="members").survey.account.table == "members"


def test_a_large_table_is_sampled_by_its_key(any_url: str) -> None:
    shop = Tables(any_url)
    rows = 5_000
    shop.add("customers", "id:int! email:word password:word", [(n, f"c{n}@example.com", "") for n in range(rows)])
    shop.add("visits", "id:int! customer_id:int ip:word", [(n, n, f"198.51.100.{n % 200}") for n in range(rows)])
    statements: list[str] = []
    engine = engine_for(shop.done())
    sa.event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    made = draft(any_url)
    assert ("visits", "customer_id = account.id") in links(made)
    assert len(made.survey.samples["visits"].found) < 1_000
    read = [statement for statement in statements if "FROM visits" in statement and "count(" not in statement]
    assert read
    assert all("LIMIT" in statement or "min(" in statement or "max(" in statement for statement in read)


# the command


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["map", *words])
    return result.exit_code, result.output


def test_the_command_prints_a_draft_or_a_list_of_findings(sqlite_url: str) -> None:
    warung(sqlite_url)
    code, text = run(sqlite_url)
    assert (code, text.startswith("# A draft store file")) == (0, True)
    code, text = run(sqlite_url, "--json")
    assert code == 0
    keys = {"table", "column", "path", "kind", "link", "confidence", "reason", "action"}
    assert all(set(finding) == keys for finding in json.loads(text))


def test_a_database_that_does_not_answer_ends_it_with_its_exit_code() -> None:
    code, text = run("postgresql://nobody@127.0.0.1:1/none", "--json")
    assert code == 5
    assert "does not answer" in json.loads(text)["error"]


def test_no_account_table_ends_it_with_its_exit_code(sqlite_url: str) -> None:
    code, text = run(sqlite_url, "--json")
    assert code == 6
    assert "--account-table" in json.loads(text)["error"]


def test_a_wrong_account_table_is_told_with_the_near_miss(sqlite_url: str) -> None:
    warung(sqlite_url)
    code, text = run(sqlite_url, "--account-table", "pelangan", "--json")
    assert code == 1
    assert "did you mean 'pelanggan'" in json.loads(text)["error"]


def test_the_password_of_a_url_is_not_in_the_draft(postgres_url: str) -> None:
    warung(postgres_url)
    with_password = postgres_url.replace("//pamitan@", "//pamitan:s3cret@")
    code, text = run(with_password)
    assert code == 0
    assert "s3cret" not in text
