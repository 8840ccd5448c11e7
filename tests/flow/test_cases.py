"""One closing at the desk: its customer, and hold, release and refusal by the right persons alone."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from pamitan.channels.sending import send_due
from pamitan.closure import service
from pamitan.closure.clock import clock as current_clock
from pamitan.closure.models import Closure, Hold
from pamitan.closure.states import State
from pamitan.desk.models import Role
from pamitan.desk.operators import create_operator
from pamitan.evidence.models import LedgerEntry
from tests.flow.corner_shop import ALICE, OPERATOR_PASSWORD, SECRET, customer_client, operator_client

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def closure(clock: object) -> Closure:
    return service.request_closure(ALICE, language="en")


@pytest.fixture
def budi(anna: User) -> Client:
    return operator_client(create_operator("budi@toko.example", OPERATOR_PASSWORD, SECRET))


def page_of(closure: Closure, deed: str = "") -> str:
    return f"/desk/closures/{closure.reference}/" + (f"{deed}/" if deed else "")


def state_of(closure: Closure) -> str:
    return Closure.objects.get(pk=closure.pk).state


PROPOSAL = {"deed": "propose", "ground": "dispute", "until": "2026-12-31"}


def test_a_look_at_the_closing_shows_the_customer_masked_and_is_in_the_ledger(anna: User, closure: Closure) -> None:
    page = operator_client(anna).get(page_of(closure)).content.decode()
    assert "a•••@example.com" in page
    assert "alice@example.com" not in page
    seen = LedgerEntry.objects.filter(event="desk:customer:look", subject=closure.pk)
    assert [entry.facts for entry in seen] == [{"operator": anna.pk}]


def test_two_operators_put_it_on_hold_and_the_customer_reads_why(anna: User, budi: Client, closure: Closure) -> None:
    first = operator_client(anna)
    assert first.post(page_of(closure, "hold"), PROPOSAL).status_code == 302
    assert "A second person has to confirm it" in first.get(page_of(closure)).content.decode()
    refused = first.post(page_of(closure, "hold"), {"deed": "confirm"})
    assert refused.status_code == 409
    assert "This needs a second person" in refused.content.decode()
    assert state_of(closure) == State.WAITING
    assert "needs a second person" in budi.get("/desk/closures/").content.decode()
    assert budi.post(page_of(closure, "hold"), {"deed": "confirm"}).status_code == 302
    assert state_of(closure) == State.HELD
    status = customer_client("alice@example.com").get(f"/status/{closure.reference}").content.decode()
    assert "The closing is on hold" in status
    assert "A dispute about an order or a payment" in status
    assert "31\u00a0December\u00a02026" in status


def test_the_end_of_a_hold_needs_two_as_well(anna: User, budi: Client, closure: Closure) -> None:
    first = operator_client(anna)
    first.post(page_of(closure, "hold"), PROPOSAL)
    budi.post(page_of(closure, "hold"), {"deed": "confirm"})
    budi.post(page_of(closure, "hold"), {"deed": "propose_release"})
    assert budi.post(page_of(closure, "hold"), {"deed": "confirm_release"}).status_code == 409
    assert state_of(closure) == State.HELD
    first.post(page_of(closure, "hold"), {"deed": "confirm_release"})
    assert state_of(closure) == State.WAITING


@pytest.mark.parametrize(
    "wrong",
    [{"until": "2026-11-24"}, {"until": "2028-01-01"}, {"until": "soon"}, {"until": "9999-12-31"}, {"ground": "whim"}],
)
def test_a_hold_without_ground_or_end_is_not_proposed(anna: User, closure: Closure, wrong: dict[str, str]) -> None:
    answer = operator_client(anna).post(page_of(closure, "hold"), {**PROPOSAL, **wrong})
    assert answer.status_code == 409
    assert not Hold.objects.exists()


def test_an_unknown_deed_does_nothing(anna: User, closure: Closure) -> None:
    assert operator_client(anna).post(page_of(closure, "hold"), {"deed": "erase"}).status_code == 400
    assert state_of(closure) == State.WAITING


def test_a_colleague_can_decline(anna: User, budi: Client, closure: Closure) -> None:
    operator_client(anna).post(page_of(closure, "hold"), PROPOSAL)
    assert Hold.objects.count() == 1
    budi.post(page_of(closure, "hold"), {"deed": "drop"})
    assert not Hold.objects.exists()


def test_a_refusal_names_its_ground_and_the_law_to_the_customer(anna: User, closure: Closure) -> None:
    words = {"ground": "duty", "law": "GDPR Art. 17(3)(b)"}
    assert operator_client(anna).post(page_of(closure, "refuse"), words).status_code == 302
    assert state_of(closure) == State.REFUSED
    send_due(current_clock().now())
    told = str(mail.outbox[-1].body)
    assert "A law obliges us to keep the whole account for now. (GDPR Art. 17(3)(b))" in told


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ({}, 400),
        ({"ground": "whim", "law": "Art. 1"}, 400),
        ({"ground": "duty"}, 409),
        ({"ground": "duty", "law": "  "}, 409),
        ({"ground": "duty", "law": "alice@example.com owes us"}, 409),
    ],
)
def test_without_a_legal_ground_nobody_is_refused(
    anna: User, closure: Closure, words: dict[str, str], status: int
) -> None:
    assert operator_client(anna).post(page_of(closure, "refuse"), words).status_code == status
    assert state_of(closure) == State.WAITING


def test_what_was_withdrawn_can_be_neither_held_nor_refused(anna: User, closure: Closure) -> None:
    service.withdraw(closure)
    client = operator_client(anna)
    page = client.get(page_of(closure)).content.decode()
    assert "Propose the hold" not in page
    assert "Refuse on this ground" not in page
    for deed, words in [("hold", PROPOSAL), ("refuse", {"ground": "duty", "law": "Art. 17"})]:
        assert client.post(page_of(closure, deed), words).status_code == 409
    assert state_of(closure) == State.WITHDRAWN


def test_an_auditor_explains_no_finding(closure: Closure) -> None:
    place = {"datastore": "shop", "table": "note", "column": "body", "kind": "email", "rows": 1, "blocking": True}
    Closure.objects.filter(pk=closure.pk).update(state=State.ERASING, residue=[{**place, "key": "7"}])
    address = f"/desk/closures/{closure.reference}/findings/0/"
    client = operator_client(create_operator("citra@toko.example", OPERATOR_PASSWORD, SECRET, role=Role.AUDITOR))
    page = client.get(address)
    assert page.status_code == 200
    assert "What is it?" not in page.content.decode()
    assert client.post(address, {"explanation": "anothers", "reason": "a supplier"}).status_code == 403
    assert Closure.objects.get(pk=closure.pk).unexplained
