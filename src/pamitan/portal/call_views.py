"""Another call: when the number was wrong, nobody answered, or there is more to say."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from pamitan.conversation import service
from pamitan.conversation.errors import ConversationError
from pamitan.conversation.models import Channel
from pamitan.portal.contact_forms import AnotherCallForm
from pamitan.portal.session import account_of, customer_required


@require_http_methods(["GET", "HEAD", "POST"])
@customer_required
def another_call(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask to be called, by which number and when."""
    calls = service.of_customer(account_of(request)).filter(channel=Channel.PHONE)
    found = get_object_or_404(calls, reference=reference.upper())
    form = AnotherCallForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and (call := form.call()):
        try:
            service.want_call(found, call)
        except ConversationError as error:
            form.add_error(None, str(error))
        else:
            return redirect("portal:conversation", found.reference)
    context = {"form": form, "conversation": found}
    return render(request, "conversation/another_call.html", context, status=422 if form.errors else 200)
