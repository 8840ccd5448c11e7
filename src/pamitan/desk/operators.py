"""Operators: letting them in, giving them a role, and the code that their authenticator app would show now."""

from __future__ import annotations

import base64
import binascii
import secrets
import time
from typing import Any

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
from django.db.models import QuerySet

from pamitan.closure.clock import clock
from pamitan.desk.models import Role, Seat
from pamitan.evidence.ledger import LedgerEvent, record

COMMAND_LINE = "command line"
NAME_LIMIT = 60
"""Of letters, in a name that customers are shown."""


class OperatorError(ValueError):
    """It cannot be done; the sentence says the mend."""


@transaction.atomic
def create_operator(
    email: str, password: str, totp_secret: str | None = None, *, role: Role = Role.OPERATOR, by: str = COMMAND_LINE
) -> User:
    """A new operator who signs in with this address and password; one who was removed comes back under their number.

    With ``totp_secret`` (base32, as an authenticator app takes it) the second factor is set already; without one the
    operator sets it at the first sign-in, before seeing anything. ``by`` is the number of the lead who lets them in:
    then the password is a start password, to be changed before anything else. Raises :class:`OperatorError`.
    """
    address = email.strip().lower()
    _check(address, password, totp_secret)
    operator, _ = User.objects.get_or_create(username=address, defaults={"email": address})
    operator.is_active = True
    operator.set_password(password)
    operator.save()
    Seat.objects.create(user=operator, role=role, start_password=by != COMMAND_LINE)
    _note(LedgerEvent.OPERATOR_ADDED, operator, by, role=role.value)
    if totp_secret:
        TOTP.activate(operator, totp_secret.replace(" ", "").upper())
        RecoveryCodes.activate(operator)
    return operator


def start_password() -> str:
    """A password to be given to a new operator by hand, and changed at the first sign-in."""
    return secrets.token_urlsafe(12)


def operators() -> QuerySet[User]:
    """Everybody who has a seat, by address."""
    return User.objects.filter(seat__isnull=False).select_related("seat").order_by("username")


def operator_named(email: str) -> User:
    """The operator with that address. Raises :class:`OperatorError`."""
    found = operators().filter(username=email.strip().lower()).first()
    if found is None:
        raise OperatorError("there is no operator with this address; see who there is by: pamitan operator list")
    return found


@transaction.atomic
def give_role(operator: User, role: Role, *, by: str = COMMAND_LINE) -> None:
    """From now on the operator has this role."""
    Seat.objects.filter(user=operator).update(role=role)
    _note(LedgerEvent.OPERATOR_ROLE_CHANGED, operator, by, role=role.value)


def give_public_name(operator: User, name: str) -> None:
    """From now on customers are told of the operator under this name; under the store's alone where it is empty."""
    plain = "".join(letter for letter in name if letter.isprintable()).strip()
    Seat.objects.filter(user=operator).update(public_name=plain[:NAME_LIMIT])


@transaction.atomic
def reset_second_factor(operator: User, *, by: str = COMMAND_LINE) -> None:
    """The phone is lost: the operator sets the second factor anew at the next sign-in, before seeing anything."""
    Authenticator.objects.filter(user=operator).delete()
    _note(LedgerEvent.OPERATOR_RESET, operator, by)


@transaction.atomic
def remove_operator(operator: User, *, by: str = COMMAND_LINE) -> None:
    """The operator may sit at the desk no longer, from this moment on.

    Their number stays with their address, so that the ledger's entries can be told.
    """
    Seat.objects.filter(user=operator).delete()
    Authenticator.objects.filter(user=operator).delete()
    operator.is_active = False
    operator.set_unusable_password()
    operator.save()
    _note(LedgerEvent.OPERATOR_REMOVED, operator, by)


def current_code(operator: User) -> str:
    """The six digits that the operator's authenticator app shows now. Raises :class:`OperatorError` without one."""
    factor = Authenticator.objects.filter(user=operator, type=Authenticator.Type.TOTP).first()
    if factor is None:
        raise OperatorError("this operator has no second factor yet; it is set at the first sign-in")
    counter = int(time.time()) // mfa_settings.TOTP_PERIOD
    return str(format_hotp_value(hotp_value(decrypt(factor.data["secret"]), counter)))


def _note(event: LedgerEvent, operator: User, by: str, **facts: Any) -> None:
    record(event, None, clock().now(), operator=str(operator.pk), by=by, **facts)


def _check(address: str, password: str, totp_secret: str | None) -> None:
    try:
        validate_email(address)
    except ValidationError as error:
        raise OperatorError("that is no e-mail address; write it like anna@example.com") from error
    if operators().filter(username=address).exists():
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
