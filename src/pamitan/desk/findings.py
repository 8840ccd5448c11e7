"""The desk's page for a finding of the scan that nobody explains: where it stands, and what an operator says of it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from pamitan.closure import service as closure_service
from pamitan.closure.clock import clock
from pamitan.closure.errors import NoSuchFinding, TellsWho
from pamitan.closure.findings import Explanation, resolve
from pamitan.closure.models import Closure
from pamitan.desk.door import everybody_here, operator_of, refuse_role, role_of
from pamitan.desk.models import Role


@everybody_here
def finding(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Show the finding; on POST explain it, and go back to the list."""
    closure = closure_service.by_reference(reference, None)
    if closure is None or number >= len(closure.unexplained):
        raise Http404
    if request.method != "POST":
        return _page(request, closure, number)
    if role_of(request) == Role.AUDITOR:
        return refuse_role(request)
    return _resolve(request, closure, number)


def _resolve(request: HttpRequest, closure: Closure, number: int) -> HttpResponse:
    chosen, reason = request.POST.get("explanation", ""), request.POST.get("reason", "")
    if chosen not in Explanation.values:
        return _page(request, closure, number, _("Choose what it is."), status=400)
    try:
        resolve(closure, number, Explanation(chosen), reason, str(operator_of(request).pk), clock().now())
    except TellsWho:
        problem = _("Write a reason, without names, e-mail addresses and long numbers: it stays in the ledger.")
        return _page(request, closure, number, problem, status=400)
    except NoSuchFinding as error:
        raise Http404 from error
    return redirect("desk:closures")


def _page(request: HttpRequest, closure: Closure, number: int, problem: str = "", *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "closure": closure,
        "number": number,
        "finding": closure.unexplained[number],
        "explanations": Explanation.choices,
        "chosen": request.POST.get("explanation", ""),
        "reason": request.POST.get("reason", ""),
        "problem": problem,
        "may_act": role_of(request) != Role.AUDITOR,
    }
    return render(request, "desk/finding.html", context, status=status)
