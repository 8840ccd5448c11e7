"""What an open conversation asks for in the background: its stream of news, and the sign that the customer writes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from pamitan.closure.clock import clock
from pamitan.conversation import live, service
from pamitan.conversation.models import Author, Conversation
from pamitan.portal.session import account_of, customer_required


@require_GET
@customer_required
def stream(request: HttpRequest, reference: str) -> HttpResponse:
    """Send the page on to its stream, with a ticket for this one connection."""
    ticket = live.Ticket(_own(request, reference).pk, "customer", get_language() or "en")
    return live.to_stream(ticket, request.GET.get("after", ""))


@require_POST
@customer_required
def typing(request: HttpRequest, reference: str) -> HttpResponse:
    """The customer is writing."""
    live.writes(_own(request, reference), Author.CUSTOMER, clock().now())
    return HttpResponse(status=204)


def _own(request: HttpRequest, reference: str) -> Conversation:
    return get_object_or_404(service.of_customer(account_of(request)), reference=reference.upper())
