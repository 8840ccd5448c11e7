"""Who serves a conversation: claimed by one operator at a time, on one process or on many machines.

A claim is one row per conversation, taken by an INSERT that only one can make or by a conditional UPDATE. It lasts as
long as its operator has the conversation open and a while longer, so that nothing waits for somebody who went home.
"""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet

from pamitan.closure.clock import clock
from pamitan.conversation import service
from pamitan.conversation.models import Conversation
from pamitan.desk.models import Claim, Note, Role, Seat
from pamitan.evidence.ledger import LedgerEvent, record

LEASE = dt.timedelta(minutes=30)
"""After the operator's last look."""
HANDED_OVER = dt.timedelta(hours=8)
"""For how long a conversation waits for the operator to whom another one gave it."""
NOTE_LIMIT = 2000


class Taken(Exception):  # noqa: N818
    """Another operator serves this conversation."""

    def __init__(self, operator: User) -> None:
        super().__init__(f"claimed by operator {operator.pk}")
        self.operator = operator


class BadNote(ValueError):  # noqa: N818
    """A note is empty or too long."""


class NotServing(ValueError):  # noqa: N818
    """Who is to take over does not serve customers, or is oneself."""


def name_of(operator: User) -> str:
    """How operators call one another: what stands before the @ of the address."""
    return operator.username.partition("@")[0]


def public_name(operator: User) -> str:
    """How customers are told of this operator; empty where they are told the store's name alone."""
    return Seat.objects.filter(user=operator).values_list("public_name", flat=True).first() or ""


def claim(conversation: Conversation, operator: User) -> Claim:
    """Serve the conversation from now on; again, to go on with it. Raises :class:`Taken`."""
    now = clock().now()
    with transaction.atomic():
        wanted = {"operator": operator, "until": now + LEASE}
        row, made = Claim.objects.get_or_create(conversation=conversation, defaults=wanted)
        if made:
            _note_in_ledger(LedgerEvent.DESK_CONVERSATION_CLAIMED, conversation, operator)
            return row
        free = Claim.objects.filter(Q(operator=operator) | Q(until__lte=now), conversation=conversation)
        if row.operator_id == operator.pk and row.until > now:
            changed = free.update(operator=operator, until=max(row.until, now + LEASE))
        else:
            changed = free.update(operator=operator, until=now + LEASE, given_by=None, note=None)
        if not changed:
            raise Taken(Claim.objects.select_related("operator").get(conversation=conversation).operator)
        if row.operator_id != operator.pk or row.until <= now:
            _note_in_ledger(LedgerEvent.DESK_CONVERSATION_CLAIMED, conversation, operator)
        if row.operator_id != operator.pk:
            service.hand_over(conversation, public_name(operator))
    row.refresh_from_db()
    return row


@transaction.atomic
def take_over(conversation: Conversation, operator: User) -> None:
    """Serve what another operator has claimed: their word is asked for beforehand, in the office."""
    before = Claim.objects.filter(conversation=conversation).first()
    taken = {"operator": operator, "until": clock().now() + LEASE, "given_by": None, "note": None}
    Claim.objects.update_or_create(conversation=conversation, defaults=taken)
    _note_in_ledger(LedgerEvent.DESK_CONVERSATION_CLAIMED, conversation, operator)
    if before and before.operator_id != operator.pk:
        service.hand_over(conversation, public_name(operator))


@transaction.atomic
def release(conversation: Conversation, operator: User) -> None:
    """Let others serve it. Nothing happens where somebody else has it."""
    now = clock().now()
    if Claim.objects.filter(conversation=conversation, operator=operator, until__gt=now).update(until=now):
        _note_in_ledger(LedgerEvent.DESK_CONVERSATION_RELEASED, conversation, operator)


@transaction.atomic
def transfer(conversation: Conversation, operator: User, to: User, words: str) -> None:
    """Give it to another operator, with a note for them.

    Raises :class:`Taken` when somebody else serves it, :class:`NotServing`, and :class:`BadNote`.
    """
    if to.pk == operator.pk or not colleagues(operator).filter(pk=to.pk).exists():
        raise NotServing
    claim(conversation, operator)
    note = add_note(conversation, operator, words)
    given = {"operator": to, "until": clock().now() + HANDED_OVER, "given_by": operator, "note": note}
    Claim.objects.filter(conversation=conversation).update(**given)
    _note_in_ledger(LedgerEvent.DESK_CONVERSATION_TRANSFERRED, conversation, operator, to=str(to.pk))
    service.hand_over(conversation, public_name(to))


def holder(conversation: Conversation) -> User | None:
    """Who serves it now."""
    row = Claim.objects.filter(conversation=conversation, until__gt=clock().now()).select_related("operator").first()
    return row.operator if row else None


def colleagues(operator: User) -> QuerySet[User]:
    """The others who serve customers."""
    serving = User.objects.filter(is_active=True, seat__role__in=[Role.OPERATOR, Role.LEAD])
    return serving.exclude(pk=operator.pk).order_by("username")


def add_note(conversation: Conversation, author: User, words: str) -> Note:
    """Write something that operators alone read. Raises :class:`BadNote`."""
    text = words.replace("\r\n", "\n").strip()
    if not text or len(text) > NOTE_LIMIT:
        raise BadNote
    return Note.objects.create(conversation=conversation, author=author, text=text, created_at=clock().now())


def _note_in_ledger(event: LedgerEvent, conversation: Conversation, operator: User, **facts: str) -> None:
    record(event, conversation.pk, clock().now(), operator=operator.pk, **facts)
