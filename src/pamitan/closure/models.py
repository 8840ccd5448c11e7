"""What Pamitan remembers of a closure, and for how long.

While a closure is open it holds the account id, the addresses that mails go to and what was proven. When it has ended
these are emptied; the facts that name nobody (dates, receipts, findings) stay.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from pamitan.closure.states import ENDED, OPEN, State
from pamitan.kit.hashing import case_reference
from pamitan.stores.types import AppliedLock, Identifier

OPEN_STATES = sorted(OPEN)
ENDED_STATES = sorted(ENDED)


class Pace(models.TextChoices):
    """When the customer wants it."""

    WITHDRAWAL = "withdrawal"
    """After the withdrawal period."""
    NOW = "now"
    """At once."""
    AFTER_DELIVERY = "after_delivery"
    """When nothing is open any more; the withdrawal period follows."""


class Source(models.TextChoices):
    """The door through which the request came."""

    SELF_SERVICE = "self-service"
    DESK = "desk"
    API = "api"
    CLI = "cli"


class Closure(models.Model):
    """One request to close one account."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=14, unique=True, default=case_reference)
    state = models.CharField(max_length=10, choices=State)
    pace = models.CharField(max_length=14, choices=Pace, default=Pace.WITHDRAWAL)
    source = models.CharField(max_length=12, choices=Source)
    language = models.CharField(max_length=5)

    # Who; emptied when it has ended. The keyed hash stays, so that nobody but the account's holder finds the reference
    account_id = models.CharField(max_length=255, blank=True)
    account_hash = models.CharField(max_length=64, db_index=True)
    registered_email = models.CharField(max_length=320, blank=True)
    other_email = models.CharField(max_length=320, blank=True)
    proven = models.JSONField(default=list)
    email_verified = models.BooleanField(default=False)  # by the store, seen just before the erasure
    reason_text = models.TextField(blank=True)  # the customer's own words, if they gave any

    # What stands in the way
    accepted_losses = models.JSONField(default=list)  # keys of open items that the customer closes anyway
    ignored_because = models.TextField(blank=True)  # blockers overruled by an engineer, with the reason
    blockers = models.PositiveIntegerField(default=0)  # at the last look
    wait_until = models.DateTimeField(null=True)  # then the customer is asked
    asked_at = models.DateTimeField(null=True)  # the question is open since
    questions = models.PositiveIntegerField(default=0)

    # When
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)  # if not confirmed by then
    confirmed_at = models.DateTimeField(null=True)
    sessions_ended_at = models.DateTimeField(null=True)
    locked_at = models.DateTimeField(null=True)
    point_of_no_return = models.DateTimeField(null=True)
    erasing_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)  # in the mapped tables; the full scan of all others is still to come
    ended_at = models.DateTimeField(null=True)
    restored_at = models.DateTimeField(null=True)  # open in a database restored from a backup, released at that time

    # Undo: what the lock changed
    locks = models.JSONField(default=list)

    # By whom, where it was not the customer; names of operators, never of customers
    operator = models.CharField(max_length=150, blank=True)
    conversation = models.CharField(max_length=64, blank=True)
    ground = models.TextField(blank=True)  # of a refusal, as the mail says it

    # What came of it: facts without personal data
    receipts = models.JSONField(default=list)
    residue = models.JSONField(default=list)
    resolved = models.JSONField(default=list)  # findings that an operator explained, and how; no row, no value
    stuck_reason = models.TextField(blank=True)

    # The sweep's: when to look next (none: nothing left to do), fencing, and failures in a row
    due_at = models.DateTimeField(null=True, db_index=True)
    attempt = models.PositiveIntegerField(default=0)
    claimed = models.BooleanField(default=False)
    failures = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(name="closure_state_known", condition=Q(state__in=State.values)),
            models.CheckConstraint(name="closure_pace_known", condition=Q(pace__in=Pace.values)),
            models.CheckConstraint(name="closure_source_known", condition=Q(source__in=Source.values)),
            models.UniqueConstraint(
                name="closure_one_open_per_account", fields=["account_hash"], condition=Q(state__in=OPEN_STATES)
            ),
            models.CheckConstraint(
                name="closure_open_is_looked_at",
                condition=Q(state__in=ENDED_STATES) | (Q(due_at__isnull=False) & ~Q(account_id="")),
            ),
            models.CheckConstraint(
                name="closure_done_names_nobody",
                condition=Q(state__in=OPEN_STATES)
                | Q(due_at__isnull=False)
                | Q(account_id="", registered_email="", other_email="", reason_text=""),
            ),
            models.CheckConstraint(
                name="closure_confirmed_before_waiting",
                condition=Q(confirmed_at__isnull=False)
                | ~Q(state__in=[State.WAITING, State.HELD, State.ERASING, State.CLOSED]),
            ),
        ]
        indexes = [models.Index(fields=["state", "requested_at"], name="closure_by_state")]

    def __str__(self) -> str:
        return self.reference

    @property
    def identifiers(self) -> frozenset[Identifier]:
        """What was proven to be the holder's own in this closure, by code or link."""
        return frozenset(Identifier(entry["kind"], entry["value"]) for entry in self.proven)

    @property
    def applied_locks(self) -> list[AppliedLock]:
        return [AppliedLock(**entry) for entry in self.locks]

    @property
    def unexplained(self) -> list[dict[str, Any]]:
        """The findings of the last scan that keep the closure open."""
        return [finding for finding in self.residue if finding["blocking"]]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def question_open(self) -> bool:
        """The latest date has passed with something still open: the customer is to say what shall happen."""
        return self.state == State.WAITING and self.asked_at is not None


class HoldGround(models.TextChoices):
    """Why a closing may be stopped for a while, as the customer reads it (docs/reference/holds.md names the laws)."""

    DISPUTE = "dispute", _("A dispute about an order or a payment has to be settled first.")
    CLAIM = "claim", _("The data are needed to raise or to answer a legal claim.")
    MISUSE = "misuse", _("A possible misuse of the account has to be looked into first.")
    ORDER = "order", _("A court or an authority has ordered that nothing be erased for now.")


class Hold(models.Model):
    """That a closing stands still until a date: proposed by one person of the store, confirmed by another.

    Names nobody but operators, by their number; stays as a fact when the closure has ended.
    """

    closure = models.ForeignKey(Closure, on_delete=models.CASCADE, related_name="holds")
    ground = models.CharField(max_length=10, choices=HoldGround)
    until = models.DateTimeField()
    proposed_by = models.CharField(max_length=150)
    proposed_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=150, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)  # when it stopped the closure; later, for one not confirmed by then
    release_proposed_by = models.CharField(max_length=150, blank=True)
    released_by = models.CharField(max_length=150, blank=True)  # empty when it ended by its date
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="hold_one_per_closure", fields=["closure"], condition=Q(ended_at=None)),
            models.CheckConstraint(
                name="hold_by_two_persons",
                condition=Q(confirmed_at=None) | ~Q(confirmed_by="") & ~Q(confirmed_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="hold_released_by_two_persons",
                condition=Q(released_by="") | ~Q(release_proposed_by="") & ~Q(released_by=F("release_proposed_by")),
            ),
            models.CheckConstraint(
                name="hold_stops_when_confirmed", condition=Q(stopped_at=None) | Q(confirmed_at__isnull=False)
            ),
        ]


class OneTimeCode(models.Model):
    """A code that was sent to a registered address. Its keyed hash is kept, and only while it is of use."""

    account_hash = models.CharField(max_length=64, db_index=True)
    purpose = models.CharField(max_length=20)
    code_hash = models.CharField(max_length=64)
    address = models.CharField(max_length=320)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    proved_at = models.DateTimeField(null=True)  # the right code was given
    spent_at = models.DateTimeField(null=True)  # and used for what it was sent for


class SavedItem(models.Model):
    """The customer has downloaded this digital purchase. Gone with the closure."""

    account_hash = models.CharField(max_length=64)
    item_key = models.CharField(max_length=255)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="saveditem_once", fields=["account_hash", "item_key"])]


class CaseFileRow(models.Model):
    """The case file of a closure, AES-256-GCM under a key of its own that lies outside the database."""

    closure = models.OneToOneField(Closure, on_delete=models.CASCADE, primary_key=True, related_name="case_file")
    sealed = models.BinaryField()


class RetentionFile(models.Model):
    """Where the rows of an ended closure lie that a law keeps, until they are erased.

    Keys and dates, no identifiers, AES-256-GCM under ``key``, which lies outside the database.
    """

    closure = models.OneToOneField(Closure, on_delete=models.CASCADE, primary_key=True, related_name="retention")
    key = models.UUIDField(unique=True)  # the name of the key; another one each time that something was erased
    sealed = models.BinaryField()
    intent = models.BinaryField(null=True)  # what a run was about to erase, under the same key
    rows = models.PositiveIntegerField()
    next_day = models.DateField()  # the last day on which the next of them is kept
    reason = models.TextField(blank=True)  # why something is still there although its date has come

    # The sweep's: when to look next, fencing, and failures in a row
    due_at = models.DateTimeField(db_index=True)
    attempt = models.PositiveIntegerField(default=0)
    claimed = models.BooleanField(default=False)
    failures = models.PositiveIntegerField(default=0)


class HookCall(models.Model):
    """That a hook of the store has to hear of this closure's erasure, until it has."""

    closure = models.ForeignKey(Closure, on_delete=models.CASCADE, related_name="hook_calls")
    hook = models.CharField(max_length=100)
    done_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(name="hookcall_once", fields=["closure", "hook"])]
