"""The verbs of the five doors (portal, desk, api, cli, worker): each does one thing, or says why not.

What can go wrong is drawn in :mod:`pamitan.closure.errors`; besides, each verb that asks the store may raise
``StoreUnavailable``, and then nothing has changed. A verb that is done twice does no harm.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import IntegrityError, models, transaction

from pamitan.closure import mails
from pamitan.closure.blockers import blockers
from pamitan.closure.clock import clock
from pamitan.closure.codes import (
    CLOSE_NOW,
    CONFIRM,
    check_code,
    code_addresses,
    issue_code,
    send_code,
    spend_proof,
)
from pamitan.closure.consequences import BeforeYouGo, KeptRecord, ShelvedItem, before_you_go, mark_saved, saved_keys
from pamitan.closure.errors import AlreadyOpen, BlockersInTheWay, NoSuchAccount, NotPossible
from pamitan.closure.hold import standing_hold, standing_holds
from pamitan.closure.language import fitting_language
from pamitan.closure.links import closure_by_confirm_token, closure_by_token, confirm_url, status_token, status_url
from pamitan.closure.models import OPEN_STATES, Closure, Pace, Source
from pamitan.closure.other_address import readable_address
from pamitan.closure.rules import longest_wait, promised_end, time_to_confirm, withdrawal_period
from pamitan.closure.states import Event, State, can
from pamitan.closure.store import current_store
from pamitan.closure.timeline import TimelineEntry, timeline
from pamitan.closure.transition import begin, change, transition
from pamitan.content.identifiers import parse_identifier
from pamitan.evidence.ledger import LedgerEvent, record
from pamitan.evidence.tombstones import tombstone_hash
from pamitan.stores.errors import StoreUnavailable
from pamitan.stores.types import Account, Identifier, OpenItem

__all__ = [
    "CLOSE_NOW",
    "CONFIRM",
    "BeforeYouGo",
    "KeptRecord",
    "ShelvedItem",
    "TimelineEntry",
    "before_you_go",
    "begun_closure_named",
    "by_reference",
    "check_code",
    "close_anyway",
    "closure_by_confirm_token",
    "closure_by_token",
    "code_addresses",
    "confirm",
    "confirm_by_code",
    "confirm_by_token",
    "confirm_url",
    "go_on_waiting",
    "hasten",
    "latest_closure_for",
    "look_again",
    "mark_saved",
    "may_sign_in",
    "open_closure_for",
    "promised_end",
    "refuse",
    "request_closure",
    "saved_keys",
    "send_code",
    "standing_hold",
    "standing_holds",
    "standing_in_the_way",
    "start_for_customer",
    "status_token",
    "status_url",
    "timeline",
    "withdraw",
]


# Asking for a closure


def request_closure(
    account_id: str,
    *,
    language: str,
    proven: Collection[Identifier] = (),
    other_email: str | None = None,
    pace: str = Pace.WITHDRAWAL,
    accept_losses: Collection[str] = (),
    reason_text: str | None = None,
    source: str = Source.SELF_SERVICE,
    ignore_blockers: str | None = None,
) -> Closure:
    """Close this account; the caller has just made sure (re-authentication) that its holder asks. Confirmed at once.

    ``accept_losses`` are keys of open items to close anyway, as the customer was shown them. ``ignore_blockers`` is an
    engineer's reason to overrule all of them (command line); it goes into the ledger and may hold no address. A closure
    that an operator had prepared is taken up and confirmed.

    Raises ``AlreadyOpen``, ``NoSuchAccount``, ``BadAddress``; ``BlockersInTheWay`` unless the pace is *after_delivery*
    or each open item is accepted; ``CodeNeeded`` when the pace is *now* and :func:`check_code` with ``CLOSE_NOW`` was
    not passed within the last 10 minutes (the command line, which has no mail server, needs none).
    """
    now = clock().now()
    account = _account(account_id)
    prepared = open_closure_for(account_id)
    if prepared and prepared.state != State.REQUESTED:
        raise AlreadyOpen(prepared)
    wanted: dict[str, Any] = {
        "language": fitting_language(language),
        "pace": Pace(pace),
        "accepted_losses": sorted(set(accept_losses)),
        "ignored_because": ignore_blockers or "",
        "other_email": readable_address(other_email),
        "reason_text": reason_text or "",
    }
    closure = prepared or _new(account, Source(source), now)
    for name, value in wanted.items():
        setattr(closure, name, value)
    closure.proven = _proven([*closure.identifiers, *proven])
    items = blockers(current_store(), closure)
    if items and pace != Pace.AFTER_DELIVERY:
        raise BlockersInTheWay(items)
    with transaction.atomic():
        if pace == Pace.NOW and source != Source.CLI:
            closure.proven = _proven([*closure.identifiers, spend_proof(account_id, CLOSE_NOW, now)])
        if not prepared:
            closure = _begin(closure, now)
        return _confirm(closure, now, items, **wanted, proven=closure.proven)


def start_for_customer(
    account_id: str, operator: object, conversation: models.Model | None = None, *, language: str | None = None
) -> Closure:
    """Prepare a closure at the desk: *requested* until the holder confirms it by the link or code mailed to them.

    Nothing of this mail is seen by the operator. It expires after ``closing.confirm_within_days``. The holder of an
    account without an e-mail address can confirm on their own signed-in page alone. ``language`` is the one they talk
    in; without it the account's.

    Raises ``AlreadyOpen`` and ``NoSuchAccount``.
    """
    now = clock().now()
    account = _account(account_id)
    existing = open_closure_for(account_id)
    if existing:
        raise AlreadyOpen(existing)
    closure = _new(account, Source.DESK, now)
    closure.language = fitting_language(language or account.language)
    closure.operator = _operator_id(operator)
    closure.conversation = str(conversation.pk) if conversation else ""
    expires_at = now + time_to_confirm()
    closure.expires_at = closure.due_at = expires_at
    with transaction.atomic():
        closure = _begin(closure, now)
        record(LedgerEvent.DESK_CLOSURE_STARTED, closure.pk, now, operator=closure.operator)
        if closure.registered_email:
            code = issue_code(account_id, CONFIRM, closure.registered_email, now, until=expires_at)
            mails.queue(closure, "confirm", now, code=code, url=confirm_url(closure))
    return closure


def confirm(closure: Closure, *, proven: Collection[Identifier] = ()) -> Closure:
    """The holder confirms a prepared closure; the caller has just made sure that it is the holder.

    Doing it again changes nothing. Raises ``NotPossible`` when it has expired, was refused or withdrawn.
    """
    now = clock().now()
    closure.refresh_from_db()
    if closure.state in (State.WAITING, State.HELD, State.ERASING, State.CLOSED):
        return closure
    if not can(closure.state, Event.CONFIRM):
        raise NotPossible(closure, Event.CONFIRM)
    closure.proven = _proven([*closure.identifiers, *proven])
    try:
        items: list[OpenItem] | None = blockers(current_store(), closure)
    except StoreUnavailable:
        items = None
    return _confirm(closure, now, items, proven=closure.proven)


def confirm_by_token(token: str) -> Closure | None:
    """Confirm by the link that was mailed to the registered address; ``None`` for a link that is not ours.

    A page must ask for a tap first: mail programs open links by themselves. Raises ``NotPossible`` as :func:`confirm`.
    """
    closure = closure_by_confirm_token(token)
    return closure and confirm(closure, proven=_registered(closure))


def confirm_by_code(closure: Closure, code: str) -> Closure | None:
    """Confirm by the code that was mailed to the registered address; ``None`` for a wrong or old one."""
    if not check_code(closure.account_id, CONFIRM, code):
        return None
    return confirm(closure, proven=_registered(closure))


# While it waits


def withdraw(closure: Closure) -> Closure:
    """The customer's undo, until the point of no return. The sweep gives the account back. Raises ``NotPossible``."""
    now = clock().now()
    if closure.state == State.WITHDRAWN:
        return closure
    with transaction.atomic():
        transition(closure, Event.WITHDRAW, now=now, ended_at=now, due_at=now, asked_at=None)
        mails.queue(closure, "withdrawn", now)
    return closure


def refuse(closure: Closure, operator: object, ground: str) -> Closure:
    """Refuse on a legal ground, which the mail names, with where to complain.

    Raises ``NotPossible`` past the point of no return, and ``ValueError`` without a ground.
    """
    now = clock().now()
    if not ground.strip():
        raise ValueError("a refusal names its legal ground")
    with transaction.atomic():
        transition(
            closure,
            Event.REFUSE,
            now=now,
            facts={"operator": _operator_id(operator)},
            ended_at=now,
            due_at=now,
            asked_at=None,
            ground=ground.strip(),
        )
        mails.queue(closure, "refused", now)
    return closure


def standing_in_the_way(closure: Closure) -> list[OpenItem]:
    """What is still open and was not accepted as a loss, as the store has it now."""
    return blockers(current_store(), closure)


def go_on_waiting(closure: Closure) -> Closure:
    """The customer's answer to the question at the latest date: wait once more. Raises ``NotPossible``."""
    now = clock().now()
    _must_wait(closure)
    wait_until = now + longest_wait()
    with transaction.atomic():
        change(closure, wait_until=wait_until, asked_at=None, due_at=now)
        record(LedgerEvent.WAIT_PROLONGED, closure.pk, now, until=wait_until.isoformat())
    return closure


def close_anyway(closure: Closure, item_keys: Collection[str]) -> Closure:
    """The customer accepts to lose these open items; they are remembered by key. Raises ``NotPossible``."""
    now = clock().now()
    _must_wait(closure)
    accepted = sorted({*closure.accepted_losses, *item_keys})
    with transaction.atomic():
        change(closure, accepted_losses=accepted, asked_at=None, due_at=now)
        record(LedgerEvent.LOSSES_ACCEPTED, closure.pk, now, items=len(set(item_keys)))
    return closure


def hasten(closure: Closure, *, ignore_blockers: str | None = None) -> Closure:
    """Skip what is left of the withdrawal period of a waiting closure, at the engineer's word (command line).

    ``ignore_blockers`` as for :func:`request_closure`. One that is erasing is looked at again at once. Raises
    ``BlockersInTheWay``, and ``NotPossible`` for one that the holder has not confirmed, or that has ended.
    """
    now = clock().now()
    if closure.state == State.ERASING:
        return look_again(closure, "command line")
    _must_wait(closure)
    closure.ignored_because = ignore_blockers or closure.ignored_because
    items = blockers(current_store(), closure)
    if items:
        raise BlockersInTheWay(items)
    with transaction.atomic():
        wanted: dict[str, Any] = {"pace": Pace.NOW, "point_of_no_return": now, "blockers": 0, "asked_at": None}
        change(closure, ignored_because=closure.ignored_because, due_at=now, failures=0, restored_at=None, **wanted)
        record(LedgerEvent.WAIT_SKIPPED, closure.pk, now)
        if ignore_blockers:
            record(LedgerEvent.BLOCKERS_IGNORED, closure.pk, now, reason=ignore_blockers)
    return closure


def look_again(closure: Closure, operator: object) -> Closure:
    """Let the sweep look at an open closure at once instead of at its next date (desk: what was stuck is mended)."""
    now = clock().now()
    if closure.state in (State.WAITING, State.ERASING):
        with transaction.atomic():
            change(closure, due_at=now, failures=0)
            record(LedgerEvent.DESK_SECOND_LOOK_ASKED, closure.pk, now, operator=_operator_id(operator))
    return closure


# Finding one


def open_closure_for(account_id: str) -> Closure | None:
    """The account's open closure, if there is one."""
    return Closure.objects.filter(account_hash=tombstone_hash("account", account_id), state__in=OPEN_STATES).first()


def begun_closure_named(words: str) -> Closure | None:
    """The closure past the point of no return whose account id, registered address or proven number the words are.

    One that is closed has forgotten all but the id.
    """
    begun = Closure.objects.filter(state__in=(State.ERASING, State.CLOSED)).order_by("-requested_at")
    by_id = begun.filter(account_hash=tombstone_hash("account", words)).first()
    identifier = parse_identifier(words, current_store().file.store.country)
    if by_id or identifier is None:
        return by_id
    erasing = begun.filter(state=State.ERASING)
    known = ((closure, Identifier("email", closure.registered_email)) for closure in erasing)
    return next((closure for closure, email in known if identifier in (email, *closure.identifiers)), None)


def latest_closure_for(account_id: str) -> Closure | None:
    """The account's open closure, else the one that ended last."""
    return Closure.objects.filter(account_hash=tombstone_hash("account", account_id)).order_by("-requested_at").first()


def may_sign_in(account: Account) -> bool:
    """Whether the shop lets this account in, or keeps it out only because Pamitan locked it for its closure."""
    if account.may_sign_in:
        return True
    closure = open_closure_for(account.id)
    return closure is not None and bool(closure.locks)


def by_reference(reference: str, account_id: str | None) -> Closure | None:
    """The closure of that reference if it is this account's; with ``None`` (desk, command line) anybody's."""
    closures = Closure.objects.filter(reference=reference.strip().upper())
    if account_id is not None:
        closures = closures.filter(account_hash=tombstone_hash("account", account_id))
    return closures.first()


# Helpers, in the order in which they are called


def _account(account_id: str) -> Account:
    account = current_store().account(account_id)
    if account is None:
        raise NoSuchAccount("the store has no such customer")
    return account


def _new(account: Account, source: Source, now: dt.datetime) -> Closure:
    return Closure(
        account_id=account.id,
        account_hash=tombstone_hash("account", account.id),
        registered_email=account.email or "",
        language=fitting_language(account.language),
        source=source,
        due_at=now,
    )


def _begin(closure: Closure, now: dt.datetime) -> Closure:
    try:
        return begin(closure, now=now)
    except IntegrityError:
        existing = open_closure_for(closure.account_id)
        if existing is None:
            raise
        raise AlreadyOpen(existing) from None


def _confirm(closure: Closure, now: dt.datetime, items: list[OpenItem] | None, **changes: Any) -> Closure:
    """``items`` are what stands in the way; ``None`` when the store could not be asked: then the sweep will."""
    if items == []:
        changes["point_of_no_return"] = now + withdrawal_period(changes.get("pace", closure.pace))
    with transaction.atomic():
        transition(
            closure,
            Event.CONFIRM,
            now=now,
            facts={"pace": str(changes.get("pace", closure.pace)), "blockers": None if items is None else len(items)},
            confirmed_at=now,
            expires_at=None,
            wait_until=now + longest_wait(),
            blockers=len(items or ()),
            due_at=now,
            **changes,
        )
        if closure.accepted_losses:
            record(LedgerEvent.LOSSES_ACCEPTED, closure.pk, now, items=len(closure.accepted_losses))
        if closure.ignored_because:
            record(LedgerEvent.BLOCKERS_IGNORED, closure.pk, now, reason=closure.ignored_because)
        mails.queue(closure, "received", now)
    return closure


def _must_wait(closure: Closure) -> None:
    closure.refresh_from_db()
    if closure.state != State.WAITING:
        raise NotPossible(closure, Event.CONFIRM)


def _registered(closure: Closure) -> list[Identifier]:
    return [Identifier("email", closure.registered_email)] if closure.registered_email else []


def _proven(identifiers: Collection[Identifier]) -> list[dict[str, str]]:
    ordered = sorted(set(identifiers), key=lambda identifier: (identifier.kind, identifier.value))
    return [{"kind": identifier.kind, "value": identifier.value} for identifier in ordered]


def _operator_id(operator: object) -> str:
    """An operator's number, never the name: it goes into the ledger."""
    return str(getattr(operator, "pk", operator))
