"""Signing in against the store's own passwords."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from pamitan.closure.service import may_sign_in
from pamitan.closure.store import current_store
from pamitan.stores.types import Account


@dataclass
class Customer:
    """What ``authenticate()`` gives back for a customer. Not a user of Django: ``login()`` is never called with it."""

    account: Account
    backend: str = ""
    """Written by ``authenticate()``."""

    is_authenticated = True
    is_active = True

    def get_username(self) -> str:
        return self.account.id


class StoreBackend:
    """Accepts ``authenticate(request, login=..., account=..., password=...)``.

    ``login`` is the normalised identifier, ``account`` the one it names, or ``None``. Both ways cost one password hash.
    """

    def authenticate(
        self, request: HttpRequest | None, *, login: str, account: Account | None, password: str
    ) -> Customer | None:
        store = current_store()
        if account is None or not account.has_password:
            store.burn_time()
            return None
        matches = store.check_password(account.id, password)
        return Customer(account) if matches and may_sign_in(account) else None

    def get_user(self, user_id: object) -> None:
        """No session of Django's own auth can ever be a customer's."""
        return
