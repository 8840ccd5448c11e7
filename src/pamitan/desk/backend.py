"""Operators are local users; a customer of the store is none."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.http import HttpRequest

from pamitan.desk.door import at_desk


class OperatorBackend(ModelBackend):
    """Checks an operator's address and password, and that only at the desk's own door."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        email: str | None = None,
        **_: Any,
    ) -> User | None:
        """The operator of that address (``email``, or ``username``, which is the same) with that password."""
        if request is None or not at_desk(request):
            return None
        address = (email or username or "").strip().lower()
        user = super().authenticate(request, username=address, password=password)
        return user if isinstance(user, User) else None
