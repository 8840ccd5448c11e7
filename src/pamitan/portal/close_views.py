"""Closing by oneself, in three pages: before you go, check and confirm, request received."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from pamitan.closure import service
from pamitan.closure.clock import clock
from pamitan.closure.errors import AlreadyOpen, BlockersInTheWay
from pamitan.closure.masking import masked_email, masked_phone
from pamitan.closure.service import BeforeYouGo
from pamitan.closure.states import State
from pamitan.closure.store import current_store
from pamitan.closure.texts import texts_are_late
from pamitan.conversation import service as conversations
from pamitan.portal import session, tasks
from pamitan.portal.confirming import confirm_closing, send_confirming_code
from pamitan.portal.downloads import purchases
from pamitan.portal.forms import ConfirmForm
from pamitan.portal.losses import losses
from pamitan.portal.status_views import case_context
from pamitan.portal.tasks import Tasks
from pamitan.stores.errors import StoreError, StoreUnavailable
from pamitan.stores.types import Account

DECISIONS: dict[str, tasks.Decision] = {"wait": "wait", "anyway": "anyway", "undo": ""}


@session.customer_required
def close(request: HttpRequest) -> HttpResponseBase:
    """Page 1, *Before you go*."""
    if _under_way(request):
        return redirect("portal:status")
    before = service.before_you_go(session.account_of(request), session.proven(request))
    if request.method == "POST":
        return _choose(request, before)
    return render(request, "portal/close.html", {**_page(request, before), "said": session.said(request)})


@session.customer_required
def confirm(request: HttpRequest) -> HttpResponseBase:
    """Page 2, *Check and confirm*."""
    if _under_way(request):
        return redirect("portal:status")
    before = service.before_you_go(session.account_of(request), session.proven(request))
    page = _page(request, before)
    if page["tasks"].undecided:
        return redirect("portal:close")
    if request.method == "POST":
        return _confirm(request, before, page)
    return _confirm_page(request, page, ConfirmForm(initial={"pace": "withdrawal"}))


@session.customer_required
def done(request: HttpRequest) -> HttpResponseBase:
    """Page 3, *Request received*."""
    closure = service.open_closure_for(session.account_of(request))
    if closure is None:
        return redirect("portal:status")
    return render(request, "portal/done.html", case_context(closure))


def _under_way(request: HttpRequest) -> bool:
    """Asked for and confirmed. What an operator has only prepared is taken up by these pages."""
    closure = service.open_closure_for(session.account_of(request))
    return closure is not None and closure.state != State.REQUESTED


def _choose(request: HttpRequest, before: BeforeYouGo) -> HttpResponse:
    """What shall happen to one open item, or to all of them."""
    key, choice = request.POST.get("item", ""), request.POST.get("choice", "")
    if choice == "cancel":
        _cancel(request, before, key)
    elif choice in DECISIONS:
        tasks.decide(request, before.open_items, key, DECISIONS[choice])
    response = redirect("portal:close")
    response["Location"] += "#orders"
    return response


def _cancel(request: HttpRequest, before: BeforeYouGo, key: str) -> None:
    if key not in {item.key for item in before.open_items if item.can_cancel}:
        session.say(request, _("This cannot be cancelled any more. Please look at the list again."))
        return
    account_id = session.account_of(request)
    try:
        current_store().cancel(account_id, key, idempotency_key=f"cancel-{account_id}-{key}")
    except StoreUnavailable:
        raise
    except StoreError:
        session.say(request, _("The store did not accept that. The order is still open."))
    else:
        session.say(request, _("It is cancelled."))


def _confirm(request: HttpRequest, before: BeforeYouGo, page: dict[str, Any]) -> HttpResponse:
    form = ConfirmForm(request.POST)
    if "send_code" in request.POST:
        return _confirm_page(request, page, form, code_sent=send_confirming_code(form, before.account))
    try:
        closure = confirm_closing(request, form, before.account, page["tasks"])
    except AlreadyOpen:
        return redirect("portal:done")
    except BlockersInTheWay:
        session.say(request, _("Something new is open. Please decide about it first."))
        return redirect("portal:close")
    if closure is None:
        return _confirm_page(request, page, form)
    conversations.note_started(closure)
    request.session.pop("decided", None)
    return redirect("portal:done")


def _confirm_page(
    request: HttpRequest, page: dict[str, Any], form: ConfirmForm, *, code_sent: bool = False
) -> HttpResponse:
    page = {
        **page,
        "form": form,
        "pace": form["pace"].value(),
        "code_sent": code_sent,
        "code_open": code_sent or bool(form["code"].value()) or ("code" in form.errors),
    }
    failed = form.is_bound and form.errors and not code_sent
    return render(request, "portal/confirm.html", page, status=422 if failed else 200)


def _code_address(account: Account) -> dict[str, Any]:
    """Where a code goes, shown in part; nothing where none can be sent."""
    address = next(iter(service.code_addresses(account)), None)
    if address is None:
        return {}
    by_phone = address.kind == "phone"
    masked = masked_phone(address.value) if by_phone else masked_email(address.value)
    return {"code_by": address.kind, "code_to": masked, "texts_late": by_phone and texts_are_late()}


def _page(request: HttpRequest, before: BeforeYouGo) -> dict[str, Any]:
    now = clock().now()
    latest = now + dt.timedelta(days=before.wait_for_orders_days)
    listed: Tasks = tasks.tasks(request, before.open_items, latest)
    return {
        "before": before,
        "account": before.account,
        "who": before.account.name or before.account.email or before.account.phone or before.account.id,
        "masked_email": masked_email(before.account.email),
        **_code_address(before.account),
        "tasks": listed,
        "undecided": len(listed.undecided),
        "library": purchases(session.account_of(request), before.library),
        "unsaved": before.unsaved,
        "losses": losses(before, listed),
        "erased": before.erased,
        "kept": before.kept,
        "latest": latest,
        "withdrawal_days": before.withdrawal_days,
        "change_mind_until": now + dt.timedelta(days=before.withdrawal_days),
    }
