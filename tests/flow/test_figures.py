"""A lead's figures: counted in the database, in the store's own days; the charts say what the tables say."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.test import Client

from pamitan.closure.models import Closure, Source
from pamitan.closure.states import State
from pamitan.conversation import service
from pamitan.conversation.models import AnswerTime, Channel
from pamitan.desk.charts import bars, columns
from pamitan.desk.models import Role
from pamitan.desk.operators import create_operator
from pamitan.kit.clock import SetClock
from tests.flow.corner_shop import ALICE, BOB, OPERATOR_PASSWORD, SECRET, operator_client

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def lead(clock: object) -> Client:
    return operator_client(create_operator("lead@toko.example", OPERATOR_PASSWORD, SECRET, role=Role.LEAD))


def closed(at: dt.datetime) -> None:
    Closure.objects.create(
        state=State.CLOSED, source=Source.CLI, language="en", account_hash=uuid.uuid4().hex,
        requested_at=at - dt.timedelta(days=30), confirmed_at=at, ended_at=at,
    )  # fmt: skip


def test_who_waits_is_counted_by_channel_and_lateness(lead: Client, clock: SetClock) -> None:
    for account, channel in [(ALICE, Channel.CHAT), (BOB, Channel.CHAT), (ALICE, Channel.EMAIL)]:
        service.open_conversation(account, channel, service.Request(), "Hello.", language="en")
    clock.pass_time(minutes=2)
    later = service.Call("+6281234567890", clock.now() + dt.timedelta(hours=3))
    service.open_conversation(ALICE, Channel.PHONE, service.Request(call=later), "Call me.", language="en")
    waiting = lead.get("/desk/figures/").context["waiting"]
    assert [(bar.label, bar.value, late) for bar, late in waiting] == [
        ("E-mail", 1, 0),
        ("Phone", 0, 0),
        ("Chat", 2, 2),
    ]


def test_the_share_answered_within_a_minute_is_measured(lead: Client, clock: SetClock) -> None:
    for seconds, ago in [(10, 1), (60, 2), (61, 3), (5, 8)]:
        answered = clock.now() - dt.timedelta(days=ago) + dt.timedelta(hours=1)
        AnswerTime.objects.create(channel=Channel.CHAT, seconds=seconds, answered_at=answered)
    chat = lead.get("/desk/figures/").context["answers"][-1]
    assert (chat.count, chat.within_a_minute.text) == (3, "67")
    assert lead.get("/desk/figures/").context["answers"][0].within_a_minute is None


def test_closures_are_counted_by_the_stores_own_days(lead: Client, clock: SetClock) -> None:
    just_after_midnight_in_jakarta = dt.datetime(2026, 11, 23, 17, 30, tzinfo=dt.UTC)
    closed(just_after_midnight_in_jakarta)
    closed(just_after_midnight_in_jakarta - dt.timedelta(hours=1))
    closed(clock.now() - dt.timedelta(days=15))
    days = lead.get("/desk/figures/").context["days"]
    assert len(days) == 14
    assert {day.day.isoformat(): day.closed for day in days if day.closed} == {"2026-11-23": 1, "2026-11-24": 1}


def test_the_page_has_a_table_for_each_chart_and_nothing_inline(lead: Client, clock: SetClock) -> None:
    closed(clock.now())
    page = lead.get("/desk/figures/", headers={"accept-language": "it"}).content.decode()
    assert page.count("<table") >= page.count("<h2") - 1
    assert 'class="columns"' in page
    assert " style=" not in page
    assert 'width="2,6' not in page


def test_bars_and_columns_are_drawn_to_one_scale() -> None:
    assert [bar.length for bar in bars([("a", 4, "4"), ("b", 1, "1"), ("c", 0, "0")])] == [100, 25, 0]
    assert [bar.length for bar in bars([("none", 0, "0")])] == [0]
    drawn = columns([2, 0], [4, 1])
    assert [(column.height, column.y) for column in drawn] == [(50, 50), (0, 100), (100, 0), (25, 75)]
    assert all(column.x >= 0 and column.x + column.width <= 100 for column in drawn)
    assert columns([], []) == []
