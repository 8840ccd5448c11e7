"""What the portal holds of a customer, and erases when the account is closed."""

from __future__ import annotations

from pamitan.closure.traces import Trace
from pamitan.portal.lockout import erase_attempts
from pamitan.portal.models import CustomerSession


def erase(account_id: str) -> list[Trace]:
    """Browser sessions here, and the count of wrong passwords."""
    sessions, _ = CustomerSession.objects.filter(account=account_id).delete()
    return [Trace("portal_session", sessions), Trace("axes_accessattempt", erase_attempts(account_id))]
