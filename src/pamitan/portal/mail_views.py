"""Mails from customers, on their pages: confirming one that claims to be theirs, and the files that they sent."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from pamitan.channels.reading import read
from pamitan.conversation import mail_in, service
from pamitan.conversation.attachments import download
from pamitan.conversation.errors import ConversationError
from pamitan.conversation.mail_notes import held_by_token
from pamitan.portal.session import account_of, customer_required


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def confirm_mail(request: HttpRequest, token: str) -> HttpResponse:
    """Was it you who wrote this? The link went to the registered address; only the button lets the mail in."""
    held = held_by_token(token)
    if held is None:
        return render(request, "conversation/confirm_mail.html", {}, status=404)
    letter, problem = read(bytes(held.raw)), ""
    if request.method == "POST":
        try:
            return render(request, "conversation/confirm_mail.html", {"talk": mail_in.release(held)})
        except ConversationError as error:
            problem = str(error)
    context = {"held": held, "letter": letter, "problem": problem}
    return render(request, "conversation/confirm_mail.html", context, status=409 if problem else 200)


@customer_required
@require_safe
def file(request: HttpRequest, reference: str, attachment: UUID) -> HttpResponseBase:
    """A file that the customer sent."""
    talk = get_object_or_404(service.of_customer(account_of(request)), reference=reference.upper())
    return download(talk, attachment)
