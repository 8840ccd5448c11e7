"""The customer's copy of the certificate: to be read, printed, and saved as a file. The link is in the outcome mail."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from pamitan.closure import service
from pamitan.closure.clock import clock
from pamitan.closure.models import Closure
from pamitan.closure.states import State
from pamitan.evidence.certificate import customer_copy
from pamitan.evidence.signed import SignedCertificate


@never_cache
@require_safe
def certificate(request: HttpRequest, reference: str) -> HttpResponse:
    """The page; where the copy is forgotten already, plain words that say so."""
    closure = _closure(request, reference)
    found = customer_copy(closure.pk, clock().now())
    if found is None:
        return render(request, "portal/certificate_gone.html", {"reference": reference}, status=410)
    return render(request, "portal/certificate.html", {**_shown(found), "token": request.GET["token"]})


@never_cache
@require_safe
def certificate_file(request: HttpRequest, reference: str) -> HttpResponse:
    """The signed file, as ``pamitan verify`` reads it."""
    found = customer_copy(_closure(request, reference).pk, clock().now())
    if found is None:
        return render(request, "portal/certificate_gone.html", {"reference": reference}, status=410)
    answer = HttpResponse(found.to_json(), content_type="application/json; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{reference}.json"'
    return answer


def _closure(request: HttpRequest, reference: str) -> Closure:
    found = service.closure_by_token(request.GET.get("token", ""))
    if found is None or found.reference != reference or found.state != State.CLOSED:
        raise Http404
    return found


def _shown(found: SignedCertificate) -> dict[str, Any]:
    """The document's own words, with its dates as dates."""
    document = found.document
    return {
        **{name: value for name, value in document.items() if name != "store"},
        "signed_for": document["store"],
        "certificate": found,
        "closed_at": dt.datetime.fromisoformat(document["closed_at"]),
        "backups_until": _date(document["backups_until"]),
        "kept": [{**line, "until": _date(line["until"])} for line in document["kept"]],
        "words_in": document["language"],
    }


def _date(written: str | None) -> dt.date | None:
    return dt.date.fromisoformat(written) if written else None
