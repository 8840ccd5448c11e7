"""The desk's own door: its addresses, and who is let in.

Customers and operators never share a session: the desk has cookies of its own (:mod:`pamitan.config.doors`), and a
session counts here only if :class:`~pamitan.desk.backend.OperatorBackend` began it.
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
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

DESK_PATH = "/desk/"
OPERATOR_BACKEND = "pamitan.desk.backend.OperatorBackend"

Parameters = ParamSpec("Parameters")
Page = Callable[Concatenate[HttpRequest, Parameters], HttpResponseBase]


def at_desk(request: HttpRequest) -> bool:
    """Is this one of the desk's addresses?"""
    return request.path_info.startswith(DESK_PATH)


def signed_in_operator(request: HttpRequest) -> User | None:
    """The operator of this session, with or without a second factor yet; ``None`` for everybody else."""
    user = request.user
    began_here = request.session.get(BACKEND_SESSION_KEY) == OPERATOR_BACKEND
    return user if isinstance(user, User) and user.is_active and began_here else None


def has_second_factor(operator: User) -> bool:
    """Has the operator an authenticator app?"""
    return bool(is_mfa_enabled(operator, [Authenticator.Type.TOTP]))


def operators_only(view: Page[Parameters]) -> Page[Parameters]:
    """A page of the desk: for operators with a second factor. The others are shown the way in."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponseBase:
        operator = signed_in_operator(request)
        if operator is None:
            return redirect_to_login(request.get_full_path(), reverse("account_login"))
        if not has_second_factor(operator):
            return redirect("mfa_activate_totp")
        return view(request, *args, **kwargs)

    return guarded


def operator_of(request: HttpRequest) -> User:
    """The operator of a page that is for operators only."""
    operator = signed_in_operator(request)
    if operator is None:
        raise PermissionError("this page was reached without an operator")
    return operator
