"""Each page on the way to a person says how long each channel takes now and when somebody is there: as measured."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils.html import strip_tags

from pamitan.conversation import service
from pamitan.conversation.models import AnswerTime, Channel, Outcome
from pamitan.kit.clock import SetClock
from tests.flow.corner_shop import ALICE, customer_client

CHOSEN = "area=account&topic=update&detail=close"
SIGNED_OUT = ("/help/", "/help/?q=xyzzy", "/help/manage", "/help/articles/close", "/help/write")
SIGNED_IN = (
    *SIGNED_OUT[:-1],
    "/help/contact",
    "/help/contact?area=account",
    "/help/contact?area=account&topic=update",
    f"/help/contact?{CHOSEN}",
    *(f"/help/contact/{channel}?{CHOSEN}" for channel in Channel),
    "/help/conversations",
    "{talk}",
    "{call}",
    "{call}/call",
)
WAYS = [pytest.param(False, path, id=f"stranger {path}") for path in SIGNED_OUT]
WAYS += [pytest.param(True, path, id=f"alice {path}") for path in SIGNED_IN]


@pytest.fixture
def names(clock: SetClock, anna: User) -> dict[str, str]:
    """A conversation by mail, and one about a call by a number that was not hers."""
    talk = service.open_conversation(ALICE, Channel.EMAIL, service.Request(), "Hello?", language="en")
    wanted = service.Request(call=service.Call("+6281234567890"))
    call = service.open_conversation(ALICE, Channel.PHONE, wanted, "Please call.", language="en")
    service.called(call, anna, Outcome.WRONG_NUMBER)
    AnswerTime.objects.all().delete()
    return {name: f"/help/conversations/{one.reference}" for name, one in (("talk", talk), ("call", call))}


def read(path: str, names: dict[str, str], *, signed_in: bool) -> str:
    """The words of the page."""
    client = customer_client("alice@example.com") if signed_in else Client(headers={"accept-language": "en"})
    answer = client.get(path.format(**names))
    assert answer.status_code == 200
    return " ".join(strip_tags(answer.content.decode()).split())


@pytest.mark.parametrize(("signed_in", "path"), WAYS)
def test_the_page_says_what_was_measured(names: dict[str, str], clock: SetClock, signed_in: bool, path: str) -> None:
    before = read(path, names, signed_in=signed_in)
    assert "minute" not in before.replace("about 3 minutes", "")
    assert before.count("not measured yet") + before.count("has not been measured yet") >= len(Channel)
    for channel, minutes in ((Channel.EMAIL, 25), (Channel.PHONE, 2), (Channel.CHAT, 7)):
        AnswerTime.objects.create(channel=channel, seconds=minutes * 60, answered_at=clock.now())
    after = read(path, names, signed_in=signed_in)
    assert "measured yet" not in after
    for minutes in (25, 2, 7):
        assert f"usually {minutes} minutes" in after or f"had an answer after {minutes} minutes" in after
    assert "When we are here" in after
    assert "Nobody is here now" not in after


@pytest.mark.parametrize(("signed_in", "path"), WAYS)
def test_in_closed_hours_the_page_says_when_somebody_is_there_again(
    names: dict[str, str], clock: SetClock, signed_in: bool, path: str
) -> None:
    clock.pass_time(hours=12)
    told = read(path, names, signed_in=signed_in)
    assert "Nobody is here now. We are here again from 26 November 2026, 08:00." in told.replace("\xa0", " ")
