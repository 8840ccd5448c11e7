"""What the desk keeps of its own: who sits there and as what, who serves which conversation, and their notes."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import models
from django.utils.translation import gettext_lazy as _

from pamitan.conversation.models import Conversation


class Role(models.TextChoices):
    """What somebody at the desk may do; one role each."""

    OPERATOR = "operator", _("Operator")
    """Serves customers."""
    LEAD = "lead", _("Lead")
    """Serves customers too; lets operators in and sees the figures."""
    AUDITOR = "auditor", _("Auditor")
    """Reads ledger, certificates and findings; writes nothing and sees no message."""


class Seat(models.Model):
    """That an operator may sit at the desk. Without one an address and password open nothing."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="seat")
    role = models.CharField(max_length=8, choices=Role)
    start_password = models.BooleanField(default=False)
    """Somebody else knows the password: it has to be changed before anything is shown."""
    public_name = models.CharField(max_length=60, blank=True)
    """How customers are told who helps them; empty: the store's name alone."""

    class Meta:
        constraints = [models.CheckConstraint(name="seat_role_known", condition=models.Q(role__in=Role.values))]

    def __str__(self) -> str:
        return f"{self.role} {self.user_id}"


class Claim(models.Model):
    """That one operator serves a conversation; the others keep away until it is released, or its lease has ended."""

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, primary_key=True, related_name="claim")
    operator = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()
    """In the past: nobody serves it now, and this operator did so last."""
    given_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    """Who gave it to this operator, where somebody did."""
    note = models.ForeignKey("Note", null=True, on_delete=models.SET_NULL, related_name="+")
    """What they said of it."""

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.operator_id}"


class Presence(models.Model):
    """That an operator has a conversation open, and when they last typed there."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="presences")
    operator = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()
    typed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="presence_once", fields=["conversation", "operator"])]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.operator_id}"


class Note(models.Model):
    """What operators tell one another of a conversation. Never shown to the customer; goes with the conversation."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"note on {self.conversation_id}"
