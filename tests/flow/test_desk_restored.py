"""The desk after a restore of our own database: it says so on every page, and a lead lets it go on."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from pamitan.closure import service
from pamitan.closure.models import Closure
from pamitan.closure.restored import held_back
from pamitan.closure.states import State
from pamitan.desk.models import Role
from pamitan.desk.operators import create_operator
from pamitan.evidence.ledger import LedgerEvent
from pamitan.evidence.mark import Mark, set_mark
from pamitan.evidence.models import LedgerEntry
from pamitan.kit.clock import SetClock
from pamitan.worker.sweep import run_until_idle
from tests.flow.corner_shop import ALICE, OPERATOR_PASSWORD, SECRET, Shop, operator_client

BANNER = "Nothing is erased until a lead releases it"


@pytest.fixture
def closure(shop: Shop, clock: SetClock) -> Closure:
    """Alice waits, in a database that is behind its mark."""
    asked = service.request_closure(ALICE, language="en")
    set_mark(Mark(900, "f" * 64, "2026-11-25T02:00:00+00:00"))
    return asked


def seated(role: Role) -> User:
    return create_operator(f"{role}@toko.example", OPERATOR_PASSWORD, SECRET, role=role)


@pytest.mark.parametrize("address", ["/desk/", "/desk/closures/", "/desk/ledger/", "/desk/people/"])
def test_every_page_of_a_lead_says_it_and_leads_to_what_to_do(closure: Closure, address: str) -> None:
    page = operator_client(seated(Role.LEAD)).get(address).content.decode()
    assert BANNER in page
    assert 'href="/desk/restored/"' in page


def test_an_operator_reads_it_and_cannot_release(closure: Closure) -> None:
    client = operator_client(seated(Role.OPERATOR))
    page = client.get("/desk/closures/").content.decode()
    assert BANNER in page
    assert "/desk/restored/" not in page
    assert client.post("/desk/restored/").status_code == 403
    assert held_back() is not None


def test_a_lead_reads_what_was_lost_and_releases_it(closure: Closure, shop: Shop) -> None:
    lead = seated(Role.LEAD)
    client, end = operator_client(lead), LedgerEntry.objects.count()
    page = client.get("/desk/restored/").content.decode()
    assert "entry 900 of" in page
    assert f"entry {end} of" in page
    run_until_idle()
    closure.refresh_from_db()
    assert closure.sessions_ended_at is None
    assert client.post("/desk/restored/").headers["Location"] == "/desk/closures/"
    assert held_back() is None
    assert BANNER not in client.get("/desk/closures/").content.decode()
    assert LedgerEntry.objects.get(event=LedgerEvent.RESTORE_RELEASED).facts["operator"] == str(lead.pk)
    run_until_idle()
    closure.refresh_from_db()
    assert closure.sessions_ended_at is not None


def test_without_a_restore_there_is_nothing_to_release(shop: Shop, clock: SetClock) -> None:
    client = operator_client(seated(Role.LEAD))
    assert client.get("/desk/restored/").headers["Location"] == "/desk/closures/"
    assert BANNER not in client.get("/desk/").content.decode()
    client.post("/desk/restored/")
    assert not LedgerEntry.objects.filter(event=LedgerEvent.RESTORE_RELEASED).exists()


def test_a_closing_whose_account_is_gone_is_finished_from_its_page(shop: Shop, clock: SetClock, anna: User) -> None:
    closure, client = service.request_closure(ALICE, language="en"), operator_client(anna)
    address = f"/desk/closures/{closure.reference}/"
    assert "Search everything and finish" not in client.get(address).content.decode()
    shop.run("DELETE FROM customer WHERE id = ?", ALICE)
    assert "Search everything and finish" in client.get(address).content.decode()
    client.post(f"{address}gone/")
    run_until_idle()
    closure.refresh_from_db()
    assert closure.state == State.CLOSED


def test_a_closing_whose_account_is_there_is_not_finished_so(shop: Shop, clock: SetClock, anna: User) -> None:
    closure = service.request_closure(ALICE, language="en")
    operator_client(anna).post(f"/desk/closures/{closure.reference}/gone/")
    run_until_idle()
    closure.refresh_from_db()
    assert closure.state == State.WAITING
    assert shop.run("SELECT count(*) FROM customer WHERE id = ?", ALICE) == [(1,)]
