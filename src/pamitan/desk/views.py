"""The desk's pages: parse, call one verb, render."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pamitan.closure import service as closure_service
from pamitan.closure.clock import clock
from pamitan.closure.errors import AlreadyOpen, ClosureError
from pamitan.closure.retention import retained_overview
from pamitan.closure.texts import texts_are_late
from pamitan.conversation import identity, service
from pamitan.conversation.attachments import taken
from pamitan.conversation.errors import ConversationError
from pamitan.conversation.models import Channel, Conversation, Outcome, State
from pamitan.conversation.together import together
from pamitan.desk import claims, presence
from pamitan.desk.backlog import backlog, needs_person
from pamitan.desk.callers import has_telephone, may_dial, ringing_now
from pamitan.desk.canned import canned_labels, canned_reply
from pamitan.desk.claims import Taken
from pamitan.desk.customer import closure_card, customer_card
from pamitan.desk.door import everybody_here, operator_of, role_of, serving
from pamitan.desk.lines import QueueLine, queue_lines
from pamitan.desk.models import Claim, Note, Role
from pamitan.desk.search import search
from pamitan.stores.errors import StoreError

QUEUE_LENGTH = 100
"""So many conversations are listed; those that are late come first, then the oldest ones."""


@serving
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits: what is late on top, then the longest wait first."""
    return _queue(request)


def _queue(request: HttpRequest, *, problem: str = "", words: str = "", status: int = 200) -> HttpResponse:
    now, waiting = clock().now(), service.queue()
    lines = queue_lines(waiting, now)
    mine = Claim.objects.filter(operator=operator_of(request), until__gt=now).exclude(conversation__state=State.CLOSED)
    context = {
        "lines": lines[:QUEUE_LENGTH],
        "total": waiting.count(),
        "late": sum(line.late for line in lines),
        "mine": [QueueLine.of(one.conversation, now) for one in mine.select_related("conversation")],
        "me": operator_of(request),
        "stuck": needs_person().count(),
        "has_telephone": has_telephone(),
        "calls": ringing_now() if has_telephone() else [],
        "problem": problem,
        "words": words,
    }
    return render(request, "desk/queue.html", context, status=status)


@serving
def find(request: HttpRequest) -> HttpResponse:
    """Search by case code, reference or registered address; by a form alone, so that no address gets into a log."""
    if request.method != "POST":
        return redirect("desk:queue")
    words = request.POST.get("words", "")
    try:
        found = search(words, operator_of(request))
    except StoreError:
        problem = _("The store does not answer just now. Please try again in a minute.")
        return _queue(request, problem=problem, words=words, status=503)
    if not found:
        problem = _("Nothing has this code or reference, and nobody this address. Please ask for it again.")
        return _queue(request, problem=problem, words=words, status=404)
    if len(found) == 1 and found.closures:
        return redirect("desk:case", found.closures[0].reference)
    if len(found) == 1:
        return redirect("desk:conversation", found.conversations[0].reference)
    lines = [QueueLine.of(one, clock().now()) for one in found.conversations]
    return render(request, "desk/found.html", {"lines": lines, "closures": found.closures})


@everybody_here
@require_safe
def closures(request: HttpRequest) -> HttpResponse:
    """Closures that need a person, those on hold, and the age of the backlog."""
    context = {
        "closures": needs_person()[:QUEUE_LENGTH],
        "total": needs_person().count(),
        "holds": closure_service.standing_holds()[:QUEUE_LENGTH],
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
@require_safe
def conversation(request: HttpRequest, reference: str) -> HttpResponse:
    """One conversation, with its customer and their closing."""
    found = _find(reference)
    return conversation_page(request, found, draft=canned_reply(request.GET.get("canned", ""), found.language))


@serving
def reply(request: HttpRequest, reference: str) -> HttpResponse:
    text, key = request.POST.get("text", ""), _key(request)

    def verb(found: Conversation, operator: User) -> None:
        service.reply(found, operator, text, key, taken(request.FILES.getlist("files")))

    return _do(request, reference, verb, draft=text)


@serving
def called(request: HttpRequest, reference: str) -> HttpResponse:
    given = request.POST.get("outcome", "")
    outcome = Outcome(given) if given in Outcome.values else Outcome.NO_ANSWER
    return _do(request, reference, lambda found, operator: service.called(found, operator, outcome))


@serving
def start_closure(request: HttpRequest, reference: str) -> HttpResponse:
    return _do(request, reference, service.start_closure)


@serving
def finish(request: HttpRequest, reference: str) -> HttpResponse:
    def verb(found: Conversation, operator: User) -> None:
        service.close(found, operator)
        claims.release(found, operator)

    return _do(request, reference, verb)


def _do(
    request: HttpRequest, reference: str, verb: Callable[[Conversation, User], object], *, draft: str = ""
) -> HttpResponse:
    """Claim it, do it and show it again; if it cannot be done, say why and lose nothing that was written.

    Who comes by a link or the language switch, and not by the form, is shown the conversation.
    """
    found, operator = _find(reference), operator_of(request)
    if request.method != "POST":
        return redirect("desk:conversation", reference)

    def claimed() -> None:
        claims.claim(found, operator)
        verb(found, operator)

    try:
        together(claimed)
    except Taken as error:
        problem = _("%(name)s serves this conversation. Nothing was sent.") % {"name": claims.name_of(error.operator)}
        return conversation_page(request, found, problem=problem, draft=draft, status=409)
    except ConversationError as error:
        return conversation_page(request, found, problem=str(error), draft=draft, status=409)
    except AlreadyOpen as error:
        problem = _("A closing of this account is open already: %(reference)s.") % {
            "reference": error.closure.reference
        }
        return conversation_page(request, found, problem=problem, draft=draft, status=409)
    except ClosureError:
        problem = _("The closing cannot be started for this account.")
        return conversation_page(request, found, problem=problem, draft=draft, status=409)
    except StoreError:
        problem = _("The store does not answer just now. Nothing was lost; please try again in a minute.")
        return conversation_page(request, found, problem=problem, draft=draft, status=503)
    if "X-Live" in request.headers:  # the page shows it by itself
        return HttpResponse(status=204)
    return redirect("desk:conversation", reference)


def _key(request: HttpRequest) -> UUID | None:
    """What the page drew, so that a reply that is sent twice is said once."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return None


def _find(reference: str) -> Conversation:
    return get_object_or_404(Conversation.objects.select_related("closure"), reference=reference)


def conversation_page(
    request: HttpRequest, found: Conversation, *, problem: str = "", draft: str = "", note: str = "", status: int = 200
) -> HttpResponse:
    """The conversation as it stands. The look goes into the ledger, and the others see that somebody is here."""
    operator = operator_of(request)
    service.look(found, operator)
    presence.here(found, operator)
    found.refresh_from_db()
    holder = claims.holder(found)
    thread = list(found.messages.all())
    context: dict[str, Any] = {
        "conversation": found,
        "line": QueueLine.of(found, clock().now()),
        "thread": thread,
        "last": thread[-1].pk if thread else 0,
        "customer": customer_card(found.account_id),
        "closing": closure_card(found),
        "canned": canned_labels(),
        "problem": problem,
        "draft": draft,
        "key": uuid4(),
        "outcomes": Outcome.choices,
        "may_dial": may_dial(),
        "has_telephone": has_telephone(),
        "code_ways": identity.ways(found) if found.channel == Channel.PHONE else [],
        "texts_late": texts_are_late(),
        "note": note,
        "notes": _notes(found),
        "others": presence.others(found, operator),
        "holder": claims.name_of(holder) if holder else "",
        "is_mine": holder == operator,
        "colleagues": [(one.pk, claims.name_of(one)) for one in claims.colleagues(operator)],
    }
    return render(request, "desk/conversation.html", context, status=status)


def _notes(found: Conversation) -> list[tuple[Note, str]]:
    """Each with the name of who wrote it."""
    rows = Note.objects.filter(conversation=found).select_related("author")
    return [(row, claims.name_of(row.author) if row.author else "") for row in rows]
