"""What allauth asks us about operators."""

from __future__ import annotations

import base64
import time

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse

from pamitan.desk.door import OPERATOR_BACKEND, home_of


class OperatorAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up: operators are made on the command line."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        # after the second factor the user comes back from the session, without the backend that let them in
        user.backend = OPERATOR_BACKEND
        super().login(request, user)

    def is_reauthentication_required(self, *, app: str, **kwargs: object) -> bool:
        """Who has just signed in need not show the password again at once."""
        records = get_authentication_records(context.request, context.request.user)
        age = time.time() - records[-1]["at"] if records else None
        just_now = age is not None and age < account_settings.REAUTHENTICATION_TIMEOUT
        return super().is_reauthentication_required(app=app) and not just_now

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return home_of(request.user) if isinstance(request.user, User) else reverse("account_login")

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_login")

    def add_message(self, *args: object, **kwargs: object) -> None:
        """Our pages say themselves what has happened."""


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the secrets of second factors encrypted, under a key that lies outside the database."""

    def get_totp_issuer(self) -> str:
        return "Pamitan"

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(settings.PAMITAN_SECOND_FACTOR_KEY))
