"""Contact us, signed out: a code to the registered address or number shows who is asking; then the same path."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from pamitan.closure.store import current_store
from pamitan.portal.session import signed_in


@never_cache
@require_safe
def write(request: HttpRequest) -> HttpResponse:
    """Who is signed in goes on at once. Else: by code, or by password; the answer is the same for every address."""
    if signed_in(request):
        return redirect("portal:contact")
    following = urlencode({"next": reverse("portal:contact")})
    context = {
        "by_code": f"{reverse('portal:ask_code')}?{following}",
        "by_sms": current_store().file.sms is not None,
        "by_password": f"{reverse('portal:sign_in')}?{following}",
    }
    return render(request, "conversation/signed_out.html", context)
