"""What the desk keeps of its own: who sits there, and as what."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import models
from django.utils.translation import gettext_lazy as _


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

    class Meta:
        constraints = [models.CheckConstraint(name="seat_role_known", condition=models.Q(role__in=Role.values))]

    def __str__(self) -> str:
        return f"{self.role} {self.user_id}"
