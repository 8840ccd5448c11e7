"""The demo's practice operator, beside real ones: it claims what it answers, and takes nothing from a person."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import User

from pamitan.conversation import service
from pamitan.conversation.models import Author, Channel, Conversation, State
from pamitan.demo.practice import ADDRESS, PATIENCE, answer_waiting
from pamitan.desk import claims
from pamitan.desk.claims import LEASE
from pamitan.evidence.ledger import LedgerEvent
from pamitan.evidence.models import LedgerEntry
from pamitan.kit.clock import SetClock
from tests.flow.corner_shop import ALICE, BOB

pytestmark = pytest.mark.usefixtures("clock")
CLOSING = service.Request("account", "update", "close")


def asked(account: str = ALICE) -> Conversation:
    return service.open_conversation(account, Channel.CHAT, CLOSING, "Please close my account.", language="en")


def answers(talk: Conversation) -> list[str]:
    return list(talk.messages.filter(author=Author.OPERATOR).values_list("text", flat=True))


def test_it_gives_people_the_first_go(clock: SetClock, anna: User) -> None:
    talk = asked()
    assert answer_waiting() == 0
    clock.pass_time(seconds=PATIENCE.total_seconds() + 1)
    assert answer_waiting() == 1
    assert "Practice operator" in answers(talk)[0]


def test_it_claims_what_it_answers_and_lets_others_go_on(clock: SetClock, anna: User) -> None:
    talk = asked()
    clock.pass_time(minutes=1)
    answer_waiting()
    me = User.objects.get(username=ADDRESS)
    deeds = list(LedgerEntry.objects.filter(facts__operator=me.pk).order_by("pk").values_list("event", flat=True))
    assert deeds[0] == LedgerEvent.DESK_CONVERSATION_CLAIMED
    assert deeds[-1] == LedgerEvent.DESK_CONVERSATION_RELEASED
    assert LedgerEvent.DESK_CONVERSATION_ANSWERED in deeds
    assert claims.holder(talk) is None
    assert claims.claim(talk, anna).operator == anna


def test_it_leaves_alone_what_a_person_has_claimed(clock: SetClock, anna: User) -> None:
    annas, free = asked(), asked(BOB)
    clock.pass_time(minutes=1)
    claims.claim(annas, anna)
    assert answer_waiting() == 1
    assert answers(annas) == []
    assert len(answers(free)) == 1
    annas.refresh_from_db()
    assert (annas.state, annas.closure, claims.holder(annas)) == (State.OPEN, None, anna)


def test_it_takes_what_a_person_has_left(clock: SetClock, anna: User) -> None:
    talk = asked()
    claims.claim(talk, anna)
    clock.pass_time(seconds=(LEASE + dt.timedelta(minutes=1)).total_seconds())
    assert answer_waiting() == 1
    assert len(answers(talk)) == 1
