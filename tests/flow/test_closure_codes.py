"""One-time codes: right once, for ten minutes, five tries, to the registered address alone."""

from __future__ import annotations

import pytest

from pamitan.closure import service
from pamitan.closure.codes import forget_old_codes
from pamitan.closure.errors import CodeNeeded, NoAddress, NoSuchAccount, TooManyCodes
from pamitan.closure.models import OneTimeCode
from pamitan.kit.clock import SetClock
from pamitan.stores.types import Identifier
from tests.flow.closing import ALICE, BOB, Shop, clock, code_in, mails, shop  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def sent_code(account: str = ALICE, purpose: str = "sign-in") -> str:
    service.send_code(account, purpose, language="en")
    return code_in(mails()[-1])


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_right_code_proves_the_registered_address() -> None:
    assert service.check_code(ALICE, "sign-in", sent_code()) == Identifier("email", "alice@example.com")
    assert mails()[-1].to == ["alice@example.com"]


def test_a_code_may_be_typed_with_spaces() -> None:
    code = sent_code()
    assert service.check_code(ALICE, "sign-in", f" {code[:3]} {code[3:]}")


def test_a_right_code_is_right_once() -> None:
    code = sent_code()
    service.check_code(ALICE, "sign-in", code)
    assert service.check_code(ALICE, "sign-in", code) is None


def test_after_five_wrong_tries_the_right_one_comes_too_late() -> None:
    code = sent_code()
    for _ in range(5):
        assert service.check_code(ALICE, "sign-in", wrong(code)) is None
    assert service.check_code(ALICE, "sign-in", code) is None


def test_after_ten_minutes_a_code_is_old(clock: SetClock) -> None:  # noqa: F811
    code = sent_code()
    clock.pass_time(minutes=10)
    assert service.check_code(ALICE, "sign-in", code) is None


def test_a_new_code_ends_the_older_one() -> None:
    old, new = sent_code(), sent_code()
    assert old == new or service.check_code(ALICE, "sign-in", old) is None
    assert service.check_code(ALICE, "sign-in", new)


def test_a_code_for_one_thing_is_not_good_for_another() -> None:
    assert service.check_code(ALICE, service.CLOSE_NOW, sent_code()) is None


def test_five_codes_an_hour_are_enough(clock: SetClock) -> None:  # noqa: F811
    for _ in range(5):
        sent_code()
    with pytest.raises(TooManyCodes):
        service.send_code(ALICE, "sign-in")
    clock.pass_time(hours=1)
    sent_code()


def test_a_proof_serves_one_closing(shop: Shop, clock: SetClock) -> None:  # noqa: F811
    service.check_code(ALICE, service.CLOSE_NOW, sent_code(purpose=service.CLOSE_NOW))
    service.withdraw(service.request_closure(ALICE, language="en", pace="now"))
    with pytest.raises(CodeNeeded):
        service.request_closure(ALICE, language="en", pace="now")


def test_a_proof_is_fresh_for_ten_minutes(clock: SetClock) -> None:  # noqa: F811
    service.check_code(ALICE, service.CLOSE_NOW, sent_code(purpose=service.CLOSE_NOW))
    clock.pass_time(minutes=10)
    with pytest.raises(CodeNeeded):
        service.request_closure(ALICE, language="en", pace="now")


def test_without_an_address_there_is_no_code(shop: Shop) -> None:  # noqa: F811
    shop.run("UPDATE customer SET email = NULL WHERE id = 2")
    with pytest.raises(NoAddress):
        service.send_code(BOB, "sign-in")
    with pytest.raises(NoSuchAccount):
        service.send_code("404", "sign-in")


def test_the_code_itself_is_kept_nowhere(clock: SetClock) -> None:  # noqa: F811
    code = sent_code()
    assert code not in str(list(OneTimeCode.objects.values()))
    clock.pass_time(hours=2)
    assert forget_old_codes(clock.now()) == 1
