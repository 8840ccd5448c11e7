"""How a request stands: for who is signed in, and for who comes by the link from a mail."""

from __future__ import annotations

import contextlib
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from pamitan.closure import service
from pamitan.closure.clock import clock
from pamitan.closure.errors import NotPossible
from pamitan.closure.models import Closure, Pace, Source
from pamitan.closure.states import Event, State, can
from pamitan.conversation import service as conversations
from pamitan.conversation.words import NOT_THE_HOLDER
from pamitan.evidence.certificate import customer_copy
from pamitan.portal import session
from pamitan.portal.contact_forms import HolderForm
from pamitan.portal.holder import is_holder, recently_shown
from pamitan.portal.templatetags.portal import day


@session.customer_required
def status(request: HttpRequest) -> HttpResponseBase:
    """The newest request of who is signed in."""
    closure = service.latest_closure_for(session.account_of(request))
    if closure is None:
        return render(request, "portal/no_request.html")
    return redirect("portal:status_of", closure.reference)


@never_cache
def status_of(request: HttpRequest, reference: str) -> HttpResponseBase:
    if not _may_look(request):
        return redirect(f"{reverse('portal:sign_in')}?{urlencode({'next': request.path})}")
    return _page(request, _closure(request, reference))


@require_POST
def undo(request: HttpRequest, reference: str) -> HttpResponse:
    """The customer changed their mind."""
    closure = _closure(request, reference)
    try:
        service.withdraw(closure)
    except NotPossible:
        session.say(request, _("It is too late for that: the erasure has begun."))
    return _back(request, closure)


@require_POST
def answer(request: HttpRequest, reference: str) -> HttpResponse:
    """The answer to "your order has not come": wait on, or close anyway."""
    closure = _closure(request, reference)
    try:
        if request.POST.get("answer") == "anyway":
            service.close_anyway(closure, [item.key for item in service.standing_in_the_way(closure)])
        else:
            service.go_on_waiting(closure)
    except NotPossible:
        session.say(request, _("This has been settled already."))
    return _back(request, closure)


@session.customer_required
def confirm_prepared(request: HttpRequest, reference: str) -> HttpResponseBase:
    """What an operator has prepared: one tap for who has just shown who they are, else the password or the code."""
    closure, form = _closure(request, reference), HolderForm(request.POST)
    if request.method != "POST" or closure.state != State.REQUESTED:
        return _back(request, closure)
    if form.is_valid() and not is_holder(request, closure, **form.cleaned_data):
        form.add_error(None, NOT_THE_HOLDER)
    if form.errors:
        return _page(request, closure, holder=form)
    # withdrawn, refused or expired meanwhile? The page shows how it stands
    with contextlib.suppress(NotPossible):
        service.confirm(closure, proven=session.proven(request))
        conversations.note_started(closure)
    return _back(request, closure)


@never_cache
def confirm_by_mail(request: HttpRequest, reference: str) -> HttpResponse:
    """``/confirm/REFERENCE?token=``, as mailed. It asks for a tap, since mail programs open links by themselves."""
    token = _token(request)
    closure = service.closure_by_confirm_token(token)
    if closure is None or closure.reference != reference:
        raise Http404
    status_page = _address(closure, service.status_token(closure))
    if closure.state != State.REQUESTED:
        return redirect(status_page)
    if request.method != "POST":
        return render(request, "portal/confirm_by_mail.html", {**case_context(closure), "token": token})
    service.confirm_by_token(token)
    conversations.note_started(closure)
    return redirect(status_page)


def case_context(closure: Closure) -> dict[str, Any]:
    """What the pages say of a closure."""
    return {
        "closure": closure,
        "heading": _heading(closure),
        "promise": _promise(closure),
        "promised": service.promised_end(closure) if closure.is_open and closure.state != State.HELD else None,
        "timeline": service.timeline(closure),
        "can_undo": can(closure.state, Event.WITHDRAW),
        "must_confirm": closure.state == State.REQUESTED,
        "question": closure.question_open,
        "status_token": service.status_token(closure),
    }


def _heading(closure: Closure) -> str:
    if closure.state == State.WAITING and closure.source == Source.DESK:
        return _("The procedure has started")  # the words that the operator sees, too
    return {
        State.REQUESTED: _("Waiting for you to confirm"),
        State.WAITING: _("Request received"),
        State.HELD: _("The closing is on hold"),
        State.ERASING: _("The procedure has started"),
        State.CLOSED: _("Account closed"),
        State.WITHDRAWN: _("Your account stays open"),
        State.REFUSED: _("The request was refused"),
        State.EXPIRED: _("The request has expired"),
    }[State(closure.state)]


def _promise(closure: Closure) -> str:
    """One sentence on what comes."""
    if closure.question_open:
        return _("We need your decision.")
    if closure.state == State.HELD:
        return _held(closure)
    if closure.state == State.WAITING and closure.point_of_no_return is None:
        until = day(closure.wait_until)
        return _("Your account closes by itself once everything is finished. If not by %(date)s, we ask you.") % {
            "date": until
        }
    if closure.state == State.WAITING and closure.pace != Pace.NOW:
        until = day(closure.point_of_no_return)
        return _("You can change your mind until %(date)s. After that you cannot.") % {"date": until}
    return {
        State.WAITING: _("Your account is being closed. It cannot be stopped any more."),
        State.ERASING: _("Your data are being erased. We write to you when it is done."),
        State.CLOSED: _("Your data have been erased. Thank you for having been our customer."),
        State.REFUSED: closure.ground,
    }.get(State(closure.state), "")


def _held(closure: Closure) -> str:
    hold = service.standing_hold(closure)
    if hold is None:
        return ""
    until = _("It goes on by itself on %(date)s at the latest. Nothing is erased before.") % {"date": day(hold.until)}
    return f"{hold.get_ground_display()} {until}"


def _page(request: HttpRequest, closure: Closure, *, holder: HolderForm | None = None) -> HttpResponse:
    own = session.signed_in(request) is not None and not _token(request)
    page = {
        **case_context(closure),
        "token": _token(request),
        "said": session.said(request),
        "holder": holder,
        "may_confirm_here": own and closure.state == State.REQUESTED,
        "has_certificate": customer_copy(closure.pk, clock().now()) is not None,
        "one_tap": own and recently_shown(request),
    }
    if closure.question_open:
        page["open_items"] = service.standing_in_the_way(closure)
        page["orders_open"] = any(item.kind == "order" for item in page["open_items"])
    return render(request, "portal/status.html", page, status=422 if holder else 200)


def _may_look(request: HttpRequest) -> bool:
    return bool(_token(request)) or session.signed_in(request) is not None


def _closure(request: HttpRequest, reference: str) -> Closure:
    """By the mail's token, or as one's own when signed in. Anything else is not there."""
    token = _token(request)
    found = service.closure_by_token(token) if token else None
    if found is None and session.signed_in(request):
        found = service.by_reference(reference, session.signed_in(request))
    if found is None or found.reference != reference:
        raise Http404
    return found


def _token(request: HttpRequest) -> str:
    return request.POST.get("token") or request.GET.get("token", "")


def _back(request: HttpRequest, closure: Closure) -> HttpResponse:
    return redirect(_address(closure, _token(request)))


def _address(closure: Closure, token: str) -> str:
    query = f"?{urlencode({'token': token})}" if token else ""
    return reverse("portal:status_of", args=[closure.reference]) + query
