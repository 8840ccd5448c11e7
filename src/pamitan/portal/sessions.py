"""Django's session engine (``SESSION_ENGINE``): its database sessions, with the account in a column of its own."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions

from pamitan.portal.models import CustomerSession


class SessionStore(DatabaseSessions):
    """Keeps sessions in :class:`CustomerSession`."""

    cache_key_prefix = "pamitan.portal.sessions"

    @classmethod
    def get_model_class(cls) -> type[CustomerSession]:
        return CustomerSession

    def create_model_instance(self, data: dict[str, Any]) -> CustomerSession:
        row = CustomerSession(
            session_key=self._get_or_create_session_key(),  # type: ignore[attr-defined] # unknown to the stubs
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
        )
        row.account = data.get("account_id", "")
        return row
