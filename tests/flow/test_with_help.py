"""The whole way with a person's help: from the first message to the closed account, of which no word is left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pamitan.closure.clock import use_clock
from pamitan.closure.models import Closure
from pamitan.closure.states import State as ClosureState
from pamitan.conversation.models import Conversation, Message
from pamitan.desk.operators import create_operator
from pamitan.kit.clock import SetClock
from pamitan.worker.sweep import run_until_idle
from tests.flow.corner_shop import (
    OPERATOR_PASSWORD,
    SECRET,
    WEDNESDAY_MORNING,
    build_shop,
    customer_client,
    operator_client,
)

SAID = 4
"""Her message, the answer, and the notices of the closing prepared and begun."""


@pytest.mark.django_db(transaction=True)
def test_from_the_first_message_to_the_closed_account(tmp_path: Path, settings: Any) -> None:
    shop, file = build_shop(tmp_path)
    settings.PAMITAN_STORE = str(file)
    with use_clock(SetClock(WEDNESDAY_MORNING)) as clock:
        anna = create_operator("anna@toko.example", OPERATOR_PASSWORD, SECRET)
        alice, desk = customer_client("alice@example.com"), operator_client(anna)
        sent = alice.post("/help/contact/chat?area=account&topic=update&detail=close", {"text": "Please close it."})
        reference = Conversation.objects.get().reference
        desk.post(f"/desk/conversations/{reference}/reply/", {"text": "Gladly, Alice Putri."})
        desk.post(f"/desk/conversations/{reference}/closure/")
        alice.post(sent.headers["Location"] + "/confirm")
        run_until_idle()
        assert Message.objects.count() == SAID
        assert isinstance(clock, SetClock)
        clock.pass_time(days=8)
        run_until_idle()
    closure = Closure.objects.get()
    assert closure.state == ClosureState.CLOSED
    assert shop.run("SELECT id FROM customer ORDER BY id") == [(2,), (3,)]
    assert not Conversation.objects.exists()
    assert not Message.objects.exists()
    ours = {receipt["table"]: receipt["rows"] for receipt in closure.receipts if receipt["datastore"] == "pamitan"}
    assert ours["conversation_conversation"] == 1
    assert ours["conversation_message"] == SAID
