"""The QR code of a new second factor, as an image of its own: no inline image passes the content security policy."""

from __future__ import annotations

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.utils import is_mfa_enabled
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from pamitan.desk.door import signed_in_operator


@never_cache
def qr_code(request: HttpRequest) -> HttpResponse:
    """The secret that the page before shows in letters too; gone as soon as the second factor is set."""
    operator = signed_in_operator(request)
    secret = request.session.get(SECRET_SESSION_KEY)
    if operator is None or secret is None or is_mfa_enabled(operator, [Authenticator.Type.TOTP]):
        raise Http404
    adapter = get_adapter()
    svg = adapter.build_totp_svg(adapter.build_totp_url(operator, secret))
    return HttpResponse(svg, content_type="image/svg+xml")
