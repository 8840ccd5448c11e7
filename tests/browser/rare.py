"""Pages that need a state of their own, and how one comes to them in the corner shop; beside the stops of the tour."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from pamitan.channels.incoming import keep
from pamitan.channels.models import Mail
from pamitan.closure import hold as holds
from pamitan.closure import service as closures
from pamitan.closure.clock import clock, use_clock
from pamitan.closure.models import Closure, HoldGround
from pamitan.closure.restored import release
from pamitan.conversation import identity, mail_in, service
from pamitan.conversation.models import Channel, Conversation, Outcome
from pamitan.desk.models import Role
from pamitan.desk.operators import create_operator, current_code
from pamitan.evidence.mark import Mark, set_mark
from pamitan.kit.clock import SetClock
from pamitan.worker.sweep import run_until_idle
from tests.browser.stops import open_all, submit
from tests.flow.corner_shop import ALICE, BOB, OPERATOR_PASSWORD, PASSWORD, SECRET, WEDNESDAY_MORNING

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
ANOTHER_PHONE = "+6281298765432"


@dataclass(frozen=True)
class House:
    """The shop and its desk, as one browser sees them."""

    page: Page
    address: str
    settings: Any
    shop: Path
    """The shop's own database."""

    def goto(self, path: str) -> None:
        self.page.goto(self.address + path)

    def signs_in(self, login: str = "alice@example.com") -> None:
        self.goto("/sign-in")
        self.page.locator("#id_login").fill(login)
        self.page.locator("#id_password").fill(PASSWORD)
        submit(self.page)

    def types_password(self, operator: User) -> None:
        self.goto("/desk/sign-in/")
        self.page.locator("#id_login").fill(operator.email)
        self.page.locator("#id_password").fill(OPERATOR_PASSWORD)
        submit(self.page)

    def sits_down(self, role: Role = Role.LEAD) -> User:
        operator = create_operator(f"{role}@toko.example", OPERATOR_PASSWORD, SECRET, role=role)
        self.types_password(operator)
        while self.page.locator("#id_code").count():  # once more, where the half minute of the code has just ended
            self.page.locator("#id_code").fill(current_code(operator))
            with self.page.expect_navigation():
                self.page.locator("main form:not([data-passkey]) button[type=submit]").click()
        return operator

    def shows(self, talk: Conversation) -> None:
        self.goto(f"/desk/conversations/{talk.reference}/")
        open_all(self.page)


# --- the way in at the desk --------------------------------------------------------------------------------------


def second_factor(house: House) -> None:
    house.types_password(create_operator("berta@toko.example", OPERATOR_PASSWORD))


def without_factor(house: House) -> None:
    second_factor(house)
    house.goto("/desk/")


def first_passkey(house: House) -> None:
    second_factor(house)
    house.goto("/desk/second-factor/passkeys/")


def passkey_to_remove(house: House) -> None:
    authenticator = house.page.context.new_cdp_session(house.page)
    authenticator.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    authenticator.send("WebAuthn.addVirtualAuthenticator", {"options": options | {"automaticPresenceSimulation": True}})
    first_passkey(house)
    house.page.locator("#id_name").fill("my phone")
    house.page.locator("form[data-passkey] button").click()
    expect(house.page.locator(".codes")).to_be_visible()
    house.goto("/desk/second-factor/passkeys/")
    with house.page.expect_navigation():
        house.page.locator("main a[href*='passkeys/']").first.click()


def code(house: House) -> None:
    house.types_password(create_operator("anna@toko.example", OPERATOR_PASSWORD, SECRET))


def code_refused(house: House) -> None:
    code(house)
    house.page.locator("#id_code").fill("1")
    with house.page.expect_navigation():
        house.page.locator("main form:not([data-passkey]) button[type=submit]").click()


def locked_out(house: House) -> None:
    house.settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    berta = create_operator("berta@toko.example", OPERATOR_PASSWORD)
    house.types_password(berta)
    house.page.context.clear_cookies(name="pamitan_desk")
    house.types_password(berta)


def another_role(house: House) -> None:
    house.sits_down(Role.OPERATOR)
    house.goto("/desk/people/")


def figures(house: House) -> None:
    house.sits_down()
    house.goto("/desk/figures/")
    open_all(house.page)


def nobody_waits(house: House) -> None:
    house.sits_down(Role.OPERATOR)


def audit(house: House) -> None:
    house.sits_down(Role.AUDITOR)


# --- mails that came in ------------------------------------------------------------------------------------------


def arrives(house: House, words: str, files: dict[str, bytes] | None = None, *, to: str = "halo@toko.example") -> None:
    """A mail in alice's name comes in and is settled."""
    house.settings.PAMITAN_IMAP_HOST = "localhost"
    house.settings.PAMITAN_ATTACHMENTS = house.shop.parent / "attachments"
    house.settings.PAMITAN_ATTACHMENTS.mkdir(exist_ok=True)
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "alice@example.com", to, "My order"
    letter["Message-ID"] = "<alice-1@example.com>"
    letter.set_content(words)
    for name, content in (files or {}).items():
        letter.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    keep(letter.as_bytes(), clock().now())
    mail_in.settle_due(clock().now())


def mail_to_confirm(house: House) -> None:
    arrives(house, "Close my account at once!\n\nThank you,\nAlice")
    link = re.search(r"/help/mail/\S+", Mail.objects.get().text)
    assert link
    house.goto(link[0])


def mail_confirmed(house: House) -> None:
    mail_to_confirm(house)
    submit(house.page)


def thread_of_mails(house: House) -> Conversation:
    """With an answer, a mail, a folded quotation and two files."""
    house.settings.PAMITAN_IMAP_HOST = "localhost"
    anna = create_operator("anna@toko.example", OPERATOR_PASSWORD, SECRET)
    wanted = service.Request("account", "update", "close")
    talk = service.open_conversation(ALICE, Channel.EMAIL, wanted, "Hello?", language="en")
    service.reply(talk, anna, "It is on its way.")
    words = "Thank you!\n\n> It is on its way.\n> Anna\n-- \nAlice"
    to = Mail.objects.exclude(reply_to="").get().reply_to
    arrives(house, words, {"a-photo-of-the-parcel-as-it-came-to-my-door.png": PNG, "bill.pdf": b"%PDF-1.4\n"}, to=to)
    return talk


def mails_of_the_customer(house: House) -> None:
    talk = thread_of_mails(house)
    house.signs_in()
    house.goto(f"/help/conversations/{talk.reference}")
    open_all(house.page)


def mails_at_the_desk(house: House) -> None:
    talk = thread_of_mails(house)
    house.sits_down()
    house.shows(talk)


# --- calls -------------------------------------------------------------------------------------------------------


def call_of(account: str) -> Conversation:
    request = service.Request(call=service.Call(ANOTHER_PHONE))
    return service.open_conversation(account, Channel.PHONE, request, "Please call me.", language="en")


def caller_is_asked_for_a_code(house: House) -> None:
    talk, anna = call_of(ALICE), house.sits_down()
    identity.ask(talk, anna)
    house.shows(talk)


def code_read_out_is_wrong(house: House) -> None:
    caller_is_asked_for_a_code(house)
    house.page.locator("input[name=code]").fill("1")
    with house.page.expect_navigation():
        house.page.locator("form:has(input[name=code]) button").click()


def call_with_the_wrong_number(house: House) -> None:
    anna = create_operator("anna@toko.example", OPERATOR_PASSWORD, SECRET)
    talk = call_of(ALICE)
    service.called(talk, anna, Outcome.WRONG_NUMBER)
    house.signs_in()
    house.goto(f"/help/conversations/{talk.reference}")


# --- closings ----------------------------------------------------------------------------------------------------


def refused(house: House) -> None:
    closure = closures.request_closure(ALICE, language="en")
    closures.refuse(closure, "1", "A law asks us to keep your account until the claim is settled (GDPR Art. 17(3)(e)).")
    house.signs_in()
    house.goto("/status")


def on_hold() -> Closure:
    closure = closures.request_closure(ALICE, language="en")
    run_until_idle()
    holds.propose_hold(closure, "1", HoldGround.DISPUTE, WEDNESDAY_MORNING + holds.LONGEST / 2)
    holds.confirm_hold(closure, "2")
    return closure


def held(house: House) -> None:
    on_hold()
    house.signs_in()
    house.goto("/status")


def held_at_the_desk(house: House) -> None:
    closure = on_hold()
    house.sits_down()
    house.goto(f"/desk/closures/{closure.reference}/")


def refused_hold(house: House) -> None:
    """Without the second person."""
    closure = closures.request_closure(ALICE, language="en")
    lead = house.sits_down()
    holds.propose_hold(closure, "1", HoldGround.DISPUTE, WEDNESDAY_MORNING + holds.LONGEST / 2)
    house.goto(f"/desk/closures/{closure.reference}/")
    holds.drop_hold(closure, "1")
    holds.propose_hold(closure, str(lead.pk), HoldGround.DISPUTE, WEDNESDAY_MORNING + holds.LONGEST / 2)
    with house.page.expect_navigation():
        house.page.locator("button[value=confirm]").click()


def refusal_without_a_ground(house: House) -> None:
    closure = closures.request_closure(ALICE, language="en")
    house.sits_down()
    house.goto(f"/desk/closures/{closure.reference}/")
    open_all(house.page)
    house.page.locator("[id^=refuse_]").first.check()
    house.page.locator("#law").fill("alice@example.com")
    submit(house.page)


def prepared(account: str) -> Conversation:
    anna = create_operator("anna@toko.example", OPERATOR_PASSWORD, SECRET)
    wanted = service.Request("account", "update", "close")
    talk = service.open_conversation(account, Channel.CHAT, wanted, "Please close my account.", language="en")
    service.start_closure(talk, anna)
    return talk


def prepared_and_refused(house: House) -> None:
    """The wrong password, long after the sign-in."""
    talk = prepared(ALICE)
    house.signs_in()
    later = SetClock(clock().now())
    later.pass_time(hours=1)
    with use_clock(later):
        house.goto(f"/help/conversations/{talk.reference}")
        house.page.locator("#id_password").fill("wrong")
        with house.page.expect_navigation():
            house.page.locator("form:has(#id_password) button").click()


def prepared_and_refused_on_the_status_page(house: House) -> None:
    prepared(ALICE)
    house.signs_in()
    later = SetClock(clock().now())
    later.pass_time(hours=1)
    with use_clock(later):
        house.goto("/status")
        house.page.locator("#id_password").fill("wrong")
        with house.page.expect_navigation():
            house.page.locator("form:has(#id_password) button").click()


def finished(house: House) -> None:
    anna = create_operator("anna@toko.example", OPERATOR_PASSWORD, SECRET)
    talk = service.open_conversation(BOB, Channel.CHAT, service.Request(), "Hello?", language="en")
    service.reply(talk, anna, "Hello!")
    service.close(talk, anna)
    house.signs_in("0812-9876-5432")
    house.goto(f"/help/conversations/{talk.reference}")


def finding(house: House) -> None:
    """A note that nobody mapped names alice, whose account is erased."""
    with sqlite3.connect(house.shop) as shop:
        shop.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT)")
        shop.execute("INSERT INTO note VALUES (7, 'alice@example.com called')")
    closure = closures.request_closure(ALICE, language="en")
    run_until_idle()
    later = SetClock(clock().now())
    later.pass_time(days=8)
    with use_clock(later):
        run_until_idle()
    house.sits_down()
    house.goto(f"/desk/closures/{closure.reference}/findings/0/")


def restored(house: House) -> None:
    """Our own database lacks what happened since a backup."""
    closures.request_closure(ALICE, language="en")
    set_mark(Mark(1_000, "0" * 64, WEDNESDAY_MORNING.isoformat()))
    house.sits_down()
    house.goto("/desk/restored/")


def account_gone(house: House) -> None:
    """After the release somebody looks at a closing whose account the store has no more."""
    restored(house)
    release("1")
    with sqlite3.connect(house.shop) as shop:
        shop.execute("DELETE FROM customer WHERE id = 1")
    house.goto(f"/desk/closures/{Closure.objects.get().reference}/")


def store_away(house: House) -> None:
    house.signs_in()
    house.shop.rename(house.shop.with_suffix(".away"))
    house.goto("/close")


@dataclass(frozen=True)
class Rare:
    """One such page: its name among the addresses, and the way to it."""

    view: str
    way: Callable[[House], object]


RARE = {
    "set up the second factor": Rare("mfa_activate_totp", second_factor),
    "without a second factor": Rare("desk:queue", without_factor),
    "first passkey": Rare("mfa_add_webauthn", first_passkey),
    "remove a passkey": Rare("mfa_remove_webauthn", passkey_to_remove),
    "code": Rare("mfa_authenticate", code),
    "code refused": Rare("mfa_authenticate", code_refused),
    "too many tries": Rare("account_login", locked_out),
    "another role": Rare("desk:people", another_role),
    "figures of a new shop": Rare("desk:figures", figures),
    "nobody waits": Rare("desk:queue", nobody_waits),
    "auditor's ledger": Rare("desk:ledger", audit),
    "mail to confirm": Rare("portal:confirm_mail", mail_to_confirm),
    "mail confirmed": Rare("portal:confirm_mail", mail_confirmed),
    "mails, customer": Rare("portal:conversation", mails_of_the_customer),
    "mails, desk": Rare("desk:conversation", mails_at_the_desk),
    "caller asked for a code": Rare("desk:conversation", caller_is_asked_for_a_code),
    "code read out is wrong": Rare("desk:show_identity", code_read_out_is_wrong),
    "wrong number": Rare("portal:conversation", call_with_the_wrong_number),
    "closing refused": Rare("portal:status_of", refused),
    "closing on hold": Rare("portal:status_of", held),
    "closing on hold, desk": Rare("desk:case", held_at_the_desk),
    "hold refused": Rare("desk:hold", refused_hold),
    "refusal refused": Rare("desk:refuse", refusal_without_a_ground),
    "prepared closing, wrong password": Rare("portal:confirm_prepared", prepared_and_refused),
    "prepared closing, status": Rare("portal:confirm_on_status", prepared_and_refused_on_the_status_page),
    "conversation finished": Rare("portal:conversation", finished),
    "finding": Rare("desk:finding", finding),
    "restored": Rare("desk:restored", restored),
    "account gone": Rare("desk:case", account_gone),
    "store away": Rare("portal:close", store_away),
}
