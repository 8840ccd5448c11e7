"""Browser sessions, with the account they belong to, so that a closed customer's sessions can be erased."""

from __future__ import annotations

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class CustomerSession(AbstractBaseSession):
    """A session of a customer (``account`` is the store's account id) or of an operator (``account`` is empty)."""

    account = models.CharField(max_length=255, blank=True, default="", db_index=True)

    class Meta(AbstractBaseSession.Meta):
        db_table = "portal_session"

    @classmethod
    def get_session_store_class(cls) -> type:
        from pamitan.portal.sessions import SessionStore

        return SessionStore
