"""Working side by side: claim, release, give to a colleague, notes, and the sign that one is here."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pamitan.conversation.models import Conversation
from pamitan.desk import claims, presence
from pamitan.desk.claims import BadNote, NotServing, Taken
from pamitan.desk.door import operator_of, serving
from pamitan.desk.views import conversation_page


@serving
def claim(request: HttpRequest, reference: str) -> HttpResponse:
    """Claim it, take it over from another, or release it."""
    found, operator, deed = _find(reference), operator_of(request), request.POST.get("deed", "")
    if request.method != "POST":
        return redirect("desk:conversation", reference)
    try:
        if deed == "release":
            claims.release(found, operator)
            presence.gone(found, operator)
            return redirect("desk:queue")
        if deed == "take over":
            claims.take_over(found, operator)
        else:
            claims.claim(found, operator)
    except Taken as error:
        return conversation_page(request, found, problem=_taken(error), status=409)
    return redirect("desk:conversation", reference)


@serving
def transfer(request: HttpRequest, reference: str) -> HttpResponse:
    """Give it to a colleague, with a note for them."""
    found, operator = _find(reference), operator_of(request)
    if request.method != "POST":
        return redirect("desk:conversation", reference)
    number, words = request.POST.get("to", ""), request.POST.get("note", "")
    to = User.objects.filter(pk=int(number) if number.isdecimal() else 0).first()
    try:
        if to is None:
            raise NotServing
        claims.transfer(found, operator, to, words)
    except Taken as error:
        return conversation_page(request, found, problem=_taken(error), note=words, status=409)
    except NotServing:
        return conversation_page(request, found, problem=_("Choose a colleague."), note=words, status=400)
    except BadNote:
        return conversation_page(request, found, problem=_bad_note(), note=words, status=400)
    presence.gone(found, operator)
    return redirect("desk:queue")


@serving
def note(request: HttpRequest, reference: str) -> HttpResponse:
    """Write something that operators alone read."""
    found = _find(reference)
    if request.method != "POST":
        return redirect("desk:conversation", reference)
    words = request.POST.get("note", "")
    try:
        claims.add_note(found, operator_of(request), words)
    except BadNote:
        return conversation_page(request, found, problem=_bad_note(), note=words, status=400)
    return redirect("desk:conversation", reference)


@serving
@require_POST
def here(request: HttpRequest, reference: str) -> HttpResponse:
    """The page says now and then that it is open; the answer is who else is there, and whether there is news."""
    found, operator = _find(reference), operator_of(request)
    if request.POST.get("away"):
        presence.gone(found, operator)
        return HttpResponse(status=204)
    presence.here(found, operator, typing=bool(request.POST.get("typing")))
    last = request.POST.get("last", "")
    newest = found.messages.order_by("-id").values_list("id", flat=True).first() or 0
    context = {
        "conversation": found,
        "others": presence.others(found, operator),
        "news": last.isdecimal() and newest > int(last),
    }
    return render(request, "desk/parts/others.html", context)


def _find(reference: str) -> Conversation:
    return get_object_or_404(Conversation, reference=reference)


def _taken(error: Taken) -> str:
    return _("%(name)s serves this conversation already.") % {"name": claims.name_of(error.operator)}


def _bad_note() -> str:
    return _("Write a note, of at most 2000 characters.")
