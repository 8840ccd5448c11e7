"""Starting the demo: what is printed, which port it takes, how it stops, and what its own pages refuse."""

from __future__ import annotations

import datetime as dt
import re
import smtplib
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from pamitan.demo.catcher import mail_catcher
from pamitan.demo.home import DemoError
from pamitan.demo.mailbox import Mailbox
from pamitan.demo.run import _address
from pamitan.demo.shop.pamitan import is_from_pamitan
from pamitan.demo.shop.people import PASSWORD, PEOPLE
from pamitan.demo.welcome import qr_code
from pamitan.stores.hooks import sign
from tests.running_demo import RunningDemo, running_demo


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    with running_demo(tmp_path_factory.mktemp("home")) as started:
        yield started


def test_it_prints_a_link_that_opens(demo: RunningDemo) -> None:
    assert httpx.get(f"{demo.url}/").status_code == 200


def test_it_prints_everybodys_sign_in(demo: RunningDemo) -> None:
    assert PASSWORD in demo.printed
    for person in PEOPLE:
        assert person.sign_in in demo.printed


def test_it_prints_an_operator_with_the_code_of_now(demo: RunningDemo) -> None:
    assert re.search(r"operator@senja\.example\s+\S+\s+code now: \d{6}", demo.printed)


@pytest.mark.parametrize("page", ["/shop/", "/shop/sign-in/", "/shop/sign-up/", "/mail/", "/desk/"])
def test_the_printed_places_are_there(demo: RunningDemo, page: str) -> None:
    assert httpx.get(f"{demo.url}{page}", follow_redirects=True).status_code == 200


def test_a_second_demo_in_the_same_home_is_refused_with_the_mend(demo: RunningDemo) -> None:
    with pytest.raises(AssertionError, match="stop it with Ctrl-C"), running_demo(demo.home):
        pass


@pytest.mark.parametrize("hook", ["cancel-order", "erase"])
@pytest.mark.parametrize("signature", ["", "t=1,v1=00", "nonsense"])
def test_the_shop_obeys_no_unsigned_call(demo: RunningDemo, hook: str, signature: str) -> None:
    headers = {"X-Pamitan-Signature": signature, "Idempotency-Key": "x"}
    answer = httpx.post(f"{demo.url}/shop/hooks/{hook}/", json={"id": "2"}, headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize("name", ["..%2Fclock", "00000000000000000000-00000000", "x"])
def test_no_other_file_can_be_read_as_a_mail(demo: RunningDemo, name: str) -> None:
    assert httpx.get(f"{demo.url}/mail/{name}/").status_code == 404


def test_a_mails_html_is_shown_without_any_power(demo: RunningDemo) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "a@shop.example", "b@home.example", "<b>Hello</b>"
    letter.set_content("plain")
    letter.add_alternative("<p>Hello</p><script>alert(1)</script>", subtype="html")
    (demo.home / "demo" / "mails" / "00000000000000000001-0123abcd.eml").write_bytes(letter.as_bytes())

    page = httpx.get(f"{demo.url}/mail/00000000000000000001-0123abcd/")
    html = httpx.get(f"{demo.url}/mail/00000000000000000001-0123abcd/html/")

    assert "&lt;b&gt;Hello" in page.text
    assert "<script" not in page.text
    policy = html.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert "script-src" not in policy


def test_the_next_port_is_taken_when_the_wanted_one_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        wanted = int(taken.getsockname()[1])
        assert wanted < _address(wanted, lan=False).port <= wanted + 20


def test_only_with_lan_others_can_reach_it() -> None:
    assert _address(8000, lan=False).host == "127.0.0.1"
    assert _address(8000, lan=False).public == "localhost"


def test_with_lan_it_gives_this_machines_own_address() -> None:
    try:
        address = _address(8000, lan=True)
    except DemoError as reason:
        pytest.skip(str(reason))
    assert address.host == "0.0.0.0"
    assert re.fullmatch(r"\d+\.\d+\.\d+\.\d+", address.public)


def test_the_qr_code_is_a_square_of_characters() -> None:
    lines = qr_code("http://192.0.2.7:8000/").splitlines()
    assert len({len(line) for line in lines if line}) == 1
    assert len(lines) > 12


def test_a_mail_sent_by_smtp_is_found_in_the_mailbox(tmp_path: Path) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "a@shop.example", "b@home.example", "Terima kasih, Zoë"
    letter.set_content("Sampai jumpa")
    with mail_catcher(tmp_path) as port, smtplib.SMTP("127.0.0.1", port) as server:
        server.send_message(letter)
    [mail] = Mailbox(tmp_path).mails()
    assert (mail.to, mail.subject, mail.text) == ("b@home.example", "Terima kasih, Zoë", "Sampai jumpa\n")


def test_the_shop_knows_pamitans_signature_and_refuses_an_old_one() -> None:
    now = dt.datetime.now(dt.UTC)
    signature = sign("secret", b"{}", int(now.timestamp()))
    assert is_from_pamitan(b"{}", signature, "secret", now)
    assert not is_from_pamitan(b"{ }", signature, "secret", now)
    assert not is_from_pamitan(b"{}", signature, "other", now)
    assert not is_from_pamitan(b"{}", signature, "secret", now + dt.timedelta(minutes=6))
