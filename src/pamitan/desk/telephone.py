"""The telephone at the desk: calls that ring, calls by the telephone system, and who is speaking."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pamitan.closure.clock import clock
from pamitan.closure.errors import NoAddress, NoSuchAccount, TooManyCodes
from pamitan.closure.store import current_store
from pamitan.content.identifiers import IdentifierKind
from pamitan.conversation import identity
from pamitan.conversation.errors import ConversationError
from pamitan.conversation.models import Conversation
from pamitan.desk.callers import ringing_now
from pamitan.desk.door import operator_of, serving
from pamitan.desk.views import conversation_page
from pamitan.storefile.model import Hook
from pamitan.stores.errors import StoreError
from pamitan.stores.hooks import call_hook

_WAYS: dict[str, IdentifierKind] = {"email": "email", "phone": "phone"}


@serving
@require_safe
def ringing(request: HttpRequest) -> HttpResponse:
    """Who is calling now; a part of each page of the desk."""
    return render(request, "desk/parts/ringing.html", {"calls": ringing_now()})


@serving
@require_http_methods(["GET", "HEAD", "POST"])
def dial(request: HttpRequest, reference: str) -> HttpResponse:
    """Let the telephone system call the customer and put the operator through."""
    found, telephone = get_object_or_404(Conversation, reference=reference), current_store().file.telephone
    if request.method != "POST" or telephone is None or telephone.dial_url is None or not found.phone:
        return redirect("desk:conversation", reference)
    payload = {"number": found.phone, "operator": operator_of(request).email, "reference": found.reference}
    hook = Hook(url=telephone.dial_url, secret=telephone.secret, events=[], timeout_seconds=telephone.timeout_seconds)
    try:
        call_hook(hook, "dial", payload, f"{found.pk.hex}:dial:{clock().now().timestamp():.0f}")
    except StoreError:
        return _again(request, found, _("The telephone system does not answer. Please call from your own phone."), 502)
    return redirect("desk:conversation", reference)


@serving
@require_http_methods(["GET", "HEAD", "POST"])
def ask_identity(request: HttpRequest, reference: str) -> HttpResponse:
    """Send a code to the registered address or mobile number, for the caller to read out."""
    found = get_object_or_404(Conversation, reference=reference)
    if request.method != "POST":
        return redirect("desk:conversation", reference)
    try:
        identity.ask(found, operator_of(request), _WAYS.get(request.POST.get("by", "")))
    except NoAddress:
        return _again(request, found, _("The account has no address that a code can be sent to."), 409)
    except TooManyCodes:
        return _again(request, found, _("Too many codes within the hour. Please wait."), 429)
    except NoSuchAccount:
        return _again(request, found, _("This account is no longer there."), 409)
    except ConversationError as error:
        return _again(request, found, str(error), 409)
    except StoreError:
        return _again(request, found, _("The store does not answer just now. Please try again in a minute."), 503)
    return redirect("desk:conversation", reference)


@serving
@require_http_methods(["GET", "HEAD", "POST"])
def show_identity(request: HttpRequest, reference: str) -> HttpResponse:
    """Check the code that the caller reads out."""
    found = get_object_or_404(Conversation, reference=reference)
    if request.method != "POST":
        return redirect("desk:conversation", reference)
    try:
        right = identity.show(found, operator_of(request), request.POST.get("code", ""))
    except ConversationError as error:
        return _again(request, found, str(error), 409)
    if not right:
        return _again(request, found, _("The code is not right, or too old. Send a new one, or ask for it again."), 422)
    return redirect("desk:conversation", reference)


def _again(request: HttpRequest, found: Conversation, problem: str, status: int) -> HttpResponse:
    return conversation_page(request, found, problem=problem, status=status)
