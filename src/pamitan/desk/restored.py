"""After our own database was restored from a backup: what was lost, and the lead's word that lets the sweep go on."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from pamitan.closure.errors import AccountIsThere, HeldBack, NotPossible
from pamitan.closure.gone import search_and_finish
from pamitan.closure.restored import held_back, release
from pamitan.closure.service import by_reference
from pamitan.desk.door import leading, operator_of, serving


@leading
def restored(request: HttpRequest) -> HttpResponse:
    """Say what was lost and what a release means; release it."""
    if request.method == "POST":
        release(operator_of(request))
        return redirect("desk:closures")
    found = held_back()
    return render(request, "desk/restored.html", {"found": found}) if found else redirect("desk:closures")


@serving
@require_POST
def gone(request: HttpRequest, reference: str) -> HttpResponse:
    """An operator has looked: the account is gone. The sweep searches everything, and finishes the closing."""
    closure = by_reference(reference, None)
    if closure is None:
        raise Http404
    try:
        search_and_finish(closure, operator_of(request))
    except (AccountIsThere, HeldBack, NotPossible):
        return redirect("desk:case", reference)  # which shows how it stands now
    return redirect("desk:closures")
