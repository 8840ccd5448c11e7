"""Making operators, and the code that their authenticator app would show now."""

from __future__ import annotations

import base64
import binascii
import time

from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction


class OperatorError(ValueError):
    """The operator cannot be made; the sentence says the mend."""


@transaction.atomic
def create_operator(email: str, password: str, totp_secret: str | None = None) -> User:
    """A new operator who signs in with this address and password.

    With ``totp_secret`` (base32, as an authenticator app takes it) the second factor is set already; without one the
    operator sets it at the first sign-in, before seeing anything. Raises :class:`OperatorError`.
    """
    address = email.strip().lower()
    _check(address, password, totp_secret)
    operator = User.objects.create_user(username=address, email=address, password=password)
    if totp_secret:
        TOTP.activate(operator, totp_secret.replace(" ", "").upper())
        RecoveryCodes.activate(operator)
    return operator


def current_code(operator: User) -> str:
    """The six digits that the operator's authenticator app shows now. Raises :class:`OperatorError` without one."""
    factor = Authenticator.objects.filter(user=operator, type=Authenticator.Type.TOTP).first()
    if factor is None:
        raise OperatorError("this operator has no second factor yet; it is set at the first sign-in")
    counter = int(time.time()) // mfa_settings.TOTP_PERIOD
    return str(format_hotp_value(hotp_value(decrypt(factor.data["secret"]), counter)))


def _check(address: str, password: str, totp_secret: str | None) -> None:
    try:
        validate_email(address)
    except ValidationError as error:
        raise OperatorError("that is no e-mail address; write it like anna@example.com") from error
    if User.objects.filter(username=address).exists():
        raise OperatorError("an operator with this address exists already; choose another address")
    try:
        validate_password(password, User(username=address, email=address))
    except ValidationError as error:
        raise OperatorError(" ".join(error.messages)) from error
    if totp_secret:
        _check_secret(totp_secret)


def _check_secret(totp_secret: str) -> None:
    try:
        key = base64.b32decode(totp_secret.replace(" ", "").upper())
    except binascii.Error as error:
        raise OperatorError(
            "the secret is not base32; it has the letters A to Z and the digits 2 to 7 alone"
        ) from error
    if len(key) < 16:
        raise OperatorError("the secret is too short; 32 base32 characters are usual, 26 the least (RFC 4226)")
