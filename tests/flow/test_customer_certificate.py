"""The customer's copy of the certificate: by category of data, for one person alone, and forgotten after a while."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.mail import EmailMessage
from django.test import Client

from pamitan.cli.output import Exit
from pamitan.closure.clock import use_clock
from pamitan.closure.models import Closure
from pamitan.closure.states import State
from pamitan.evidence.certificate import customer_copy
from pamitan.evidence.commitment import opens
from pamitan.evidence.models import CustomerCopy
from pamitan.evidence.signed import SignedCertificate
from pamitan.kit.clock import SetClock
from pamitan.stores.types import Identifier
from pamitan.worker.sweep import tidy
from tests.flow.closing import ALICE, BOB, NOON, Shop, ask, build_shop, later, mails
from tests.flow.test_certificate_commands import pamitan

pytestmark = pytest.mark.django_db(transaction=True)
CODE = re.compile(r"(?:[2-9A-Z]{5}-){3}[2-9A-Z]{5}")
KEEP = """        keep: {law: {en: Tax Act 7, id: UU Pajak 7}, reason: {en: Books, id: Pembukuan},
          until: {column: placed, years: 10}, columns: [total]}
        category: {en: Orders, id: Pesanan}
        detach: [customer_id]"""


@pytest.fixture
def shop(tmp_path: Path, settings: Any) -> Shop:
    """The small shop; it keeps totals for ten years, and backups for thirty days."""
    changes = {
        "        detach: [customer_id]": KEEP,
        "  withdrawal_days: 7": "  withdrawal_days: 7\n  backups_kept_days: 30",
    }
    built = build_shop(tmp_path, changes=changes)
    settings.PAMITAN_STORE = str(built.file)
    settings.PAMITAN_CLOSURE_KEYS = tmp_path / "keys"
    settings.PAMITAN_CLOSURE_KEYS.mkdir()
    return built


@pytest.fixture
def clock(shop: Shop) -> Iterator[SetClock]:
    standing = SetClock(NOON)
    with use_clock(standing):
        yield standing


@pytest.fixture
def closed(clock: SetClock) -> Closure:
    """Alice's closure, closed, in Indonesian."""
    closure = ask(ALICE, language="id", proven=[Identifier("email", "alice@example.com")], other_email="a@else.example")
    assert later(closure, clock, days=8).state == State.CLOSED
    return closure


def copy_of(closure: Closure) -> SignedCertificate:
    found = customer_copy(closure.pk, NOON + dt.timedelta(days=8))
    assert found is not None
    return found


def outcome(to: str = "alice@example.com") -> EmailMessage:
    return [message for message in mails() if message.to == [to]][-1]


def link_in(message: EmailMessage) -> str:
    address = re.search(r"http://\S+(/certificate/\S+)", str(message.body))
    assert address
    return address[1]


def test_it_says_by_category_what_was_done_and_what_is_kept(closed: Closure) -> None:
    document = copy_of(closed).document
    assert document["copy"] == "customer"
    assert {line["category"]: (line["erased"], line["changed"]) for line in document["data"]} == {
        "Akun": (1, 0), "Pesanan": (0, 1), "Data lain dari akun Anda": (2, 0)
    }  # fmt: skip
    assert document["kept"] == [
        {"category": "Pesanan", "law": "UU Pajak 7", "records": 1, "reason": "Pembukuan", "until": "2036-01-05"}
    ]
    assert document["backups_until"] == "2026-04-17"


def test_it_names_neither_the_person_nor_a_table(closed: Closure) -> None:
    text = copy_of(closed).to_json()
    for word in ("alice", "Anggraini", "81234567890", "customer_id", "newsletter", "orders", str(closed.pk)):
        assert word not in text


def test_it_is_signed_and_a_changed_word_shows(closed: Closure) -> None:
    found = copy_of(closed)
    assert found.holds()
    changed = json.loads(found.to_json())
    changed["document"]["kept"][0]["records"] = 0
    assert not SignedCertificate.from_json(json.dumps(changed)).holds()


def test_the_code_in_the_mail_and_the_address_open_it_and_nothing_else_does(closed: Closure) -> None:
    holder = copy_of(closed).document["holder"]
    found = CODE.search(str(outcome().body))
    assert found
    assert opens(holder, found[0], "Alice@Example.com ")
    assert opens(holder, found[0].lower().replace("-", " "), "alice@example.com")
    assert not opens(holder, found[0], "bob@example.com")
    assert not opens(holder, found[0][::-1], "alice@example.com")


def test_once_the_mail_is_sent_the_code_is_nowhere_in_our_database(closed: Closure) -> None:
    found = CODE.search(str(outcome().body))
    assert found
    rows = [row for model in apps.get_models() for row in model._default_manager.values()]
    assert rows
    assert found[0] not in str(rows)


def test_both_addresses_get_the_same_code_and_link(closed: Closure) -> None:
    first, second = outcome(), outcome("a@else.example")
    assert CODE.findall(str(first.body)) == CODE.findall(str(second.body)) != []
    assert link_in(first) == link_in(second)


def test_the_link_leads_to_a_page_and_a_file(closed: Closure) -> None:
    link = link_in(outcome())
    page = Client(headers={"accept-language": "en"}).get(link)
    text = page.content.decode().replace("\xa0", " ")
    assert page.status_code == 200
    assert "Certificate of the closing" in text
    assert "Toko Kertas closed this account on 18 March 2026" in text
    assert "UU Pajak 7" in text
    assert "until 5 January 2036 at the latest" in text
    assert "17 April 2026" in text
    file = Client().get(link.replace("?", "/file?"))
    assert file.headers["Content-Disposition"] == f'attachment; filename="{closed.reference}.json"'
    assert SignedCertificate.from_json(file.content.decode()).holds()


def test_the_status_page_leads_to_it(closed: Closure) -> None:
    link = link_in(outcome())
    page = Client().get(link.replace("/certificate/", "/status/")).content.decode()
    assert link.split("?")[0] in page


def test_without_the_link_there_is_nothing(closed: Closure) -> None:
    for address in (f"/certificate/{closed.reference}", f"/certificate/{closed.reference}?token=x"):
        assert Client().get(address).status_code == 404
        assert Client().get(address.replace(closed.reference, f"{closed.reference}/file")).status_code == 404
    assert Client().get(link_in(outcome()).replace(closed.reference, "PM-AAAAA-AAAAA")).status_code == 404


def test_an_open_closure_has_no_certificate(shop: Shop, clock: SetClock) -> None:
    ask(BOB)
    status = re.search(r"http://\S+/status/(\S+)", str(mails()[-1].body))
    assert status
    assert Client().get(f"/certificate/{status[1]}").status_code == 404


def test_it_is_forgotten_with_our_own_traces(closed: Closure, clock: SetClock) -> None:
    link = link_in(outcome())
    clock.pass_time(days=364)
    tidy()
    assert Client().get(link).status_code == 200
    clock.pass_time(days=1)
    assert Client(headers={"accept-language": "en"}).get(link).status_code == 410
    tidy()
    assert not CustomerCopy.objects.exists()
    gone = Client(headers={"accept-language": "en"}).get(link)
    assert (gone.status_code, "no longer here" in gone.content.decode()) == (410, True)


def test_who_has_no_address_gets_none(shop: Shop, clock: SetClock) -> None:
    shop.run("UPDATE customer SET email = NULL WHERE id = 2")
    assert later(ask(BOB), clock, days=8).state == State.CLOSED
    assert not CustomerCopy.objects.exists()


def verified(folder: Path, closure: Closure, *words: str) -> tuple[int, str]:
    file = folder / "copy.json"
    file.write_text(copy_of(closure).to_json())
    done = pamitan("verify", str(file), *words)
    return done.returncode, done.stdout + done.stderr


def test_anybody_verifies_it_without_the_store(closed: Closure, tmp_path: Path) -> None:
    code, said = verified(tmp_path, closed)
    assert (code, said.startswith("Valid: Toko Kertas, closure PM-")) == (0, True)
    assert "Pesanan: 0 erased, 1 changed, 0 files deleted." in said
    assert "Pesanan: 1 kept until 2036-01-05 (UU Pajak 7)." in said


def test_with_code_and_address_it_says_whose_it_is(closed: Closure, tmp_path: Path) -> None:
    found = CODE.search(str(outcome().body))
    assert found
    words = ("--proof-code", found[0], "--address")
    assert verified(tmp_path, closed, *words, "alice@example.com")[0] == Exit.DONE
    assert verified(tmp_path, closed, *words, "bob@example.com")[0] == Exit.FAILED
    assert verified(tmp_path, closed, "--proof-code", found[0])[0] == Exit.USAGE
