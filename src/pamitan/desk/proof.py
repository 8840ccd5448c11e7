"""The evidence, as auditors and leads read it: the ledger and the certificates. Nothing here writes."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pamitan.closure.models import Closure
from pamitan.closure.service import by_reference
from pamitan.conversation.models import Conversation
from pamitan.desk.door import overseeing
from pamitan.evidence.certificate import public_key, signed
from pamitan.evidence.ledger import verify_chain
from pamitan.evidence.models import Certificate, LedgerEntry

PAGE = 50


@dataclass(frozen=True)
class LedgerLine:
    """One entry, with the reference of what it is about."""

    entry: LedgerEntry
    about: str

    @property
    def facts(self) -> list[tuple[str, str]]:
        return [(name, _plain(value)) for name, value in self.entry.facts.items() if value not in (None, "", [])]


@overseeing
@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """The entries, the newest first; all of them or those of one closure; and whether the chain holds, if asked."""
    reference = request.GET.get("reference", "").strip().upper()
    entries = LedgerEntry.objects.order_by("-number")
    if reference:
        entries = entries.filter(subject=_subject(reference))
    before = request.GET.get("before", "")
    if before.isdecimal():
        entries = entries.filter(number__lt=int(before[:18]))
    found = list(entries[: PAGE + 1])
    context: dict[str, Any] = {
        "lines": _lines(found[:PAGE]),
        "reference": reference,
        "next": found[PAGE - 1].number if len(found) > PAGE else None,
        "checked": "check" in request.GET,
        "broken": verify_chain() if "check" in request.GET else None,
    }
    return render(request, "desk/ledger.html", context)


@overseeing
@require_safe
def certificates(request: HttpRequest) -> HttpResponse:
    """The certificates issued, the newest first, or the one of a closure."""
    reference = request.GET.get("reference", "").strip().upper()
    issued = Certificate.objects.order_by("-issued_at")
    if reference:
        issued = issued.filter(subject=_subject(reference))
    context = {"certificates": issued[:PAGE], "reference": reference, "public_key": public_key()}
    return render(request, "desk/certificates.html", context)


@overseeing
@require_safe
def certificate(request: HttpRequest, reference: str) -> HttpResponse:
    """The signed file, as ``pamitan verify`` reads it."""
    closure = by_reference(reference, None)
    found = signed(closure.pk) if closure else None
    if closure is None or found is None:
        raise Http404
    answer = HttpResponse(found.to_json(), content_type="application/json; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{closure.reference}.json"'
    return answer


def _subject(reference: str) -> uuid.UUID:
    """What the reference stands for in the ledger; an id that nothing has, for one that is not known."""
    closure = by_reference(reference, None)
    talk = Conversation.objects.filter(reference=reference).first()
    return closure.pk if closure else talk.pk if talk else uuid.UUID(int=0)


def _lines(entries: Iterable[LedgerEntry]) -> list[LedgerLine]:
    entries = list(entries)
    subjects = {entry.subject for entry in entries if entry.subject}
    known = {
        row.pk: row.reference
        for model in (Closure, Conversation)
        for row in model._default_manager.filter(pk__in=subjects).only("pk", "reference")
    }
    return [LedgerLine(entry, known.get(entry.subject, "") if entry.subject else "") for entry in entries]


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
