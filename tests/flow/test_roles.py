"""Roles at the desk: each address says whom it is for; others, and who has no second factor, are told so."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from pamitan.conversation import service
from pamitan.conversation.models import Channel
from pamitan.desk.models import Role, Seat
from pamitan.desk.operators import (
    OperatorError,
    create_operator,
    give_role,
    operators,
    remove_operator,
    reset_second_factor,
)
from pamitan.evidence.models import LedgerEntry
from tests.flow.corner_shop import ALICE, OPERATOR_PASSWORD, SECRET, operator_client, types_code

pytestmark = pytest.mark.usefixtures("clock")

SERVING, LEADS, PROOF, ALL = {"operator", "lead"}, {"lead"}, {"lead", "auditor"}, {"operator", "lead", "auditor"}
WHO_MAY = {
    "desk:queue": SERVING,
    "desk:find": SERVING,
    "desk:conversation": SERVING,
    "desk:reply": SERVING,
    "desk:called": SERVING,
    "desk:start_closure": SERVING,
    "desk:finish": SERVING,
    "desk:file": SERVING,
    "desk:look_again": SERVING,
    "desk:case": SERVING,
    "desk:hold": SERVING,
    "desk:refuse": SERVING,
    "desk:claim": SERVING,
    "desk:transfer": SERVING,
    "desk:note": SERVING,
    "desk:here": SERVING,
    "desk:live": SERVING,
    "desk:dial": SERVING,
    "desk:ask_identity": SERVING,
    "desk:show_identity": SERVING,
    "desk:ringing": SERVING,
    "desk:waiting": SERVING,
    "desk:typing": SERVING,
    "desk:closures": ALL,
    "desk:finding": ALL,
    "desk:ledger": PROOF,
    "desk:certificates": PROOF,
    "desk:certificate": PROOF,
    "desk:gone": SERVING,
    "desk:restored": LEADS,
    "desk:people": LEADS,
    "desk:figures": LEADS,
    "desk:hours": LEADS,
    "mfa_remove_webauthn": ALL,
    "mfa_view_recovery_codes": ALL,
    "mfa_generate_recovery_codes": ALL,
    "mfa_download_recovery_codes": ALL,
}
BEFORE_THE_FACTOR = {
    "account_login",
    "mfa_authenticate",
    "account_logout",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_deactivate_totp",
    "mfa_index",
    "desk:password",
    "desk:language",
    "desk:qr_code",
}
"""The way in and out, which shows nothing of a customer."""


def filled(route: str) -> str:
    """The route with something in each of its places."""
    for kind, example in {"int": "0", "str": "H-2345-6789", "uuid": "00000000-0000-4000-8000-000000000000"}.items():
        route = re.sub(rf"<{kind}:\w+>", example, route)
    return route


def addresses() -> dict[str, str]:
    """Every name of the desk's part of the URL conf, with an address of it."""

    def walk(patterns: list[URLPattern | URLResolver], before: str, space: str) -> dict[str, str]:
        found = {}
        for pattern in patterns:
            route = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                inner = f"{pattern.namespace}:" if pattern.namespace else space
                found.update(walk(pattern.url_patterns, route, inner))
            else:
                found[f"{space}{pattern.name}"] = filled(route)
        return found

    desk = [one for one in get_resolver().url_patterns if str(one.pattern) == "desk/"]
    return {name: f"/{route}" for name, route in walk(desk, "", "").items()}


ADDRESSES = sorted(addresses().items())


def operator_as(role: Role) -> User:
    return create_operator(f"{role}@toko.example", OPERATOR_PASSWORD, SECRET, role=role)


def test_each_address_of_the_desk_has_its_roles_here() -> None:
    assert {name for name, _ in ADDRESSES} == set(WHO_MAY) | BEFORE_THE_FACTOR


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", list(Role))
def test_another_role_is_refused_everywhere(role: Role, method: str) -> None:
    operator = operator_as(role)
    client, before = operator_client(operator), LedgerEntry.objects.count()
    refused, let_in = {}, {}
    for name, address in ADDRESSES:
        if name in WHO_MAY:
            answer = getattr(client, method)(address)
            (let_in if role in WHO_MAY[name] else refused)[name] = answer
    assert {name: answer.status_code for name, answer in refused.items() if answer.status_code not in (403, 405)} == {}
    told = [answer.content.decode() for answer in refused.values() if answer.status_code == 403]
    assert bool(told) == (role != Role.LEAD)
    assert all("Your role at the desk is another one" in words for words in told)
    assert {name for name, answer in let_in.items() if answer.status_code == 403} == set()
    assert LedgerEntry.objects.count() == before


@pytest.mark.parametrize("method", ["get", "post"])
def test_without_a_second_factor_every_address_says_so(method: str) -> None:
    berta = create_operator("berta@toko.example", OPERATOR_PASSWORD, role=Role.LEAD)
    client = Client()
    client.post("/desk/sign-in/", {"login": berta.email, "password": OPERATOR_PASSWORD})
    for name, address in ADDRESSES:
        if name in WHO_MAY:
            answer = getattr(client, method)(address)
            if answer.status_code == 405:  # neither a page nor a deed
                continue
            assert (name, answer.status_code) == (name, 403)
            assert "You have no second factor yet" in answer.content.decode()
            assert 'href="/desk/second-factor/"' in answer.content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_shown_the_way_in_from_every_address(method: str) -> None:
    for name, address in ADDRESSES:
        if name in WHO_MAY:
            answer = getattr(Client(), method)(address)
            assert (name, answer.status_code) in ((name, 302), (name, 405))
            assert answer.status_code == 405 or answer.headers["Location"].startswith("/desk/sign-in/")


def test_an_auditor_sees_no_message_and_no_customer() -> None:
    talk = service.open_conversation(ALICE, Channel.CHAT, service.Request(), "A secret of mine.", language="en")
    client = operator_client(operator_as(Role.AUDITOR))
    for name, address in ADDRESSES:
        if "auditor" in WHO_MAY.get(name, set()):
            page = client.get(address.replace("H-2345-6789", talk.reference)).content.decode()
            assert "A secret of mine" not in page
            assert "alice" not in page.lower()
    assert client.get(f"/desk/conversations/{talk.reference}/").status_code == 403


def test_signing_in_leads_each_role_to_its_pages() -> None:
    for role, home in [(Role.OPERATOR, "/desk/"), (Role.LEAD, "/desk/"), (Role.AUDITOR, "/desk/ledger/")]:
        operator, client = operator_as(role), Client()
        client.post("/desk/sign-in/", {"login": operator.email, "password": OPERATOR_PASSWORD})
        answer = types_code(client, operator)
        assert answer.headers["Location"] == home


def test_the_ledger_page_shows_what_happened_and_checks_the_chain() -> None:
    client = operator_client(operator_as(Role.AUDITOR))
    page = client.get("/desk/ledger/?check=1").content.decode()
    assert "desk:operator:add" in page
    assert "The chain holds" in page


def test_the_ledger_page_shows_one_reference_alone(anna: User) -> None:
    talk = service.open_conversation(ALICE, Channel.CHAT, service.Request(), "Hello.", language="en")
    service.look(talk, anna)
    client = operator_client(operator_as(Role.AUDITOR))
    lines = client.get(f"/desk/ledger/?reference={talk.reference.lower()}").context["lines"]
    assert [(line.entry.event, line.about) for line in lines] == [("desk:customer:look", talk.reference)]
    assert client.get("/desk/ledger/?reference=PM-00000-00000").context["lines"] == []


# --- a lead lets operators in -------------------------------------------------------------------------------------


def test_a_lead_lets_somebody_in_who_then_chooses_a_password_and_a_factor() -> None:
    lead = operator_as(Role.LEAD)
    page = operator_client(lead).post(
        "/desk/people/", {"deed": "add", "email": "Charlie@toko.example", "role": "auditor"}
    )
    given = page.context["given"]
    assert given in page.content.decode()
    charlie, client = User.objects.get(username="charlie@toko.example"), Client()
    assert client.post("/desk/sign-in/", {"login": charlie.email, "password": given}).headers["Location"] == (
        "/desk/password/"
    )
    assert "Choose one of your own first" in client.get("/desk/ledger/").content.decode()
    answer = client.post("/desk/password/", {"old": given, "new": "bunga-melati-putih"})
    assert answer.headers["Location"] == "/desk/second-factor/"
    assert "no second factor yet" in client.get("/desk/ledger/").content.decode()
    charlie.refresh_from_db()
    assert charlie.check_password("bunga-melati-putih")
    facts = LedgerEntry.objects.filter(event="desk:operator:add").latest("number").facts
    assert facts == {"operator": str(charlie.pk), "by": str(lead.pk), "role": "auditor"}


@pytest.mark.parametrize(("old", "new"), [("wrong", "bunga-melati-putih"), (OPERATOR_PASSWORD, "short")])
def test_a_password_that_will_not_do_stays_as_it_was(anna: User, old: str, new: str) -> None:
    answer = operator_client(anna).post("/desk/password/", {"old": old, "new": new})
    assert answer.status_code == 400
    anna.refresh_from_db()
    assert anna.check_password(OPERATOR_PASSWORD)


def test_a_lead_gives_another_role(anna: User) -> None:
    lead, client = operator_client(operator_as(Role.LEAD)), operator_client(anna)
    assert client.get("/desk/").status_code == 200
    lead.post("/desk/people/", {"deed": "role", "operator": anna.pk, "role": "auditor"})
    assert Seat.objects.get(user=anna).role == "auditor"
    assert client.get("/desk/").status_code == 403


def test_a_lead_cannot_change_their_own_place() -> None:
    lead = operator_as(Role.LEAD)
    client = operator_client(lead)
    for deed in ("role", "reset", "remove"):
        answer = client.post("/desk/people/", {"deed": deed, "operator": lead.pk, "role": "operator"})
        assert answer.status_code == 409
    assert Seat.objects.get(user=lead).role == "lead"
    assert Authenticator.objects.filter(user=lead).exists()


def test_a_reset_asks_for_a_new_second_factor_at_once(anna: User) -> None:
    client = operator_client(anna)
    reset_second_factor(anna)
    assert not Authenticator.objects.filter(user=anna).exists()
    assert "no second factor yet" in client.get("/desk/").content.decode()


def test_who_is_removed_is_out_at_once_and_comes_back_under_the_same_number(anna: User) -> None:
    client = operator_client(anna)
    remove_operator(anna)
    assert client.get("/desk/").status_code == 302
    assert not operators().exists()
    again = create_operator(anna.email, "kata-sandi-lain-lagi", role=Role.AUDITOR)
    assert (again.pk, again.seat.role) == (anna.pk, "auditor")  # type: ignore[attr-defined]


def test_an_operator_without_a_seat_sees_nothing(anna: User) -> None:
    client = operator_client(anna)
    Seat.objects.all().delete()
    answer = client.get("/desk/")
    assert answer.status_code == 403
    assert "You have no place at the desk" in answer.content.decode()


def test_two_operators_with_one_address_cannot_be(anna: User) -> None:
    with pytest.raises(OperatorError):
        create_operator(anna.email, OPERATOR_PASSWORD)
    give_role(anna, Role.LEAD)
    assert [one.seat.role for one in operators()] == ["lead"]  # type: ignore[attr-defined]
