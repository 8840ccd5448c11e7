"""The desk's own door: its addresses, and who is let in.

Customers and operators never share a session: the desk has cookies of its own (:mod:`pamitan.config.doors`), and a
session counts here only if :class:`~pamitan.desk.backend.OperatorBackend` began it.

Every page says which roles it is for. Who has another role, or no second factor yet, gets a page that says so (403).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from pamitan.desk.models import Role, Seat

DESK_PATH = "/desk/"
OPERATOR_BACKEND = "pamitan.desk.backend.OperatorBackend"

Parameters = ParamSpec("Parameters")
Page = Callable[Concatenate[HttpRequest, Parameters], HttpResponseBase]
Guard = Callable[[Page[Parameters]], Page[Parameters]]


def at_desk(request: HttpRequest) -> bool:
    """Is this one of the desk's addresses?"""
    return request.path_info.startswith(DESK_PATH)


def signed_in_operator(request: HttpRequest) -> User | None:
    """The operator of this session, with or without a second factor yet; ``None`` for everybody else."""
    user = request.user
    began_here = request.session.get(BACKEND_SESSION_KEY) == OPERATOR_BACKEND
    return user if isinstance(user, User) and user.is_active and began_here else None


def has_second_factor(operator: User) -> bool:
    """Has the operator an authenticator app or a passkey? Recovery codes alone are none."""
    return bool(is_mfa_enabled(operator, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]))


def seat_of(operator: User) -> Seat | None:
    return Seat.objects.filter(user=operator).first()


def home_of(operator: User) -> str:
    """The address where this operator begins."""
    seat = seat_of(operator)
    if seat and seat.start_password:
        return reverse("desk:password")
    if not has_second_factor(operator):
        return reverse("mfa_activate_totp")
    return reverse("desk:ledger" if seat and seat.role == Role.AUDITOR else "desk:queue")


def for_roles(*roles: Role) -> Callable[[Page[Parameters]], Page[Parameters]]:
    """A page of the desk for operators of these roles who have a second factor."""

    def guard(view: Page[Parameters]) -> Page[Parameters]:
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponseBase:
            operator = signed_in_operator(request)
            if operator is None:
                return redirect_to_login(request.get_full_path(), reverse("account_login"))
            refusal = _refusal(operator, roles)
            return _refuse(request, operator, refusal) if refusal else view(request, *args, **kwargs)

        return guarded

    return guard


def serving(view: Page[Parameters]) -> Page[Parameters]:
    """A page for those who serve customers."""
    return for_roles(Role.OPERATOR, Role.LEAD)(view)


def leading(view: Page[Parameters]) -> Page[Parameters]:
    """A page for leads."""
    return for_roles(Role.LEAD)(view)


def overseeing(view: Page[Parameters]) -> Page[Parameters]:
    """A page for those who look after the proof: leads and auditors."""
    return for_roles(Role.LEAD, Role.AUDITOR)(view)


def everybody_here(view: Page[Parameters]) -> Page[Parameters]:
    """A page for each role of the desk."""
    return for_roles(*Role)(view)


def operator_of(request: HttpRequest) -> User:
    """The operator of a page that is for operators only."""
    operator = signed_in_operator(request)
    if operator is None:
        raise PermissionError("this page was reached without an operator")
    return operator


def role_of(request: HttpRequest) -> str:
    """The role of who looks at a page of the desk; empty without one."""
    operator = signed_in_operator(request)
    seat = seat_of(operator) if operator else None
    return seat.role if seat else ""


def refuse_role(request: HttpRequest) -> HttpResponse:
    """The refusal for a role that may look at a page and do nothing there."""
    return _refuse(request, operator_of(request), "role")


def _refusal(operator: User, roles: tuple[Role, ...]) -> str:
    seat = seat_of(operator)
    if seat is None:
        return "seat"
    if seat.start_password:
        return "password"
    if not has_second_factor(operator):
        return "factor"
    return "" if seat.role in roles else "role"


def _refuse(request: HttpRequest, operator: User, why: str) -> HttpResponse:
    return render(request, "desk/refused.html", {"why": why, "way_on": home_of(operator)}, status=403)
