"""What is waiting to be sent, and the bare fact that it was."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class Mail(models.Model):
    """One mail to one address. Once it is sent or given up, address and words are gone; the Message-ID stays."""

    message_id = models.CharField(max_length=320, unique=True)
    sender_name = models.CharField(max_length=200, blank=True)
    sender = models.CharField(max_length=320)
    reply_to = models.CharField(max_length=320, blank=True)
    recipient = models.CharField(max_length=320, blank=True)
    subject = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    in_reply_to = models.CharField(max_length=320, blank=True)
    references = models.TextField(blank=True)
    queued_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, db_index=True)  # none: sent, or given up
    attempt = models.PositiveIntegerField(default=0)
    claimed = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=100, blank=True)  # an SMTP code or the error's class, never its text

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="mail_done_names_nobody",
                condition=Q(due_at__isnull=False) | Q(recipient="", subject="", text="", html=""),
            ),
            models.CheckConstraint(
                name="mail_done_says_how",
                condition=Q(due_at__isnull=False) | Q(sent_at__isnull=False) | Q(failed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.message_id


class MailFile(models.Model):
    """A file that goes with a mail: where it lies, not what it says. Gone once the mail is sent or given up."""

    mail = models.ForeignKey(Mail, on_delete=models.CASCADE, related_name="files")
    stored = models.UUIDField()
    name = models.CharField(max_length=100)
    content_type = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.stored.hex


class TextMessage(models.Model):
    """One text message (SMS) to one number. Once it is sent or given up, number and words are gone; kept for a day."""

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    """The same at every try, so that the provider sends it once."""
    number = models.CharField(max_length=16, blank=True)
    """As E.164."""
    number_hash = models.CharField(max_length=64)
    account_hash = models.CharField(max_length=64, db_index=True)
    """Whose it is, so that it goes with the account."""
    words = models.CharField(max_length=320, blank=True)
    language = models.CharField(max_length=2)
    queued_at = models.DateTimeField(db_index=True)
    until = models.DateTimeField()
    """What it says is of no use later; then it is given up."""
    due_at = models.DateTimeField(null=True, db_index=True)  # none: sent, or given up
    attempt = models.PositiveIntegerField(default=0)
    claimed = models.BooleanField(default=False)
    failing = models.BooleanField(default=False)  # the latest try failed
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["number_hash", "queued_at"], name="text_by_number")]
        constraints = [
            models.CheckConstraint(
                name="text_done_names_nobody", condition=Q(due_at__isnull=False) | Q(number="", words="")
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)


class PhoneCall(models.Model):
    """A call that the telephone system told of; kept for an hour."""

    class State(models.TextChoices):
        RINGING = "ringing"
        ANSWERED = "answered"
        ENDED = "ended"

    call_id = models.CharField(max_length=200, unique=True)
    number = models.CharField(max_length=40)
    """The other side's, as E.164 where it can be read so."""
    direction = models.CharField(max_length=3)
    state = models.CharField(max_length=8, choices=State)
    began_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.state} {self.began_at:%H:%M}"


class IncomingMail(models.Model):
    """A mail that came in. Once it is settled, what it says is gone."""

    identity = models.CharField(max_length=64, unique=True)
    raw = models.BinaryField(default=bytes)
    too_large = models.BooleanField(default=False)
    """Then ``raw`` is the header alone."""
    sender_hash = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, db_index=True)  # none: settled
    attempt = models.PositiveIntegerField(default=0)
    claimed = models.BooleanField(default=False)
    outcome = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes = [models.Index(fields=["sender_hash", "received_at"], name="incoming_by_sender")]
        constraints = [
            models.CheckConstraint(
                name="incoming_settled_says_nothing", condition=Q(due_at__isnull=False) | Q(raw=b"")
            ),
        ]

    def __str__(self) -> str:
        return self.identity
