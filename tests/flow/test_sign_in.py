"""Signing in: with the store's own password, with a code, by the shop's link; and telling a stranger nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils.html import escape

from pamitan.channels.models import Mail
from pamitan.closure.traces import erase_traces
from pamitan.kit.clock import SetClock
from pamitan.portal import signing_in
from pamitan.portal.lockout import account_key
from pamitan.portal.models import CustomerSession
from tests.flow.book_shop import (
    ALICE,
    BOB,
    CHARLIE,
    DEWI_TOO,
    MONDAY,
    PASSWORD,
    Shop,
    browser,
    clock,  # noqa: F401
    shop,  # noqa: F401
    signed_in,
    text_of,
)

pytestmark = pytest.mark.usefixtures("clock")

SPELLINGS = ["alice@example.com", " Alice@Example.COM ", "+62 812-3456-7890", "0812 3456 7890"]


def attempt(client: Client, login: str, password: str) -> object:
    return client.post("/sign-in", {"login": login, "password": password})


def refusal(login: str, password: str = "wrong", client: Client | None = None) -> tuple[int, str]:
    """Status and words of a refused sign-in, without what the visitor typed and without the form's secret."""
    answer = attempt(client or browser(), login, password)
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text_of(answer))
    return answer.status_code, page.replace(f'value="{escape(login)}"', "")  # type: ignore[attr-defined]


@pytest.mark.parametrize("login", SPELLINGS)
def test_signs_in_by_address_or_number_in_any_spelling(login: str) -> None:
    assert attempt(browser(), login, PASSWORD).headers["Location"] == "/close"  # type: ignore[attr-defined]


def test_goes_on_to_the_page_that_was_asked_for() -> None:
    client = browser()
    answer = client.post(
        client.get("/status").headers["Location"], {"login": "alice@example.com", "password": PASSWORD}
    )
    assert answer.headers["Location"] == "/status"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_never_leads_elsewhere(target: str) -> None:
    answer = browser().post(f"/sign-in?next={target}", {"login": "alice@example.com", "password": PASSWORD})
    assert answer.headers["Location"] == "/close"


@pytest.mark.parametrize("login", ["nobody@example.com", "0899 0000 1111", "not an address", "' OR 1=1 --", "a" * 320])
def test_an_unknown_address_gets_the_words_of_a_wrong_password(login: str) -> None:
    assert refusal(login) == refusal("alice@example.com")


def test_a_locked_account_gets_the_words_of_a_wrong_password() -> None:
    first = refusal("alice@example.com")
    for _ in range(6):
        refusal("alice@example.com")
    assert refusal("alice@example.com", PASSWORD) == first == refusal("nobody@example.com")


def test_five_wrong_passwords_lock_the_right_one_out_for_a_while() -> None:
    for _ in range(5):
        refusal("alice@example.com")
    assert refusal("alice@example.com", PASSWORD)[0] == 422
    AccessAttempt.objects.update(attempt_time=MONDAY.replace(year=2020))
    signed_in("alice@example.com")


def test_address_and_number_of_an_account_count_together() -> None:
    for login in ["alice@example.com", "+6281234567890", "ALICE@example.com", "0812-3456-7890", "alice@example.com"]:
        refusal(login)
    assert refusal("081234567890", PASSWORD)[0] == 422


def test_the_lock_is_the_accounts_alone() -> None:
    for _ in range(6):
        refusal("alice@example.com")
    signed_in("charlie@example.com")


def test_the_right_password_lets_the_count_begin_anew() -> None:
    for _ in range(4):
        refusal("alice@example.com")
    signed_in("alice@example.com")
    for _ in range(4):
        refusal("alice@example.com")
    signed_in("alice@example.com")


def test_a_locked_account_of_a_shared_address_does_not_unguard_the_other() -> None:
    for _ in range(7):
        refusal("dewi@example.com")
    assert refusal("+6281211112222", PASSWORD)[0] == 422


def test_nothing_of_the_visitor_is_kept_with_a_wrong_password(caplog: pytest.LogCaptureFixture) -> None:
    client = Client(headers={"user-agent": "Alices phone"}, REMOTE_ADDR="203.0.113.7")
    attempt(client, "alice@example.com", "wrong")
    attempt(client, "nobody@example.com", "wrong")
    kept = " ".join(str(row) for row in AccessAttempt.objects.values_list()) + caplog.text
    for trace in ("alice", "nobody", "203.0.113.7", "phone", "wrong"):
        assert trace not in kept.lower()


@pytest.mark.parametrize(("taken", "rest"), [(0.4, 1.6), (2.5, 1.5), (2.0, 0.0)])
def test_an_answer_is_held_back_to_a_whole_multiple_of_the_floor(taken: float, rest: float) -> None:
    assert signing_in.rest(taken, 2.0) == pytest.approx(rest)
    assert signing_in.rest(taken, 0.0) == 0.0


def test_signing_in_begins_a_new_session() -> None:
    client = browser()
    client.post("/sign-in/code", {"login": "nobody@example.com"})
    before = client.session.session_key
    attempt(client, "alice@example.com", PASSWORD)
    assert client.session.session_key != before
    assert CustomerSession.objects.get(session_key=client.session.session_key).account == ALICE
    assert not CustomerSession.objects.filter(session_key=before).exists()


def test_signing_out_ends_it() -> None:
    client = signed_in("alice@example.com")
    client.post("/sign-out")
    assert client.get("/close").headers["Location"].startswith("/sign-in")


def test_what_the_portal_holds_of_a_customer_goes_with_the_account() -> None:
    alices, charlies = signed_in("alice@example.com"), signed_in("charlie@example.com")
    refusal("alice@example.com")
    refusal("charlie@example.com")
    assert {(trace.table, trace.rows) for trace in erase_traces(ALICE)} >= {
        ("portal_session", 1),
        ("axes_accessattempt", 1),
    }
    assert alices.get("/close").headers["Location"].startswith("/sign-in")
    assert charlies.get("/close").status_code == 200
    assert AccessAttempt.objects.filter(username=account_key(CHARLIE)).count() == 1


def test_the_desk_and_the_portal_have_cookies_of_their_own() -> None:
    client = signed_in("alice@example.com")
    client.get("/close")
    client.get("/desk/sign-in/")
    assert client.cookies["pamitan_desk_csrf"]["path"] == "/desk/"
    assert client.cookies["pamitan_csrf"]["path"] == "/"
    assert client.get("/close").status_code == 200


def test_a_customer_is_nobody_at_the_desk() -> None:
    client = signed_in("alice@example.com")
    client.cookies["pamitan_desk"] = client.cookies["pamitan"].value
    assert client.get("/desk/").status_code in (302, 403)
    assert "sign-in" in client.get("/desk/").headers.get("Location", "sign-in")


def test_who_has_two_accounts_is_asked_which() -> None:
    client = browser()
    answer = attempt(client, "dewi@example.com", PASSWORD)
    page = text_of(client.get(answer.headers["Location"]))  # type: ignore[attr-defined]
    assert "2 January 2020" in page.replace("\xa0", " ")
    client.post("/sign-in/which", {"account": DEWI_TOO})
    assert client.session["account_id"] == DEWI_TOO


def test_nobody_chooses_an_account_without_its_password() -> None:
    client = browser()
    attempt(client, "dewi@example.com", PASSWORD)
    client.post("/sign-in/which", {"account": ALICE})
    assert "account_id" not in client.session


# --- by code -------------------------------------------------------------------------------------------------------


def code_sent() -> str:
    found = re.search(r"\b\d{6}\b", Mail.objects.order_by("-pk")[0].text)
    assert found
    return found.group()


def test_signs_in_by_a_code_and_proves_the_address() -> None:
    client = browser()
    client.post("/sign-in/code", {"login": "alice@example.com"})
    answer = client.post("/sign-in/code/enter", {"code": f" {code_sent()[:3]} {code_sent()[3:]}"})
    assert answer.headers["Location"] == "/close"
    assert client.session["proven"] == [["email", "alice@example.com"]]


def test_a_wrong_code_is_refused() -> None:
    client = browser()
    client.post("/sign-in/code", {"login": "alice@example.com"})
    wrong = f"{(int(code_sent()) + 1) % 1_000_000:06d}"
    assert client.post("/sign-in/code/enter", {"code": wrong}).status_code == 422
    assert "account_id" not in client.session


@pytest.mark.parametrize("login", ["nobody@example.com", "+6281298765432", "?"])
def test_asking_for_a_code_looks_the_same_for_whom_none_is_sent(login: str) -> None:
    known, unknown = browser(), browser()
    for client, name in ((known, "alice@example.com"), (unknown, login)):
        client.post("/sign-in/code", {"login": name})
    assert Mail.objects.count() == 1
    pages = [re.sub(r'value="\w{64}"', "", text_of(one.get("/sign-in/code/enter"))) for one in (known, unknown)]
    assert pages[0] == pages[1]


def test_codes_are_sent_a_few_times_only() -> None:
    for _ in range(8):
        assert browser().post("/sign-in/code", {"login": "alice@example.com"}).status_code == 302
    assert Mail.objects.count() == 5


# --- by the shop's link --------------------------------------------------------------------------------------------


def handed_over(account: str, *, age: int = 0, secret: str = "hand-over-secret", nonce: str = "n1") -> str:
    content = json.dumps({"account": account, "at": MONDAY.timestamp() - age, "nonce": nonce})
    body = base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")
    return f"/enter?token={body}.{hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()}"


def test_the_shops_link_signs_in_once() -> None:
    client, thief = browser(), browser()
    link = handed_over(BOB, nonce="once")
    assert client.get(link).headers["Location"] == "/close"
    assert client.session["account_id"] == BOB
    assert thief.get(link).status_code == 403
    assert "account_id" not in thief.session


@pytest.mark.parametrize(
    "link",
    [
        handed_over(ALICE, age=121, nonce="old"),
        handed_over(ALICE, age=-60, nonce="early"),
        handed_over(ALICE, secret="guessed", nonce="forged"),
        handed_over("999", nonce="nobody"),
        "/enter",
        "/enter?token=.",
        "/enter?token=abc.def",
        "/enter?token=" + "é" * 10,
    ],
)
def test_a_bad_link_lets_nobody_in(link: str) -> None:
    client = browser()
    answer = client.get(link)
    assert answer.status_code == 403
    assert "too old" in text_of(answer)
    assert "account_id" not in client.session


def test_a_link_is_forgotten_with_the_store_that_gives_no_secret(shop: Shop, settings: object) -> None:  # noqa: F811
    file = shop.folder / "no-secret.yaml"
    file.write_text((shop.folder / "store.yaml").read_text().replace("handover_secret: hand-over-secret\n", ""))
    settings.PAMITAN_STORE = str(file)  # type: ignore[attr-defined]
    assert browser().get(handed_over(ALICE, secret="", nonce="none")).status_code == 403


def test_a_code_is_good_for_ten_minutes(clock: SetClock) -> None:  # noqa: F811
    client = browser()
    client.post("/sign-in/code", {"login": "alice@example.com"})
    clock.pass_time(minutes=11)
    assert client.post("/sign-in/code/enter", {"code": code_sent()}).status_code == 422
