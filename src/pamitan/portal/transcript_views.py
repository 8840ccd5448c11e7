"""A conversation by e-mail, if the customer wants to keep it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pamitan.conversation import service
from pamitan.conversation.transcript import mail_transcript
from pamitan.portal.session import account_of, customer_required, say


@require_http_methods(["GET", "HEAD", "POST"])
@customer_required
def transcript(request: HttpRequest, reference: str) -> HttpResponse:
    """Send it to the registered address."""
    found = get_object_or_404(service.of_customer(account_of(request)), reference=reference.upper())
    if request.method == "POST":
        sent = mail_transcript(found, get_language() or "en")
        say(request, _("It is on its way to your e-mail.") if sent else _("Your account has no e-mail address."))
    return redirect("portal:conversation", found.reference)
