"""What an open conversation at the desk asks for in the background: its stream of news, and the sign of writing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from pamitan.closure.clock import clock
from pamitan.conversation import live
from pamitan.conversation.models import Author, Conversation
from pamitan.desk.door import serving


@serving
@require_GET
def stream(request: HttpRequest, reference: str) -> HttpResponse:
    """Send the page on to its stream, with a ticket for this one connection."""
    found = get_object_or_404(Conversation, reference=reference)
    ticket = live.Ticket(found.pk, "operator", get_language() or "en")
    return live.to_stream(ticket, request.GET.get("after", ""))


@serving
@require_POST
def typing(request: HttpRequest, reference: str) -> HttpResponse:
    """The operator is writing; the customer sees it."""
    live.writes(get_object_or_404(Conversation, reference=reference), Author.OPERATOR, clock().now())
    return HttpResponse(status=204)
