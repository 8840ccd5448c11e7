"""Passkeys (WebAuthn): the second factor that cannot be read out to a stranger on the phone.

The library (``allauth.mfa``, with python-fido2) makes and checks the ceremonies; here are the desk's pages around them.
A passkey needs JavaScript; the authenticator app and the recovery codes do not.
"""

from __future__ import annotations

import json
from typing import Any

from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.flows import remove_authenticator
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.contrib.auth.models import User
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from pamitan.desk.door import everybody_here, operator_of, seat_of, signed_in_operator

NAME_LIMIT = 60


class CodeOrPasskey(AuthenticateView):  # type: ignore[misc]
    """The second step of signing in: a code, or a passkey where the operator has one."""

    template_name = "desk/code.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        options = context["js_data"]["request_options"]
        types = set(Authenticator.objects.filter(user=self.stage.login.user).values_list("type", flat=True))
        return {
            **context,
            "options": _json(options) if Authenticator.Type.WEBAUTHN in types else "",
            "has_app": Authenticator.Type.TOTP in types,
        }


class Passkeys(AddWebAuthnView):  # type: ignore[misc]
    """One's passkeys, and a new one. Also for the first second factor, so before anything else is shown."""

    template_name = "desk/passkeys.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        operator = signed_in_operator(request)
        if operator is None:
            return redirect("account_login")
        seat = seat_of(operator)
        if seat is None or seat.start_password:
            return redirect("desk:password")
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        options = _json(context["js_data"]["creation_options"])
        return {**context, "options": options, **_passkeys(operator_of(self.request))}

    def get_success_url(self) -> str:
        return reverse("mfa_view_recovery_codes" if self.did_generate_recovery_codes else "mfa_add_webauthn")


@everybody_here
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Give up one of one's passkeys, after a question. The last second factor stays."""
    operator = operator_of(request)
    passkey = get_object_or_404(Authenticator, pk=number, user=operator, type=Authenticator.Type.WEBAUTHN)
    problem = ""
    if request.method == "POST":
        if _others(operator, passkey):
            remove_authenticator(request, passkey)
            return redirect("mfa_add_webauthn")
        problem = _("This is your only second factor. Set up another one first.")
    context = {"name": passkey.wrap().name, "problem": problem}
    return render(request, "desk/passkey_removal.html", context, status=409 if problem else 200)


def _others(operator: User, passkey: Authenticator) -> bool:
    factors = Authenticator.objects.filter(
        user=operator, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    )
    return bool(factors.exclude(pk=passkey.pk).exists())


def _passkeys(operator: User) -> dict[str, Any]:
    rows = Authenticator.objects.filter(user=operator, type=Authenticator.Type.WEBAUTHN).order_by("created_at")
    return {
        "passkeys": [
            {"number": row.pk, "name": row.wrap().name, "added": row.created_at, "used": row.last_used_at}
            for row in rows
        ],
        "has_app": Authenticator.objects.filter(user=operator, type=Authenticator.Type.TOTP).exists(),
        "name_limit": NAME_LIMIT,
    }


def _json(options: dict[str, Any]) -> str:
    return json.dumps(options, cls=DjangoJSONEncoder)


passkeys = never_cache(Passkeys.as_view())
code_or_passkey = never_cache(CodeOrPasskey.as_view())
