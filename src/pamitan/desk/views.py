"""The desk's pages: parse, call one verb, render."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pamitan.closure import service as closure_service
from pamitan.closure.clock import clock
from pamitan.closure.errors import AlreadyOpen, ClosureError
from pamitan.closure.retention import retained_overview
from pamitan.conversation import service
from pamitan.conversation.errors import ConversationError
from pamitan.conversation.models import Conversation
from pamitan.desk.backlog import backlog, needs_person
from pamitan.desk.canned import canned_labels, canned_reply
from pamitan.desk.customer import closure_card, customer_card
from pamitan.desk.door import everybody_here, operator_of, role_of, serving
from pamitan.desk.lines import QueueLine
from pamitan.desk.models import Role
from pamitan.stores.errors import StoreError

QUEUE_LENGTH = 100
"""So many conversations are listed; the oldest ones come first."""


@serving
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """What waits, the longest wait first."""
    return _queue(request)


def _queue(request: HttpRequest, *, unknown_code: bool = False) -> HttpResponse:
    now, waiting = clock().now(), service.queue()
    lines = [QueueLine.of(conversation, now) for conversation in waiting[:QUEUE_LENGTH]]
    context = {
        "lines": lines,
        "total": waiting.count(),
        "stuck": needs_person().count(),
        "unknown_code": unknown_code,
    }
    return render(request, "desk/queue.html", context, status=404 if unknown_code else 200)


@serving
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """The conversation whose case code a customer says on the phone, however it was typed."""
    found = service.by_spoken_code(request.GET.get("code", ""))
    return redirect("desk:conversation", found.reference) if found else _queue(request, unknown_code=True)


@everybody_here
@require_GET
def closures(request: HttpRequest) -> HttpResponse:
    """Closures that need a person, and the age of the backlog."""
    context = {
        "closures": needs_person()[:QUEUE_LENGTH],
        "total": needs_person().count(),
        "backlog": backlog(clock().now()),
        "retained": retained_overview(),
        "may_act": role_of(request) != Role.AUDITOR,
    }
    return render(request, "desk/closures.html", context)


@serving
@require_POST
def look_again(request: HttpRequest, reference: str) -> HttpResponse:
    """What was stuck is mended: the sweep tries it at once."""
    closure = closure_service.by_reference(reference, None)
    if closure is None:
        raise Http404
    closure_service.look_again(closure, operator_of(request))
    return redirect("desk:closures")


@serving
@require_GET
def conversation(request: HttpRequest, reference: str) -> HttpResponse:
    """One conversation, with its customer and their closing."""
    found = _find(reference)
    return _page(request, found, draft=canned_reply(request.GET.get("canned", ""), found.language))


@serving
def reply(request: HttpRequest, reference: str) -> HttpResponse:
    text = request.POST.get("text", "")
    return _do(request, reference, lambda found, operator: service.reply(found, operator, text), draft=text)


@serving
def called(request: HttpRequest, reference: str) -> HttpResponse:
    reached = request.POST.get("outcome") == "reached"
    return _do(request, reference, lambda found, operator: service.called(found, operator, reached=reached))


@serving
def start_closure(request: HttpRequest, reference: str) -> HttpResponse:
    return _do(request, reference, service.start_closure)


@serving
def finish(request: HttpRequest, reference: str) -> HttpResponse:
    return _do(request, reference, service.close)


def _do(
    request: HttpRequest, reference: str, verb: Callable[[Conversation, User], object], *, draft: str = ""
) -> HttpResponse:
    """Do it and show the conversation again; if it cannot be done, say why and lose nothing that was written.

    Who comes by a link or the language switch, and not by the form, is shown the conversation.
    """
    found = _find(reference)
    if request.method != "POST":
        return redirect("desk:conversation", reference)
    try:
        verb(found, operator_of(request))
    except ConversationError as error:
        return _page(request, found, problem=str(error), draft=draft, status=409)
    except AlreadyOpen as error:
        problem = _("A closing of this account is open already: %(reference)s.") % {
            "reference": error.closure.reference
        }
        return _page(request, found, problem=problem, draft=draft, status=409)
    except ClosureError:
        return _page(
            request, found, problem=_("The closing cannot be started for this account."), draft=draft, status=409
        )
    except StoreError:
        problem = _("The store does not answer just now. Nothing was lost; please try again in a minute.")
        return _page(request, found, problem=problem, draft=draft, status=503)
    return redirect("desk:conversation", reference)


def _find(reference: str) -> Conversation:
    return get_object_or_404(Conversation.objects.select_related("closure"), reference=reference)


def _page(
    request: HttpRequest, found: Conversation, *, problem: str = "", draft: str = "", status: int = 200
) -> HttpResponse:
    service.look(found, operator_of(request))
    found.refresh_from_db()
    context = {
        "conversation": found,
        "line": QueueLine.of(found, clock().now()),
        "thread": found.messages.all(),
        "customer": customer_card(found.account_id),
        "closing": closure_card(found),
        "canned": canned_labels(),
        "problem": problem,
        "draft": draft,
    }
    return render(request, "desk/conversation.html", context, status=status)
